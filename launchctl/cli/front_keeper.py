"""Keeping the front alive: pages and hooks come back at the same addresses.

The show does not need the front to go on, but people do: without it there is no page,
no order is counted, and no figure can be taken.
"""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from launchctl.cli.notices import Notices
from launchctl.cli.processes import Child, start_child
from launchctl.errors import LaunchError
from launchctl.show.inputs import HealthSeen, Input
from launchctl.store.folder import RunFolder

_FIRST_PAUSE_S = 0.25
_LONGEST_PAUSE_S = 10.0
_STOP_S = 10.0
_LOOK_S = 0.05
_WATCH_S = 1.0
_STANDS_S = 30.0
"""A front that lived so long had not come up in vain: the next one starts at once."""

FRONT = "launchctl.cli.front_process"


class FrontKeeper:
    """The front of one run, started again whenever it ends before it is stopped.

    Attributes:
        child: the present one, or the last there was.
    """

    def __init__(
        self, folder: RunFolder, child: Child, boot: Mapping[str, Any], notices: Notices
    ) -> None:
        self.child = child
        self._folder = folder
        self._boot = {**boot, **_addresses(child.ready)}
        self._notices = notices
        self._keeping: asyncio.Task[None] | None = None
        self._left = False

    def keep(self) -> None:
        """Begin to watch over it."""
        self._keeping = asyncio.create_task(self._keep())

    async def stop(self) -> None:
        """Stop watching, and stop it; if it was left, let it be."""
        await self._watch_no_more()
        if not self._left:
            await self.child.stop()

    async def leave(self, why: str) -> None:
        """The conductor is lost: the pages stay for a while, and say so, until somebody
        takes the show up. ``why`` is a sentence.
        """
        await self._watch_no_more()
        self._left = True
        self.child.tell(lost=why)

    async def _watch_no_more(self) -> None:
        if self._keeping is not None:
            self._keeping.cancel()
            await asyncio.gather(self._keeping, return_exceptions=True)

    async def _keep(self) -> None:
        pause_s = _FIRST_PAUSE_S
        while True:
            began_s = time.monotonic()
            code = await self.child.wait()
            await self.child.stop()  # its pipes
            stood = time.monotonic() - began_s > _STANDS_S
            pause_s = _FIRST_PAUSE_S if stood else min(pause_s * 2, _LONGEST_PAUSE_S)
            self._notices.say(
                f"PAGES AND HOOKS ARE DOWN: the front's process {_ended(code)};"
                f" the show goes on, and the front is started again in {pause_s:g} s"
            )
            await self._start_again(pause_s)
            self._notices.say(
                f"pages and hooks are back at {self.child.ready['url']};"
                f" see {_short(self.child.log)} for why they went down"
            )

    async def _start_again(self, pause_s: float) -> None:
        while True:
            await asyncio.sleep(pause_s)
            try:
                self.child = await start_child("front", self._folder.path, self._boot)
            except LaunchError as error:
                pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)
                self._notices.say(
                    f"the front cannot be started: {error}; next try in {pause_s:g} s"
                )
            else:
                meta = replace(self._folder.meta, front_pid=self.child.pid)
                self._folder.write(meta)
                return


async def watch_front(folder: RunFolder, report: Callable[[Input], None]) -> None:
    """In the show's process: pages and hooks that go down, or come back, are told, and
    so journaled: orders are not counted meanwhile, whoever sees the terminal.
    """
    up = True
    while True:
        pid = folder.meta.front_pid
        before, up = up, pid is None or _is_front_of(pid, folder)
        if before != up:
            level, said = ("good", "are back") if up else ("bad", "are down")
            report(HealthSeen("front", level, f"pages and hooks {said}"))
        await asyncio.sleep(_WATCH_S)


async def end_former_front(folder: RunFolder) -> None:
    """Stop the front that a killed starter left behind: a ledger has one writer, and
    its successor shall listen where it does. No-op if there is none.
    """
    pid = folder.meta.front_pid
    if pid is None or not _is_front_of(pid, folder):
        return
    for sign, patience_s in ((signal.SIGTERM, _STOP_S), (signal.SIGKILL, _STOP_S)):
        with suppress(ProcessLookupError):
            os.kill(pid, sign)
        ends_s = time.monotonic() + patience_s
        while time.monotonic() < ends_s:
            if not _is_front_of(pid, folder):
                return
            await asyncio.sleep(_LOOK_S)


def _is_front_of(pid: int, folder: RunFolder) -> bool:
    """Whether the process of that number is a front of this very run (proc(5))."""
    proc = Path("/proc") / str(pid)
    try:
        words = (proc / "cmdline").read_bytes().decode().split("\0")
        served = (proc / "cwd").readlink() / words[-2]
    except (OSError, ValueError, IndexError):
        return False
    return FRONT in words and served.resolve() == folder.path.resolve()


def _addresses(ready: Mapping[str, Any]) -> dict[str, str]:
    """Where it listens now: a free port that it took is kept."""
    names = {"serve": "url", "public": "public_url"}
    return {
        asked: urlsplit(ready[said]).netloc
        for asked, said in names.items()
        if said in ready
    }


def _ended(code: int) -> str:
    if code < 0:
        return f"was ended by {signal.Signals(-code).name}"
    return f"ended with code {code}"


def _short(log: Path) -> str:
    return f"{log.parent.name}/{log.name}"
