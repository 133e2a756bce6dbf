"""Real OBS in trouble, through the whole conductor: what its health says, what becomes
of a cut, and which picture is on program in the end. The table is that of
docs/far-ends.md.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from obswebsocket import requests

from launchctl.times import SECOND
from tests.conducted import T0, Conducted, conduct, show_clock
from tests.contract.trouble_table import rows
from tests.obs_far_ends import HANG_S
from tests.obs_fixture import ObsProcess, start_obs
from tests.real.witness import Witness, eventually, watching

pytestmark = pytest.mark.real

SHOW = """\
runbook: 1
title: A cut, and OBS in trouble
timezone: UTC
t0: {t0}
stages: {{main: {{driver: obs, url: "{obs}", password: {{env: OBS}}}}}}
cues:
  - {{cue: countdown, at: T-0, late: {{within: any}}, do: [{{scene: Countdown}}]}}
  - {{cue: reveal, after: countdown, go: caller, do: [{{scene: Reveal}}]}}
  - {{cue: close, after: reveal, go: caller, do: [{{end: show}}]}}
"""
Act = Callable[[Conducted, ObsProcess], Awaitable[None]]


async def go(show: Conducted) -> None:
    """The caller cuts to the reveal, and it ends in one way or the other."""
    await show.call("go", "reveal")
    await show.line("cue_ended", cue="reveal")


async def seen(show: Conducted, **fields: Any) -> None:
    """The stage, as it is by now; told since this call."""
    after = show.conductor.engine.state.seq
    wanted = {"event": "stage_seen", **fields}
    async with asyncio.timeout(HANG_S):
        async for lines in show.store.journal.follow(after):
            if any(wanted.items() <= line.items() for line in lines):
                return


async def frozen(show: Conducted, obs: ObsProcess) -> None:
    """SIGSTOP before the cut, SIGCONT after it failed and OBS was given up."""
    obs.freeze()
    await go(show)
    await show.line("health", target="stage:main", level="offline")
    obs.thaw()
    await seen(show, connected=True)


async def killed(show: Conducted, obs: ObsProcess) -> None:
    """SIGKILL before the cut, started again after it failed."""
    obs.kill()
    await show.line("health", target="stage:main", level="offline")
    await go(show)
    await asyncio.to_thread(obs.launch)
    await seen(show, connected=True, program="Reveal")


async def older_collection(show: Conducted, obs: ObsProcess) -> None:
    """OBS comes back with scenes from before the reveal was built."""
    obs.kill()
    change_collection(obs, "Show", without="Reveal")
    await asyncio.to_thread(obs.launch)
    await show.line("stage_seen", restarted=True)
    await show.line("health", target="stage:main", level="warning")
    await go(show)


async def other_password(show: Conducted, obs: ObsProcess) -> None:
    """Somebody changed OBS's password, and OBS was started again."""
    obs.kill()
    settings = obs.folder / "config/obs-studio/global.ini"
    text = settings.read_text()
    settings.write_text(
        text.replace(f"ServerPassword={obs.password}", "ServerPassword=x")
    )
    await asyncio.to_thread(obs.launch)
    obs.password = "x"
    await show.line("health", target="stage:main", level="bad")
    await go(show)


async def switching(show: Conducted, obs: ObsProcess) -> None:
    """A person loads another scene collection, and GO comes while it loads."""
    driver: Any = show.conductor._far_ends.drivers["stage:main"]
    with watching(obs) as person:
        switch = requests.SetCurrentSceneCollection(sceneCollectionName="Other")
        loading = asyncio.create_task(asyncio.to_thread(person.ask, switch))
        while not driver._watch.seen.changing:
            await driver._watch.changed()
        await go(show)
        await loading
    told = [line for line in await show.store.journal.read() if line["by"] is None]
    assert [] == [line for line in told if line["event"] == "by_hand_change"]


async def modal(show: Conducted, obs: ObsProcess) -> None:
    """OBS asks "Exit OBS?" and waits for a click that does not come."""
    with watching(obs) as person:
        person.ask(requests.StartRecord())
        await eventually(person.recording)  # else it would not ask
        os.kill(obs.pid, signal.SIGINT)
        await go(show)
        assert person.recording()


def change_collection(obs: ObsProcess, name: str, without: str = "") -> None:
    """Write a scene collection to disk: as ``Show``, but for a scene."""
    folder = obs.folder / "config/obs-studio/basic/scenes"
    scenes = json.loads((folder / "Show.json").read_text())
    scenes["name"] = name
    for part in ("sources", "scene_order"):
        scenes[part] = [each for each in scenes[part] if each["name"] != without]
    (folder / f"{name}.json").write_text(json.dumps(scenes))


CASES: dict[str, Act] = {
    "frozen when it shall cut, and thawed": frozen,
    "killed before it shall cut, and back": killed,
    "back with an older scene collection": older_collection,
    "back with another password": other_password,
    "loading another scene collection when it shall cut": switching,
    "asking in a dialog whether it shall exit": modal,
}
TABLE = {row[0]: row[1:] for row in rows("obs")}


def prepare(obs: ObsProcess) -> None:
    """What must lie on OBS's disk before it starts: a collection, and the question."""
    obs.kill()
    change_collection(obs, "Other")
    settings = obs.folder / "config/obs-studio/global.ini"
    text = settings.read_text()
    settings.write_text(text.replace("ConfirmOnExit=false", "ConfirmOnExit=true"))
    obs.launch()


async def play(act: Act, folder: Path) -> tuple[Conducted, str]:
    """Conduct the show of one case; what it left, and what is on program."""
    with start_obs(folder / "obs") as obs:
        prepare(obs)
        origin = show_clock(3 * SECOND)
        picture = ""

        async def people(show: Conducted) -> None:
            nonlocal picture
            await show.line("cue_ready", cue="reveal")
            await act(show, obs)
            await show.look()
            witness = Witness(obs)
            witness.connect()
            picture = witness.program()
            witness.close()
            await show.call("abort")

        text = SHOW.format(t0=T0, obs=obs.url)
        show = await conduct(text, folder, {"OBS": obs.password}, origin, people)
        obs.kill()  # a dialog would keep it from ending
    return show, picture


def test_every_fault_stands_in_the_table() -> None:
    """docs/far-ends.md tells of each fault that is played here, and of no other."""
    assert list(CASES) == list(TABLE)


@pytest.mark.parametrize("fault", CASES)
async def test_a_fault_has_its_outcome(fault: str, tmp_path: Path) -> None:
    """SEMANTICS 6: the cue, the hold and the picture are those of the table; trouble
    of OBS is in its health before anybody asks.
    """
    health, cue, hold, picture, says = TABLE[fault]
    show, on_program = await play(CASES[fault], tmp_path)
    levels = {line["level"] for line in show.said("health", target="stage:main")}
    holds = [each["name"] for each in show.before_end["holds"]]
    assert health in levels
    assert cue == show.cue("reveal")["state"]
    assert ([] if hold == "-" else [hold]) == holds
    assert on_program in picture.split(" or ")
    assert says.strip('"-') in (show.cue("reveal")["reason"] or "")
