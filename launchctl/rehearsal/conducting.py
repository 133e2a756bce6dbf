"""The conductor of a rehearsal, which may die; another takes the show up after it.

What it dies of is a kill: nothing more is decided, sent or journaled by it. The one
after it has a new engine and new drivers, folds the journal, and goes on.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

from launchctl.conductor.conductor import Conductor
from launchctl.crossings import watched
from launchctl.show.engine import Engine
from launchctl.show.inputs import Input
from launchctl.times import Micros


class Conducting:
    """One conductor after the other, over one store.

    Args:
        make: a new conductor, whose engine has folded nothing yet.

    Attributes:
        conductor: who conducts, or did last.
        crashes: how many have died.
    """

    def __init__(self, make: Callable[[], Conductor]) -> None:
        self._make = make
        self.conductor = make()
        self.crashes = 0
        self._task: asyncio.Task[str | None] | None = None
        self._down_s: float | None = None

    @property
    def engine(self) -> Engine:
        """The present conductor's."""
        return self.conductor.engine

    def next_move_us(self) -> Micros | None:
        """N of the next instant by which something may move by itself."""
        return self.engine.next_move_us()

    def report(self, seen: Input) -> None:
        """Something happened; whoever is dead hears nothing."""
        if self._down_s is None:
            self.conductor.report(seen)

    async def run(self) -> None:
        """Conduct until the show is over.

        Raises:
            JournalError: as ``Conductor.run``.
        """
        with watched(self._is_alive):
            while not self.engine.finished:
                await self._one()

    def crash(self, down_s: float) -> bool:
        """Kill the conductor; the next one comes ``down_s`` later. False: none runs."""
        if self._task is None or self._task.done() or self._down_s is not None:
            return False
        self.crashes += 1
        self._down_s = down_s
        self._task.cancel()
        return True

    async def _one(self) -> None:
        self._task = asyncio.ensure_future(self.conductor.run())
        try:
            await asyncio.wait([self._task])
        finally:
            self._task.cancel()
        if self._down_s is None:
            self._task.result()  # its own error is the rehearsal's
            return
        with suppress(asyncio.CancelledError):
            self._task.result()
        await asyncio.sleep(self._down_s)
        self._down_s = None
        self.conductor = self._make()

    def _is_alive(self, place: str, step: str) -> None:
        """The dead send nothing: it was killed before it could."""
        if self._down_s is not None:
            raise asyncio.CancelledError(f"killed: {place} {step}")
