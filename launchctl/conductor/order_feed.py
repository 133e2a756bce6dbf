"""What the conductor hears of the ledger: the counter, and samples for conditions.

At most one sample a second is journaled, and the last change is never lost: what came
within the second is in the sample at its end.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from launchctl.conductor.counter import CounterText
from launchctl.errors import JournalError
from launchctl.orders.model import Totals
from launchctl.show.engine import Engine
from launchctl.show.inputs import Input, Noted, OrdersSeen
from launchctl.store.base import Ledger
from launchctl.times import SECOND, Micros

_SAMPLE_EVERY_S = 1.0
_AFTER_TROUBLE_S = 1.0
_FRESHER_US = 3 * SECOND


class OrderFeed:
    """Follows the ledger for as long as the show lasts."""

    def __init__(
        self,
        engine: Engine,
        ledger: Ledger,
        counter: CounterText | None,
        report: Callable[[Input], None],
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._pause = pause
        self._engine = engine
        self._ledger = ledger
        self._counter = counter
        self._report = report
        self._totals = Totals()
        self._moved = False
        self._wake = asyncio.Event()

    async def run(self) -> None:
        """Follow, for ever. A ledger that cannot be read is said once and asked again:
        scenes and posts do not depend on it.
        """
        async with asyncio.TaskGroup() as group:
            group.create_task(self._again(self._follow, "the orders cannot be read"))
            if self._engine.reads_orders:
                group.create_task(self._look())
                group.create_task(
                    self._again(self._sample, "the orders cannot be sampled")
                )

    async def _again(self, work: Callable[[], Awaitable[None]], what: str) -> None:
        told = False
        while True:
            try:
                await work()
            except JournalError as error:
                if not told:
                    self._report(Noted("orders", f"{what}: {error}", level="warning"))
                told = True
            await asyncio.sleep(_AFTER_TROUBLE_S)

    async def _follow(self) -> None:
        async for totals in self._ledger.follow():
            self._totals, self._moved = totals, True
            self._wake.set()
            if self._counter:
                self._counter.totals(totals)

    async def _look(self) -> None:
        """A quiet shop changes nothing, and yet its count grows complete."""
        while True:
            await self._pause(_SAMPLE_EVERY_S)
            self._wake.set()

    async def _sample(self) -> None:
        """Tell every change, a second apart at least; and how complete the count is
        while that is asked, though a quiet shop changes nothing.
        """
        told_us: Micros | None = None
        while True:
            await self._wake.wait()
            self._wake.clear()
            complete_us = await self._ledger.complete_to()
            fresher = _is_fresher(complete_us, told_us)
            fresher = fresher and self._engine.awaits_fresh_orders
            if not self._moved and not fresher:
                continue
            told_us, self._moved = complete_us, False
            known = {k: v for k, v in self._totals.named().items() if v is not None}
            self._report(OrdersSeen(known, complete_us))
            await asyncio.sleep(_SAMPLE_EVERY_S)


def _is_fresher(complete_us: Micros | None, told_us: Micros | None) -> bool:
    """Of a quiet shop every third second is told: at rate it would fill the journal."""
    if complete_us is None or told_us is None:
        return complete_us != told_us
    return complete_us - told_us >= _FRESHER_US
