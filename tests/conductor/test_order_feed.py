"""The ledger's way to the conductor: samples, the last change, trouble."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

from launchctl.clock import PacedLoop
from launchctl.conductor.order_feed import OrderFeed
from launchctl.errors import JournalError
from launchctl.orders.model import Totals
from launchctl.show.inputs import Input, Noted, OrdersSeen
from launchctl.times import SECOND, Micros

READS = SimpleNamespace(reads_orders=True, awaits_fresh_orders=False)
HANG_S = 3_600


class ToldLedger:
    """A ledger that moves when a test says so; ``broken`` reads raise so many times."""

    def __init__(self, broken: int = 0) -> None:
        self.moves: asyncio.Queue[int] = asyncio.Queue()
        self._broken = broken

    async def follow(self) -> AsyncIterator[Totals]:
        """Totals of so many units, one after another."""
        if self._broken:
            self._broken -= 1
            raise JournalError("ledger.db: it is damaged")
        while True:
            yield replace(Totals(), units=await self.moves.get())

    async def complete_to(self) -> Micros | None:
        """Not known."""
        return None


@asynccontextmanager
async def following(ledger: ToldLedger) -> AsyncIterator[asyncio.Queue[Input]]:
    """What a feed of the ledger reports."""
    seen: asyncio.Queue[Input] = asyncio.Queue()
    feed: Any = OrderFeed(READS, ledger, None, seen.put_nowait)  # type: ignore[arg-type]
    task = asyncio.create_task(feed.run())
    try:
        async with asyncio.timeout(HANG_S):
            yield seen
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def test_the_last_change_is_sampled() -> None:
    """A change within a second of the last sample is told at that second's end, though
    the ledger never moves again.
    """

    async def play() -> list[Any]:
        ledger = ToldLedger()
        async with following(ledger) as seen:
            ledger.moves.put_nowait(1)
            first = await seen.get()
            ledger.moves.put_nowait(2)
            ledger.moves.put_nowait(3)
            second = await seen.get()
        return [first, second]

    with asyncio.Runner(loop_factory=lambda: PacedLoop(100)) as runner:
        samples = runner.run(play())
    assert all(isinstance(sample, OrdersSeen) for sample in samples)
    assert [1, 3] == [sample.values["units"] for sample in samples]


def test_a_ledger_that_cannot_be_read_does_not_end_the_show() -> None:
    """It is said once, asked again, and followed when it is whole again."""

    async def play() -> list[Any]:
        ledger = ToldLedger(broken=2)
        async with following(ledger) as seen:
            ledger.moves.put_nowait(7)
            return [await seen.get(), await seen.get()]

    with asyncio.Runner(loop_factory=lambda: PacedLoop(100)) as runner:
        trouble, sample = runner.run(play())
    assert (
        Noted(
            "orders",
            "the orders cannot be read: ledger.db: it is damaged",
            level="warning",
        )
        == trouble
    )
    assert 7 == sample.values["units"]


def test_a_quiet_shop_is_no_stale_one() -> None:
    """SEMANTICS 5, orders_fresh: while a cue waits for it, also the word that nothing
    was ordered, but all is counted, is news; else a quiet shop journals nothing.
    """

    class Quiet(ToldLedger):
        """Nobody orders; every look finds it complete to a later instant."""

        looks = 0

        async def complete_to(self) -> Micros | None:
            self.looks += 1
            return self.looks * 2 * SECOND

    async def play() -> list[Any]:
        ledger = Quiet()
        READS.awaits_fresh_orders = False
        async with following(ledger) as seen:
            ledger.moves.put_nowait(5)
            samples = [await seen.get()]
            while ledger.looks < 4:
                await asyncio.sleep(0.1)
            assert seen.empty()
            READS.awaits_fresh_orders = True
            samples += [await seen.get(), await seen.get()]
            READS.awaits_fresh_orders = False
        return samples

    with asyncio.Runner(loop_factory=lambda: PacedLoop(100)) as runner:
        samples = runner.run(play())
    complete = [sample.complete_us for sample in samples]
    assert complete == sorted(set(complete))
    assert {5} == {sample.values["units"] for sample in samples}
