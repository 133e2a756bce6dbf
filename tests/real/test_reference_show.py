"""The reference show's own runbook on real OBS, streaming into a real RTMP server.

Nothing in the file is changed: addresses are given on the command line, as a site does.
"""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from launchctl.clock import wall_us
from launchctl.rehearsal.emulators.x import XEmulator
from launchctl.rehearsal.emulators.x_account import XAccount
from launchctl.times import SECOND, parse_instant
from tests.obs_fixture import ObsProcess, start_obs
from tests.real.witness import Witness, eventually, watching
from tests.rtmp_fixture import RtmpServer, start_rtmp
from tests.show_rig import Show, running_show

pytestmark = pytest.mark.real

RUNBOOKS = Path(__file__).parents[2] / "runbooks"
CEO, BRAND, SOLAR = (
    XAccount.made(handle) for handle in ("elonmusk", "TeslaMotors", "solarcity")
)
DOORS_IN_3_S = ("--t0", "+30m3s")
"""Doors are at T-30m."""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RtmpServer]:
    """Where the stream goes."""
    with start_rtmp(tmp_path / "rtmp") as server:
        yield server


@pytest.fixture
def obs(tmp_path: Path, server: RtmpServer) -> Iterator[ObsProcess]:
    """OBS with everything that the runbook names."""
    with start_obs(
        tmp_path / "obs",
        rtmp=server.url,
        scenes={"Film": (200, 160, 30)},
        texts={"Title": "Keynote"},
    ) as obs:
        yield obs


@pytest.fixture
async def x() -> AsyncIterator[XEmulator]:
    """X, with both accounts of the show."""
    emulator = XEmulator([CEO, BRAND, SOLAR], wall_us)
    await emulator.start()
    yield emulator
    await emulator.aclose()


@asynccontextmanager
async def evening(
    folder: Path, obs: ObsProcess, server: RtmpServer, x: XEmulator
) -> AsyncIterator[tuple[Show, Witness]]:
    """The show with its doors about to open, and who watches it from outside."""
    shutil.copytree(RUNBOOKS / "assets", folder / "assets")
    environ = {
        "OBS_MAIN": obs.password,
        **CEO.environ("X_CEO"),
        **BRAND.environ("X_BRAND"),
        **SOLAR.environ("X_SOLAR"),
    }
    addresses = {
        "stages.main.url": obs.url,
        "accounts.ceo.api": x.url,
        "accounts.brand.api": x.url,
        "accounts.solar.api": x.url,
        "outputs.live.playback": server.playback,
    }
    sets = [f"--set={path}={value}" for path, value in addresses.items()]
    runbook = (RUNBOOKS / "model-3-reveal.yaml").read_text()
    with watching(obs) as witness:
        async with running_show(folder, runbook, environ, *DOORS_IN_3_S, *sets) as show:
            yield show, witness


async def test_doors_open_on_real_obs(
    tmp_path: Path, obs: ObsProcess, server: RtmpServer, x: XEmulator
) -> None:
    """One cue puts the countdown on program, streams, records and mutes the lectern;
    viewers get segments. Ended early, the show leaves picture and stream to the people
    in the room, and has posted nothing.
    """
    async with evening(tmp_path, obs, server, x) as (show, witness):
        ended = await show.line("cue_ended", cue="doors")
        assert "done" == ended["state"]
        assert ["Countdown"] == [scene for scene, _ in witness.scenes]
        assert (True, True) == (witness.streaming(), witness.recording())
        (stage,) = (await show.status())["stages"]
        assert ("Countdown", True) == (stage["program"], stage["streaming"])
        await eventually(server.playlist)
        await show.launch("skip", "online-open")
        await show.launch("end")
        assert 0 == await show.ended()
        assert ("Countdown", True) == (witness.program(), witness.streaming())
    assert [] == x.posts


async def test_an_aborted_show_leaves_its_safe_picture(
    tmp_path: Path, obs: ObsProcess, server: RtmpServer, x: XEmulator
) -> None:
    """``safe`` is on program when the run has ended; what was to come never came."""
    async with evening(tmp_path, obs, server, x) as (show, witness):
        await show.line("cue_ended", cue="doors")
        await show.launch("abort")
        await show.ended()
        assert ["Countdown", "HoldingSlide"] == [name for name, _ in witness.scenes]
        assert "HoldingSlide" == witness.program()
    assert [] == x.posts


def at_s(line: dict[str, Any]) -> float:
    """When a journal line was decided, in seconds."""
    return parse_instant(line["at"]) / SECOND


async def holding_slide(show: Show, witness: Witness) -> dict[str, Any]:
    """Wait until the procedure has put it on program, and told the presenter."""
    ended = await show.line("cue_ended", cue="slide")
    assert "done" == ended["state"]
    assert ["Countdown", "HoldingSlide"] == [name for name, _ in witness.scenes]
    said = (await show.status())["said"]["stage"]["text"]
    assert "The stream is down. Keep talking." == said
    return ended


async def nothing_more(show: Show, witness: Witness) -> None:
    """Some seconds on, the slide is where it was, and the machine commanded nothing."""
    commanded = [line for line in show.lines if line["event"] == "commanded"]
    begun_s = (await show.status())["t_s"]
    await show.until(lambda status: status["t_s"] > begun_s + 7)
    assert "HoldingSlide" == witness.program()
    assert commanded == [line for line in show.lines if line["event"] == "commanded"]
    started = [line for line in show.lines if line["event"] == "procedure_started"]
    assert ["stream-down"] == [line["procedure"] for line in started]


async def test_a_killed_server_puts_the_holding_slide_on_program(
    tmp_path: Path, obs: ObsProcess, server: RtmpServer, x: XEmulator
) -> None:
    """SEMANTICS 6, Procedures: lost for 5 s, and the procedure starts by itself; the
    presenter is told. OBS finds the server again, and nothing comes back by itself.
    Lost again within ten minutes, it does not start again (``once_per``).
    """
    async with evening(tmp_path, obs, server, x) as (show, witness):
        await show.line("cue_ended", cue="doors")
        await eventually(server.playlist)
        server.kill()
        slide = await holding_slide(show, witness)
        lost = await show.line("stage_seen", reconnecting=True)
        print(f"slide on program {at_s(slide) - at_s(lost):.2f} s after the loss")
        server.start()
        await eventually(witness.streaming)
        await show.until(lambda status: status["stages"][0]["streaming"])
        await eventually(server.playlist)
        await nothing_more(show, witness)
        server.kill()
        await show.until(lambda status: not status["stages"][0]["streaming"])
        await nothing_more(show, witness)
    assert [] == x.posts


async def test_a_frozen_server_is_noticed_by_what_viewers_get(
    tmp_path: Path, obs: ObsProcess, server: RtmpServer, x: XEmulator
) -> None:
    """SEMANTICS 4: OBS calls itself live all the while; the edge of what viewers get
    has stood still for 10 s, that is a lost stream, and 5 s later the slide comes.
    """
    async with evening(tmp_path, obs, server, x) as (show, witness):
        await show.line("cue_ended", cue="doors")
        await show.line("output_seen", moving=True)
        server.freeze()
        try:
            slide = await holding_slide(show, witness)
            assert witness.streaming()
            still = await show.line("output_seen", moving=False)
            print(f"slide on program {at_s(slide) - at_s(still):.2f} s after the edge")
        finally:
            server.thaw()
        seen = [line for line in show.lines if line["event"] == "stage_seen"]
        assert not any(line["reconnecting"] for line in seen)
        await nothing_more(show, witness)
    assert [] == x.posts
