"""The pace of virtual time: often near a cue, seldom elsewhere, at once upon news."""

from __future__ import annotations

import asyncio

from launchctl.rehearsal.pace import NearCues
from launchctl.show.engine import Decision
from launchctl.show.events import Silenced
from launchctl.times import HOUR, MINUTE, SECOND
from launchctl.virtual import VirtualClock, run_virtually

START = 1_459_480_000 * SECOND
NOTHING = Decision((), (), None)


def rested(next_us, news_after_s=None, seconds=1.0, **more):
    """How many seconds a pause lasts, the next move so far away."""

    async def main():
        loop = asyncio.get_running_loop()
        clock = VirtualClock(loop, START)
        pace = NearCues(clock.now_us, lambda: next_us and START + next_us)
        pace.decided(NOTHING)
        if news_after_s is not None:
            event = Silenced(seq=1, at_us=START, accounts=("ceo",))
            loop.call_later(news_after_s, pace.decided, Decision((event,), (), None))
        await pace.pause(seconds, **more)
        return loop.time()

    return run_virtually(main)


def test_near_a_cue_it_is_as_in_a_show():
    """From 65 s before the engine's next move on."""
    assert 1.0 == rested(MINUTE)


def test_far_from_a_cue_it_rests_until_shortly_before():
    """Preparing begins a minute before; an hour is the longest."""
    assert 10 * 60 - 65 == rested(10 * MINUTE)
    assert 3600 == rested(30 * HOUR)
    assert 3600 == rested(None)
    assert 60 == rested(30 * HOUR, at_most_s=60.0)


def test_news_ends_the_rest():
    """But nobody looks more often than in a show."""
    assert 7.0 == rested(30 * HOUR, news_after_s=7.0)
    assert 600.0 == rested(30 * HOUR, news_after_s=7.0, seconds=600.0)
