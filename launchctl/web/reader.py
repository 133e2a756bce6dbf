"""One open event stream, and the frames that are written into it."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from launchctl.store.base import Line

SEND_BUFFER = 32 * 1024
"""SO_SNDBUF (the kernel doubles it): else it hides megabytes of lag per reader."""


def encode(data: Mapping[str, Any]) -> bytes:
    """JSON in one line, as everything here is written."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()


def line_frame(line: Line) -> bytes:
    """A journal line as an event with its seq for id."""
    return b"id: %d\ndata: %b\n\n" % (line["seq"], encode(line))


def named_frame(name: str, data: Mapping[str, Any]) -> bytes:
    """An event of its own name; without id, so that it never moves the resume point."""
    return b"event: %b\ndata: %b\n\n" % (name.encode(), encode(data))


def as_chunk(frame: bytes) -> bytes:
    """A frame as a chunk of HTTP/1.1, ready for any reader's socket."""
    return b"%x\r\n%b\r\n" % (len(frame), frame)


class Reader:
    """One open stream.

    Attributes:
        seq: the last journal line written to it.
        live: written to directly; otherwise its own task brings it up to date.
        missed_status: it was skipped and wants the latest status when it is back.
    """

    def __init__(self, transport: asyncio.Transport, seq: int) -> None:
        self.seq = seq
        self.live = False
        self.missed_status = False
        self.wake = asyncio.Event()
        self.slow_since: float | None = None
        self._transport = transport
        raw = transport.get_extra_info("socket")
        if raw is not None:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)

    def push(self, chunk: bytes) -> bool:
        """Write a shared chunk; False (and nothing written) if the reader is slow."""
        if self._transport.is_closing():
            return False
        if self._transport.get_write_buffer_size():
            return False
        self._transport.write(chunk)
        return True

    def is_clear(self) -> bool:
        """Everything written so far has left."""
        return not self._transport.get_write_buffer_size()

    def is_gone(self) -> bool:
        """The other end closed, or we did."""
        return self._transport.is_closing()

    def drop(self) -> None:
        """End it at once."""
        self._transport.abort()


def resume_point(request: web.Request, head: int) -> int | None:
    """The seq after which the reader wants lines; None if it asks in no number."""
    try:
        if (last := request.headers.get("Last-Event-ID")) is not None:
            return min(max(int(last), 0), head)
        if (after := request.query.get("after")) is not None:
            return min(max(int(after), 0), head)
        return max(head - min(max(int(request.query.get("tail", "0")), 0), 1000), 0)
    except ValueError:
        return None
