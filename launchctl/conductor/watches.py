"""What the conductor looks at by itself: far ends' health, and the wall clock."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Mapping

import structlog

from launchctl.clock import wall_us
from launchctl.drivers.base import Driver, Health, Level
from launchctl.show.inputs import ClockStepped, HealthSeen, Input
from launchctl.show.state import State
from launchctl.times import MILLISECOND, Micros

_log = structlog.get_logger(__name__)

_LOOK_EVERY_S = 1.0
_WORDS_EVERY = 10
"""Looks between two reports of words alone: the level has not changed."""

SKEW_US = 250 * MILLISECOND
"""A wall clock this far off its journaled skew has stepped (SEMANTICS 1)."""


async def watch_health(
    drivers: Mapping[str, Driver], report: Callable[[Input], None]
) -> None:
    """A far end's level at once, its words at leisure: journaled on change only."""
    told: dict[str, tuple[str, str]] = {}
    for beat in itertools.count():
        for target, driver in drivers.items():
            health = _health_of(target, driver)
            now = (str(health.level), health.text)
            before = told.get(target)
            worse = before is None or before[0] != now[0]
            if worse or (before != now and beat % _WORDS_EVERY == 0):
                told[target] = now
                report(HealthSeen(target, *now))
        await asyncio.sleep(_LOOK_EVERY_S)


async def watch_wall(
    state: State, now_us: Callable[[], Micros], report: Callable[[Input], None]
) -> None:
    """A stepped wall clock moves wall instants, never T."""
    while True:
        skew_us = wall_us() - now_us()
        if abs(skew_us - state.skew_us) >= SKEW_US:
            report(ClockStepped(skew_us))
        await asyncio.sleep(_LOOK_EVERY_S)


def _health_of(target: str, driver: Driver) -> Health:
    try:
        return driver.health()
    except Exception as error:  # noqa: BLE001  a driver's defect must not take the show down
        _log.exception("a far end's health cannot be told", target=target)
        return Health(Level.BAD, f"driver failed: {type(error).__name__}")
