"""Asking far ends long before they are needed, and then at a low rate.

A token that expired, an account of somebody else, a scene that nobody made: found when
the run is armed, hours before the cue, and not at its instant. What is found is the far
end's health, on the page and in the journal.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any

import structlog

from launchctl.conductor.needs import needs_of
from launchctl.conductor.sleeper import out_of_the_way
from launchctl.drivers.base import Driver, Stocked
from launchctl.runbook.model import Runbook
from launchctl.show.actions.again import jittered
from launchctl.times import MINUTE, SECOND, Micros

_log = structlog.get_logger(__name__)

EVERY_US = 10 * MINUTE
"""Between two questions to one far end; some networks bill each."""
_ASK_S = 30.0
Ask = Callable[[], Coroutine[Any, Any, object]]


class Preflight:
    """Asks accounts who they are, and mixers and services whether they have it all."""

    def __init__(
        self,
        runbook: Runbook,
        drivers: Mapping[str, Driver],
        left_us: Callable[[], Micros | None],
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._left_us = left_us
        self._pause = pause
        self._questions = list(questions(runbook, drivers))

    async def run(self) -> None:
        """Ask at once, and then every ten minutes, for ever; side by side."""
        async with asyncio.TaskGroup() as group:
            for target, ask in self._questions:
                group.create_task(self._repeat(target, ask))

    async def _repeat(self, target: str, ask: Ask) -> None:
        while True:
            await out_of_the_way(self._left_us)
            try:
                async with asyncio.timeout(_ASK_S):
                    await ask()
            except TimeoutError:
                pass  # a driver keeps its own deadline and says so in its health
            except Exception:  # noqa: BLE001  a driver's defect must not take the show down
                _log.exception("asking a far end failed", target=target)
            await self._pause(jittered(EVERY_US, target) / SECOND)


def questions(runbook: Runbook, drivers: Mapping[str, Driver]) -> list[tuple[str, Ask]]:
    """What to ask whom: (target, question)."""
    found: list[tuple[str, Ask]] = [
        (target, driver.check)
        for target, driver in drivers.items()
        if target.startswith("account:")
    ]
    for target, actions in needs_of(runbook).items():
        driver: object = drivers.get(target)
        if isinstance(driver, Stocked):
            found.append((target, _asking(driver, actions)))
    return found


def _asking(driver: Stocked, actions: tuple[Any, ...]) -> Ask:
    return lambda: driver.lacks(actions)
