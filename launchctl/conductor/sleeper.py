"""Waking up on time: sleep until just before, then spin in the loop.

A timer of the default loop wakes 0.9 ms late at the median and more under load.
Sleeping until 1.5 ms before and then yielding in a tight loop was
measured at 0.001 ms (p50) and 0.04 ms (p99) with real-time priority. A spinner without
that priority is punished by the scheduler when the cores are busy, so it may spin at
most a tenth of any second.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from launchctl.times import MILLISECOND, SECOND, Micros

SPIN_US = 1_500
"""How long before the deadline sleeping ends and spinning begins."""

_BUDGET_US = SECOND // 10
"""At most this much spinning in any second."""

_COARSE_US = 50 * MILLISECOND
"""Before a deadline farther away than this, timers alone are exact enough to wait."""


_PAUSE_S, _PATIENCE = 0.25, 8


async def out_of_the_way(left_us: Callable[[], Micros | None]) -> None:
    """Wait while a deadline is under a second away, but for two seconds at most: for
    work that costs more than a millisecond and that nobody waits for.
    """
    for _ in range(_PATIENCE):
        left = left_us()
        if left is None or left > SECOND:
            return
        await asyncio.sleep(_PAUSE_S)


class Sleeper:
    """Waits for a deadline on N, or for news, whichever comes first.

    Without ``spins`` by timers alone: in virtual time they are exact, and a loop that
    is kept busy never comes to the instant it waits for.
    """

    def __init__(self, now_us: Callable[[], Micros], *, spins: bool = True) -> None:
        self._now_us = now_us
        self._spins = spins
        self._news = asyncio.Event()
        self._window_us: Micros = 0
        self._spun_us: Micros = 0

    def wake(self) -> None:
        """There is news: end the present wait. Call it from the loop's own thread."""
        self._news.set()

    async def until(self, deadline_us: Micros | None) -> None:
        """Return once N has reached the deadline, or there is news. Never early."""
        if deadline_us is None:
            await self._news.wait()
        else:
            await self._until(deadline_us)
        self._news.clear()

    async def _until(self, deadline_us: Micros) -> None:
        while not self._news.is_set():
            left_us = deadline_us - self._now_us()
            if left_us <= 0:
                return
            spin_us = self._allowed_us()
            if left_us <= spin_us:
                await self._spin(deadline_us)
            else:
                await self._sleep(left_us, spin_us)

    async def _sleep(self, left_us: Micros, spin_us: Micros) -> None:
        # A far deadline is approached in two steps: the long timer may oversleep by
        # more than the spin that follows it.
        early_us = _COARSE_US if left_us > 2 * _COARSE_US else spin_us
        try:
            async with asyncio.timeout((left_us - early_us) / SECOND):
                await self._news.wait()
        except TimeoutError:
            return

    async def _spin(self, deadline_us: Micros) -> None:
        began_us = self._now_us()
        # Spinning is the point: an Event would need a timer to set it.
        while self._now_us() < deadline_us and not self._news.is_set():  # noqa: ASYNC110
            await asyncio.sleep(0)
        self._spun_us += self._now_us() - began_us

    def _allowed_us(self) -> Micros:
        if not self._spins:
            return 0
        now_us = self._now_us()
        if now_us - self._window_us >= SECOND:
            self._window_us, self._spun_us = now_us, 0
        return SPIN_US if self._spun_us + SPIN_US <= _BUDGET_US else 0
