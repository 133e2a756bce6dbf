"""The one thread that reads a file and watches it, whoever writes it.

Watching is a look at ``PRAGMA data_version`` (45 us) every 7 ms of real time, once per
open file however many follow it, and only while somebody does. Real time, because a
paced rehearsal scales the loop's. Reads are short transactions that end before the
answer goes back to the loop, so they hold up neither writers nor checkpoints.
"""

from __future__ import annotations

import asyncio
import queue
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

from launchctl.errors import JournalError
from launchctl.store.sqlite.files import explain, open_reader

Result = TypeVar("Result")
POLL_S = 0.007
CHUNK = 500
"""Rows a read takes at once: far under 50 ms."""

_NOT_LOOKED, _UNREADABLE = -1, -2
"""Beside the values of ``data_version``: a file that cannot be read is news, too."""

_Job = tuple[Callable[[sqlite3.Connection], Any], Any, "asyncio.Future[Any]"]


class Reader:
    """A file's reader thread. The file need not be there yet."""

    def __init__(self, path: Path, version: int, *, poll_s: float = POLL_S) -> None:
        self._path = path
        self._version = version
        self._poll_s = poll_s
        self._queue: queue.SimpleQueue[_Job | str | None] = queue.SimpleQueue()
        self._changed: set[asyncio.Event] = set()
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._connection: sqlite3.Connection | None = None
        self._seen = _NOT_LOOKED

    async def open(self) -> None:
        """Start the thread."""
        self._loop = asyncio.get_running_loop()
        self._thread = threading.Thread(
            target=self._run, name=f"read {self._path.name}", daemon=True
        )
        self._thread.start()

    async def aclose(self) -> None:
        """End the thread and close the file; whoever follows it wakes and ends."""
        thread, self._thread = self._thread, None
        if thread is None:
            return
        self._queue.put(None)
        await asyncio.to_thread(thread.join)
        self._tell()

    @property
    def is_open(self) -> bool:
        """Whether it takes reads."""
        return self._thread is not None

    async def run(
        self, job: Callable[[sqlite3.Connection], Result], missing: Result
    ) -> Result:
        """Read in the thread; ``missing`` if there is no file yet.

        Raises:
            JournalError: not open, unreadable or damaged.
        """
        if self._thread is None or self._loop is None:
            raise JournalError(f"{self._path.name} is not open")
        future: asyncio.Future[Result] = self._loop.create_future()
        self._queue.put((job, missing, future))
        return await future

    @contextmanager
    def watch(self) -> Iterator[asyncio.Event]:
        """An event that is set after every change; clear it before you read."""
        event = asyncio.Event()
        self._changed.add(event)
        self._queue.put("watch")
        try:
            yield event
        finally:
            self._changed.discard(event)

    # --- in the thread ---------------------------------------------------------------

    def _run(self) -> None:
        try:
            while True:
                try:
                    job = self._queue.get(
                        timeout=self._poll_s if self._changed else None
                    )
                except queue.Empty:
                    self._look()
                    continue
                if job is None:
                    return
                if isinstance(job, tuple):
                    self._read(*job)
        finally:
            if self._connection is not None:
                self._connection.close()
            self._refuse_rest()

    def _open_file(self) -> sqlite3.Connection | None:
        if self._connection is None:
            self._connection = open_reader(self._path, self._version)
        return self._connection

    def _look(self) -> None:
        try:
            connection = self._open_file()
            if connection is None:
                return
            seen = int(connection.execute("PRAGMA data_version").fetchone()[0])
        except (sqlite3.Error, JournalError):
            # Whoever follows reads next, and gets the error with its sentence.
            seen = _UNREADABLE
        if seen != self._seen:
            self._seen = seen
            self._post(self._tell)

    def _read(
        self,
        job: Callable[[sqlite3.Connection], Any],
        missing: Any,
        future: asyncio.Future[Any],
    ) -> None:
        outcome: Any
        try:
            connection = self._open_file()
            outcome = missing if connection is None else job(connection)
        except sqlite3.Error as error:
            outcome = explain(error, self._path)
        except Exception as error:  # noqa: BLE001 - goes to whoever asked
            outcome = error
        self._post(_resolve, future, outcome)

    def _refuse_rest(self) -> None:
        with suppress(queue.Empty):
            while True:
                job = self._queue.get_nowait()
                if isinstance(job, tuple):
                    closed = JournalError(f"{self._path.name} is not open")
                    self._post(_resolve, job[2], closed)

    def _post(self, callback: Callable[..., None], *args: Any) -> None:
        assert self._loop is not None
        # A closed loop has nobody left who waits for an answer.
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(callback, *args)

    def _tell(self) -> None:
        """On the loop: wake everybody who follows."""
        for event in self._changed:
            event.set()


def _resolve(future: asyncio.Future[Any], outcome: Any) -> None:
    if future.done():
        return
    if isinstance(outcome, BaseException):
        future.set_exception(outcome)
    else:
        future.set_result(outcome)
