"""Room on the disk: said on change, held once, taken again."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from launchctl.conductor import disk_watch
from launchctl.conductor.disk_watch import HOLD, DiskWatch
from launchctl.show.engine import Engine
from launchctl.show.inputs import Call, HealthSeen
from launchctl.store.base import MIN_FREE_BYTES
from launchctl.store.memory import MemoryJournal
from tests.show.build import START, book, cue


class SmallDisk(MemoryJournal):
    """A journal on a disk whose room a test sets."""

    room = MIN_FREE_BYTES
    laid = 0

    def room_bytes(self) -> int:
        """Free bytes."""
        return self.room

    async def lay_ballast(self) -> bool:
        """There is room for it."""
        self.laid += 1
        self.disk_full = False
        return True


def watched(disk: SmallDisk) -> tuple[DiskWatch, list[object]]:
    """A watch over the disk, and what it reports."""
    engine = Engine(book(cue("doors", at="T-0")), "run-1")
    engine.start(START)
    said: list[object] = []
    return DiskWatch(engine, disk, lambda: 0, said.append), said


def levels(said: list[object]) -> list[str]:
    """The levels of health among what was said."""
    return [item.level for item in said if isinstance(item, HealthSeen)]


def test_little_room_is_said_on_change_only():
    """Under 200 MiB the front refuses orders; the page says so, once each way."""
    disk = SmallDisk()
    watch, said = watched(disk)
    for room in (MIN_FREE_BYTES, MIN_FREE_BYTES - 1, MIN_FREE_BYTES - 2, 10**12):
        disk.room = room
        watch.look()
    assert ["good", "warning", "good"] == levels(said)


def test_a_full_disk_holds_the_show_once_each_time():
    """The hold's call has another id each time: the same id is answered once a run."""
    disk = SmallDisk()
    watch, said = watched(disk)
    for full in (True, True, False, True):
        disk.disk_full = full
        watch.look()
        watch._engine.state.seq += 1
    holds = [item for item in said if isinstance(item, Call)]
    assert [("hold", HOLD), ("hold", HOLD)] == [(c.verb, c.target) for c in holds]
    assert 2 == len({call.id for call in holds})
    assert ["bad", "good", "bad"] == levels(said)


async def test_the_reserve_is_laid_again_once_there_is_room(monkeypatch):
    """Not into the last bytes, and nobody has to ask for it."""
    monkeypatch.setattr(disk_watch, "_LOOK_EVERY_S", 0)
    disk = SmallDisk()
    disk.disk_full, disk.room = True, 1 << 20
    watch, said = watched(disk)
    running = asyncio.create_task(watch.run())
    try:
        for _ in range(20):
            await asyncio.sleep(0)
        assert (0, True) == (disk.laid, disk.disk_full)
        disk.room = MIN_FREE_BYTES
        async with asyncio.timeout(20):
            while levels(said)[-1] != "good":
                await asyncio.sleep(0)
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
    assert 1 == disk.laid
