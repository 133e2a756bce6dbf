"""A SQLite file of a run with one writer and many readers: opened and closed."""

from __future__ import annotations

import shutil
from pathlib import Path
from types import TracebackType
from typing import Generic, Self, TypeVar

from launchctl.errors import JournalError
from launchctl.store.sqlite.keeper import Keeper
from launchctl.store.sqlite.reader import Reader
from launchctl.store.sqlite.writer import Writer

Item = TypeVar("Item")
Result = TypeVar("Result")


class SqliteFile(Generic[Item, Result]):
    """What journal and ledger share.

    Args:
        path: of the file.
        reader: its reader thread, not yet open.
        writer: its writer thread, not yet open; None: this process only reads. A reader
            never makes a file, and reads an empty one where there is none yet.
        keeper: who checkpoints it; beside a writer only.
    """

    def __init__(
        self,
        path: Path,
        reader: Reader,
        writer: Writer[Item, Result] | None,
        keeper: Keeper | None,
    ) -> None:
        self._path = path
        self._reader = reader
        self._writer = writer
        self._keeper = keeper

    @property
    def path(self) -> Path:
        """Where it lies."""
        return self._path

    async def open(self) -> None:
        """Open it, or nothing of it.

        Raises:
            JournalError: it cannot be opened, or it is damaged.
        """
        try:
            if self._writer is not None:
                await self._writer.open()
            if self._keeper is not None:
                await self._keeper.open()
            await self._reader.open()
            await self._opened()
        except BaseException:
            await self.aclose()
            raise

    async def _opened(self) -> None:
        """What a kind of file looks at before it counts as open."""

    async def aclose(self) -> None:
        """Write what was asked for, then close."""
        await self._reader.aclose()
        if self._keeper is not None:
            await self._keeper.aclose()
        if self._writer is not None:
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

    def room_bytes(self) -> int | None:
        """Free bytes on the disk of the file; None if they cannot be told."""
        try:
            return shutil.disk_usage(self._path.parent).free
        except OSError:
            return None

    def _open_writer(self) -> Writer[Item, Result]:
        if self._writer is None:
            raise JournalError(f"{self._path.name} is open for reading only")
        return self._writer
