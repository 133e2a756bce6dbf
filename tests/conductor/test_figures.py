"""Taking a figure while the ledger has trouble."""

from __future__ import annotations

import asyncio

from launchctl.clock import PacedLoop
from launchctl.conductor.figures import take_figure
from launchctl.errors import JournalError
from launchctl.orders.model import Totals
from launchctl.show.commands import TakeFigure
from launchctl.store.memory import MemoryLedger
from launchctl.times import Micros


class TroubledLedger(MemoryLedger):
    """A ledger that cannot be read at first."""

    troubles = 2

    async def totals(self, as_of_us: Micros | None = None) -> Totals:
        """Raises twice."""
        if self.troubles:
            self.troubles -= 1
            raise JournalError("ledger.db: another program keeps it locked")
        return await super().totals(as_of_us)


def test_a_figure_waits_for_a_ledger_that_cannot_be_read() -> None:
    """A reading that failed is made again: the figure is not lost."""

    async def play() -> int:
        async with TroubledLedger({"stores": 0}) as ledger:
            await ledger.heartbeat("stores", 20)
            taken = await take_figure(ledger, TakeFigure("sold", "orders.units", 10))
            assert 0 == ledger.troubles
            return int(taken.value)

    with asyncio.Runner(loop_factory=lambda: PacedLoop(100)) as runner:
        assert 0 == runner.run(play())
