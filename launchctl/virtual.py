"""Virtual time: an event loop whose clock jumps to the next deadline.

Whenever nothing can run, time moves to the earliest timer, at once. Every time-out and
back-off of every library is a timer of the loop, so all of them are rehearsed, and days
pass in seconds. The same coroutines with the same seed run in the same order, on any
machine under any load, because nothing that is outside the process can wake the loop:

- kernel sockets, pipes, signals, name look-ups and subprocesses raise; connections are
  made in memory, by the loop's ``Network``;
- no thread may be started; what is given to an executor runs at once, in line (a 50 ms
  thread was measured to let 4,369 virtual seconds pass);
- a coroutine that spins until some instant comes would never see it: after a million
  rounds without a jump the loop raises.
"""

from __future__ import annotations

import asyncio
import functools
import gc
import math
import sys
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn, Protocol, TypeVar

from launchctl.errors import LaunchError
from launchctl.times import SECOND, Micros

_T = TypeVar("_T")

_STUCK_ROUNDS = 1_000_000
_GARBAGE = 100_000
"""New objects between two looks for garbage, instead of 700."""
_RESOLUTION_S = 1e-7
"""Of the loop's time: a float of some years still tells it."""
_REAL_WORLD = frozenset(
    {
        "socket.connect",
        "socket.bind",
        "socket.sendto",
        "socket.getaddrinfo",
        "subprocess.Popen",
        "os.fork",
        "os.exec",
        "os.posix_spawn",
        "os.system",
    }
)
"""Audit events of CPython (PEP 578) that leave the process."""


class VirtualTimeError(LaunchError):
    """Something reached for the real world, or for real time, in virtual time."""


class Network(Protocol):
    """What carries connections in virtual time (``rehearsal/network.py``)."""

    def listen(
        self, factory: Callable[[], asyncio.BaseProtocol], host: str, port: int
    ) -> Any:
        """Serve an address; port 0 takes a free one."""
        ...

    def connector(self, *, force_close: bool) -> Any:
        """An ``aiohttp`` connector to what listens in this network."""
        ...

    def receive(
        self, protocol: asyncio.DatagramProtocol, host: str, port: int
    ) -> asyncio.DatagramTransport:
        """Take the datagrams that are sent to an address; port 0 takes a free one."""
        ...

    def datagrams(
        self, protocol: asyncio.DatagramProtocol, host: str, port: int
    ) -> asyncio.DatagramTransport:
        """A way to send datagrams to an address."""
        ...


class VirtualClock:
    """N in virtual time: an instant, and the loop's seconds since.

    Attributes:
        speed: infinite: no real time is kept at all.
    """

    speed = math.inf

    def __init__(self, loop: VirtualLoop, start_us: Micros) -> None:
        self._loop = loop
        self._start_us = start_us

    def now_us(self) -> Micros:
        """N now."""
        return self._start_us + round(self._loop.time() * SECOND)

    def suspend(self, span_us: Micros) -> None:
        """The machine sleeps: N passes, and the loop's timers stand still."""
        self._start_us += span_us


class VirtualLoop(asyncio.BaseEventLoop):
    """The loop. ``network`` makes its connections; without one there are none."""

    def __init__(self, network: Network | None = None) -> None:
        super().__init__()
        self.network = network
        self._now_s = 0.0
        self._clock_resolution = _RESOLUTION_S
        self._selector = _Jump(self)  # where BaseEventLoop would wait
        self._thread = threading.get_ident()
        self._rounds = 0

    def time(self) -> float:
        """Virtual seconds since the loop was made."""
        return self._now_s

    def jump(self, by_s: float | None) -> None:
        """Nothing can run for ``by_s``: it is later now.

        Raises:
            VirtualTimeError: nothing will ever run again, or something spins.
        """
        if by_s is None:
            raise VirtualTimeError(
                "the rehearsal stands still: nothing waits for an instant any more"
            )
        if by_s > 0:
            # exactly the timer's own instant: sums of differences would drift
            due_s: float = self._scheduled[0].when()  # type: ignore[attr-defined]
            self._now_s = max(self._now_s, min(due_s, self._now_s + by_s))
            self._rounds = 0
        self._rounds += 1
        if self._rounds > _STUCK_ROUNDS:
            self._rounds = 0  # what is cancelled now may still clean up
            raise VirtualTimeError("something spins: virtual time cannot pass")

    # --- what BaseEventLoop leaves to its heirs -----------------------------------

    def _process_events(self, event_list: object) -> None:
        pass

    def _write_to_self(self) -> None:
        pass  # a signal handler of this thread: the loop never sleeps anyway

    def call_soon_threadsafe(  # type: ignore[override]  # any types
        self, callback: Any, *args: Any, context: Any = None
    ) -> asyncio.Handle:
        """Of this thread alone."""
        if threading.get_ident() != self._thread:
            _forbid("a thread")
        return self.call_soon(callback, *args, context=context)

    def run_in_executor(  # type: ignore[override]  # any types
        self, executor: object, func: Any, *args: Any
    ) -> asyncio.Future[Any]:
        """At once, in line: its result is there when the loop goes on."""
        del executor
        future: asyncio.Future[Any] = self.create_future()
        try:
            future.set_result(func(*args))
        except Exception as error:  # noqa: BLE001  an executor hands on whatever it was
            future.set_exception(error)
        return future

    async def create_server(
        self, protocol_factory: Any, host: Any = None, port: Any = None, **_: Any
    ) -> Any:
        """Listen in the loop's own network."""
        if self.network is None:
            _forbid(f"a server at {host}:{port}")
        return self.network.listen(protocol_factory, str(host), int(port or 0))

    async def create_datagram_endpoint(
        self,
        protocol_factory: Any,
        local_addr: Any = None,
        remote_addr: Any = None,
        **_: Any,
    ) -> Any:
        """Send or receive in the loop's own network."""
        if self.network is None:
            _forbid(f"datagrams of {local_addr} to {remote_addr}")
        protocol = protocol_factory()
        if remote_addr is None:
            return self.network.receive(protocol, *local_addr[:2]), protocol
        return self.network.datagrams(protocol, *remote_addr[:2]), protocol


def network_of(loop: asyncio.AbstractEventLoop) -> Network | None:
    """The network that a loop brings along; None where the machine's own is meant."""
    return loop.network if isinstance(loop, VirtualLoop) else None


class _Jump:
    """A selector that waits for nothing."""

    def __init__(self, loop: VirtualLoop) -> None:
        self._loop = loop

    def select(self, timeout: float | None) -> list[Any]:
        self._loop.jump(timeout)
        return []


def _forbid(what: str) -> NoReturn:
    raise VirtualTimeError(
        f"{what} cannot be had in virtual time",
        hint="give it an emulator, or rehearse it paced: --speed 1",
    )


def _refuse(name: str) -> Callable[..., Any]:
    def method(self: VirtualLoop, *args: Any, **_: Any) -> NoReturn:  # noqa: ARG001
        _forbid(f"{name} {args[:2]}")

    return method


for _name in (
    "getaddrinfo", "getnameinfo", "create_connection", "create_unix_connection",
    "create_unix_server", "subprocess_exec", "subprocess_shell", "connect_read_pipe",
    "connect_write_pipe", "add_reader", "add_writer", "add_signal_handler",
    "sock_recv", "sock_recv_into", "sock_sendall", "sock_connect", "sock_accept",
):  # fmt: skip
    setattr(VirtualLoop, _name, _refuse(_name))


def run_virtually(
    main: Callable[[], Coroutine[Any, Any, _T]], network: Network | None = None
) -> _T:
    """Run a coroutine to its end in virtual time; nothing real is reached meanwhile.

    Raises:
        VirtualTimeError: something reached for the real world outside the loop as well.
    """
    with (
        _alone(),
        _seldom_collected(),
        asyncio.Runner(loop_factory=lambda: VirtualLoop(network)) as runner,
    ):
        return runner.run(main())


@contextmanager
def _seldom_collected() -> Iterator[None]:
    """Within, garbage is looked for seldom: nearly all that a rehearsal makes is kept
    to its end, and looking for what was not took 2 s of 17.
    """
    before = gc.get_threshold()
    gc.set_threshold(_GARBAGE, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


_rehearsing: list[int] = []
"""The threads that run in virtual time now."""


@contextmanager
def _alone() -> Iterator[None]:
    """Within, whatever this thread does to leave the process, or itself, raises."""
    _listen()
    start = threading.Thread.start
    _rehearsing.append(threading.get_ident())
    # before Python 3.12 no audit event tells of a thread
    threading.Thread.start = _no_thread  # type: ignore[method-assign,assignment]
    try:
        yield
    finally:
        threading.Thread.start = start  # type: ignore[method-assign]
        _rehearsing.pop()


def _no_thread(thread: threading.Thread) -> NoReturn:
    _forbid(f"a thread ({thread.name})")


@functools.cache
def _listen() -> None:
    """An audit hook stays for life: it is added once, and asks whether it is meant."""
    sys.addaudithook(_audit)


def _audit(event: str, _args: object) -> None:
    if _rehearsing and event in _REAL_WORLD and threading.get_ident() in _rehearsing:
        _forbid(event)
