"""The store in memory: for rehearsals in virtual time, where no thread may run.

Plain Python, one process, no disk; the same interfaces, rules and digests as the stored
one. Nothing waits: a write is done when it returns; whoever follows wakes by the loop.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import Self

from launchctl.errors import InputError, JournalError, RefusedError
from launchctl.orders.ledger import Book, check
from launchctl.orders.model import Delivery, Totals, Verdict
from launchctl.show.inputs import Call
from launchctl.store.base import Line, complete_to
from launchctl.store.calls import decode_call, encode_call
from launchctl.store.chain import GENESIS, Damage, canonical, check_line, link
from launchctl.times import Micros

_BATCH = 500


class _Shared:
    """Opening, closing and waking of those who follow."""

    def __init__(self) -> None:
        self._open = False
        self._changed: dict[asyncio.Event, None] = {}  # in the order they came

    async def open(self) -> None:
        """Take reads and writes."""
        self._open = True

    async def aclose(self) -> None:
        """Take no more; whoever follows it ends. What is in it stays."""
        self._open = False
        self._tell()

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()

    def _demand_open(self) -> None:
        if not self._open:
            raise JournalError("the store is not open")

    def _tell(self) -> None:
        for event in self._changed:
            event.set()

    @contextmanager
    def _watch(self) -> Iterator[asyncio.Event]:
        event = asyncio.Event()
        self._changed[event] = None
        try:
            yield event
        finally:
            self._changed.pop(event, None)


class MemoryJournal(_Shared):
    """The record of decisions, for as long as the process lives."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[tuple[str, bytes]] = []
        self.disk_full = False

    async def append(self, lines: Sequence[Line]) -> None:
        """Keep the lines, all or none.

        Raises:
            JournalError: not open, wrong seq, or no JSON event.
        """
        self._demand_open()
        rows: list[tuple[str, bytes]] = []
        chain = self._rows[-1][1] if self._rows else GENESIS
        for expected, line in enumerate(lines, start=len(self._rows) + 1):
            try:
                seq, text = int(line["seq"]), canonical(line)
            except (KeyError, TypeError, ValueError) as error:
                raise JournalError(
                    f"a line is no JSON event with a seq: {error}"
                ) from None
            if seq != expected:
                raise JournalError(f"the journal's next line is {expected}, not {seq}")
            chain = link(chain, text)
            rows.append((text, chain))
        self._rows.extend(rows)
        if rows:
            self._tell()

    async def read(self, after: int = 0, limit: int | None = None) -> list[Line]:
        """Lines with ``seq`` > ``after``, in order."""
        self._demand_open()
        end = None if limit is None else after + limit
        return [json.loads(text) for text, _ in self._rows[after:end]]

    async def follow(self, after: int = 0) -> AsyncIterator[list[Line]]:
        """Batches of lines as they are appended, until it is closed."""
        with self._watch() as changed:
            while self._open:
                changed.clear()
                lines = await self.read(after, _BATCH)
                if lines:
                    after += len(lines)
                    yield lines
                else:
                    await changed.wait()

    async def head(self) -> int:
        """The last seq; 0 if empty."""
        self._demand_open()
        return len(self._rows)

    async def digest(self, seq: int | None = None) -> str:
        """The chain after line ``seq``, or the last, in hex."""
        self._demand_open()
        if seq is None:
            return (self._rows[-1][1] if self._rows else GENESIS).hex()
        if not 0 < seq <= len(self._rows):
            raise JournalError(f"the journal has no line {seq}")
        return self._rows[seq - 1][1].hex()

    async def verify(self) -> Damage | None:
        """None, or the first line that is not as written."""
        self._demand_open()
        before = GENESIS
        for expected, (text, chain) in enumerate(self._rows, start=1):
            damage = check_line(expected, text, chain, expected, before)
            if damage is not None:
                return damage
            before = chain
        return None

    def room_bytes(self) -> int | None:
        """None: no disk is used."""
        return None

    async def lay_ballast(self) -> bool:
        """There is nothing to reserve."""
        return not self.disk_full


class MemoryInbox(_Shared):
    """Calls on their way to the conductor of the same process."""

    def __init__(self) -> None:
        super().__init__()
        self._calls: list[str] = []
        self._positions: dict[str, int] = {}

    async def put(self, call: Call) -> int:
        """Its position. The same id again gives the first position.

        Raises:
            InputError: the call is too large, has no id or holds no plain values.
            JournalError: not open.
        """
        self._demand_open()
        text = encode_call(call)
        if call.id not in self._positions:
            self._calls.append(text)
            self._positions[call.id] = len(self._calls)
            self._tell()
        return self._positions[call.id]

    async def read(self, after: int = 0) -> list[Call]:
        """Calls with position > ``after``, in order."""
        self._demand_open()
        return [
            decode_call(text, position)
            for position, text in enumerate(self._calls[after:], start=after + 1)
        ]

    async def follow(self, after: int = 0) -> AsyncIterator[list[Call]]:
        """Batches of calls as they arrive, until it is closed."""
        with self._watch() as changed:
            while self._open:
                changed.clear()
                calls = (await self.read(after))[:_BATCH]
                if calls:
                    after = calls[-1].position
                    yield calls
                else:
                    await changed.wait()


class MemoryLedger(_Shared):
    """Orders in a ``Book``; ``sources`` and ``limit`` as ``SqliteLedger`` has them."""

    def __init__(
        self, sources: Mapping[str, Micros] | None = None, limit: int | None = None
    ) -> None:
        super().__init__()
        self._settle_us = dict(sources or {})
        self._book = Book(limit)
        self._heartbeats: dict[str, Micros] = {}

    async def record(self, delivery: Delivery) -> Verdict:
        """Merge one delivery.

        Raises:
            InputError: it is out of all bounds.
            JournalError: not open.
        """
        return (await self.record_all((delivery,)))[0]

    async def record_all(self, deliveries: Sequence[Delivery]) -> list[Verdict]:
        """Many at once; raises like ``record``, and then none of them was merged."""
        self._demand_open()
        for delivery in deliveries:
            check(delivery)
        verdicts = [self._book.take(delivery) for delivery in deliveries]
        self._tell()
        return verdicts

    async def heartbeat(self, source: str, at_us: Micros) -> None:
        """The word that the source's hook answers; the latest counts."""
        self._demand_open()
        if not source:
            raise InputError("a heartbeat needs its source")
        self._heartbeats[source] = max(at_us, self._heartbeats.get(source, at_us))

    def room_bytes(self) -> int | None:
        """None: no disk is used."""
        return None

    async def totals(self, as_of_us: Micros | None = None) -> Totals:
        """Now, or of the orders placed at or before ``as_of_us``."""
        self._demand_open()
        return self._book.totals(as_of_us)

    async def complete_to(self) -> Micros | None:
        """The least over the sources: last heartbeat less settle; None if unknown."""
        self._demand_open()
        return complete_to(self._heartbeats, self._settle_us)

    async def follow(self) -> AsyncIterator[Totals]:
        """Totals at once and after every change, latest wins, until it is closed."""
        seq = -1
        with self._watch() as changed:
            while self._open:
                changed.clear()
                totals = self._book.totals()
                if totals.ledger_seq != seq:
                    seq = totals.ledger_seq
                    yield totals
                else:
                    await changed.wait()


class MemoryLease:
    """The right to conduct, among those who share ``holders``.

    Args:
        name: of the run.
        holders: run to the lease that holds it; shared by all that compete.
    """

    def __init__(self, name: str, holders: dict[str, MemoryLease]) -> None:
        self._name = name
        self._holders = holders

    def acquire(self) -> None:
        """Take it; no-op if this object holds it already.

        Raises:
            RefusedError: another conductor holds it.
        """
        if self._holders.setdefault(self._name, self) is not self:
            raise RefusedError(f"another conductor runs {self._name!r} in this process")

    def release(self) -> None:
        """Give it back; no-op if it is not held."""
        if self._holders.get(self._name) is self:
            del self._holders[self._name]
