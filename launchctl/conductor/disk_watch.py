"""Room on the disk: missed early, held when it is gone, taken again when it is back.

The journal has a reserve (the ballast) that is given up when the disk is full. What
fits then is the hold that says so. People make room and resume; the reserve is laid
again as soon as there is room for it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from launchctl.show.engine import Engine
from launchctl.show.inputs import Call, HealthSeen, Input
from launchctl.store.base import MIN_FREE_BYTES, Journal
from launchctl.times import Micros

HOLD = "disk-full"

_LOOK_EVERY_S = 1.0
_ROOM_BYTES = 16 * 1024 * 1024
"""With so much free the reserve is laid again, and leaves room beside it."""

_GOOD = HealthSeen("disk", "good")
_LITTLE = HealthSeen(
    "disk",
    "warning",
    f"less than {MIN_FREE_BYTES >> 20} MiB are free: orders are refused until more are",
)
_FULL = HealthSeen("disk", "bad", "the disk is full: make room, then resume the show")


class DiskWatch:
    """Looks at the disk of a run's journal, and reports what people have to know."""

    def __init__(
        self,
        engine: Engine,
        journal: Journal,
        now_us: Callable[[], Micros],
        report: Callable[[Input], None],
    ) -> None:
        self._engine = engine
        self._journal = journal
        self._now_us = now_us
        self._report = report
        self._said: HealthSeen | None = None

    async def run(self) -> None:
        """Look once a second, for ever; no longer where there is no disk to look at."""
        while (free := self._journal.room_bytes()) is not None:
            if self._journal.disk_full and free >= _ROOM_BYTES:
                await self._journal.lay_ballast()
            self.look()
            await asyncio.sleep(_LOOK_EVERY_S)

    def look(self) -> None:
        """Say what has changed; a disk that was found full holds the show, once."""
        health = self._health()
        if health == self._said:
            return
        self._said = health
        self._report(health)
        if health is _FULL:
            self._report(self._hold())

    def _health(self) -> HealthSeen:
        if self._journal.disk_full:
            return _FULL
        free = self._journal.room_bytes()
        return _GOOD if free is None or free >= MIN_FREE_BYTES else _LITTLE

    def _hold(self) -> Call:
        """A call of the machine's own: it is what people answer with a resume."""
        state = self._engine.state
        return Call(
            id=f"{self._engine.run}/{HOLD}/{state.seq}",
            by="launchctl",
            roles=frozenset(self._engine.runbook.crew) or frozenset({"caller"}),
            verb="hold",
            target=HOLD,
            args={"why": "the disk is full: make room, then resume"},
            at_us=self._now_us(),
            position=state.inbox_position,
        )
