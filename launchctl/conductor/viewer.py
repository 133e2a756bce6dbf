"""Watching a run: the same fold of the same journal, read-only.

Front, terminal and command line see the show through this: none of them ever asks the
conductor.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Self

from launchctl.conductor.folding import fold
from launchctl.orders.figures import implied_value
from launchctl.orders.model import Totals
from launchctl.runbook.model import Orders, Runbook
from launchctl.show.engine import Engine
from launchctl.show.events import decode
from launchctl.show.status import OrdersStatus, Status
from launchctl.store.base import Line
from launchctl.store.chain import GENESIS, canonical, link
from launchctl.store.folder import RunFolder, RunMeta
from launchctl.store.lease import Holder
from launchctl.times import Micros

_LOOK_EVERY_S = 1.0
"""How often it is looked whether the conductor lives."""
_FROZEN_S = 5.0
"""A conductor beats each second; so much later it stands still."""
_KEEP_LINES = 2_000
"""Lines kept in memory for late readers; older ones are read from the journal."""


class Viewer:
    """A read-only fold of one run, kept up to date while it is open.

    Attributes:
        unconducted: while the show is not over and its conductor is gone, a sentence
            that says so; else empty.
        frozen: the same of one that is there and does not move.
    """

    def __init__(self, folder: RunFolder) -> None:
        self.folder = folder
        self.meta: RunMeta = folder.meta
        self.engine = Engine(folder.runbook(), self.meta.run)
        self._lines: list[Line] = []
        self._totals = Totals()
        self._chain = GENESIS
        self._changed = asyncio.Condition()
        self._stack = AsyncExitStack()
        self._tasks: list[asyncio.Task[None]] = []
        self._failure: Exception | None = None
        self._lease = folder.lease()
        self._holder: Holder | None = None
        self.unconducted = ""
        self.frozen = ""
        self._why_unconducted = ""
        self._beside = 0

    @classmethod
    async def open(cls, folder: RunFolder) -> Self:
        """Fold what is there, then follow in the background until ``aclose``."""
        viewer = cls(folder)
        await viewer._start()
        return viewer

    async def aclose(self) -> None:
        """Stop following and close the files."""
        await self._stack.aclose()

    async def failed(self) -> None:
        """Wait until the run can no longer be followed; raises what ended it.

        Raises:
            LaunchError: the journal or the ledger cannot be read, or not folded.
        """
        done, _ = await asyncio.wait(self._tasks, return_when=asyncio.FIRST_EXCEPTION)
        for task in done:
            task.result()

    @property
    def runbook(self) -> Runbook:
        """What runs: the pinned runbook, or as it was amended."""
        return self.engine.runbook

    @property
    def speed(self) -> float:
        """How many seconds of N pass in a second."""
        return self.meta.origin.speed

    @property
    def band(self) -> str:
        """What a rehearsal's pages say of it: as ``web.base.View``."""
        if self.meta.dress:
            return "dress"
        return "real_stages" if self.meta.real_stages else "rehearsal"

    def now_us(self) -> Micros:
        """N now."""
        return self.meta.origin.now_us()

    def status(self) -> Status:
        """What everybody sees, now."""
        status = whole_status(
            self.engine,
            self.now_us(),
            rehearsal=self.meta.rehearsal or self.meta.dress,
            journal_digest=self._chain.hex(),
            totals=self._totals,
        )
        missing = self.unconducted or self.frozen
        if missing:
            status["health"]["conductor"] = {"level": "bad", "text": missing}
        return status

    async def conductor_lost(self, why: str) -> None:
        """Its starter saw how the conductor ended: a sentence for people."""
        self._why_unconducted = why
        await self._look_for_conductor()

    @property
    def seq(self) -> int:
        """The last folded seq."""
        return self.engine.state.seq

    async def digest(self, seq: int) -> str:
        """The hash chain after line ``seq``, in hex."""
        return await self._journal.digest(seq)

    async def lines(self, after: int = 0, limit: int | None = None) -> list[Line]:
        """Journal lines with ``seq`` > ``after``, in order, at most ``limit``."""
        first = self._lines[0]["seq"] if self._lines else self.seq + 1
        if after + 1 < first:
            return await self._journal.read(after, limit)
        start = after + 1 - first
        return self._lines[start : None if limit is None else start + limit]

    async def follow(self, after: int | None = None) -> AsyncIterator[list[Line]]:
        """Batches of new lines, for ever; an empty batch when something beside the
        journal moved: the orders, or whether anybody conducts.

        Raises what ended the following, rather than look as if nothing happened.
        """
        seq = self.seq if after is None else after
        beside = self._beside
        while True:
            lines = await self.lines(seq)
            if lines or beside != self._beside:
                seq = lines[-1]["seq"] if lines else seq
                beside = self._beside
                yield lines
            async with self._changed:
                if self._failure is not None:
                    raise self._failure
                if self.seq == seq and beside == self._beside:
                    await self._changed.wait()

    async def _start(self) -> None:
        self._journal = await self._stack.enter_async_context(self.folder.journal())
        self._fold(await self._journal.read())
        await self._look_for_conductor()
        works = [self._follow_journal, self._watch_conductor]
        if self.runbook.orders:
            self._ledger = await self._stack.enter_async_context(
                self.folder.ledger(self.runbook.orders)
            )
            self._totals = await self._ledger.totals()
            works.append(self._follow_ledger)
        self._tasks = [asyncio.create_task(self._told(work)) for work in works]
        self._stack.push_async_callback(_cancel, self._tasks)

    async def _told(self, work: Callable[[], Awaitable[None]]) -> None:
        try:
            await work()
        except Exception as error:
            self._failure = error
            await self._tell()
            raise

    def _fold(self, lines: list[Line]) -> None:
        for line in lines:
            fold(self.engine, decode(line), self.folder.amended)
            self._chain = link(self._chain, canonical(line))
        self._lines = [*self._lines, *lines][-_KEEP_LINES:]

    async def _follow_journal(self) -> None:
        async for lines in self._journal.follow(self.seq):
            self._fold(lines)
            await self._tell()

    async def _follow_ledger(self) -> None:
        async for totals in self._ledger.follow():
            self._totals = totals
            self._beside += 1
            await self._tell()

    async def _watch_conductor(self) -> None:
        while not self.engine.finished:
            await self._look_for_conductor()
            await asyncio.sleep(_LOOK_EVERY_S)

    async def _look_for_conductor(self) -> None:
        said = self.unconducted, self.frozen
        self.unconducted = self._who_is_missing()
        self.frozen = "" if self.unconducted else self._who_stands_still()
        if said != (self.unconducted, self.frozen):
            self._beside += 1
            await self._tell()

    def _who_is_missing(self) -> str:
        """Empty while somebody conducts, or the show is over, or never began."""
        # A run whose folder was taken away has no conductor that anybody could find.
        self._holder = holder = self._lease.holder() or self._holder
        if holder is None or (holder.is_alive and self.folder.path.exists()):
            self._why_unconducted = ""
            return ""
        if self.engine.finished:
            return ""
        why = self._why_unconducted or f"process {holder.pid} has ended"
        take_up = f"launch run --recover {self.folder.path}"
        return f"NOBODY CONDUCTS THIS SHOW: {why}. Nothing is sent. {take_up}"

    def _who_stands_still(self) -> str:
        still = self._holder is not None and self._lease.still_s() > _FROZEN_S
        if not still or self._holder is None or self.engine.finished:
            return ""
        take_over = f"launch run --recover {self.folder.path} --take-over"
        return (
            f"THE CONDUCTOR STANDS STILL: process {self._holder.pid} is there and does"
            f" not move. Nothing is sent until it does. {take_over}"
        )

    async def _tell(self) -> None:
        async with self._changed:
            self._changed.notify_all()


def whole_status(
    engine: Engine,
    now_us: Micros,
    *,
    rehearsal: bool,
    journal_digest: str,
    totals: Totals,
) -> Status:
    """The engine's status, with what only the stores know filled in."""
    status = engine.status(now_us)
    status["rehearsal"] = rehearsal
    status["journal_digest"] = journal_digest
    orders = engine.runbook.orders
    if orders:
        status["orders"] = _orders(totals, orders)
    return status


def _orders(totals: Totals, orders: Orders) -> OrdersStatus:
    value = implied_value(totals.units, orders.unit_value)
    return {
        "placed": totals.placed,
        "units": totals.units,
        "net_units": totals.net_units,
        "by_currency": dict(totals.by_currency),
        "deposits": dict(totals.deposits_minor),
        "implied_value": value.as_json() if value else None,
        "quarantined": totals.quarantined,
        "available": totals.available,
        "waitlist": totals.waitlist,
    }


async def _cancel(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
