"""Actions: what may follow what, and what each kind means (SEMANTICS 6)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from launchctl.runbook.actions import Effect, OnFailure
from launchctl.times import SECOND, Micros


class ActionWord(StrEnum):
    """Where one action of a firing is."""

    SENT = "sent"
    """On the wire, or about to be: no answer yet."""
    RETRYING = "retrying"
    """A certain no; to be tried again at ``next_us``."""
    SETTLING = "settling"
    """The far end is being read."""
    OK = "ok"
    IGNORED = "ignored"
    FAILED = "failed"
    STOPPED = "stopped"
    IN_DOUBT = "in_doubt"


_A = ActionWord


UNENDED = (_A.SENT, _A.RETRYING, _A.SETTLING)


GOOD = (_A.OK, _A.IGNORED)


ACTION: dict[str, dict[ActionWord, tuple[ActionWord, ...]]] = {
    "attempt_ended": {
        _A.SENT: (
            _A.OK,
            _A.RETRYING,
            _A.SETTLING,
            _A.IGNORED,
            _A.FAILED,
            _A.STOPPED,
            _A.IN_DOUBT,
        )
    },
    "settled": {
        _A.SETTLING: (
            _A.OK,
            _A.RETRYING,
            _A.STOPPED,
            _A.FAILED,
            _A.IGNORED,
            _A.IN_DOUBT,
        ),
        _A.IN_DOUBT: (_A.OK,),
    },
    "settled_by_hand": {_A.IN_DOUBT: (_A.OK, _A.FAILED)},
    "action_ended": dict.fromkeys(UNENDED, (_A.OK, _A.FAILED, _A.IGNORED, _A.STOPPED)),
}
"""event -> from -> where it may go. An action that has not begun has no state."""


@dataclass(frozen=True, slots=True)
class Row:
    """One action kind.

    Attributes:
        effect: what may happen if it is sent again.
        deadline_us: of one attempt, beside a transition's own length.
        on_failure: what a certain failure does where the runbook says nothing.
        target: what its command goes to; "" for those the engine does itself.
    """

    effect: Effect
    deadline_us: Micros
    on_failure: OnFailure
    target: str


_W, _O, _R, _N = Effect.WANTED, Effect.ONCE, Effect.AT_LEAST_ONCE, Effect.NONE


ACTIONS: dict[str, Row] = {
    "scene": Row(_W, 2 * SECOND, OnFailure.HOLD, "stage"),
    "transition": Row(_W, 2 * SECOND, OnFailure.HOLD, "stage"),
    "text": Row(_W, 2 * SECOND, OnFailure.IGNORE, "stage"),
    "visible": Row(_W, 2 * SECOND, OnFailure.HOLD, "stage"),
    "audio": Row(_W, 2 * SECOND, OnFailure.HOLD, "stage"),
    "record": Row(_W, 15 * SECOND, OnFailure.HOLD, "stage"),
    "stream": Row(_O, 15 * SECOND, OnFailure.CONTINUE, "stage"),
    "post": Row(_O, 10 * SECOND, OnFailure.CONTINUE, "account"),
    "reply": Row(_O, 10 * SECOND, OnFailure.CONTINUE, "account"),
    "repost": Row(_O, 10 * SECOND, OnFailure.CONTINUE, "account"),
    "thread": Row(_O, 10 * SECOND, OnFailure.CONTINUE, "account"),
    "http": Row(_O, 10 * SECOND, OnFailure.CONTINUE, "http"),
    "osc": Row(_O, 2 * SECOND, OnFailure.CONTINUE, "osc"),
    "notify": Row(_R, 10 * SECOND, OnFailure.IGNORE, "notify"),
    "lower_third": Row(_W, 2 * SECOND, OnFailure.HOLD, "stage"),
    "media": Row(_W, 5 * SECOND, OnFailure.CONTINUE, "stage"),
    "player": Row(_W, 2 * SECOND, OnFailure.HOLD, ""),
    "say": Row(_W, 2 * SECOND, OnFailure.IGNORE, ""),
    "counter": Row(_W, 0, OnFailure.HOLD, ""),
    "task": Row(_N, 0, OnFailure.CONTINUE, "role"),
    "hold": Row(_N, 0, OnFailure.HOLD, ""),
    "silence": Row(_N, 0, OnFailure.HOLD, ""),
    "retire": Row(_N, 0, OnFailure.HOLD, ""),
    "call": Row(_N, 0, OnFailure.HOLD, ""),
    "end": Row(_N, 0, OnFailure.HOLD, ""),
}
"""SEMANTICS 6, by kind. ``ok when`` is the drivers' part: an ``Ended`` with OK means
exactly what that column says.
"""


LAG_WINDOW_US = 60 * SECOND
"""How long a network may take to show a post."""


BACKOFF_US = tuple(n * SECOND for n in (1, 2, 4, 8, 16, 30))
"""Pause before the second, third, ... attempt; the last repeats."""


JITTER = 0.25
"""A pause is longer or shorter by up to this share: what failed together does not come
again together.
"""

NOTIFY_ATTEMPTS = 5
"""An alert is tried this often: at least once, not for ever."""
