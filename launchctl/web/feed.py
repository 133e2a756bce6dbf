"""The crew's event stream: encoded once per change, shared by every reader.

Frames (text/event-stream):

* ``id: SEQ`` with the journal line as ``data``: every line, in order. A browser that
  comes back sends ``Last-Event-ID`` and gets what it missed.
* ``event: status`` with the whole ``Status``: the latest wins, at most ten a second.
* ``event: ping`` with ``{"now","seq"}``: each second, so that a page knows it is alive.

A reader is *live* or *behind*. To the live ones each change is written straight into
their sockets: one encoding, one write each, no task. A reader whose write buffer is not
empty is slow: it is skipped, falls behind and catches up by its own task when its
socket takes bytes again. So a slow reader costs nobody else time, and never more memory
than one frame.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable

import structlog
from aiohttp import HttpVersion11, web

from launchctl.store.base import Line
from launchctl.times import format_instant
from launchctl.web.answers import Answers
from launchctl.web.auth import secure
from launchctl.web.base import View, problem
from launchctl.web.reader import (
    Reader,
    as_chunk,
    line_frame,
    named_frame,
    resume_point,
)

log = structlog.get_logger(__name__)

PING_S = 1.0
STATUS_EVERY_S = 0.1
"""Status frames are at least this far apart; what happens between is in the next."""
STUCK_S = 30.0
"""A reader that took nothing for so long is let go; its browser comes back."""
KEPT_LINES = 2_000
"""Encoded lines kept for readers that catch up; older ones are read from the view."""
KEY_CHECK_PINGS = 5
"""A key that was revoked keeps its streams no longer than so many pings."""
MAX_READERS = 12_000


class Feed:
    """All open streams of one view, and the answers to calls that pass by.

    ``encodings`` counts frames made, ``skips`` writes that a slow reader missed.
    """

    def __init__(self, view: View) -> None:
        self.encodings = 0
        self.skips = 0
        self.head = 0
        self.answers = Answers()
        self._view = view
        self._readers: set[Reader] = set()
        self._recent: deque[tuple[int, bytes]] = deque(maxlen=KEPT_LINES)
        self._changed = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._closing = asyncio.Event()
        self._advancing = asyncio.Lock()
        self._status = b""
        self._pings = 0
        self._status_at_s: float | None = None

    async def start(self) -> None:
        """Follow, and read what is there already."""
        self._tasks = [
            asyncio.create_task(work, name=f"feed-{name}")
            for name, work in (
                ("follow", self._follow()),
                ("status", self._tell_status()),
                ("ping", self._ping()),
            )
        ]
        for task in self._tasks:
            task.add_done_callback(self._task_ended)
        await self._advance(await self._view.lines())

    @property
    def alive(self) -> bool:
        """Whether the view is still followed; if not, no stream pretends it is."""
        return bool(self._tasks) and not self._closing.is_set()

    async def aclose(self) -> None:
        """End every stream and every task."""
        self._end()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _end(self) -> None:
        self._closing.set()
        for task in self._tasks:
            task.cancel()
        for reader in list(self._readers):
            reader.wake.set()

    def _task_ended(self, task: asyncio.Task[None]) -> None:
        # A page must not look alive over a view that is dead: end all streams loudly.
        if not task.cancelled() and not self._closing.is_set():
            log.error("feed ended", part=task.get_name(), why=repr(task.exception()))
            self._end()

    @property
    def readers(self) -> int:
        """How many streams are open."""
        return len(self._readers)

    async def serve(
        self, request: web.Request, still_allowed: Callable[[], bool]
    ) -> web.StreamResponse:
        """Answer one request for the stream; returns when it ends."""
        if len(self._readers) >= MAX_READERS:
            return problem(503, "too many open streams", "close pages, or try again")
        if request.version < HttpVersion11:
            return problem(505, "the stream needs HTTP/1.1")
        start = resume_point(request, self.head)
        if start is None:
            return problem(400, "Last-Event-ID, after and tail are whole numbers")
        response = web.StreamResponse(
            headers={
                "Content-Type": "text/event-stream; charset=utf-8",
                "Cache-Control": "no-store",
                "X-Accel-Buffering": "no",
            }
        )
        secure(response)
        await response.prepare(request)
        transport = request.transport
        if transport is None:
            return response
        reader = Reader(transport, start)
        self._readers.add(reader)
        try:
            with contextlib.suppress(ConnectionResetError):
                await response.write(b"retry: 1000\n\n" + self._status_frame())
                await self._attend(reader, response, still_allowed)
        finally:
            self._readers.discard(reader)
        return response

    async def _attend(
        self,
        reader: Reader,
        response: web.StreamResponse,
        still_allowed: Callable[[], bool],
    ) -> None:
        """Bring the reader up to date whenever it is behind; woken each second."""
        while not (self._closing.is_set() or reader.is_gone()) and still_allowed():
            reader.wake.clear()
            while not reader.live and reader.is_clear():
                frames = await self._frames_after(reader.seq)
                if reader.seq >= self.head:
                    await self._go_live(reader, response)
                    break
                for seq, frame in frames:
                    await response.write(frame)
                    reader.seq = seq
            await reader.wake.wait()

    async def _go_live(self, reader: Reader, response: web.StreamResponse) -> None:
        reader.live = True
        if reader.missed_status:
            reader.missed_status = False
            await response.write(self._status_frame())

    async def _frames_after(self, seq: int) -> list[tuple[int, bytes]]:
        if self._recent and self._recent[0][0] <= seq + 1:
            return [pair for pair in self._recent if pair[0] > seq]
        lines = await self._view.lines(after=seq, limit=500)
        self.encodings += len(lines)
        return [(line["seq"], line_frame(line)) for line in lines]

    async def _follow(self) -> None:
        async for batch in self._view.follow():
            await self._advance(batch)
        raise RuntimeError("the view stopped following")

    async def _advance(self, batch: list[Line]) -> None:
        """Take new lines, in order and without a gap, and spread them."""
        async with self._advancing:
            if batch and batch[0]["seq"] > self.head + 1:
                batch = await self._view.lines(after=self.head)
            fresh = [line for line in batch if line["seq"] > self.head]
            before = self.head
            frames = b"".join([self._take(line) for line in fresh])
            if frames:
                self._spread_lines(as_chunk(frames), before)
            self._status_at_s = None
            self._changed.set()

    def _take(self, line: Line) -> bytes:
        """Encode a line once, keep it, and hand an answer to who waits for it."""
        frame = line_frame(line)
        self.encodings += 1
        self.head = line["seq"]
        self._recent.append((self.head, frame))
        self.answers.note(line)
        return frame

    def _spread_lines(self, chunk: bytes, before: int) -> None:
        for reader in self._readers:
            if not reader.live:
                continue
            if reader.seq == before and reader.push(chunk):
                reader.seq = self.head
            else:
                self._fall_behind(reader)

    def _spread_status(self) -> None:
        chunk = as_chunk(self._status_frame())
        for reader in self._readers:
            if not reader.live:
                reader.missed_status = True
            elif not reader.push(chunk):
                reader.missed_status = True
                self._fall_behind(reader)

    def _spread_ping(self) -> None:
        self.encodings += 1
        self._pings += 1
        now = {"now": format_instant(self._view.now_us()), "seq": self.head}
        chunk = as_chunk(named_frame("ping", now))
        for reader in self._readers:
            if reader.live and not reader.push(chunk):
                self._fall_behind(reader)

    def _live(self) -> list[Reader]:
        return [reader for reader in self._readers if reader.live]

    def _fall_behind(self, reader: Reader) -> None:
        self.skips += 1
        reader.live = False
        reader.wake.set()

    def _status_frame(self) -> bytes:
        """The latest status; encoded again only after a change, or a second later."""
        now_s = asyncio.get_running_loop().time()
        if self._status_at_s is None or now_s - self._status_at_s > 1:
            self.encodings += 1
            self._status = named_frame("status", self._view.status())
            self._status_at_s = now_s
        return self._status

    async def _tell_status(self) -> None:
        while True:
            await self._changed.wait()
            self._changed.clear()
            if self._readers:
                self._spread_status()
            await asyncio.sleep(STATUS_EVERY_S)

    async def _ping(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(PING_S)
            self._spread_ping()
            for reader in list(self._readers):
                self._look_after(reader, loop.time())

    def _look_after(self, reader: Reader, now_s: float) -> None:
        """Wake its task (catch up, key check); let a stuck reader go."""
        if reader.is_clear():
            reader.slow_since = None
        elif reader.slow_since is None:
            reader.slow_since = now_s
        elif now_s - reader.slow_since > STUCK_S:
            reader.drop()
        # A live reader needs its task only to be let go, or when its key is looked at.
        if not reader.live or reader.is_gone() or self._pings % KEY_CHECK_PINGS == 0:
            reader.wake.set()
