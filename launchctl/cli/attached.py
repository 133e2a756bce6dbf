"""A show whose starter is gone: it lives, and somebody looks after it again.

The show's process outlives whoever started it. Its front may not, and then nobody is
left to start that one. Another ``launch run --recover`` takes the starter's place: it
starts a front, and watches a show that is no child of its own.
"""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import suppress

from launchctl.cli.show_process import ENDED_EARLY
from launchctl.conductor.viewer import Viewer
from launchctl.errors import LaunchError, RefusedError
from launchctl.store.folder import RunFolder
from launchctl.store.lease import FileLease

_STOP_S = 10.0
_GONE_S = 15.0
_LOOK_S = 0.1
_UNKNOWN_END = next(code for code, said in ENDED_EARLY.items() if "stopped" in said)


class AttachedShow:
    """A show's process that somebody else started.

    Attributes:
        pid: its process id.
    """

    def __init__(self, folder: RunFolder, pid: int) -> None:
        self.pid = pid
        self._folder = folder
        self._descriptor = os.pidfd_open(pid)

    async def wait(self) -> int:
        """0 green, 1 red, once it has ended: of a process that is not ours only the
        journal tells; it cannot tell why one ended early.
        """
        await self._gone()
        try:
            viewer = await Viewer.open(self._folder)
        except LaunchError:
            return _UNKNOWN_END
        await viewer.aclose()
        if not viewer.engine.finished:
            return _UNKNOWN_END
        return 0 if viewer.engine.verdict == "green" else 1

    async def stop(self) -> None:
        """Ask it to stop; insist after ten seconds."""
        for sign in (signal.SIGTERM, signal.SIGKILL):
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._descriptor, sign)
            with suppress(TimeoutError):
                async with asyncio.timeout(_STOP_S):
                    await self._gone()
                    break
        os.close(self._descriptor)

    async def _gone(self) -> None:
        loop, ended = asyncio.get_running_loop(), asyncio.Event()
        loop.add_reader(self._descriptor, ended.set)
        try:
            await ended.wait()
        finally:
            loop.remove_reader(self._descriptor)


def living(folder: RunFolder) -> AttachedShow | None:
    """The show's process, if it lives; None if nobody conducts the run."""
    lease = folder.lease()
    holder = lease.holder()
    if lease.is_free or holder is None:
        return None
    with suppress(ProcessLookupError):
        show = AttachedShow(folder, holder.pid)
        if holder.is_alive:
            return show
    return None


async def become_starter(folder: RunFolder, *, patient: bool) -> FileLease:
    """The right to look after a run, held for life, as that to conduct it is.

    ``patient``: its holder is about to end, as its show was killed.

    Raises:
        RefusedError: somebody looks after it; names both processes.
    """
    lease = folder.starter_lease()
    patience_s = _GONE_S if patient else 0.0
    while not lease.is_free and patience_s > 0:
        await asyncio.sleep(_LOOK_S)
        patience_s -= _LOOK_S
    if not lease.is_free:
        starter, show = lease.holder(), folder.lease().holder()
        raise RefusedError(
            f"pid {starter.pid if starter else '?'} looks after this run already; its"
            f" show is pid {show.pid if show else '?'}",
            hint="end it first; a show that is frozen is replaced by"
            f" launch run --recover {folder.path} --take-over",
        )
    lease.acquire()
    return lease
