"""Two minutes on real OBS, in which everything is changed that can be: a film cut away
by hand, a choice, a hold, a recycle, an amendment and a jump, called by two people.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from obswebsocket import requests

from launchctl.clock import wall_us
from launchctl.rehearsal.emulators.x import XEmulator
from launchctl.rehearsal.emulators.x_account import XAccount
from tests.obs_fixture import ObsProcess, start_obs
from tests.real.witness import Witness, eventually, watching
from tests.show_rig import HANG_S, Show, running_show

pytestmark = pytest.mark.real

FILM_S = 8
CEO = XAccount.made("elonmusk")
RUNBOOK = (Path(__file__).parent / "two_minutes.yaml").read_text()


@pytest.fixture
def obs(tmp_path: Path) -> Iterator[ObsProcess]:
    """OBS with a real film in a scene of its own."""
    film = tmp_path / "film.mp4"
    source = f"testsrc=size=320x180:rate=30:duration={FILM_S}"
    line = f"ffmpeg -v error -f lavfi -i {source} -pix_fmt yuv420p {film}"
    subprocess.run(line.split(), check=True)
    scenes = {"Film": (20, 20, 20), "DemoCam": (200, 160, 30)}
    with start_obs(tmp_path / "obs", scenes=scenes) as obs:
        with watching(obs) as witness:
            settings = {"local_file": str(film), "is_local_file": True}
            witness.ask(
                requests.CreateInput(
                    sceneName="Film",
                    inputName="FilmPlayer",
                    inputKind="ffmpeg_source",
                    inputSettings=settings | {"restart_on_activate": True},
                )
            )
        yield obs


@pytest.fixture
async def x() -> AsyncIterator[XEmulator]:
    """X, with the executive's account."""
    emulator = XEmulator([CEO], wall_us)
    await emulator.start()
    yield emulator
    await emulator.aclose()


class Comms:
    """The second terminal: another person, elsewhere, with a key of her own."""

    def __init__(self, show: Show, key: str) -> None:
        self._url = show.place["url"]
        self._environ = {**show.environ, "LAUNCH_KEY": key}

    @classmethod
    async def come(cls, show: Show) -> Comms:
        """Give her a key."""
        words = ("crew", "add", "Bea", "--role", "comms", "--json")
        key = (await _launch(show.environ, *words))["key"]
        return cls(show, key)

    async def launch(self, *words: str, code: int = 0) -> Any:
        """A verb, over the network."""
        words = (*words, "--url", self._url, "--json")
        return await _launch(self._environ, *words, code=code)


async def _launch(environ: Any, *words: str, code: int = 0) -> Any:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "launchctl", *words,
        env=environ, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    async with asyncio.timeout(HANG_S):
        out, err = await process.communicate()
    assert process.returncode == code, (words, out.decode(), err.decode())
    return json.loads(out)


async def _confirmed(show: Show, *words: str) -> Any:
    """Ask for the list, and act on what it shows."""
    shown = await show.launch(*words, "--as", "ana:caller", code=1)
    digest = shown["digest"]
    return await show.launch(*words, "--confirm", digest, "--as", "ana:caller")


def _fired(show: Show) -> list[str]:
    return [line["cue"] for line in show.lines if line["event"] == "fired"]


@pytest.mark.timeout(300)
async def test_everything_changes_in_two_minutes(
    tmp_path: Path, obs: ObsProcess, x: XEmulator
) -> None:
    """LANGUAGE, never possible 7 and SEMANTICS 2, 6: a film that is cut away by hand
    fires nothing; recycled, it runs to its end and goes on by itself; what is amended
    is asked for again and leaves as amended; what is jumped over never fires.
    """
    sets = (f"--set=stages.main.url={obs.url}", f"--set=accounts.ceo.api={x.url}")
    amended = RUNBOOK.replace("From $35k.", "From 35,000 dollars.")
    environ = {"OBS_MAIN": obs.password, **CEO.environ("X_CEO")}
    with watching(obs) as witness:
        async with running_show(
            tmp_path, RUNBOOK, environ, "--t0", "+6s", *sets
        ) as show:
            comms = await Comms.come(show)
            await comms.launch("approve", "reveal-post")
            await _film_is_cut_away(show, comms, witness)
            await _film_runs_again(show, witness)
            await _demo_is_chosen(show, comms, witness)
            await _text_is_amended(show, comms, tmp_path, amended)
            await show.launch("go", "reveal", "--as", "ana:caller")
            await show.line("cue_ended", cue="reveal-post", state="done")
            assert "Reveal" == witness.program()
            await _encore_is_jumped(show, witness)
            await show.launch("go", "close", "--as", "ana:caller")
            assert 0 == await show.ended()

    assert ["Model 3. From 35,000 dollars."] == [post.text for post in x.posts]
    assert [
        *("doors", "keynote", "film", "film", "back", "demo", "demo-cam"),
        *("reveal", "reveal-post", "thanks", "close"),
    ] == _fired(show)


async def _film_is_cut_away(show: Show, comms: Comms, witness: Witness) -> None:
    await show.line("cue_ready", cue="film")
    refused = await comms.launch("go", "film", code=1)
    assert "no cue stands by for you" == refused["reason"]
    await show.launch("go", "film", "--as", "ana:caller")
    await eventually(lambda: "Film" == witness.program())
    witness.ask(requests.SetCurrentProgramScene(sceneName="Keynote"))
    ended = await show.line("cue_ended", cue="film")
    assert "failed" == ended["state"]
    await show.line("cue_ready", cue="back")
    assert ("Keynote", ["doors", "keynote", "film"]) == (
        witness.program(),
        _fired(show),
    )


async def _film_runs_again(show: Show, witness: Witness) -> None:
    await show.launch("hold", "film", "--why", "again", "--as", "ana:caller")
    await _confirmed(show, "recycle", "film")
    await show.launch("resume", "recycle", "--as", "ana:caller")
    await show.launch("go", "film", "--as", "ana:caller")
    await show.line("cue_ended", cue="film", state="done")
    await show.line("cue_ended", cue="back", state="done")
    assert "Keynote" == witness.program()


async def _demo_is_chosen(show: Show, comms: Comms, witness: Witness) -> None:
    await show.line("cue_asked", cue="demo")
    await comms.launch("choose", "demo", "run-it", code=1)
    await show.launch("choose", "demo", "run-it", "--as", "ana:caller")
    await show.line("cue_ended", cue="demo-cam")
    assert "DemoCam" == witness.program()


async def _text_is_amended(
    show: Show, comms: Comms, folder: Path, amended: str
) -> None:
    file = folder / "amended.yaml"
    file.write_text(amended)
    await _confirmed(show, "amend", str(file))
    (post,) = (await show.status())["posts"]
    assert ["comms"] == post["needs"]
    await comms.launch("approve", "reveal-post")


async def _encore_is_jumped(show: Show, witness: Witness) -> None:
    await show.line("cue_ready", cue="encore")
    await _confirmed(show, "jump", "thanks")
    await show.line("cue_skipped", cue="encore")
    assert "DemoCam" == witness.program()  # the stage as if it had run
    await show.launch("go", "thanks", "--as", "ana:caller")
    await show.line("cue_ended", cue="thanks", state="done")
    assert "Countdown" == witness.program()
