"""A loop that leaves out the time in which nothing would happen.

Its time flows as the machine's does while anybody works, so a busy machine makes
nothing late that waits for it; where everybody only waits for a timer, the wait is
skipped. Loopback connections inside one process work on it; other processes do not,
for nobody sees whether they are busy.
"""

from __future__ import annotations

import asyncio
import selectors
import time
from collections.abc import Coroutine
from typing import Any, TypeVar

from launchctl.times import SECOND, Micros

_T = TypeVar("_T")
_GRACE_S = 0.0005
"""A byte sent over loopback is readable at once; this is for the kernel's threads."""


class SkippingLoop(asyncio.SelectorEventLoop):
    """An event loop whose idle waits take no time."""

    def __init__(self) -> None:
        self._skips = _SkippingSelector()
        super().__init__(self._skips)

    def time(self) -> float:
        """Seconds, with what was skipped."""
        return time.monotonic() + self._skips.skipped_s

    def run_in_executor(self, executor: Any, func: Any, *args: Any) -> Any:
        """A thread's work is no idle time."""
        future = super().run_in_executor(executor, func, *args)
        self._skips.busy += 1
        future.add_done_callback(self._skips.one_done)
        return future


class _SkippingSelector(selectors.DefaultSelector):
    """Attributes: ``skipped_s`` so far; ``busy``: how many threads are at work."""

    def __init__(self) -> None:
        super().__init__()
        self.skipped_s = 0.0
        self.busy = 0

    def one_done(self, _: object) -> None:
        """A thread has ended."""
        self.busy -= 1

    def select(self, timeout: float | None = None) -> Any:
        """As any selector, but a wait for a timer alone is skipped."""
        if timeout is None or timeout <= _GRACE_S or self.busy:
            return super().select(timeout)
        ready = super().select(_GRACE_S)
        if not ready:
            self.skipped_s += timeout - _GRACE_S
        return ready


class SkippingOrigin:
    """N of a run on the running loop's time, from ``start_us`` on."""

    speed = 0.0  # not a show's: nobody compares N with the machine's wall clock

    def __init__(self, start_us: Micros) -> None:
        self._start_us = start_us
        self._began_s = asyncio.get_running_loop().time()

    def now_us(self) -> Micros:
        """N now."""
        passed_s = asyncio.get_running_loop().time() - self._began_s
        return self._start_us + round(passed_s * SECOND)


def run_skipping(work: Coroutine[Any, Any, _T]) -> _T:
    """Run to the end on a loop of its own."""
    with asyncio.Runner(loop_factory=SkippingLoop) as runner:
        return runner.run(work)
