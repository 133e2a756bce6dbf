"""The stream of real OBS into a real RTMP server that dies, comes back and freezes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest
from obswebsocket import requests

from launchctl.drivers.base import Level
from launchctl.runbook.actions import Stream
from launchctl.show.inputs import Answer, Sight
from tests.obs_far_ends import HANG_S, Hall, RealObs
from tests.obs_fixture import ObsProcess, start_obs
from tests.rtmp_fixture import RtmpServer, start_rtmp

pytestmark = pytest.mark.real

START, STOP = Stream(stream="start"), Stream(stream="stop")


@pytest.fixture(scope="module")
def rtmp(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RtmpServer]:
    """One RTMP server for all tests of this file."""
    with start_rtmp(tmp_path_factory.mktemp("rtmp")) as server:
        yield server


@pytest.fixture(scope="module")
def obs_process(
    rtmp: RtmpServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ObsProcess]:
    """One real OBS that streams into it."""
    with start_obs(tmp_path_factory.mktemp("obs"), rtmp=rtmp.url) as process:
        yield process


@pytest.fixture
def server(rtmp: RtmpServer) -> Iterator[RtmpServer]:
    """The RTMP server; whatever a test does to it, the next one finds it at work."""
    yield rtmp
    if not rtmp.running:
        rtmp.start()


@pytest.fixture
async def obs(obs_process: ObsProcess, server: RtmpServer) -> AsyncIterator[RealObs]:
    """Real OBS, not streaming before and after."""
    far_end = RealObs(obs_process)
    await far_end.start()
    yield far_end
    await in_time(idle, far_end)
    await far_end.aclose()


async def idle(obs: RealObs) -> bool:
    """Stop the stream if there is one; True once OBS says that it is over."""
    status = await obs.hand("GetStreamStatus")
    if not status["outputActive"]:
        return True
    obs.client.call(requests.StopStream())
    return False


async def in_time(holds: Callable[..., object], *given: object) -> None:
    """Ask until it holds; the deadline only bounds a hang."""
    async with asyncio.timeout(HANG_S):
        while True:
            answer = holds(*given)
            if asyncio.iscoroutine(answer):
                answer = await answer
            if answer:
                return
            await asyncio.sleep(0.05)


async def sight(hall: Hall) -> Sight:
    """What reading says of a start whose outcome nobody knows."""
    return (await hall.driver.read(hall.command(START))).sight


async def test_a_stream_is_ok_when_the_server_has_it(
    obs: RealObs, server: RtmpServer
) -> None:
    """Ok means STARTED: another client and the viewers' end say the same. Stopped, the
    server has it no more.
    """
    async with Hall(obs.url) as hall:
        outcome = await hall.send(START)
        assert (Answer.OK, "") == (outcome.answer, outcome.detail)
        assert outcome.sent_us < outcome.confirmed_us
        assert (True, False) == (hall.stage.streaming, hall.stage.reconnecting)
        status = await obs.hand("GetStreamStatus")
        assert (True, False) == (status["outputActive"], status["outputReconnecting"])
        assert Sight.FOUND is await sight(hall)
        await in_time(server.playlist)
        outcome = await hall.send(STOP)
        assert Answer.OK is outcome.answer
        assert False is hall.stage.streaming
        assert Sight.ABSENT is await sight(hall)
        assert [] == hall.hands


async def test_a_stream_that_runs_is_not_started_again(obs: RealObs) -> None:
    """A second start is ok, and nothing is sent; so is a second stop. A start on the
    heels of a stop is sent, though OBS's status still calls the stream active.
    """
    async with Hall(obs.url) as hall:
        for action in (START, STOP) * 4:
            first = await hall.send(action)
            again = await hall.send(action)
            assert (Answer.OK, Answer.OK) == (first.answer, again.answer)
            assert first.sent_us is not None
            assert (None, "already so") == (again.sent_us, again.detail)


async def test_a_stream_that_a_person_started_is_a_hand_and_stays(obs: RealObs) -> None:
    """What the operator starts in OBS is seen as theirs; our start sends nothing."""
    async with Hall(obs.url) as hall:
        await obs.hand("StartStream")
        await hall.until(lambda: hall.hands == [("stream", "start")])
        outcome = await hall.send(START)
        assert (Answer.OK, None) == (outcome.answer, outcome.sent_us)


async def test_without_its_server_a_stream_is_refused(
    obs: RealObs, server: RtmpServer
) -> None:
    """OBS takes the command and ends the stream at once: certain, it did not start."""
    server.kill()
    async with Hall(obs.url) as hall:
        outcome = await hall.send(START)
        assert Answer.REFUSED is outcome.answer
        assert "no server took it" in outcome.detail
        assert False is hall.stage.streaming


async def test_a_killed_server_is_reconnecting_until_it_is_back(
    obs: RealObs, server: RtmpServer
) -> None:
    """Not streaming while OBS tries again, though its status calls it active; a start
    meanwhile waits for the server; then live, with counters that begin anew.
    """
    async with Hall(obs.url) as hall:
        await hall.send(START)
        await hall.until(lambda: hall.stage.skipped is not None)
        server.kill()
        await hall.until(lambda: hall.stage.reconnecting)
        assert (False, None) == (hall.stage.streaming, hall.stage.skipped)
        assert Level.WARNING is hall.driver.health().level
        status = await obs.hand("GetStreamStatus")
        assert (True, True) == (status["outputActive"], status["outputReconnecting"])
        assert Sight.ABSENT is await sight(hall)
        before = status["outputTotalFrames"]
        again = asyncio.create_task(hall.send(START))
        server.restart()
        assert Answer.OK is (await again).answer
        assert (True, False) == (hall.stage.streaming, hall.stage.reconnecting)
        status = await obs.hand("GetStreamStatus")
        assert before > status["outputTotalFrames"]
        await hall.until(lambda: hall.stage.skipped is not None)
        assert 0 <= hall.stage.skipped <= 1
        await in_time(server.playlist)
        assert [] == hall.hands


async def test_a_stop_while_reconnecting_ends_the_trying(
    obs: RealObs, server: RtmpServer
) -> None:
    """A stream whose server is gone can still be stopped; it does not come back."""
    async with Hall(obs.url) as hall:
        await hall.send(START)
        server.kill()
        await hall.until(lambda: hall.stage.reconnecting)
        assert Answer.OK is (await hall.send(STOP)).answer
        assert (False, False) == (hall.stage.streaming, hall.stage.reconnecting)
        status = await obs.hand("GetStreamStatus")
        assert (False, False) == (status["outputActive"], status["outputReconnecting"])


async def test_only_the_viewers_end_tells_of_a_frozen_server(
    obs: RealObs, server: RtmpServer
) -> None:
    """OBS goes on sending into a server that stands still and calls itself live; after
    a short while the picture goes on from where it stood.
    """
    async with Hall(obs.url) as hall:
        await hall.send(START)
        await in_time(server.playlist)
        server.freeze()
        try:
            sent = (await obs.hand("GetStreamStatus"))["outputBytes"]

            async def sends_on() -> bool:
                status = await obs.hand("GetStreamStatus")
                return bool(status["outputBytes"] > sent)

            await in_time(sends_on)
            assert (True, False) == (hall.stage.streaming, hall.stage.reconnecting)
        finally:
            server.thaw()
        newest = server.playlist()[-1]
        await in_time(lambda: server.playlist()[-1] != newest)
        assert True is hall.stage.streaming


def test_the_server_leaves_nothing_behind(tmp_path: Path) -> None:
    """Stopped, its process is gone; stopping again does no harm."""
    with start_rtmp(tmp_path) as server:
        process = Path(f"/proc/{server.pid}")
        assert process.exists()
        server.stop()
        assert not process.exists()
    assert not process.exists()
