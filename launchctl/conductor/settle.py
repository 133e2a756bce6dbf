"""Reading the far end after an attempt whose outcome is unknown.

A network may show a post late, so absence means nothing before the lag window has
passed. What was found is certain at once. Only reading happens here: whether anything
may be sent again is the engine's decision.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from launchctl.drivers.base import Driver, Reading
from launchctl.show.commands import Settle
from launchctl.show.inputs import Settled, Sight
from launchctl.times import SECOND, Micros

_FIRST_PAUSE_S = 0.5
_LONGEST_PAUSE_S = 5.0


async def settle(driver: Driver, task: Settle, now_us: Callable[[], Micros]) -> Settled:
    """Read until found, or until the lag window has passed.

    The last reading begins after the window's end, so that ``ABSENT`` is meant.
    """
    pause_s = _FIRST_PAUSE_S
    while True:
        last = now_us() >= task.until_us
        reading = await _read(driver, task)
        if reading.sight is Sight.FOUND or last:
            return Settled(
                key=task.command.key,
                attempt=task.command.attempt,
                sight=reading.sight,
                receipt=reading.receipt,
                detail=reading.detail,
            )
        left_s = max(0.0, (task.until_us - now_us()) / SECOND)
        await asyncio.sleep(min(pause_s, left_s))
        pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)


async def _read(driver: Driver, task: Settle) -> Reading:
    try:
        async with asyncio.timeout(10):
            return await driver.read(task.command)
    except TimeoutError:
        return Reading(Sight.UNREADABLE, detail="no answer within 10 s")
