"""``inbox.db``: calls on their way to the conductor. Front and command line write it.

Each write is one tiny transaction; several processes may write, so each waits for the
others (5 s at most). The conductor only reads.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from launchctl.errors import JournalError
from launchctl.show.inputs import Call
from launchctl.store.calls import decode_call, encode_call
from launchctl.store.sqlite.reader import CHUNK, Reader
from launchctl.store.sqlite.writer import Writer

VERSION = 1
SCHEMA = """
CREATE TABLE call (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    call TEXT NOT NULL
) STRICT
"""
_CHECKPOINT_PAGES = 1_000


class SqliteInbox:
    """The inbox of a run folder. The first ``put`` makes the file; reading never."""

    def __init__(self, path: Path | str) -> None:
        self._path = Path(path)
        self._reader = Reader(self._path, VERSION)
        # No keeper: its writers come and go, and calls are few.
        self._writer: Writer[tuple[str, str], int] = Writer(
            self._path, SCHEMA, VERSION, _put, checkpoint_pages=_CHECKPOINT_PAGES
        )
        self._opening = asyncio.Lock()

    async def open(self) -> None:
        """Get ready to read; the file need not be there yet."""
        await self._reader.open()

    async def aclose(self) -> None:
        """Write what was asked for, then close."""
        await self._reader.aclose()
        await self._writer.aclose()

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

    async def put(self, call: Call) -> int:
        """Durable; gives its position. The same id again gives the first position.

        Raises:
            InputError: the call is too large, has no id or holds no plain values.
            JournalError: not durable.
        """
        text = encode_call(call)
        if not self._reader.is_open:
            raise JournalError(f"{self._path.name} is not open")
        async with self._opening:
            if not self._writer.is_open:
                await self._writer.open()
        return await self._writer.submit((call.id, text))

    async def read(self, after: int = 0) -> list[Call]:
        """Calls with position > ``after``, in order."""
        calls: list[Call] = []
        while True:
            chunk = await self._chunk(after)
            calls.extend(chunk)
            if len(chunk) < CHUNK:
                return calls
            after = chunk[-1].position

    async def follow(self, after: int = 0) -> AsyncIterator[list[Call]]:
        """Batches of calls as they arrive, until it is closed."""
        with self._reader.watch() as changed:
            while self._reader.is_open:
                changed.clear()
                chunk = await self._chunk(after)
                if chunk:
                    after = chunk[-1].position
                    yield chunk
                else:
                    await changed.wait()

    async def _chunk(self, after: int) -> list[Call]:
        def job(connection: sqlite3.Connection) -> list[Call]:
            rows = connection.execute(
                "SELECT position, call FROM call WHERE position > ? "
                "ORDER BY position LIMIT ?",
                (after, CHUNK),
            ).fetchall()
            return [decode_call(text, position) for position, text in rows]

        return await self._reader.run(job, [])


def _put(
    connection: sqlite3.Connection, items: Sequence[tuple[str, str]]
) -> Sequence[int]:
    positions = []
    for key, text in items:
        connection.execute(
            "INSERT INTO call (id, call) VALUES (?, ?) ON CONFLICT (id) DO NOTHING",
            (key, text),
        )
        row = connection.execute("SELECT position FROM call WHERE id = ?", (key,))
        positions.append(int(row.fetchone()[0]))
    return positions
