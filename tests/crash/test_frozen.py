"""A conductor frozen between deciding and the answer, replaced, and woken up."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from launchctl.cli.show_process import ENDED_EARLY
from launchctl.clock import new_loop
from launchctl.conductor.viewer import Viewer
from tests.crash.__main__ import lives_of, scratch
from tests.crash.crew import Crew
from tests.crash.hall import SPEED, Hall, hall
from tests.crash.nursery import Nursery, nursery
from tests.crash.show import HANG_S
from tests.crash.zygote import SHUT_OUT

POST = "account:brand: "
STEPS = (
    "journal.db: begins",
    "journal.db: commits",
    "journal.db: is durable",
    f"{POST}intent is durable",
    f"{POST}is sent to",
    "http: headers leave",
    "http: body leaves",
    "http: answer comes",
    f"{POST}answered",
)
"""Every step between deciding on a post and knowing what became of it."""
WRITING = "journal.db: commits"
"""Here a conductor has begun to write: SQLite lets nobody else."""
FENCED = next(code for code, said in ENDED_EARLY.items() if "another conductor" in said)


@pytest.fixture
def folder() -> Iterator[Path]:
    """In memory, if there is such a place."""
    with tempfile.TemporaryDirectory(dir=scratch()) as name:
        yield Path(name)


def points_of(life: list[str]) -> list[str]:
    """The steps of the first post, in the order in which a life came to them."""
    first = life.index(f"{POST}intent is durable#1")
    last = life.index(f"{POST}answered#1")
    before = [p for p in life[:first] if p.startswith("journal.db: ")][-3:]
    points = [*before, *life[first : last + 1]]
    return [p for p in points if p.partition("#")[0] in STEPS]


async def frozen(pid: int) -> None:
    """Wait until the process is stopped."""
    async with asyncio.timeout(HANG_S * SPEED):
        while (
            Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "T"
        ):
            await asyncio.sleep(0.5)


async def by_pidfd(seen: Hall, pid: int) -> None:
    """As ``launch run --recover DIR --take-over`` does."""
    seen.folder.lease().evict()


async def by_a_lost_lock(seen: Hall, pid: int) -> None:
    """As nobody should: the lock's file is gone, and with it the proof."""
    (seen.folder.path / "lock").unlink()


async def replaced(
    birthplace: Nursery,
    folder: Path,
    point: str,
    take: Callable[[Hall, int], object],
) -> tuple[int, list[str], list[str]]:
    """Freeze a show at a point, let a successor finish it, wake the first one up.

    Gives the first one's exit code, and what the account posted before and after.
    """
    async with (
        hall(folder) as seen,
        seen.folder.inbox() as inbox,
        watching(seen) as viewer,
        working(Crew(seen, viewer, inbox)),
        asyncio.timeout(HANG_S * SPEED),
    ):
        first = await birthplace.show(
            seen.folder.path, seen.secrets, at=point, how="stop"
        )
        pid = await first.pid
        await frozen(pid)
        await take(seen, pid)  # type: ignore[misc]
        second = await birthplace.show(seen.folder.path, seen.secrets)
        if take is by_a_lost_lock and point.startswith(WRITING):
            # SQLite's own lock is its as well, until it wakes up and gives up
            assert await second.ended == SHUT_OUT
            os.kill(pid, signal.SIGCONT)
            await first.ended
            second = await birthplace.show(seen.folder.path, seen.secrets)
        assert await second.ended in {0, 1}
        before, asked = seen.texts("brand"), len(seen.x.requests)
        head = await _head(seen)
        if not first.ended.done():
            os.kill(pid, signal.SIGCONT)
        code = await first.ended
        await asyncio.sleep(2)
        assert asked == len(seen.x.requests), "it asked X for something"
        assert head == await _head(seen), "it wrote into the journal"
        return code, before, seen.texts("brand")


@asynccontextmanager
async def watching(seen: Hall) -> AsyncIterator[Viewer]:
    """Somebody who reads the show's files."""
    viewer = await Viewer.open(seen.folder)
    try:
        yield viewer
    finally:
        await viewer.aclose()


@asynccontextmanager
async def working(crew: Crew) -> AsyncIterator[None]:
    """A crew at work meanwhile."""
    task = asyncio.create_task(crew.work())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _head(seen: Hall) -> int:
    async with seen.folder.journal() as journal:
        assert await journal.verify() is None
        return await journal.head()


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    ("take", "ends"), [(by_pidfd, -signal.SIGKILL), (by_a_lost_lock, FENCED)]
)
def test_a_frozen_conductor_never_posts_again(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    take: Callable[[Hall, int], object],
    ends: int,
):
    """Stopped at any step of sending, replaced and woken up, the old
    conductor is dead, or finds its lease lost and does nothing: each post stands once,
    though the account says ``doubt: resend``.
    """
    monkeypatch.setattr(logging.getLogger("aiohttp.server"), "disabled", True)
    story = ["We start in a minute.", "It has five seats.", "It is yours from 2017."]

    async def play() -> None:
        async with nursery() as birthplace:
            lives = await lives_of(birthplace, folder / "whole")
            points = points_of(lives[0])
            assert {p.partition("#")[0] for p in points} >= set(STEPS) - {
                "http: answer comes"
            }, points
            turns = asyncio.Semaphore(3)

            async def one(number: int, point: str) -> tuple[int, list[str], list[str]]:
                async with turns:
                    return await replaced(birthplace, folder / f"{number}", point, take)

            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(one(*each)) for each in enumerate(points)]
            for point, task in zip(points, tasks, strict=True):
                code, before, after = task.result()
                assert ends == code, point
                assert before == after, point
                assert sorted(story) == sorted(after), point

    loop = new_loop(SPEED)
    try:
        loop.run_until_complete(play())
    finally:
        loop.close()
