"""The edge probe: what viewers of an output get, read from its HLS playlist.

"On program" is not "seen". The playlist is asked about once a second, with deadlines;
its *edge* is the end of the newest segment. A stream that OBS believes to be sending
may have stood still for minutes: only the edge tells.

A probe commands nothing. It reports ``OutputSeen`` when the edge moves, and when it
has stood still for 10 s.
"""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urljoin, urlsplit

import aiohttp

from launchctl.drivers.base import Context, Health, Level, Outcome, Reading
from launchctl.drivers.wire import Exchange, exchange_once, open_session
from launchctl.runbook.model import Output
from launchctl.show.commands import Command
from launchctl.show.inputs import Answer, OutputSeen, Sight
from launchctl.times import SECOND, Micros, format_span

EVERY_S = 1.0
LIMIT_S = 4.0
"""Seconds until one look is given up."""
STILL_US = 10 * SECOND
"""An edge that did not move for this long stands still (SEMANTICS 4)."""
_HOPS = 4
"""Playlists and redirects that one look follows."""


@dataclass(frozen=True, slots=True)
class Playlist:
    """One look at a playlist.

    Attributes:
        edge: what names the newest segment: it changes when the edge moves.
        edge_us: the instant of the edge, by EXT-X-PROGRAM-DATE-TIME; None without it.
        ended: it says that nothing more will come.
        variant: of a master playlist, the address of its first variant.
    """

    edge: tuple[int, str] | None = None
    edge_us: Micros | None = None
    ended: bool = False
    variant: str | None = None


def parse_playlist(text: str) -> Playlist | None:
    """Read an HLS playlist (RFC 8216); None if it is none."""
    lines = [line.strip() for line in text.removeprefix("\ufeff").splitlines()]
    if not lines or lines[0] != "#EXTM3U":
        return None
    first, count, last = 0, 0, ""
    at_us: Micros | None = None
    length_us, is_master, ended = 0, False, False
    for line in lines[1:]:
        tag, _, value = line.partition(":")
        if tag == "#EXT-X-STREAM-INF":
            is_master = True
        elif tag == "#EXT-X-MEDIA-SEQUENCE":
            first = int(value) if value.isascii() and value.isdigit() else 0
        elif tag == "#EXTINF":
            length_us = _length_us(value)
        elif tag == "#EXT-X-PROGRAM-DATE-TIME":
            at_us = _instant_us(value)
        elif tag == "#EXT-X-ENDLIST":
            ended = True
        elif line and not line.startswith("#"):
            if is_master:
                return Playlist(variant=line)
            count, last = count + 1, line
            at_us = None if at_us is None else at_us + length_us
    edge = (first + count, last) if count else None
    return Playlist(edge=edge, edge_us=at_us if edge else None, ended=ended)


def _length_us(value: str) -> Micros:
    with suppress(ValueError, OverflowError):
        return max(0, round(float(value.partition(",")[0]) * SECOND))
    return 0


def _instant_us(value: str) -> Micros | None:
    try:
        moment = datetime.fromisoformat(value.strip())
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return round(moment.timestamp() * SECOND)


class HlsProbe:
    """The probe of one output (target ``output:live``).

    Args:
        definition: the runbook's output; it has a ``playback``.
        context: what the conductor gives.
    """

    def __init__(self, definition: Output, context: Context) -> None:
        self._url = definition.playback or ""
        self._name = context.name.partition(":")[2]
        self._context = context
        self._session: aiohttp.ClientSession
        self._edge: tuple[int, str] | None = None
        self._since_us = 0
        self._last = OutputSeen(self._name, moving=None)
        self._trouble = ""

    async def start(self, stack: AsyncExitStack) -> None:
        """Begin to look, about once a second, until the stack is unwound."""
        self._session = await open_session(stack, self._context.now_us, fresh=False)
        self._since_us = self._context.now_us()
        task = asyncio.create_task(self._watch())
        stack.push_async_callback(_cancel, task)

    async def prepare(self, command: Command) -> str | None:  # noqa: ARG002  Driver
        """Nothing is commanded."""
        return None

    async def send(self, command: Command) -> Outcome:  # noqa: ARG002  Driver
        """Nothing can be commanded."""
        return Outcome(Answer.NOT_SENT, "an output is only looked at")

    async def read(self, command: Command) -> Reading:  # noqa: ARG002  Driver
        """Nothing was sent."""
        return Reading(Sight.UNREADABLE)

    async def check(self) -> Health:
        """Ask for the playlist now."""
        async with AsyncExitStack() as stack:
            session = await open_session(stack, self._context.now_us, fresh=True)
            found, trouble = await _look(session, self._url)
        if found is None:
            return Health(Level.OFFLINE, trouble)
        if found.edge is None:
            return Health(Level.WARNING, "the playlist has no segment yet")
        words = "" if found.edge_us is None else self._measured(found.edge_us)
        return Health(Level.GOOD, f"the playlist answers{words}")

    def health(self) -> Health:
        """The last known health."""
        if self._last.moving:
            return Health(Level.GOOD, "the edge moves")
        if self._last.moving is None:
            return Health(Level.WARNING, self._trouble or "not seen to move yet")
        return Health(Level.OFFLINE, self._last.detail)

    # --- inside -----------------------------------------------------------------------

    def _measured(self, edge_us: Micros) -> str:
        late_us = max(0, self._context.now_us() - edge_us) // SECOND * SECOND
        return f"; its edge is {format_span(late_us)} behind"

    async def _watch(self) -> None:
        while True:
            found, self._trouble = await _look(self._session, self._url)
            self._note(found)
            await self._context.pause(EVERY_S)

    def _note(self, found: Playlist | None) -> None:
        """Report if the edge moved, or if it has stood still for long."""
        now_us = self._context.now_us()
        edge = found.edge if found else None
        if found is not None and edge is not None and edge != self._edge:
            first_sight, self._edge = self._edge is None, edge
            # the first sight of an old playlist is no movement
            if not first_sight and not found.ended:
                self._moved(found, now_us)
                return
        moved_us = self._last.moved_us
        still_us = now_us - (self._since_us if moved_us is None else moved_us)
        if still_us > STILL_US and self._last.moving is not False:
            self._report(moving=False, detail=self._why(found))

    def _moved(self, found: Playlist, now_us: Micros) -> None:
        edge_us = found.edge_us
        self._last = OutputSeen(
            self._name,
            moving=True,
            moved_us=now_us,
            edge_us=edge_us,
            delay_us=None if edge_us is None else max(0, now_us - edge_us),
        )
        self._context.report(self._last)

    def _report(self, *, moving: bool, detail: str) -> None:
        before = self._last
        self._last = OutputSeen(
            self._name,
            moving=moving,
            moved_us=before.moved_us,
            edge_us=before.edge_us,
            delay_us=before.delay_us,
            detail=detail,
        )
        self._context.report(self._last)

    def _why(self, found: Playlist | None) -> str:
        if found is None:
            return self._trouble
        return "the playlist has ended" if found.ended else "the edge stands still"


async def _look(
    session: aiohttp.ClientSession, url: str
) -> tuple[Playlist | None, str]:
    """The media playlist behind an address; else None, and why there is none."""
    for _ in range(_HOPS):
        got = await exchange_once(session, "GET", url, limit_s=LIMIT_S, headers=_FRESH)
        onward = _redirected(got)
        if onward is None:
            if got.status is None:
                return None, f"the playlist cannot be read: {got.trouble}"
            if got.status != 200:
                return None, f"the playlist answers {got.status}"
            found = parse_playlist(got.text())
            if found is None:
                return None, "what answers is no HLS playlist"
            if found.variant is None:
                return found, ""
            onward = found.variant
        url = urljoin(url, onward)
        if urlsplit(url).scheme not in ("http", "https"):
            return None, "the playlist leads to no http address"
    return None, "the playlist leads from one address to the next"


_FRESH = {"Cache-Control": "no-cache"}


def _redirected(got: Exchange) -> str | None:
    if got.status in (301, 302, 303, 307, 308):
        return got.headers.get("location")
    return None


async def _cancel(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
