"""The edge probe: what it reads of a playlist, and when it reports."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack

import pytest

from launchctl.clock import new_loop
from launchctl.drivers.base import Context, Level
from launchctl.drivers.hls import HlsProbe, parse_playlist
from launchctl.rehearsal.emulators.hls import HlsEmulator
from launchctl.rehearsal.emulators.web import EMPTY_503, HANG_BEFORE, HTML_200, Fault
from launchctl.runbook.base import SecretRef
from launchctl.runbook.model import Output
from launchctl.show.inputs import Input, OutputSeen
from launchctl.times import SECOND, Micros, parse_instant

MEDIA = """#EXTM3U
#EXT-X-TARGETDURATION:6
#EXT-X-MEDIA-SEQUENCE:7
#EXT-X-PROGRAM-DATE-TIME:2026-11-22T16:00:00.000Z
#EXTINF:6.000,
a.ts
#EXTINF:4.500,title
b.ts
"""


def test_the_edge_is_the_end_of_the_newest_segment() -> None:
    """SEMANTICS 4: the edge is the end of the newest segment, dated by the tag."""
    found = parse_playlist(MEDIA)
    assert found is not None
    assert found.edge == (9, "b.ts")
    assert found.edge_us == parse_instant("2026-11-22T16:00:10.500Z")


@pytest.mark.parametrize(
    ("text", "edge", "variant"),
    [
        ("#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nlow.m3u8\n", None, "low.m3u8"),
        ("#EXTM3U\n#EXTINF:x,\na.ts\n", (1, "a.ts"), None),
        ("\ufeff#EXTM3U\r\n#EXT-X-MEDIA-SEQUENCE:-1\r\n", None, None),
        ("#EXTM3U\n#EXT-X-PROGRAM-DATE-TIME:soon\n#EXTINF:2\na.ts", (1, "a.ts"), None),
    ],
)
def test_what_is_odd_in_a_playlist_is_passed_over(
    text: str, edge: tuple[int, str] | None, variant: str | None
) -> None:
    """A tag that means nothing is passed over; the edge is still read."""
    found = parse_playlist(text)
    assert found is not None
    assert (found.edge, found.variant, found.edge_us) == (edge, variant, None)


@pytest.mark.parametrize("text", ["", "<html></html>", "#EXTINF:2\na.ts"])
def test_what_is_no_playlist_is_none(text: str) -> None:
    """A page that answers in the place of the playlist is not taken for one."""
    assert parse_playlist(text) is None


class Rig:
    """A probe, an emulated CDN, and what the probe reported."""

    def __init__(self, probe: HlsProbe, cdn: HlsEmulator, seen: list[Input]) -> None:
        self.probe = probe
        self.cdn = cdn
        self.seen = seen

    async def until(self, there: Callable[[OutputSeen], bool]) -> OutputSeen:
        """The first report for which this holds, from now on."""
        at = len(self.seen)
        async with asyncio.timeout(300):
            while True:
                for item in self.seen[at:]:
                    if isinstance(item, OutputSeen) and there(item):
                        return item
                await asyncio.sleep(0.2)


START_US = 1_600_000_000 * SECOND


class NoSecrets:
    """A probe has none."""

    def get(self, ref: SecretRef) -> str:
        """Nothing."""
        raise KeyError(ref)

    def with_prefix(self, ref: SecretRef) -> dict[str, str]:
        """Nothing."""
        raise KeyError(ref)


def paced(scenario: Callable[[Rig], Awaitable[None]]) -> None:
    """Play a scenario with a probe and a CDN in a loop of 40 s a second."""

    async def play() -> None:
        loop = asyncio.get_running_loop()
        began_s = loop.time()

        def now_us() -> Micros:
            return START_US + round((loop.time() - began_s) * SECOND)

        seen: list[Input] = []
        async with AsyncExitStack() as stack:
            cdn = HlsEmulator(now_us)
            stack.push_async_callback(cdn.aclose)
            url = await cdn.start()
            context = Context("output:live", now_us, seen.append, NoSecrets())
            probe = HlsProbe(Output(playback=f"{url}/live.m3u8"), context)
            await probe.start(stack)
            async with asyncio.timeout(1000):
                await scenario(Rig(probe, cdn, seen))

    with asyncio.Runner(loop_factory=lambda: new_loop(40.0)) as runner:
        runner.run(play())


def test_a_moving_edge_is_reported_with_its_delay() -> None:
    """SEMANTICS 4: measured delay = now less the edge's PROGRAM-DATE-TIME."""

    async def scenario(rig: Rig) -> None:
        report = await rig.until(lambda seen: bool(seen.moving))
        assert report.moved_us is not None
        assert report.edge_us is not None
        assert report.delay_us == report.moved_us - report.edge_us
        assert report.delay_us >= rig.cdn.behind_us
        assert rig.probe.health().level is Level.GOOD

    paced(scenario)


def test_an_edge_that_stands_still_is_reported_after_ten_seconds() -> None:
    """SEMANTICS 4: moving = age <= 10 s; it moves again once a new segment is there."""

    async def scenario(rig: Rig) -> None:
        await rig.until(lambda seen: bool(seen.moving))
        rig.cdn.freeze()
        report = await rig.until(lambda seen: seen.moving is False)
        assert report.moved_us is not None
        assert rig.probe.health().level is Level.OFFLINE
        assert report.detail == "the edge stands still"
        rig.cdn.thaw()
        await rig.until(lambda seen: bool(seen.moving))

    paced(scenario)


def test_an_old_playlist_is_not_seen_to_move() -> None:
    """The first sight of a playlist is no movement: it may be yesterday's."""

    async def scenario(rig: Rig) -> None:
        report = await rig.until(lambda seen: True)
        assert report.moving is False
        assert report.moved_us is None

    async def frozen(rig: Rig) -> None:
        rig.cdn.freeze()
        await scenario(rig)

    paced(frozen)


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (EMPTY_503, "the playlist answers 503"),
        (HTML_200, "what answers is no HLS playlist"),
        (HANG_BEFORE, "the playlist cannot be read: no answer in time"),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_a_playlist_that_cannot_be_read_stands_still(fault: Fault, words: str) -> None:
    """Viewers get nothing from it either; every look has a deadline of its own."""

    async def scenario(rig: Rig) -> None:
        await rig.until(lambda seen: bool(seen.moving))
        rig.cdn.faults.next(fault, on="get", times=100)
        report = await rig.until(lambda seen: seen.moving is False)
        assert report.detail == words

    paced(scenario)


def test_without_dates_no_delay_is_measured() -> None:
    """SEMANTICS 4: without the tag only the declared delay counts."""

    async def scenario(rig: Rig) -> None:
        rig.cdn.dated = False
        report = await rig.until(lambda seen: bool(seen.moving))
        assert report.delay_us is None

    paced(scenario)


def test_the_check_asks_for_the_playlist() -> None:
    """`launch check --live` says whether it answers, and how far behind its edge is."""

    async def scenario(rig: Rig) -> None:
        health = await rig.probe.check()
        assert health.level is Level.GOOD
        assert "behind" in health.text
        rig.cdn.faults.next(EMPTY_503, on="get", times=2)
        assert (await rig.probe.check()).level is Level.OFFLINE

    paced(scenario)
