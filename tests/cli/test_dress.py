"""``launch run --dress``: the real stages, and twins of all that the public sees."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest
from typer.testing import CliRunner

from launchctl.cli.app import app
from launchctl.cli.new_run import make_folder
from launchctl.cli.take_up import offer
from launchctl.clock import Origin, wall_us
from launchctl.errors import InputError
from launchctl.rehearsal.emulators.obs import ObsEmulator
from launchctl.rehearsal.emulators.x import XEmulator
from launchctl.rehearsal.emulators.x_account import XAccount
from launchctl.runbook.loader import load
from launchctl.store.folder import RunMeta
from tests.real.shop import signed
from tests.show_rig import HANG_S, STORES_SECRET, running_show

RUNBOOK = """
runbook: 1
title: A small reveal
t0: 2016-03-31 20:30 UTC
require_rehearsed: {{within: 7d}}
stages:
  main: {{driver: obs, url: "{obs}", password: {{env: OBS_MAIN}}}}
accounts:
  ceo:
    network: x
    handle: elonmusk
    credentials: {{env: X_CEO}}
    api: "http://127.0.0.1:9"
    test: {{handle: probe, credentials: {{env: X_PROBE}}, api: "{x}"}}
notify:
  crew: {{url: {{env: CREW_CHANNEL}}}}
crew:
  caller: {{may: [go, hold, abort, end]}}
  comms: {{may: [approve, post]}}
embargoes:
  car: {{default: true, lifts: [{{on_air: Reveal}}]}}
approvals: {{default: [comms]}}
orders:
  deposit: {{USD: 1000}}
  sources:
    - kind: webhook
      name: stores
      secret: {{env: SHOP}}
      role: counts
      test: {{secret: {{env: STORES}}}}
cues:
  - {{cue: doors, at: T-0, late: {{within: any}}, do: [{{scene: Countdown}}]}}
  - cue: reveal
    after: doors
    go: caller
    do: [{{scene: Reveal}}, {{notify: {{to: crew, text: "Reveal"}}}}]
  - cue: tell
    after: reveal
    wait: {{for: 60s}}
    do: [{{post: {{as: ceo, text: "Here it is."}}}}]
  - {{cue: close, after: reveal, go: caller, do: [{{end: show}}]}}
"""


@dataclass
class Hall:
    """A mixer, a network on which only the twin is, and what opens both; the secrets
    of the real account, shop and channel are not there.
    """

    obs: ObsEmulator
    x: XEmulator
    runbook: str
    environ: dict[str, str]


@pytest.fixture
async def hall() -> AsyncIterator[Hall]:
    """The far ends of a dress rehearsal."""
    probe = XAccount.made("probe")
    obs = ObsEmulator({"Holding": [], "Countdown": [], "Reveal": []}, password="stage")
    x = XEmulator([probe], wall_us)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(obs.aclose)
        stack.push_async_callback(x.aclose)
        await obs.start()
        await x.start()
        environ = {"OBS_MAIN": "stage", **probe.environ("X_PROBE")}
        yield Hall(obs, x, RUNBOOK.format(obs=obs.url, x=x.url), environ)


async def test_a_dress_rehearsal_posts_and_counts_under_the_twins(
    tmp_path: Path, hall: Hall
):
    """The real stage, the twins' accounts and shops; no secret of a real one
    is asked for; pages, picture and journal say what it is.
    """
    async with running_show(
        tmp_path, hall.runbook, hall.environ, "--t0", "+2s", "--dress"
    ) as show:
        began = await show.line("run_started")
        assert began["rehearsal"] is True
        said = await show.line("noted", about="rehearsal")
        assert said["text"] == "dress rehearsal: ceo is probe; shops in test mode"
        await show.launch("approve", "tell")
        await show.line("cue_ready", cue="reveal")
        await show.launch("go", "reveal")
        await show.line("cue_ended", cue="tell", state="done")
        assert ["Here it is."] == [post.text for post in hall.x.posts]
        headers, body = signed(STORES_SECRET, "order-1", wall_us() / 1e6)
        async with aiohttp.ClientSession() as session:
            url = show.place["url"]
            async with session.post(
                f"{url}/hooks/stores", data=body, headers=headers
            ) as answer:
                assert answer.ok
            for page in ("/", "/crew", "/stage"):
                async with session.get(f"{url}{page}") as shown:
                    assert "DRESS REHEARSAL" in await shown.text()
        status = await show.until(lambda status: status["orders"]["units"] == 1)
        assert status["rehearsal"] is True
        picture = tmp_path / "show.svg"
        await show.launch("report", "--picture", str(picture))
        assert "REHEARSAL" in picture.read_text()
        await show.launch("go", "close")
        assert await show.ended() == 0


async def refused(folder: Path, runbook: str, environ: dict[str, str]) -> str:
    """Start it; the error it ends with."""
    file = folder / "show.yaml"
    file.write_text(runbook)
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "launchctl",
        *("run", str(file), "--dress", "--json", "--t0", "+2s"),
        env={**environ, "XDG_STATE_HOME": str(folder), "STORES": STORES_SECRET},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(HANG_S):
        out, _ = await process.communicate()
    assert process.returncode == 2
    error: str = json.loads(out)["error"]
    return error


async def test_a_stage_that_streams_is_refused(tmp_path: Path, hall: Hall):
    """Viewers of a public output would see the rehearsal."""
    outputs = hall.obs.world.outputs
    outputs.start(outputs.stream)
    async with asyncio.timeout(HANG_S):
        while not outputs.stream.active:
            await asyncio.sleep(0)
    error = await refused(tmp_path, hall.runbook, hall.environ)
    assert error == "a dress rehearsal would be seen: stage main is streaming"


def test_what_has_no_twin_is_refused_before_anything_is_reached(tmp_path: Path):
    """All of it is named at once, with what helps."""
    file = tmp_path / "show.yaml"
    file.write_text(
        "runbook: 1\ntitle: No twins\nt0: 2030-01-01T00:00Z\n"
        "accounts:\n  ceo: {network: x, handle: ceo, credentials: {env: CEO}}\n"
        "osc:\n  lights: {url: 'osc://127.0.0.1:9'}\n"
        "embargoes:\n  car: {default: true, not_before: 2030-01-01T00:00Z}\n"
        "cues:\n  - cue: a\n    at: T-0\n    do:\n"
        "      - http: {url: 'https://shop.example/flip'}\n"
        "      - osc: {to: lights, address: /go}\n"
        "      - post: {as: ceo, text: Hi}\n"
    )
    result = CliRunner().invoke(app, ["run", str(file), "--dress", "--new"])
    said = str(result.exception)
    assert "account ceo, https://shop.example, osc.lights.url" in said


def test_every_process_and_a_recovery_of_it_reads_the_dressed_show(tmp_path: Path):
    """What is loaded from its run folder has the twins; an amendment too. It is never
    taken for an unfinished run of the show.
    """
    file = tmp_path / "show.yaml"
    file.write_text(RUNBOOK.format(obs="ws://127.0.0.1:9", x="http://127.0.0.1:9"))
    runbook = load(file, environ={})
    meta = RunMeta(
        run="r",
        title=runbook.title,
        runbook=file.name,
        origin=Origin.here(),
        home=str(tmp_path),
        dress=True,
    )
    folder = asyncio.run(make_folder(tmp_path / "run", meta, runbook))
    assert folder.runbook().accounts["ceo"].handle == "probe"
    file.write_text(file.read_text().replace("Here it is.", "There it is."))
    assert folder.pin_amendment(file).accounts["ceo"].handle == "probe"
    assert offer(file, folder.path, ask=False) is None
    with pytest.raises(InputError, match="is unfinished"):
        offer(file, folder.path, ask=False, dress=True)
