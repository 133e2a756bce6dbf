"""Checkpoints from a timer, on a connection and thread of their own.

A checkpoint copies what the log holds into the file and waits for the disk. Done by a
commit it would make one append in a thousand slow; done here it stops nobody.
"""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from contextlib import suppress
from pathlib import Path

from launchctl.store.sqlite.files import open_writer

EVERY_S = 1.0
IDLE_ROUNDS = 30
_WORTH_TRUNCATING_BYTES = 1024 * 1024


class Keeper:
    """Copies a file's log every second in which it grew; shortens it when idle."""

    def __init__(
        self, path: Path, schema: str, version: int, *, every_s: float = EVERY_S
    ) -> None:
        self._path = path
        self._schema = schema
        self._version = version
        self._every_s = every_s
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    async def open(self) -> None:
        """Start the thread.

        Raises:
            JournalError: the file cannot be opened for writing.
        """
        self._stop.clear()
        connection = await asyncio.to_thread(
            open_writer, self._path, self._schema, self._version
        )
        self._thread = threading.Thread(
            target=self._run,
            args=(connection,),
            name=f"keep {self._path.name}",
            daemon=True,
        )
        self._thread.start()

    async def aclose(self) -> None:
        """End the thread."""
        thread, self._thread = self._thread, None
        if thread is not None:
            self._stop.set()
            await asyncio.to_thread(thread.join)

    def _run(self, connection: sqlite3.Connection) -> None:
        # Never queue behind the writer, nor make it queue: the next round does it.
        connection.execute("PRAGMA busy_timeout=0")
        log = self._path.with_name(self._path.name + "-wal")
        last, idle = (0, 0), 0
        try:
            while not self._stop.wait(self._every_s):
                with suppress(OSError, sqlite3.Error):
                    last, idle = self._round(connection, log, last, idle)
        finally:
            connection.close()

    def _round(
        self,
        connection: sqlite3.Connection,
        log: Path,
        last: tuple[int, int],
        idle: int,
    ) -> tuple[tuple[int, int], int]:
        facts = log.stat()
        now = (facts.st_size, facts.st_mtime_ns)
        if now != last:
            connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
            return now, 0
        if idle == IDLE_ROUNDS and facts.st_size > _WORTH_TRUNCATING_BYTES:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return now, idle + 1
