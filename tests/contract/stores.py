"""The stores that the contract suites run on, and what is put into them.

A further store joins by a class with the five methods of ``Backend`` and its name in
``BACKENDS``.
"""

from __future__ import annotations

import asyncio
import tempfile
from contextlib import AsyncExitStack, aclosing
from pathlib import Path
from typing import Any, Protocol

from launchctl.orders.model import Delivery, Happening
from launchctl.store.base import Inbox, Journal, Lease, Ledger
from launchctl.store.memory import (
    MemoryInbox,
    MemoryJournal,
    MemoryLease,
    MemoryLedger,
)
from launchctl.store.sqlite import FileLease, SqliteInbox, SqliteJournal, SqliteLedger

HANG_S = 20.0
"""Bounds a hang; no test is timed by it."""

DAY_US = 1_459_382_400_000_000
SOURCES = {"shop": 3_000_000}


class Backend(Protocol):
    """One store, seen by its fixed writer and by a reader of the same run."""

    async def journals(self) -> tuple[Journal, Journal]:
        """Writer and reader."""
        ...

    async def inboxes(self) -> tuple[Inbox, Inbox]:
        """Front and conductor."""
        ...

    async def ledgers(self, limit: int | None = None) -> tuple[Ledger, Ledger]:
        """Front and conductor, of so many units."""
        ...

    def leases(self) -> tuple[Lease, Lease]:
        """Two conductors."""
        ...

    async def aclose(self) -> None:
        """Close all that was opened."""
        ...


class SqliteBackend:
    """Three files and a lock in a folder."""

    def __init__(self) -> None:
        self._stack = AsyncExitStack()
        self._folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory()))

    async def journals(self):
        """Writer and reader."""
        path = self._folder / "journal.db"
        return (
            await self._stack.enter_async_context(SqliteJournal(path, writer=True)),
            await self._stack.enter_async_context(SqliteJournal(path, writer=False)),
        )

    async def inboxes(self):
        """Front and conductor."""
        path = self._folder / "inbox.db"
        return (
            await self._stack.enter_async_context(SqliteInbox(path)),
            await self._stack.enter_async_context(SqliteInbox(path)),
        )

    async def ledgers(self, limit=None):
        """Front and conductor."""
        path = self._folder / "ledger.db"
        pair = [
            SqliteLedger(path, writer=writer, sources=SOURCES, limit=limit)
            for writer in (True, False)
        ]
        return [await self._stack.enter_async_context(ledger) for ledger in pair]

    def leases(self):
        """Two conductors."""
        path = self._folder / "lock"
        return FileLease(path), FileLease(path)

    async def aclose(self):
        """Close all that was opened."""
        await self._stack.aclose()


class MemoryBackend:
    """One process: writer and reader are one object."""

    def __init__(self) -> None:
        self._stack = AsyncExitStack()

    async def journals(self):
        """Writer and reader."""
        journal = await self._stack.enter_async_context(MemoryJournal())
        return journal, journal

    async def inboxes(self):
        """Front and conductor."""
        inbox = await self._stack.enter_async_context(MemoryInbox())
        return inbox, inbox

    async def ledgers(self, limit=None):
        """Front and conductor."""
        ledger = await self._stack.enter_async_context(MemoryLedger(SOURCES, limit))
        return ledger, ledger

    def leases(self):
        """Two conductors."""
        holders: dict[str, MemoryLease] = {}
        return MemoryLease("run", holders), MemoryLease("run", holders)

    async def aclose(self):
        """Close all that was opened."""
        await self._stack.aclose()


BACKENDS = {"sqlite": SqliteBackend, "memory": MemoryBackend}


def line(seq: int, **fields: Any) -> dict[str, Any]:
    """An event line as the engine writes them."""
    return {"seq": seq, "event": "noted", "v": 1, **fields}


def order(number: int, **fields: Any) -> Delivery:
    """An order placed ``number`` seconds into the day."""
    at_us = DAY_US + number * 1_000_000
    delivery = Delivery(
        source="shop",
        event_id=f"msg-{number}",
        what=Happening.PLACED,
        order_id=f"order-{number}",
        occurred_us=at_us,
        received_us=at_us,
        placed_us=at_us,
        quantity=1,
        currency="USD",
        deposit_minor=100_000,
    )
    return delivery._replace(**fields)


async def take(batches: Any, count: int) -> list[Any]:
    """The first ``count`` items of a stream of batches; the stream is closed."""
    items: list[Any] = []
    async with asyncio.timeout(HANG_S), aclosing(batches):
        async for batch in batches:
            items.extend(batch)
            if len(items) >= count:
                break
    return items
