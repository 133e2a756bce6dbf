"""An emulated light, sound or effects desk: it takes OSC messages and keeps them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from launchctl.times import Micros


@dataclass(frozen=True, slots=True)
class OscMessage:
    """A datagram that arrived, as it was."""

    at_us: Micros
    data: bytes

    @property
    def address(self) -> str:
        """Its OSC address (OSC 1.0: a string, ended by a zero byte)."""
        return self.data.partition(b"\0")[0].decode("ascii", "replace")


class OscDesk(asyncio.DatagramProtocol):
    """Listens on a free port. ``received`` holds every message."""

    def __init__(self, now_us: Callable[[], Micros]) -> None:
        self._now_us = now_us
        self._transport: asyncio.BaseTransport | None = None
        self.received: list[OscMessage] = []

    async def start(self, host: str = "127.0.0.1") -> str:
        """Listen; its address."""
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(
            lambda: self, local_addr=(host, 0)
        )
        port = self._transport.get_extra_info("sockname")[1]
        return f"osc://{host}:{port}"

    def datagram_received(self, data: bytes, addr: object) -> None:  # noqa: ARG002
        """Keep it."""
        self.received.append(OscMessage(self._now_us(), data))

    def close(self) -> None:
        """Stop listening."""
        if self._transport is not None:
            self._transport.close()
