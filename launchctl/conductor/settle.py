"""Reading the far end after an attempt whose outcome is unknown.

A network may show a post late, so absence means nothing before the lag window has
passed. What was found is certain at once. Only reading happens here: whether anything
may be sent again is the engine's decision.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import structlog

from launchctl.drivers.base import Driver, Reading
from launchctl.show.commands import Settle
from launchctl.show.inputs import Settled, Sight
from launchctl.times import SECOND, Micros

_log = structlog.get_logger(__name__)

_FIRST_PAUSE_S = 0.5
_LONGEST_PAUSE_S = 5.0
_TRIES_AFTER = 3
"""Readings after the window's end, while the far end cannot be read."""


async def settle(driver: Driver, task: Settle, now_us: Callable[[], Micros]) -> Settled:
    """Read until found, or the lag window has passed, or there is nothing to read.

    The last reading begins after the window's end, so that ``ABSENT`` is meant; if just
    that one fails, a few more are tried.
    """
    pause_s = _FIRST_PAUSE_S
    tries = _TRIES_AFTER
    while True:
        if now_us() >= task.until_us:
            tries -= 1
        reading = await _read(driver, task)
        certain = tries < _TRIES_AFTER and reading.sight is not Sight.UNREADABLE
        if reading.sight is Sight.FOUND or reading.final or certain or tries == 0:
            return Settled(
                key=task.command.key,
                attempt=task.command.attempt,
                sight=reading.sight,
                receipt=reading.receipt,
                detail=reading.detail,
            )
        left_s = (task.until_us - now_us()) / SECOND
        await asyncio.sleep(min(pause_s, left_s) if left_s > 0 else pause_s)
        pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)


async def _read(driver: Driver, task: Settle) -> Reading:
    try:
        async with asyncio.timeout(10):
            return await driver.read(task.command)
    except TimeoutError:
        return Reading(Sight.UNREADABLE, detail="no answer within 10 s")
    except Exception as error:  # noqa: BLE001  a driver's defect must not lose the doubt
        _log.exception("reading failed", target=task.command.target)
        return Reading(
            Sight.UNREADABLE, detail=f"driver failed: {type(error).__name__}"
        )
