"""What holds where a cue says nothing: the late rule by what the cue contains."""

from __future__ import annotations

from collections.abc import Iterable

from launchctl.runbook.actions import Action, Effect
from launchctl.runbook.model import Else, Late
from launchctl.times import HOUR, MINUTE, SECOND

LATE_TABLE = (
    ("once action or http", 2 * MINUTE, Else.PARK),
    ("what viewers see or hear", 5 * SECOND, Else.HOLD),
    ("only others", 24 * HOUR, Else.SKIP),
)
"""SEMANTICS 5: the first matching line."""

_SEEN = frozenset(
    {"scene", "transition", "media", "audio", "player", "record", "silence"}
)


def default_late(do: Iterable[Action]) -> Late:
    """The late rule of a cue that has none, by its actions."""
    actions = tuple(do)
    if any(action.effect is Effect.ONCE for action in actions):
        row = LATE_TABLE[0]
    elif any(action.kind in _SEEN for action in actions):
        row = LATE_TABLE[1]
    else:
        row = LATE_TABLE[2]
    return Late(within_us=row[1], otherwise=row[2])


__all__ = ["LATE_TABLE", "default_late"]
