"""The right to be the conductor of a run on one machine: an flock held for life.

The kernel frees it when its holder dies, however it dies, and never before: a stopped
process still holds it. A successor therefore kills the holder first (by pidfd, so that
no other process of the same number is hit) and then takes the lock.

That is the proof. Should the lock be lost in another way (its file deleted or put
back), the epoch tells: each holder writes one more than it found, and who finds another
file or another epoch than its own is fenced, and must not act.
"""

from __future__ import annotations

import fcntl
import json
import os
import select
import signal
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from launchctl.clock import wall_us
from launchctl.errors import FencedError, RefusedError
from launchctl.times import Micros, format_instant

_LONGEST = 4_096
_DEATH_S = 10.0
"""A process in the middle of a disk write dies once that is over."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who wrote itself into a lock file.

    Attributes:
        pid: its process id.
        began_ticks: when that process started, in kernel ticks since boot; with the pid
            it names one process for certain.
        since_us: wall clock at which it took the lock.
        epoch: counts the holders of this file, from 1.
    """

    pid: int
    began_ticks: int
    since_us: Micros
    epoch: int = 1

    @property
    def is_alive(self) -> bool:
        """Whether that very process still runs."""
        return self.began_ticks != 0 and began_ticks(self.pid) == self.began_ticks


class FileLease:
    """The lock file of a run folder. It is never deleted: that would split the lock."""

    def __init__(self, path: Path | str) -> None:
        self._path = Path(path)
        self._descriptor: int | None = None
        self._text = b""

    def acquire(self) -> None:
        """Take it, or say who has it; no-op if this object holds it already.

        Raises:
            RefusedError: another conductor holds it; names its pid.
        """
        if self._descriptor is not None:
            return
        descriptor = self._locked()
        before = self.holder()
        text = {
            "pid": os.getpid(),
            "began": began_ticks(os.getpid()),
            "since_us": wall_us(),
            "epoch": before.epoch + 1 if before else 1,
        }
        self._text = json.dumps(text).encode()
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, self._text, 0)
        os.fsync(descriptor)
        self._descriptor = descriptor
        self.beat()

    def beat(self) -> None:
        """Let it be seen that its holder moves; no-op if it is not held.

        The file's time of change says so, in seconds since boot: who sets the wall
        clock makes nobody look frozen.
        """
        if self._descriptor is not None:
            now_ns = time.monotonic_ns()
            os.utime(self._descriptor, ns=(now_ns, now_ns))

    def still_s(self) -> float:
        """For how long its holder has not moved; 0 if there is no file."""
        try:
            beat_ns = self._path.stat().st_mtime_ns
        except OSError:
            return 0.0
        return max(0, time.monotonic_ns() - beat_ns) / 1e9

    def _locked(self) -> int:
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
            raise self._held() from None
        return descriptor

    @property
    def is_free(self) -> bool:
        """Whether nobody holds it now. Leaves no trace: who only looks is no holder."""
        try:
            descriptor = os.open(self._path, os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError:
            return True
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            fcntl.flock(descriptor, fcntl.LOCK_UN)
        except BlockingIOError:
            return False
        finally:
            os.close(descriptor)
        return True

    def demand_free(self) -> None:
        """Certain that nobody holds it.

        Raises:
            RefusedError: a conductor holds it; names its pid.
        """
        if not self.is_free:
            raise self._held()

    def _held(self) -> RefusedError:
        return RefusedError(
            f"another conductor runs this show: {_name(self.holder())}",
            hint="end it first, or recover the run after it has ended;"
            " one that is frozen is ended by launch run --recover DIR --take-over",
        )

    def demand(self, *_: object) -> None:
        """Certain that it is still ours; asked right before whatever leaves us.

        Raises:
            FencedError: the file is another, or another has written itself in.
        """
        descriptor = self._descriptor
        try:
            if descriptor is not None:
                there, ours = self._path.stat(), os.fstat(descriptor)
                same = (there.st_ino, there.st_dev) == (ours.st_ino, ours.st_dev)
                if same and os.pread(descriptor, _LONGEST, 0) == self._text:
                    return
        except OSError:
            pass  # it is not where it was
        raise FencedError(
            f"this conductor has lost its run: {_name(self.holder())} has it now",
            hint="nothing more was sent from here; the other one goes on",
        )

    def evict(self) -> None:
        """Kill whoever holds it, for certain and nobody else; then it is free.

        SIGKILL through a pidfd: it ends a stopped process too, and the kernel frees its
        lock before the descriptor says that it is gone. No-op if nobody holds it.

        Raises:
            RefusedError: it is held, and its holder is not known or cannot be killed.
        """
        holder = self.holder()
        if self.is_free or holder is None or not holder.is_alive:
            return
        try:
            descriptor = os.pidfd_open(holder.pid)
        except ProcessLookupError:
            return
        try:
            # The number was given away again before the descriptor pinned it?
            if not holder.is_alive:
                return
            signal.pidfd_send_signal(descriptor, signal.SIGKILL)
            if not select.select([descriptor], [], [], _DEATH_S)[0]:
                raise RefusedError(f"{_name(holder)} does not die")
        except PermissionError:
            raise RefusedError(f"{_name(holder)} is another user's") from None
        finally:
            os.close(descriptor)

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
                int(value["pid"]),
                int(value["began"]),
                int(value["since_us"]),
                int(value.get("epoch", 1)),
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
