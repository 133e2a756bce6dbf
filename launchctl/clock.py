"""The one place that reads clocks.

**N**, the engine's ``now``, is UTC at the run's start plus elapsed time including
suspend. It is counted on CLOCK_BOOTTIME, never on the wall clock, so that nobody's NTP
step moves a cue. All processes of a run count the same N from one ``Origin``.

A *paced* clock runs ``speed`` times as fast: the event loop's own time is scaled, so
that every timeout and back-off of every library is scaled with it.
"""

from __future__ import annotations

import asyncio
import ctypes
import selectors
import time
from dataclasses import asdict, dataclass
from typing import Any, Protocol

from launchctl.times import Micros


def wall_us() -> Micros:
    """The machine's wall clock, in microseconds since the Unix epoch."""
    return time.time_ns() // 1_000


def _boottime_ns() -> int:
    return time.clock_gettime_ns(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


@dataclass(frozen=True, slots=True)
class Reading:
    """The machine's clocks, read together; each in microseconds.

    Attributes:
        wall_us: since the Unix epoch; people and NTP set it.
        boottime_us: CLOCK_BOOTTIME: elapsed, also while the machine was suspended.
        monotonic_us: CLOCK_MONOTONIC: elapsed, but stands in suspend. The event loop's
            timers count on it.
    """

    wall_us: Micros
    boottime_us: Micros
    monotonic_us: Micros


def read_clocks() -> Reading:
    """All three, now."""
    return Reading(wall_us(), _boottime_ns() // 1_000, time.monotonic_ns() // 1_000)


class _Timex(ctypes.Structure):
    """The head of ``struct timex`` (adjtimex(2)); the rest is room that is not read."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("rest", ctypes.c_char * 512),
    )


_TIME_ERROR = 5
"""What adjtimex(2) answers while nobody synchronizes the clock."""


def clock_error_us() -> Micros | None:
    """How far the wall clock may be off, as the kernel knows it from NTP; None if
    nobody synchronizes it, or that cannot be told here.
    """
    adjtimex = getattr(ctypes.CDLL(None, use_errno=True), "adjtimex", None)
    if adjtimex is None:
        return None
    found = _Timex()
    state = adjtimex(ctypes.byref(found))
    return None if state in (-1, _TIME_ERROR) else int(found.maxerror)


class Clock(Protocol):
    """What counts N: an ``Origin``, or the clock of a rehearsal in virtual time."""

    @property
    def speed(self) -> float:
        """How many seconds of N pass in a second; infinite in virtual time."""
        ...

    def now_us(self) -> Micros:
        """N now."""
        ...


@dataclass(frozen=True, slots=True)
class Origin:
    """Where N of a run began.

    Attributes:
        start_us: N at that moment: the wall clock in a show, anything in a rehearsal.
        boottime_ns: CLOCK_BOOTTIME at that moment.
        speed: how many seconds of N pass in a second (1.0 in a show).
    """

    start_us: Micros
    boottime_ns: int
    speed: float = 1.0

    @classmethod
    def here(cls, start_us: Micros | None = None, speed: float = 1.0) -> Origin:
        """An origin at this moment; ``start_us`` None takes the wall clock."""
        return cls(wall_us() if start_us is None else start_us, _boottime_ns(), speed)

    def now_us(self) -> Micros:
        """N now."""
        elapsed_ns = _boottime_ns() - self.boottime_ns
        if self.speed != 1.0:
            elapsed_ns = int(elapsed_ns * self.speed)
        return self.start_us + elapsed_ns // 1_000

    def as_json(self) -> dict[str, Any]:
        """Plain values, for the run folder's ``run.json``."""
        return asdict(self)


class PacedLoop(asyncio.SelectorEventLoop):
    """An event loop whose time runs ``speed`` times as fast.

    ``time()`` is scaled and the selector waits correspondingly shorter, so that
    ``call_later``, ``wait_for`` and every library above them keep to show time.
    """

    def __init__(self, speed: float) -> None:
        self._speed = speed
        self._began = time.monotonic()
        super().__init__(_PacedSelector(speed))

    def time(self) -> float:
        """Seconds of show time on this loop's own scale."""
        return self._began + (time.monotonic() - self._began) * self._speed


class _PacedSelector(selectors.DefaultSelector):
    def __init__(self, speed: float) -> None:
        super().__init__()
        self._speed = speed

    def select(self, timeout: float | None = None) -> Any:
        if timeout is not None and timeout > 0:
            timeout /= self._speed
        return super().select(timeout)


def new_loop(speed: float = 1.0) -> asyncio.AbstractEventLoop:
    """The default loop of the platform, or a paced one."""
    return asyncio.SelectorEventLoop() if speed == 1.0 else PacedLoop(speed)
