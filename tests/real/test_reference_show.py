"""The reference show's own runbook on real OBS, streaming into a real RTMP server.

Nothing in the file is changed: addresses are given on the command line, as a site does.
"""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from launchctl.clock import wall_us
from launchctl.rehearsal.emulators.x import XEmulator
from launchctl.rehearsal.emulators.x_account import XAccount
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


async def test_a_lost_stream_puts_the_holding_slide_on_program(
    tmp_path: Path, obs: ObsProcess, server: RtmpServer, x: XEmulator
) -> None:
    """The procedure starts by itself once the server is gone for long enough, and OBS
    finds the server again without anybody's help.
    """
    async with evening(tmp_path, obs, server, x) as (show, witness):
        await show.line("cue_ended", cue="doors")
        assert "Countdown" == witness.program()
        server.kill()
        await show.line("cue_ended", cue="slide")
        assert ["Countdown", "HoldingSlide"] == [name for name, _ in witness.scenes]
        assert "HoldingSlide" == witness.program()
        assert not witness.streaming()
        server.start()
        await eventually(witness.streaming)
        await show.until(lambda status: status["stages"][0]["streaming"])
        await eventually(server.playlist)
        assert "HoldingSlide" == witness.program()
