"""The uploads of an account's coming posts: begun early, kept, renewed, dropped.

An upload goes on when the one who waits for it gives up: a film that X digests for a
minute is begun while preparing and ready at the instant.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from launchctl.drivers.x import media as x_media
from launchctl.drivers.x.far import Far
from launchctl.drivers.x.media import MediaTroubleError, Uploaded, Uploader
from launchctl.runbook.actions import Media
from launchctl.times import MINUTE, Micros

_LONGEST_US = 10 * MINUTE


class Uploads:
    """What X has of the media of commands, by the command's key.

    Args:
        far: the way to X.
        home: the folder that media are relative to.
        now_us: N.
    """

    def __init__(self, far: Far, home: Path, now_us: Callable[[], Micros]) -> None:
        self._uploader = Uploader(far, home, now_us)
        self._home = home
        self._now_us = now_us
        self._tasks: dict[tuple[str, int], asyncio.Task[Uploaded]] = {}

    async def ids(
        self, key: str, media: tuple[Media, ...], *, ahead_us: Micros
    ) -> list[str]:
        """Ids that X still has at ``now + ahead_us``; what is missing is uploaded.

        Raises:
            MediaTroubleError: one cannot be uploaded; the sentence is for people.
        """
        tasks = [self._task(key, at, media, ahead_us) for at in range(len(media))]
        return [(await asyncio.shield(task)).media_id for task in tasks]

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
        trouble = await asyncio.to_thread(x_media.trouble_with, media, self._home)
        if trouble:
            raise MediaTroubleError(trouble)
        until_us = self._now_us() + _LONGEST_US
        return await self._uploader.upload(media[at], until_us=until_us)


def _look_at(task: asyncio.Task[Uploaded]) -> None:
    """Take note of a failure that nobody may be waiting for any more."""
    if not task.cancelled():
        task.exception()
