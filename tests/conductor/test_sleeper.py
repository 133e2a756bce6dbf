"""The sleeper wakes at the deadline or for news, and never early."""

from __future__ import annotations

import asyncio

from launchctl.clock import Origin
from launchctl.conductor.sleeper import Sleeper
from launchctl.times import MILLISECOND


async def test_never_returns_before_the_deadline():
    """Without news, ``until`` returns only once N has reached the deadline."""
    origin = Origin.here()
    sleeper = Sleeper(origin.now_us)
    for span_us in (0, 300, 2 * MILLISECOND, 7 * MILLISECOND):
        deadline_us = origin.now_us() + span_us
        await sleeper.until(deadline_us)
        assert origin.now_us() >= deadline_us


async def test_news_ends_the_wait():
    """News wakes the sleeper, however far its deadline is."""
    origin = Origin.here()
    sleeper = Sleeper(origin.now_us)
    waiting = asyncio.create_task(sleeper.until(origin.now_us() + 10**12))
    await asyncio.sleep(0)
    sleeper.wake()
    async with asyncio.timeout(10):
        await waiting


async def test_news_that_came_before_is_not_lost():
    """News given while nobody waited ends the next wait at once, and only that one."""
    sleeper = Sleeper(Origin.here().now_us)
    sleeper.wake()
    async with asyncio.timeout(10):
        await sleeper.until(None)
    waiting = asyncio.create_task(sleeper.until(None))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert not waiting.done()
    waiting.cancel()


async def test_a_passed_deadline_returns_at_once():
    """A deadline in the past is due now, not never."""
    origin = Origin.here()
    async with asyncio.timeout(10):
        await Sleeper(origin.now_us).until(origin.now_us() - 1)
