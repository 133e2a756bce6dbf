"""The one thread that writes to a file, with natural group commit.

Whatever was asked for while the last commit ran goes into the next one: under load the
commits grow and their number stays what the disk can do; alone, a write waits for
nobody. There is no window of waiting. The asyncio side awaits futures; a batch comes
back to the loop as one callback.
"""

from __future__ import annotations

import asyncio
import queue
import sqlite3
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Generic, TypeVar

from launchctl.crossings import crossing
from launchctl.errors import JournalError
from launchctl.store.sqlite.files import explain, open_writer

Item = TypeVar("Item")
Result = TypeVar("Result")
Apply = Callable[[sqlite3.Connection, Sequence[Item]], Sequence[Result | JournalError]]
"""Writes the items inside an open transaction and gives one outcome for each. An error
as outcome says that this item wrote nothing; the others still commit.
"""

MAX_BATCH = 1_000
_MAX_WAL_BYTES = 32 * 1024 * 1024


class Writer(Generic[Item, Result]):
    """A file's writer thread.

    Attributes:
        rescue: called with an error of SQLite before the batch is given up; True asks
            for one more try (the ballast was freed).
    """

    def __init__(  # noqa: PLR0913 - what a file is made of
        self,
        path: Path,
        schema: str,
        version: int,
        apply: Apply[Item, Result],
        *,
        checkpoint_pages: int = 0,
        rescue: Callable[[sqlite3.Error], bool] | None = None,
    ) -> None:
        self._path = path
        self._schema = schema
        self._version = version
        self._apply = apply
        self._checkpoint_pages = checkpoint_pages
        self.rescue = rescue
        self._gathered: list[tuple[Item, asyncio.Future[Result]]] = []
        self._queue: queue.SimpleQueue[
            list[tuple[Item, asyncio.Future[Result]]] | None
        ] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._connection: sqlite3.Connection | None = None

    async def open(self) -> None:
        """Open the file and start the thread.

        Raises:
            JournalError: the file cannot be opened for writing.
        """
        self._loop = asyncio.get_running_loop()
        self._connection = await asyncio.to_thread(
            open_writer,
            self._path,
            self._schema,
            self._version,
            checkpoint_pages=self._checkpoint_pages,
        )
        self._thread = threading.Thread(
            target=self._run, name=f"write {self._path.name}", daemon=True
        )
        self._thread.start()

    async def aclose(self) -> None:
        """Write what was asked for, then end the thread and close the file."""
        thread, self._thread = self._thread, None
        if thread is None:
            return
        self._hand_over()
        self._queue.put(None)
        await asyncio.to_thread(thread.join)

    @property
    def is_open(self) -> bool:
        """Whether it takes writes."""
        return self._thread is not None

    def submit(self, item: Item) -> asyncio.Future[Result]:
        """Ask for a write; the future is done once it is durable.

        Cancelling the future does not take the write back.

        Raises:
            JournalError: the file is not open for writing.
        """
        if self._thread is None or self._loop is None:
            raise JournalError(f"{self._path.name} is not open for writing")
        future: asyncio.Future[Result] = self._loop.create_future()
        # What one turn of the loop asks for goes to the thread together: waking it for
        # each would have it compete with the turn that is still going on.
        self._gathered.append((item, future))
        if len(self._gathered) == 1:
            self._loop.call_soon(self._hand_over)
        return future

    def _hand_over(self) -> None:
        if self._gathered:
            self._queue.put(self._gathered)
            self._gathered = []

    # --- in the thread ---------------------------------------------------------------

    def _run(self) -> None:
        connection = self._connection
        assert connection is not None
        try:
            going = True
            while going:
                batch, going = self._take()
                if batch:
                    outcomes = self._commit(connection, [item for item, _ in batch])
                    self._answer([future for _, future in batch], outcomes)
                    self._limit_wal(connection)
        finally:
            connection.close()

    def _take(self) -> tuple[list[tuple[Item, asyncio.Future[Result]]], bool]:
        """Wait for some, take all that came meanwhile; False: the last there is."""
        batch = self._queue.get()
        if batch is None:
            return [], False
        while len(batch) < MAX_BATCH:
            try:
                more = self._queue.get_nowait()
            except queue.Empty:
                break
            if more is None:
                return batch, False
            batch.extend(more)
        return batch, True

    def _commit(
        self, connection: sqlite3.Connection, items: Sequence[Item]
    ) -> Sequence[Result | BaseException]:
        for last_try in (False, True):
            try:
                return self._transact(connection, items)
            except sqlite3.Error as error:
                retry = not last_try and self.rescue is not None and self.rescue(error)
                if not retry:
                    return [explain(error, self._path)] * len(items)
            except Exception as error:  # noqa: BLE001 - goes to whoever asked
                return [error] * len(items)
        raise AssertionError

    def _transact(
        self, connection: sqlite3.Connection, items: Sequence[Item]
    ) -> Sequence[Result | JournalError]:
        name = self._path.name
        crossing(name, "begins")
        connection.execute("BEGIN IMMEDIATE")
        try:
            outcomes = self._apply(connection, items)
            crossing(name, "commits")
            connection.execute("COMMIT")
        except BaseException:
            # SQLite has rolled back by itself after some errors, disk full among them.
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        crossing(name, "is durable")
        return outcomes

    def _answer(
        self,
        futures: Sequence[asyncio.Future[Result]],
        outcomes: Sequence[Result | BaseException],
    ) -> None:
        assert self._loop is not None
        try:
            self._loop.call_soon_threadsafe(_resolve, futures, outcomes)
        except RuntimeError:
            # The loop was closed: nobody waits for an answer any more.
            return

    def _limit_wal(self, connection: sqlite3.Connection) -> None:
        # The keeper's checkpoints never catch up with a flood, and a log starts anew
        # only once all of it is in the file: here no frame can come in between.
        if self._checkpoint_pages:
            return
        log = self._path.with_name(self._path.name + "-wal")
        try:
            if log.stat().st_size > _MAX_WAL_BYTES:
                connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
        except (OSError, sqlite3.Error):
            # The next commit meets the same trouble and tells whoever waits for it.
            return


def _resolve(
    futures: Sequence[asyncio.Future[Result]],
    outcomes: Sequence[Result | BaseException],
) -> None:
    for future, outcome in zip(futures, outcomes, strict=True):
        if future.done():
            continue
        if isinstance(outcome, BaseException):
            future.set_exception(outcome)
        else:
            future.set_result(outcome)
