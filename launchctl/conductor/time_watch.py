"""Trouble with time: a wall clock that steps, a machine that slept, a loop that stood.

N runs on through all three, so that nothing is ever early, and what became late meets
the late rule. Here they are only noticed, said, and kept on the page for a while. The
clocks are read before every step of the engine: no cue that hangs on the wall is
decided on a wall that is no longer there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from launchctl.clock import Reading, read_clocks
from launchctl.show.inputs import ClockStepped, HealthSeen, Input, Stalled
from launchctl.show.state import State
from launchctl.times import MILLISECOND, MINUTE, SECOND, Micros, format_instant

SKEW_US = 250 * MILLISECOND
"""A wall clock this far off its journaled skew has stepped (SEMANTICS 1)."""

SLEPT_US = 250 * MILLISECOND
"""CLOCK_BOOTTIME gains on CLOCK_MONOTONIC in suspend only."""

BLOCKED_US = SECOND
"""A loop that comes back this much later than it meant to has stood still."""

SHOWN_US = 10 * MINUTE
"""How long trouble stays in the health after it was over."""

_BEAT_US = 250 * MILLISECOND


class TimeWatch:
    """What became of time since it was last looked at.

    Args:
        state: the show's; its skew is the journaled one.
        now_us: N.
        read: the machine's clocks.
    """

    def __init__(
        self,
        state: State,
        now_us: Callable[[], Micros],
        read: Callable[[], Reading] = read_clocks,
    ) -> None:
        self._state = state
        self._now_us = now_us
        self._read = read
        self._slept_us = _slept(read())
        self._skew_us: Micros | None = None
        self._beat_us: Micros | None = None
        self._clear_us: Micros | None = None
        self._said = False

    async def run(self, report: Callable[[Input], None]) -> None:
        """Look four times a second, for ever. Its own lateness is the loop's."""
        while True:
            for seen in self.beat():
                report(seen)
            await asyncio.sleep(_BEAT_US / SECOND)

    def beat(self) -> list[Input]:
        """A look of the regular kind, which also tells whether the loop stood still."""
        clocks = self._read()
        last_us, self._beat_us = self._beat_us, clocks.monotonic_us
        found = self._look(clocks)
        if last_us is not None:
            late_us = clocks.monotonic_us - last_us - _BEAT_US
            if late_us >= BLOCKED_US:
                found += self._stalled("blocked", late_us)
        return found + self._clear()

    def look(self) -> list[Input]:
        """What has happened to the clocks; nothing, most of the time."""
        return self._look(self._read())

    def _look(self, clocks: Reading) -> list[Input]:
        found: list[Input] = []
        slept_us = _slept(clocks)
        if slept_us - self._slept_us >= SLEPT_US:
            found += self._stalled("suspended", slept_us - self._slept_us)
        self._slept_us = slept_us
        skew_us = clocks.wall_us - self._now_us()
        # Told already, if not journaled yet; at first, what the journal says.
        known_us = self._state.skew_us if self._skew_us is None else self._skew_us
        step_us = skew_us - known_us
        self._skew_us = known_us
        if abs(step_us) >= SKEW_US:
            self._skew_us = skew_us
            way = "forward" if step_us > 0 else "back"
            text = f"the wall clock stepped {way} by {_s(abs(step_us))}"
            found += [ClockStepped(skew_us), self._trouble(text)]
        return found

    def _stalled(self, cause: str, lost_us: Micros) -> list[Input]:
        what = {
            "suspended": "the machine was suspended for",
            "blocked": "the conductor stood still for",
        }[cause]
        return [
            Stalled(cause, lost_us),
            self._trouble(f"{what} {_s(lost_us)}; what is late meets the late rule"),
        ]

    def _trouble(self, text: str) -> HealthSeen:
        now_us = self._now_us()
        self._clear_us = now_us + SHOWN_US
        at = format_instant(now_us)[11:19]
        return HealthSeen("clock", "warning", f"{text}, at {at} UTC")

    def _clear(self) -> list[Input]:
        """Good after a while; and at first, so that people know it is looked at."""
        if self._clear_us is None and self._said:
            return []
        if self._clear_us is not None and self._now_us() < self._clear_us:
            return []
        self._clear_us, self._said = None, True
        return [HealthSeen("clock", "good")]


def _slept(clocks: Reading) -> Micros:
    return clocks.boottime_us - clocks.monotonic_us


def _s(span_us: Micros) -> str:
    return f"{span_us / SECOND:,.1f} s"
