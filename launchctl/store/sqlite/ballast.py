"""A file kept only to be deleted when the disk is full.

SQLite refuses every row on a full disk, and so the journal could not even say that the
disk is full. Freeing the ballast makes room for the hold that says it.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

BALLAST_BYTES = 4 * 1024 * 1024


class Ballast:
    """The reserve beside a file: ``journal.db`` has ``journal.db.ballast``."""

    def __init__(self, beside: Path, size_bytes: int = BALLAST_BYTES) -> None:
        self._path = beside.with_name(beside.name + ".ballast")
        self._size_bytes = size_bytes

    @property
    def is_there(self) -> bool:
        """Whether the whole reserve is on the disk."""
        try:
            return self._path.stat().st_size >= self._size_bytes
        except OSError:
            return False

    def lay(self) -> bool:
        """Take the room; False (and nothing taken) if the disk has not got it."""
        if self.is_there:
            return True
        try:
            descriptor = os.open(
                self._path, os.O_CREAT | os.O_WRONLY | os.O_CLOEXEC, 0o600
            )
            try:
                # Written, not only reserved: some file systems give holes away.
                block = os.urandom(64 * 1024)
                for _ in range(self._size_bytes // len(block)):
                    os.write(descriptor, block)
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        except OSError:
            self.free()
            return False
        return self.is_there

    def free(self) -> bool:
        """Give the room back; False if there was none to give."""
        there = self._path.exists()
        with suppress(OSError):
            self._path.unlink(missing_ok=True)
        return there
