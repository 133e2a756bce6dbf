"""A network in memory: what listens, and aiohttp's way to it.

Real clients and real servers of aiohttp, WebSockets too, are joined by a pair of
transports in one loop, so that nothing but the loop decides when a byte arrives. An
emulator that listens with ``web.TCPSite`` works here unchanged: the virtual loop hands
its ``create_server`` to this network.

What nobody listens to is out of reach: connecting fails as on a machine without that
service, and ``missed`` names the address.
"""

from __future__ import annotations

import asyncio
import errno
import itertools
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any, cast

import aiohttp
from aiohttp.client_proto import ResponseHandler

_Factory = Callable[[], asyncio.BaseProtocol]
_FIRST_PORT = 40_000
_KEPT_S = 1e9
"""aiohttp counts how long a connection was idle on the machine's clock, which must not
decide anything here; the server's own limit is on the loop's.
"""


class MemoryNetwork:
    """Addresses, and who listens there.

    Attributes:
        missed: addresses that somebody tried to reach and nobody ever served,
            each once.
    """

    def __init__(self) -> None:
        self._listening: dict[tuple[str, int], _Factory] = {}
        self._known: set[tuple[str, int]] = set()
        self._desks: dict[tuple[str, int], Callable[[bytes], None]] = {}
        self._ports = itertools.count(_FIRST_PORT)
        self.missed: dict[str, None] = {}

    def listen(self, factory: _Factory, host: str, port: int) -> MemoryServer:
        """Serve an address; port 0 takes a free one.

        Raises:
            OSError: somebody listens there already.
        """
        address = (host, port or next(self._ports))
        if address in self._listening:
            raise OSError(errno.EADDRINUSE, f"{host}:{port} is taken")
        self._listening[address] = factory
        self._known.add(address)
        return MemoryServer(address, lambda: self._listening.pop(address, None))

    def receive(
        self, protocol: asyncio.DatagramProtocol, host: str, port: int
    ) -> asyncio.DatagramTransport:
        """Take the datagrams that are sent to an address; port 0 takes a free one."""
        address = (host, port or next(self._ports))
        self._desks[address] = lambda data: protocol.datagram_received(data, address)
        transport = _Datagrams(lambda _: None, address)
        protocol.connection_made(transport)
        return transport

    def connector(self, *, force_close: bool) -> aiohttp.BaseConnector:
        """A connector that reaches what listens here, and nothing else."""
        return _MemoryConnector(self, force_close=force_close)

    def datagrams(
        self, protocol: asyncio.DatagramProtocol, host: str, port: int
    ) -> asyncio.DatagramTransport:
        """A way to send to an address.

        Raises:
            OSError: nobody takes datagrams there.
        """
        take = self._desks.get((host, port))
        if take is None:
            raise self._nobody(host, port)
        transport = _Datagrams(take, ("127.0.0.1", next(self._ports)))
        protocol.connection_made(transport)
        return transport

    def connect(self, host: str, port: int, client: asyncio.Protocol) -> None:
        """Join a client's protocol to a new one of whoever listens there.

        Raises:
            OSError: nobody does.
        """
        factory = self._listening.get((host, port))
        if factory is None:
            raise self._nobody(host, port)
        near = MemoryTransport(client, peer=(host, port))
        far = MemoryTransport(
            cast("asyncio.Protocol", factory()), peer=("127.0.0.1", next(self._ports))
        )
        near.join(far)
        far.open()
        near.open()

    def _nobody(self, host: str, port: int) -> OSError:
        if (host, port) not in self._known:  # else it is only down just now
            self.missed[f"{host}:{port}"] = None
        return OSError(errno.ECONNREFUSED, f"nothing is emulated at {host}:{port}")


class MemoryServer:
    """What ``create_server`` gives: its address, and its end."""

    def __init__(self, address: tuple[str, int], stop: Callable[[], object]) -> None:
        self._address = address
        self._stop = stop

    @property
    def sockets(self) -> tuple[MemoryServer, ...]:
        """For ``getsockname``, as servers on real sockets are asked."""
        return (self,)

    def getsockname(self) -> tuple[str, int]:
        """The address."""
        return self._address

    def close(self) -> None:
        """Take no more connections; those that are there stay."""
        self._stop()

    async def wait_closed(self) -> None:
        """Nothing is left to wait for."""


class MemoryTransport(asyncio.Transport):
    """One end of a connection. Bytes arrive in order, in a later turn of the loop."""

    def __init__(self, protocol: asyncio.Protocol, peer: tuple[str, int]) -> None:
        super().__init__({"peername": peer, "sockname": ("127.0.0.1", 0)})
        self._loop = asyncio.get_running_loop()
        self._protocol: asyncio.Protocol = protocol
        self._other: MemoryTransport
        self._inbox: deque[bytes] = deque()
        self._ended = False  # the other end sends no more
        self._closing = False
        self._lost = False
        self._paused = False
        self._turn: asyncio.Handle | None = None

    def join(self, other: MemoryTransport) -> None:
        """Make the two ends one connection."""
        self._other, other._other = other, self

    def open(self) -> None:
        """Tell the protocol."""
        self._protocol.connection_made(self)

    # --- sending ------------------------------------------------------------------

    def write(self, data: bytes | bytearray | memoryview[Any]) -> None:
        """Send; what an end that is gone was sent is lost."""
        if not self._closing and data:
            self._other.arrive(bytes(data))

    def writelines(self, list_of_data: Iterable[Any]) -> None:
        """Send them as one."""
        self.write(b"".join(list_of_data))

    def can_write_eof(self) -> bool:
        """Half-closed connections are not emulated."""
        return False

    def get_write_buffer_size(self) -> int:
        """Nothing waits at this end."""
        return 0

    def set_write_buffer_limits(
        self, high: int | None = None, low: int | None = None
    ) -> None:
        """There is no buffer to limit."""

    def close(self) -> None:
        """Send no more; what was sent still arrives."""
        if not self._closing:
            self._closing = True
            self._other.end()
            self._loop.call_soon(self._lose)

    def abort(self) -> None:
        """As ``close``: nothing is buffered that could be thrown away."""
        self.close()

    def is_closing(self) -> bool:
        """True once ``close`` was called."""
        return self._closing

    # --- receiving ----------------------------------------------------------------

    def pause_reading(self) -> None:
        """Keep what arrives."""
        self._paused = True

    def resume_reading(self) -> None:
        """Hand over what was kept."""
        self._paused = False
        self._soon()

    def is_reading(self) -> bool:
        """False while paused, or at the end."""
        return not self._paused and not self._closing

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        """Another protocol takes over: an upgraded connection."""
        self._protocol = cast("asyncio.Protocol", protocol)

    def get_protocol(self) -> asyncio.BaseProtocol:
        """Who reads here."""
        return self._protocol

    def arrive(self, data: bytes) -> None:
        """The other end sent this."""
        self._inbox.append(data)
        self._soon()

    def end(self) -> None:
        """The other end sends no more."""
        self._ended = True
        self._soon()

    def _soon(self) -> None:
        if self._turn is None and not self._paused:
            self._turn = self._loop.call_soon(self._deliver)

    def _deliver(self) -> None:
        self._turn = None
        while self._inbox and not self._paused and not self._closing:
            self._protocol.data_received(self._inbox.popleft())
        if self._ended and not self._inbox and not self._closing:
            self._protocol.eof_received()
            self.close()

    def _lose(self) -> None:
        if not self._lost:
            self._lost = True
            self._inbox.clear()
            self._protocol.connection_lost(None)


class _MemoryConnector(aiohttp.BaseConnector):
    def __init__(self, network: MemoryNetwork, *, force_close: bool) -> None:
        if force_close:
            super().__init__(force_close=True, limit=0)
        else:
            super().__init__(keepalive_timeout=_KEPT_S, limit=0)
        self._network = network

    async def _create_connection(
        self,
        req: Any,
        traces: Any,
        timeout: Any,  # noqa: ASYNC109  as aiohttp calls it
    ) -> ResponseHandler:
        del traces, timeout  # connecting takes no time here
        protocol: ResponseHandler = self._factory()
        try:
            self._network.connect(req.url.host or "", req.url.port or 0, protocol)
        except OSError as error:
            raise aiohttp.ClientConnectorError(req.connection_key, error) from error
        return protocol


class _Datagrams(asyncio.DatagramTransport):
    def __init__(self, take: Callable[[bytes], None], own: tuple[str, int]) -> None:
        super().__init__({"sockname": own})
        self._take = take
        self._closing = False

    def sendto(self, data: Any, addr: Any = None) -> None:
        del addr  # the endpoint has one address for life
        if not self._closing:
            self._take(bytes(data))

    def close(self) -> None:
        self._closing = True

    def is_closing(self) -> bool:
        return self._closing
