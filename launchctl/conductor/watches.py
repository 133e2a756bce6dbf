"""What the conductor looks at by itself: far ends' health, and its lease."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Awaitable, Callable, Mapping

import structlog

from launchctl.crossings import crossing
from launchctl.drivers.base import Driver, Health, Level
from launchctl.show.inputs import HealthSeen, Input

_log = structlog.get_logger(__name__)

_LOOK_EVERY_S = 1.0
_WORDS_EVERY = 10
"""Looks between two reports of words alone: the level has not changed."""


async def watch_health(
    drivers: Mapping[str, Driver],
    report: Callable[[Input], None],
    with_circuits: Callable[[str, Health], Health],
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> None:
    """A far end's level at once, its words at leisure: journaled on change only.

    ``with_circuits`` adds what is known of its circuit.
    """
    told: dict[str, tuple[str, str]] = {}
    for beat in itertools.count():
        for target, driver in drivers.items():
            health = with_circuits(target, _health_of(target, driver))
            now = (str(health.level), health.text)
            before = told.get(target)
            worse = before is None or before[0] != now[0]
            if worse or (before != now and beat % _WORDS_EVERY == 0):
                told[target] = now
                report(HealthSeen(target, *now))
        await pause(_LOOK_EVERY_S)


async def watch_lease(
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> None:
    """Also a conductor with nothing to do notices that it was replaced.

    Raises:
        FencedError: it was.
    """
    while True:
        crossing("show", "looks at its lease")
        await pause(_LOOK_EVERY_S)


def _health_of(target: str, driver: Driver) -> Health:
    try:
        return driver.health()
    except Exception as error:  # noqa: BLE001  a driver's defect must not take the show down
        _log.exception("a far end's health cannot be told", target=target)
        return Health(Level.BAD, f"driver failed: {type(error).__name__}")
