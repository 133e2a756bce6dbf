"""The pace of a rehearsal in virtual time: look often near a cue, seldom elsewhere.

A second of looking at every far end costs about a millisecond; in a week there are
604,800 of them, and in most of them nothing can happen. So whoever asks again and again
is asked to rest until a minute before the engine's next move, and is woken by news.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

from launchctl.show.engine import Decision
from launchctl.times import HOUR, MINUTE, SECOND, Micros

_BEFORE_US = MINUTE + 5 * SECOND
"""Preparing begins a minute before a cue."""
_AFTER_US = 30 * SECOND
"""A command's effects, and what they did to viewers, are looked at for so long."""
_LONGEST_US = HOUR

ROUTINE = frozenset({"orders_seen", "health", "noted", "output_seen"})
"""Events that tell how things are, and change nothing by themselves."""


class NearCues:
    """Rests that end before the engine's next move, and upon news.

    Args:
        now_us: N.
        next_us: N of the next instant by which something may move by itself.
    """

    def __init__(
        self, now_us: Callable[[], Micros], next_us: Callable[[], Micros | None]
    ) -> None:
        self._now_us = now_us
        self._next_us = next_us
        self._busy_until_us: Micros = 0
        self._next_move_us: Micros | None = None
        self._known = False
        self._news = asyncio.Event()

    async def pause(
        self, seconds: float, at_most_s: float = _LONGEST_US / SECOND
    ) -> None:
        """Rest ``seconds`` near a cue; else longer, ``at_most_s`` without news."""
        rest_us = self._rest_us()
        if rest_us <= seconds * SECOND:
            await asyncio.sleep(seconds)
            return
        rest_s = min(rest_us / SECOND, max(seconds, at_most_s))
        began_us = self._now_us()
        with suppress(TimeoutError):
            async with asyncio.timeout(rest_s):
                await self._news.wait()
        left_s = seconds - (self._now_us() - began_us) / SECOND
        if left_s > 0:  # news makes nobody look more often than in a show
            await asyncio.sleep(left_s)

    def decided(self, decision: Decision) -> None:
        """Wake whoever rests, if something happened."""
        self._known = False
        if decision.commands:
            self._busy_until_us = self._now_us() + _AFTER_US
        happened = any(event.event not in ROUTINE for event in decision.events)
        if happened or decision.commands:
            self.rouse()

    def rouse(self) -> None:
        """Something happened that nobody decided: look at once."""
        self._news.set()
        self._news = asyncio.Event()

    def _rest_us(self) -> Micros:
        now_us = self._now_us()
        if now_us < self._busy_until_us:
            return 0
        if not self._known:  # it changes with a decision only
            self._next_move_us, self._known = self._next_us(), True
        if self._next_move_us is None:
            return _LONGEST_US
        return min(_LONGEST_US, self._next_move_us - _BEFORE_US - now_us)
