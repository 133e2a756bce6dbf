"""The right to be the conductor of a run on one machine: an flock held for life.

The kernel frees it when its holder dies, however it dies, and never before: a stopped
process still holds it. A successor therefore kills the holder first (by pidfd, so that
no other process of the same number is hit) and then takes the lock.
"""

from __future__ import annotations

import fcntl
import json
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from launchctl.clock import wall_us
from launchctl.errors import RefusedError
from launchctl.times import Micros, format_instant


@dataclass(frozen=True, slots=True)
class Holder:
    """Who wrote itself into a lock file.

    Attributes:
        pid: its process id.
        began_ticks: when that process started, in kernel ticks since boot; with the pid
            it names one process for certain.
        since_us: wall clock at which it took the lock.
    """

    pid: int
    began_ticks: int
    since_us: Micros

    @property
    def is_alive(self) -> bool:
        """Whether that very process still runs."""
        return self.began_ticks != 0 and began_ticks(self.pid) == self.began_ticks


class FileLease:
    """The lock file of a run folder. It is never deleted: that would split the lock."""

    def __init__(self, path: Path | str) -> None:
        self._path = Path(path)
        self._descriptor: int | None = None

    def acquire(self) -> None:
        """Take it, or say who has it; no-op if this object holds it already.

        Raises:
            RefusedError: another conductor holds it; names its pid.
        """
        if self._descriptor is not None:
            return
        try:
            descriptor = os.open(
                self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600
            )
        except OSError as error:
            raise RefusedError(f"{self._path} cannot be opened: {error}") from None
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            raise RefusedError(
                f"another conductor runs this show: {_name(self.holder())}",
                hint="end it first, or recover the run after it has ended",
            ) from None
        me = Holder(os.getpid(), began_ticks(os.getpid()), wall_us())
        text = json.dumps(
            {"pid": me.pid, "began": me.began_ticks, "since_us": me.since_us}
        ).encode()
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, text, 0)
        self._descriptor = descriptor

    def release(self) -> None:
        """Give it back; no-op if it is not held."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            # Closing alone would leave the lock to a child that has not yet come to
            # closing what it inherited.
            fcntl.flock(descriptor, fcntl.LOCK_UN)
            os.close(descriptor)

    @property
    def is_held(self) -> bool:
        """Whether this object holds it."""
        return self._descriptor is not None

    def holder(self) -> Holder | None:
        """Who wrote itself in last; it may be dead. None if nobody ever did."""
        try:
            value = json.loads(self._path.read_bytes())
            return Holder(
                int(value["pid"]), int(value["began"]), int(value["since_us"])
            )
        except (OSError, ValueError, KeyError, TypeError):
            return None

    async def open(self) -> None:
        """The same as ``acquire``."""
        self.acquire()

    async def aclose(self) -> None:
        """The same as ``release``."""
        self.release()

    async def __aenter__(self) -> Self:
        self.acquire()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()


def began_ticks(pid: int) -> int:
    """When a process started, in kernel ticks since boot (proc(5)); 0: no process, or
    one that is dead and was only not yet waited for.
    """
    with suppress(OSError, IndexError, ValueError):
        text = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace")
        # The name in parentheses may hold blanks and parentheses itself.
        fields = text.rpartition(")")[2].split()
        return 0 if fields[0] in "ZX" else int(fields[19])
    return 0


def _name(holder: Holder | None) -> str:
    if holder is None:
        return "it has not written its pid yet"
    return f"pid {holder.pid}, since {format_instant(holder.since_us)}"
