"""SQLite files of a run: how they are made, opened and what their errors mean.

Each file has fixed writers and any number of readers, in WAL mode with
``synchronous=FULL``: a commit has reached the disk before readers can see it. Readers
open read-only and never make a file; a file that is not there yet reads as empty.

A file must never be opened by anything but SQLite while SQLite has it open in the same
process: closing that second descriptor would drop SQLite's locks (POSIX record locks).
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import time
from pathlib import Path
from urllib.parse import quote

from launchctl.errors import JournalError
from launchctl.store.base import DiskFullError

BUSY_TIMEOUT_MS = 5_000
_FULL = sqlite3.SQLITE_FULL
_OPEN_PATIENCE_S = 5.0
_OPEN_PAUSE_S = 0.005


def open_writer(
    path: Path, schema: str, version: int, *, checkpoint_pages: int = 0
) -> sqlite3.Connection:
    """Open for writing; makes the file (mode 0600) and its tables if need be.

    Args:
        path: the file; its folder must be there.
        schema: statements that make all tables.
        version: of the schema, kept in ``user_version``; at least 1.
        checkpoint_pages: let commits checkpoint beyond so many pages; 0 never does.

    Raises:
        JournalError: it cannot be opened, or a newer launchctl wrote it.
    """
    try:
        with contextlib.suppress(FileExistsError):
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        connection = _connect(path, "rw")
    except (OSError, sqlite3.Error) as error:
        raise explain(error, path) from error
    try:
        _go_wal(connection)
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute(f"PRAGMA wal_autocheckpoint={checkpoint_pages}")
        _make_tables(connection, path, schema, version)
    except (sqlite3.Error, JournalError) as error:
        connection.close()
        raise explain(error, path) from error
    return connection


def open_reader(path: Path, version: int) -> sqlite3.Connection | None:
    """Open read-only; None while there is no file, or no table in it yet.

    Raises:
        JournalError: it cannot be read, or a newer launchctl wrote it.
    """
    if not path.exists():
        return None
    try:
        connection = _connect(path, "ro")
    except sqlite3.Error as error:
        raise explain(error, path) from error
    try:
        if check_version(connection, path, version) == 0:
            connection.close()
            return None
    except (sqlite3.Error, JournalError) as error:
        connection.close()
        raise explain(error, path) from error
    return connection


def check_version(connection: sqlite3.Connection, path: Path, version: int) -> int:
    """The file's schema version; 0 if it has no tables yet.

    Raises:
        JournalError: a newer launchctl wrote it.
    """
    found = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if found > version:
        raise JournalError(
            f"{path.name} was written by a newer launchctl (layout {found}, this one "
            f"reads {version})",
            hint="use the launchctl that wrote it",
        )
    return found


def explain(error: Exception, path: Path) -> JournalError:
    """The sentence for people behind an error of SQLite or the file system."""
    if isinstance(error, JournalError):
        return error
    code = getattr(error, "sqlite_errorcode", None)
    primary = None if code is None else code & 0xFF
    if primary == _FULL:
        return DiskFullError(
            f"{path.name}: the disk is full; nothing was written",
            hint=f"free some space on the disk of {path.parent}",
        )
    sentences = {
        sqlite3.SQLITE_READONLY: ("it may not be written", "check its owner and mode"),
        sqlite3.SQLITE_CANTOPEN: ("it cannot be opened", "check the folder's mode"),
        sqlite3.SQLITE_BUSY: ("another program keeps it locked", "end that program"),
        sqlite3.SQLITE_CORRUPT: ("it is damaged", "restore it from a backup"),
        sqlite3.SQLITE_NOTADB: ("it is no such file of launchctl", "look at its path"),
        sqlite3.SQLITE_IOERR: ("the disk reported an error", "look at the disk"),
    }
    what, hint = sentences.get(primary or -1, (str(error), ""))
    return JournalError(f"{path.name}: {what}", hint=hint)


def is_full(error: Exception) -> bool:
    """Whether the disk had no room."""
    code = getattr(error, "sqlite_errorcode", None)
    return code is not None and code & 0xFF == _FULL


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"file:{quote(str(path))}?mode={mode}",
        uri=True,
        isolation_level=None,
        check_same_thread=False,
        timeout=BUSY_TIMEOUT_MS / 1_000,
    )
    try:
        connection.execute("PRAGMA trusted_schema=OFF")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _go_wal(connection: sqlite3.Connection) -> None:
    # Changing the mode asks for an exclusive lock without the busy handler, so two
    # programs that make the same file at once have to ask again.
    patience_ends = time.monotonic() + _OPEN_PATIENCE_S
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL").fetchone()
        except sqlite3.OperationalError as error:
            busy = error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
            if not busy or time.monotonic() > patience_ends:
                raise
            time.sleep(_OPEN_PAUSE_S)
        else:
            return


def _make_tables(
    connection: sqlite3.Connection, path: Path, schema: str, version: int
) -> None:
    connection.execute("BEGIN IMMEDIATE")
    try:
        if check_version(connection, path, version) == 0:
            for statement in filter(str.strip, schema.split(";")):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version={version}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
