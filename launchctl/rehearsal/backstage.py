"""What stands beside the show in a rehearsal: for people, buyers and trouble.

Whoever plays something beside the show is a coroutine that is given the backstage. What
it may use is what the world outside has: the inbox, the shops' ledger, the emulators'
switches, and a look at what the pages show. The engine is never touched.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

from launchctl.chance import SeededChance
from launchctl.conductor.viewer import whole_status
from launchctl.rehearsal.conducting import Conducting
from launchctl.rehearsal.network import MemoryNetwork
from launchctl.rehearsal.pace import ROUTINE, NearCues
from launchctl.rehearsal.slips import SlippingInbox, SlippingLedger
from launchctl.rehearsal.world import World
from launchctl.runbook.model import Runbook
from launchctl.show.engine import Engine
from launchctl.show.inputs import Input
from launchctl.show.status import Status
from launchctl.store.base import Line
from launchctl.store.memory import MemoryJournal, MemoryLedger
from launchctl.times import Micros
from launchctl.virtual import VirtualClock


class Watched:
    """What everybody sees of the show: its journal and its status.

    Args:
        engine: whose status is shown; another one's after a conductor died.
        clock: N.
        journal: the show's.
        ledger: the shops'.
    """

    def __init__(
        self,
        engine: Callable[[], Engine],
        clock: VirtualClock,
        journal: MemoryJournal,
        ledger: MemoryLedger,
    ) -> None:
        self._engine = engine
        self._clock = clock
        self._journal = journal
        self._ledger = ledger
        self._lines: list[Line] = []
        self._news = asyncio.Event()
        self.last_us: Micros = clock.now_us()
        """N when something happened last that was not routine."""

    @property
    def seq(self) -> int:
        """The last line that was seen."""
        return len(self._lines)

    @property
    def runbook(self) -> Runbook:
        """What runs, as it was amended."""
        return self._engine().runbook

    async def lines(self, after: int = 0) -> list[Line]:
        """Journal lines behind ``after``."""
        return self._lines[after:]

    def status(self) -> Status:
        """The show now, without the numbers that only the stores know."""
        return self._engine().status(self._clock.now_us())

    async def whole_status(self) -> Status:
        """The show now, as ``launch status --json`` tells it."""
        return whole_status(
            self._engine(),
            self._clock.now_us(),
            rehearsal=True,
            journal_digest=await self._journal.digest(),
            totals=await self._ledger.totals(),
        )

    async def wait(self, at_most_s: float | None) -> None:
        """Until something happened; at most so long, None for ever."""
        news = self._news
        with suppress(TimeoutError):
            async with asyncio.timeout(at_most_s):
                await news.wait()

    async def catch_up(self) -> None:
        """Read what came after whoever followed was stopped."""
        self._lines.extend(await self._journal.read(self.seq))

    async def follow(self) -> None:
        """Read the journal as it grows, for ever."""
        async for lines in self._journal.follow():
            self._lines.extend(lines)
            if any(line["event"] not in ROUTINE for line in lines):
                self.last_us = self._clock.now_us()
                self._news.set()
                self._news = asyncio.Event()


@dataclass(slots=True)
class Backstage:
    """What whoever plays beside the show is given.

    Attributes:
        show: what everybody sees.
        clock: N.
        inbox: where people's calls go.
        ledger: where the shops' deliveries go.
        world: the emulated far ends, with their switches.
        network: what carries the connections.
        conducting: the conductor, which may die and be followed by another.
        report: hands the conductor what its own watches would have seen (a stepped
            clock); it wakes at once.
        pace: ``rouse`` it after a change that no far end tells by itself.
        chance: the rehearsal's seed.
        meant_us: the last instant for which somebody has something in mind: the
            rehearsal is not over before. See ``mean``.
    """

    show: Watched
    clock: VirtualClock
    inbox: SlippingInbox
    ledger: SlippingLedger
    world: World
    network: MemoryNetwork
    conducting: Conducting
    report: Callable[[Input], None]
    pace: NearCues
    chance: SeededChance
    meant_us: Micros

    def mean(self, at_us: Micros) -> None:
        """Something is still to come at this instant of N."""
        self.meant_us = max(self.meant_us, at_us)


Beside = Callable[[Backstage], Awaitable[object]]
"""Plays something beside the show: starts with it, and is cancelled at its end."""
