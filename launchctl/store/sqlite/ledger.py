"""``ledger.db``: the orders. The front alone writes it."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from launchctl.orders.ledger import check, totals_of
from launchctl.orders.model import Delivery, Totals, Verdict
from launchctl.store.base import complete_to
from launchctl.store.sqlite.file import SqliteFile
from launchctl.store.sqlite.keeper import Keeper
from launchctl.store.sqlite.ledger_tables import (
    SCHEMA,
    VERSION,
    read_heartbeats,
    read_totals,
    record_batch,
    record_heartbeat,
)
from launchctl.store.sqlite.reader import Reader
from launchctl.store.sqlite.writer import Writer
from launchctl.times import Micros


@dataclass(frozen=True, slots=True)
class _Heartbeat:
    source: str
    at_us: Micros


class SqliteLedger(SqliteFile[Delivery | _Heartbeat, Verdict]):
    """The ledger of a run folder.

    Args:
        path: of ``ledger.db``.
        writer: whether this process is the front. A reader never makes a file, and
            reads an empty ledger where there is none yet.
        sources: the sources that count, with their ``settle`` in microseconds.
        limit: how many units there are; None: without end.
    """

    def __init__(
        self,
        path: Path | str,
        *,
        writer: bool,
        sources: Mapping[str, Micros] | None = None,
        limit: int | None = None,
    ) -> None:
        path = Path(path)
        self._settle_us = dict(sources or {})
        self._limit = limit
        super().__init__(
            path,
            Reader(path, VERSION),
            Writer(path, SCHEMA, VERSION, _write) if writer else None,
            Keeper(path, SCHEMA, VERSION) if writer else None,
        )

    async def record(self, delivery: Delivery) -> Verdict:
        """Durable when it returns; concurrent records share a commit.

        Raises:
            InputError: the delivery is out of all bounds; nothing was written.
            JournalError: not durable; the delivery must not be acknowledged.
        """
        check(delivery)
        verdict: Verdict = await self._submit(delivery)
        return verdict

    async def record_all(self, deliveries: Sequence[Delivery]) -> list[Verdict]:
        """Many at once, in few commits; durable when it returns.

        Raises:
            InputError: one of them is out of all bounds; nothing was written.
            JournalError: not all are durable.
        """
        for delivery in deliveries:
            check(delivery)
        return list(await asyncio.gather(*map(self._submit, deliveries)))

    async def heartbeat(self, source: str, at_us: Micros) -> None:
        """The front's word that the source's hook answers; the latest counts."""
        await self._submit(_Heartbeat(source, at_us))

    async def totals(self, as_of_us: Micros | None = None) -> Totals:
        """Now, or of the orders placed at or before ``as_of_us``.

        As of an instant, cancelled and refunded are those known by now.
        """
        read = partial(read_totals, as_of_us=as_of_us, limit=self._limit)
        return await self._reader.run(read, self._none_yet())

    async def complete_to(self) -> Micros | None:
        """The least over the sources: last heartbeat less settle; None if unknown."""
        unheard: Mapping[str, Micros] = {}
        beats = await self._reader.run(read_heartbeats, unheard)
        return complete_to(beats, self._settle_us)

    async def follow(self) -> AsyncIterator[Totals]:
        """Totals at once and after every change, latest wins, until it is closed."""
        seq = -1
        with self._reader.watch() as changed:
            while self._reader.is_open:
                changed.clear()
                totals = await self.totals()
                if totals.ledger_seq != seq:
                    seq = totals.ledger_seq
                    yield totals
                else:
                    await changed.wait()

    def _none_yet(self) -> Totals:
        return totals_of({}, quarantined=0, seq=0, last_us=None, limit=self._limit)

    def _submit(self, item: Delivery | _Heartbeat) -> asyncio.Future[Any]:
        return self._open_writer().submit(item)


def _write(
    connection: sqlite3.Connection, items: Sequence[Delivery | _Heartbeat]
) -> Sequence[Verdict]:
    """Verdicts in the order of the items; a heartbeat's is never looked at."""
    verdicts = iter(
        record_batch(connection, [item for item in items if isinstance(item, Delivery)])
    )
    outcomes = []
    for item in items:
        if isinstance(item, Delivery):
            outcomes.append(next(verdicts))
        else:
            record_heartbeat(connection, item.source, item.at_us)
            outcomes.append(Verdict.KNOWN)
    return outcomes
