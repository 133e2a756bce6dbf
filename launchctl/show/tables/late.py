"""The late rule and its pauses (SEMANTICS 5)."""

from __future__ import annotations

from launchctl.runbook.model import Else
from launchctl.times import HOUR, MINUTE, SECOND, Micros

ONCE_WITHIN_US = 2 * MINUTE


LATE_DEFAULTS: tuple[tuple[tuple[str, ...], Micros, Else], ...] = (
    (
        ("post", "reply", "repost", "thread", "stream", "http", "osc"),
        ONCE_WITHIN_US,
        Else.PARK,
    ),
    (
        ("scene", "transition", "media", "audio", "player", "record", "silence"),
        5 * SECOND,
        Else.HOLD,
    ),
    ((), 24 * HOUR, Else.SKIP),
)
"""(a cue with one of these kinds, within, else): first matching line; () matches."""


LEAST_WAIT_US = 30 * SECOND
"""Default wait at closed gates: the larger of this and ``within``."""


BURST_LATE_US = 1 * SECOND


BURST_PAUSE_US = 2 * SECOND
"""After a firing this late, no cue fires by itself for this long."""


REARM_PAUSE_US = 1 * SECOND
"""A cue that a condition repeats comes again no sooner than this after it ended."""
