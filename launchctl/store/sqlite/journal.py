"""``journal.db``: the append-only record of decisions. The show alone writes it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sqlite3
from collections.abc import AsyncIterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from launchctl.errors import JournalError
from launchctl.store.base import Line
from launchctl.store.chain import GENESIS, Damage, canonical, check_line, link
from launchctl.store.sqlite.ballast import Ballast
from launchctl.store.sqlite.file import SqliteFile
from launchctl.store.sqlite.files import is_full
from launchctl.store.sqlite.keeper import Keeper
from launchctl.store.sqlite.reader import CHUNK, Reader
from launchctl.store.sqlite.writer import Writer

VERSION = 1
SCHEMA = """
CREATE TABLE event (
    seq INTEGER PRIMARY KEY,
    line TEXT NOT NULL,
    chain BLOB NOT NULL
) STRICT
"""
_LAST = "SELECT seq, chain FROM event ORDER BY seq DESC LIMIT 1"
_CHECKED_ON_OPEN = 256
_BACKUP_PAGES, _BACKUP_PAUSE_S = 256, 0.001
_Checked = tuple[int, bytes, Damage | None, bool]
_NOTHING: _Checked = (0, GENESIS, None, False)


_Rows = list[tuple[int, str]]


class SqliteJournal(SqliteFile[tuple[_Rows], None]):
    """The journal of a run folder.

    Args:
        path: of ``journal.db``.
        writer: whether this process is the show. A reader never makes a file, and reads
            an empty journal where there is none yet.

    Attributes:
        disk_full: the disk was found full and the ballast is gone. Appends went on in
            the room it gave; the conductor must hold and say so. ``lay_ballast`` ends
            it.
    """

    def __init__(
        self, path: Path | str, *, writer: bool, ballast: Ballast | None = None
    ) -> None:
        path = Path(path)
        self._ballast = ballast or Ballast(path)
        self.disk_full = False
        super().__init__(
            path,
            Reader(path, VERSION),
            Writer(path, SCHEMA, VERSION, _append, rescue=self._free_ballast)
            if writer
            else None,
            Keeper(path, SCHEMA, VERSION) if writer else None,
        )

    async def _opened(self) -> None:
        """The reserve is laid, and the last lines are as they were written."""
        if self._writer is not None:
            await self.lay_ballast()
        self._refuse(await self._reader.run(_check_end, None))

    async def append(self, lines: Sequence[Line]) -> None:
        """Make the lines durable, in order, in one transaction.

        A full disk costs the ballast first: the append then succeeds and ``disk_full``
        is True from then on.

        Raises:
            JournalError: not durable: not the writer, wrong seq, disk full, I/O error.
        """
        writer = self._open_writer()
        if not lines:
            return
        try:
            rows = [(int(line["seq"]), canonical(line)) for line in lines]
        except (KeyError, TypeError, ValueError) as error:
            raise JournalError(f"a line is no JSON event with a seq: {error}") from None
        await writer.submit((rows,))

    async def read(self, after: int = 0, limit: int | None = None) -> list[Line]:
        """Lines with ``seq`` > ``after``, in order; read in short transactions."""
        lines: list[Line] = []
        while limit is None or len(lines) < limit:
            want = CHUNK if limit is None else min(CHUNK, limit - len(lines))
            chunk = await self._chunk(after, want)
            lines.extend(chunk)
            if len(chunk) < want:
                break
            after = chunk[-1]["seq"]
        return lines

    async def follow(self, after: int = 0) -> AsyncIterator[list[Line]]:
        """Batches of at most 500 lines as they become durable, until it is closed."""
        with self._reader.watch() as changed:
            while self._reader.is_open:
                changed.clear()
                chunk = await self._chunk(after, CHUNK)
                if chunk:
                    after = chunk[-1]["seq"]
                    yield chunk
                else:
                    await changed.wait()

    async def head(self) -> int:
        """The last seq; 0 if empty."""
        return (await self._reader.run(_last, (0, GENESIS)))[0]

    async def digest(self, seq: int | None = None) -> str:
        """The ``journal_digest``: the chain after line ``seq``, or the last, in hex."""
        job = _last if seq is None else partial(_at, seq=seq)
        return (await self._reader.run(job, (0, GENESIS)))[1].hex()

    async def backup(self, target: Path) -> None:
        """Copy it into one file that stands alone, by SQLite's backup API: also of a
        journal that is being written, in steps that hold up nobody.

        Raises:
            JournalError: it cannot be read, or the copy cannot be written.
        """

        def job(source: sqlite3.Connection) -> None:
            with contextlib.closing(sqlite3.connect(target)) as copy:
                source.backup(copy, pages=_BACKUP_PAGES, sleep=_BACKUP_PAUSE_S)
                copy.execute("PRAGMA journal_mode=DELETE")

        await self._reader.run(job, None)

    async def verify(self) -> Damage | None:
        """Read it all again; None, or the first line that is not as written."""
        seq, chain = 0, GENESIS
        while True:
            job = partial(_check_chunk, seq=seq, chain=chain)
            seq, chain, damage, more = await self._reader.run(job, _NOTHING)
            if damage is not None or not more:
                return damage

    async def demand_sound(self) -> None:
        """All of it is as it was written.

        Raises:
            JournalError: it is not; names the file and the first seq that does not fit.
        """
        self._refuse(await self.verify())

    def _refuse(self, damage: Damage | None) -> None:
        if damage is not None:
            raise damaged(self._path, damage)

    async def lay_ballast(self) -> bool:
        """Take the reserve anew once there is room; True ends ``disk_full``."""
        self.disk_full = not await asyncio.to_thread(self._ballast.lay)
        return not self.disk_full

    async def _chunk(self, after: int, limit: int) -> list[Line]:
        def job(connection: sqlite3.Connection) -> list[Line]:
            rows = connection.execute(
                "SELECT line FROM event WHERE seq > ? ORDER BY seq LIMIT ?",
                (after, limit),
            ).fetchall()
            return [json.loads(line) for (line,) in rows]

        return await self._reader.run(job, [])

    def _free_ballast(self, error: sqlite3.Error) -> bool:
        """In the writer's thread."""
        if not is_full(error):
            return False
        self.disk_full = True
        return self._ballast.free()


def damaged(file: Path, damage: Damage) -> JournalError:
    """The sentence for people."""
    return JournalError(
        f"{file}: damaged at seq {damage.seq}: {damage.why}",
        hint="keep it as it is; lines before it are sound, a backup may be whole",
    )


def _append(
    connection: sqlite3.Connection, items: Sequence[tuple[_Rows]]
) -> Sequence[JournalError | None]:
    head, chain = _last(connection)
    outcomes: list[JournalError | None] = []
    for (rows,) in items:
        expected = range(head + 1, head + 1 + len(rows))
        if [seq for seq, _ in rows] != list(expected):
            outcomes.append(
                JournalError(
                    f"the journal's next line is {head + 1}, not {rows[0][0]}: another "
                    "conductor wrote to it, or a line was lost"
                )
            )
            continue
        linked: list[tuple[int, str, bytes]] = []
        for seq, text in rows:
            chain = link(chain, text)
            linked.append((seq, text, chain))
        connection.executemany("INSERT INTO event VALUES (?, ?, ?)", linked)
        head += len(rows)
        outcomes.append(None)
    return outcomes


def _last(connection: sqlite3.Connection) -> tuple[int, bytes]:
    row: tuple[int, bytes] | None = connection.execute(_LAST).fetchone()
    return (0, GENESIS) if row is None else row


def _at(connection: sqlite3.Connection, seq: int) -> tuple[int, bytes]:
    row = connection.execute("SELECT chain FROM event WHERE seq = ?", (seq,)).fetchone()
    if row is None:
        raise JournalError(f"the journal has no line {seq}")
    return seq, row[0]


def _check_end(connection: sqlite3.Connection) -> Damage | None:
    """The last lines only: opening stays cheap however long the journal is."""
    head, _ = _last(connection)
    start = max(0, head - _CHECKED_ON_OPEN)
    if start == 0:
        return _check_chunk(connection, 0, GENESIS)[2]
    row: Any = connection.execute(
        "SELECT chain FROM event WHERE seq = ?", (start,)
    ).fetchone()
    if row is None:
        return Damage(start, f"line {start} is missing")
    return _check_chunk(connection, start, row[0])[2]


def _check_chunk(connection: sqlite3.Connection, seq: int, chain: bytes) -> _Checked:
    """Check a chunk behind ``seq``: seq and link reached, damage, more left."""
    rows = connection.execute(
        "SELECT seq, line, chain FROM event WHERE seq > ? ORDER BY seq LIMIT ?",
        (seq, CHUNK),
    ).fetchall()
    for found, text, stored in rows:
        damage = check_line(found, text, stored, seq + 1, chain)
        if damage is not None:
            return seq, chain, damage, False
        seq, chain = found, stored
    return seq, chain, None, len(rows) == CHUNK
