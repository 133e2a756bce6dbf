"""The uploads of an account's coming posts: begun early, kept, renewed, dropped.

An upload goes on when the one who waits for it gives up: a film that a network digests
for a minute is begun while preparing and ready at the instant.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from launchctl.drivers.media import MediaTroubleError, Rules
from launchctl.runbook.actions import Media
from launchctl.times import MINUTE, Micros

_LONGEST_US = 10 * MINUTE


@dataclass(frozen=True, slots=True)
class Uploaded:
    """A medium that a network has: what a post names it by, and until when the network
    keeps it (on N).
    """

    ref: Any
    expires_us: Micros


class Uploader(Protocol):
    """One network's way of taking a file."""

    @property
    def rules(self) -> Rules:
        """What it takes."""
        ...

    async def upload(self, medium: Media, *, until_us: Micros) -> Uploaded:
        """Upload one file, once, and describe it; it can be posted on return.

        Raises:
            MediaTroubleError: with the sentence for people.
        """
        ...


class Uploads:
    """What a network has of the media of commands, by the command's key.

    Args:
        uploader: the way to the network.
        home: the folder that media are relative to.
        now_us: N.
    """

    def __init__(
        self, uploader: Uploader, home: Path, now_us: Callable[[], Micros]
    ) -> None:
        self._uploader = uploader
        self._home = home
        self._now_us = now_us
        self._tasks: dict[tuple[str, int], asyncio.Task[Uploaded]] = {}

    async def refs(
        self, key: str, media: tuple[Media, ...], *, ahead_us: Micros
    ) -> list[Any]:
        """What names each medium, good until ``now + ahead_us`` at least; what is
        missing is uploaded.

        Raises:
            MediaTroubleError: one cannot be uploaded; the sentence is for people.
        """
        tasks = [self._task(key, at, media, ahead_us) for at in range(len(media))]
        return [(await asyncio.shield(task)).ref for task in tasks]

    def forget(self, key: str | None = None) -> None:
        """Drop a command's uploads; all of them when the driver ends."""
        for known in [known for known in self._tasks if key in (None, known[0])]:
            self._tasks.pop(known).cancel()

    def _task(
        self, key: str, at: int, media: tuple[Media, ...], ahead_us: Micros
    ) -> asyncio.Task[Uploaded]:
        kept = self._tasks.get((key, at))
        if kept is not None and self._is_usable(kept, ahead_us):
            return kept
        task = asyncio.create_task(self._upload(at, media))
        task.add_done_callback(_look_at)
        self._tasks[key, at] = task
        return task

    def _is_usable(self, task: asyncio.Task[Uploaded], ahead_us: Micros) -> bool:
        if not task.done():
            return True
        if task.cancelled() or task.exception() is not None:
            return False
        return task.result().expires_us >= self._now_us() + ahead_us

    async def _upload(self, at: int, media: tuple[Media, ...]) -> Uploaded:
        rules = self._uploader.rules
        trouble = await asyncio.to_thread(rules.trouble_with, media, self._home)
        if trouble:
            raise MediaTroubleError(trouble)
        until_us = self._now_us() + _LONGEST_US
        return await self._uploader.upload(media[at], until_us=until_us)


def _look_at(task: asyncio.Task[Uploaded]) -> None:
    """Take note of a failure that nobody may be waiting for any more."""
    if not task.cancelled():
        task.exception()
