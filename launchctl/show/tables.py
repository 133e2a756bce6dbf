"""The rules that are tables, as tables: what may follow what, and what is meant.

SEMANTICS 2 (show), 3 (cues), 5 (late), 6 (actions) and 8 (calls). The fold looks every
transition up here and raises ``IllegalEvent`` for what is not listed; nothing else in
``show/`` decides what may follow what. A new construct adds rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from launchctl.errors import LaunchError
from launchctl.runbook.actions import Effect, OnFailure
from launchctl.runbook.model import Else
from launchctl.times import HOUR, MINUTE, SECOND, Micros


class IllegalEvent(LaunchError):  # noqa: N818  the event is illegal, not the error
    """An event that cannot follow what was folded: the state is unchanged."""


# --- the show (SEMANTICS 2) ------------------------------------------------------


class ShowWord(StrEnum):
    """Where the show is."""

    SCHEDULED = "scheduled"
    COUNTING = "counting"
    HOLDING = "holding"
    CLOSING = "closing"
    ABORTED = "aborted"
    COMPLETE = "complete"


RUNNING = (ShowWord.SCHEDULED, ShowWord.COUNTING, ShowWord.HOLDING)
"""Where cues can fire."""

FINISHED = (ShowWord.ABORTED, ShowWord.COMPLETE)

SHOW: dict[tuple[ShowWord, str], tuple[ShowWord, ...]] = {
    (ShowWord.SCHEDULED, "t0_set"): (ShowWord.COUNTING,),
    (ShowWord.SCHEDULED, "hold_opened"): (ShowWord.HOLDING,),
    (ShowWord.COUNTING, "hold_opened"): (ShowWord.HOLDING,),
    (ShowWord.HOLDING, "hold_opened"): (ShowWord.HOLDING,),
    (ShowWord.HOLDING, "hold_timed"): (ShowWord.HOLDING,),
    (ShowWord.COUNTING, "recycled"): (ShowWord.HOLDING,),
    (ShowWord.HOLDING, "recycled"): (ShowWord.HOLDING,),
    (ShowWord.HOLDING, "hold_released"): (
        ShowWord.HOLDING,
        ShowWord.COUNTING,
        ShowWord.SCHEDULED,
    ),
    (ShowWord.SCHEDULED, "closing"): (ShowWord.CLOSING,),
    (ShowWord.COUNTING, "closing"): (ShowWord.CLOSING,),
    (ShowWord.HOLDING, "closing"): (ShowWord.CLOSING,),
    (ShowWord.CLOSING, "closing"): (ShowWord.CLOSING,),
    (ShowWord.CLOSING, "show_ended"): (ShowWord.ABORTED, ShowWord.COMPLETE),
}
"""(from, event) -> where it may go."""


# --- cues (SEMANTICS 3) ----------------------------------------------------------


class CueWord(StrEnum):
    """Where a cue is."""

    IDLE = "idle"
    PENDING = "pending"
    STANDBY = "standby"
    WAITING = "waiting"
    HELD = "held"
    PARKED = "parked"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    SKIPPED = "skipped"
    IN_DOUBT = "in_doubt"
    NOT_TAKEN = "not_taken"


_C = CueWord

UNFIRED = (_C.PENDING, _C.STANDBY, _C.WAITING, _C.HELD, _C.PARKED)
ALIVE = (*UNFIRED, _C.RUNNING, _C.IN_DOUBT)
ENDED = (_C.DONE, _C.FAILED, _C.SKIPPED)
FIREABLE = (_C.PENDING, _C.STANDBY, _C.PARKED, _C.SKIPPED, _C.FAILED)
"""States from which ``fire`` works."""

CUE: dict[str, dict[CueWord, tuple[CueWord, ...]]] = {
    "cue_ready": {_C.PENDING: (_C.STANDBY,)},
    "cue_unready": {_C.STANDBY: (_C.PENDING,)},
    "cue_due": {
        _C.PENDING: (_C.WAITING,),
        _C.STANDBY: (_C.WAITING,),
        # by `fire` alone
        _C.PARKED: (_C.WAITING,),
        _C.SKIPPED: (_C.WAITING,),
        _C.FAILED: (_C.WAITING,),
    },
    "cue_held": {
        _C.PENDING: (_C.HELD,),
        _C.WAITING: (_C.HELD,),
        _C.RUNNING: (_C.HELD,),  # a poll whose time is over without all go
    },
    "cue_freed": {_C.HELD: (_C.WAITING,)},
    "cue_parked": {
        _C.PENDING: (_C.PARKED,),
        _C.STANDBY: (_C.PARKED,),
        _C.WAITING: (_C.PARKED,),
    },
    "cue_skipped": dict.fromkeys(UNFIRED, (_C.SKIPPED,)),
    "fired": {_C.WAITING: (_C.RUNNING,)},
    "cue_ended": {
        # skipped: a choice whose cues were, or that nobody answered before the end
        _C.RUNNING: (_C.DONE, _C.FAILED, _C.PARKED, _C.IN_DOUBT, _C.SKIPPED),
        _C.IN_DOUBT: (_C.DONE, _C.FAILED, _C.PARKED, _C.SKIPPED),
    },
    "passed": dict.fromkeys(FIREABLE, (_C.DONE,)),
    "cue_rearmed": dict.fromkeys(ENDED, (_C.PENDING,)),
    "cue_adopted": {
        **dict.fromkeys(UNFIRED, (_C.DONE,)),
        _C.IN_DOUBT: (_C.DONE,),
    },
}
"""event -> from -> where it may go. Closing, procedures and choices move many cues at
once: closing takes UNFIRED to skipped, a starting procedure takes its cues to pending,
as a recycle takes its set; an answered choice (``chosen``) takes idle ones to pending
or not_taken.
"""


# --- actions (SEMANTICS 6) -------------------------------------------------------


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

KEYED_NETWORKS: tuple[str, ...] = ()
"""Networks that take an idempotency key: an unknown send may be sent again under it."""


# --- late (SEMANTICS 5) ----------------------------------------------------------

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


# --- calls (SEMANTICS 8) ---------------------------------------------------------

CALL_EXPIRY_US = 2 * SECOND
OVERRIDE_CONFIRM_US = 60 * SECOND
"""Within this a second person confirms an override that needs two."""
TWO_PERSON_US = 5 * MINUTE
"""Two persons confirm within this of each other."""
TWO_PERSON_GATES = ("embargo", "two_person")
"""Kinds of gates whose override needs two persons."""
EXPIRING = ("go", "fire", "resume", "choose")

NEEDS: dict[str, tuple[str, ...]] = {
    "go": (),
    "choose": (),
    "vote": (),
    "confirm": (),
    "skip": ("go",),
    "fire": ("go",),
    "hold": ("hold",),
    "resume": (),
    "approve": ("approve",),
    "revoke": ("approve",),
    "silence": ("silence",),
    "unsilence": ("silence",),
    "retire": ("silence",),
    "settle": ("post",),
    "adopt": ("post",),
    "counter": ("counter",),
    "override": ("override",),
    "call": ("go",),
    "end": ("end", "retime"),
    "recycle": ("retime",),
    "retime": ("retime",),
    "jump": ("retime",),
    "amend": ("retime",),
    "do": ("go",),
    "abort": ("abort",),
    "take-baton": (),
}
"""verb -> any of these in a role's ``may``. () is decided by the target: ``go`` by the
cue's roles, ``choose``, ``vote`` and ``confirm`` by whom it asks, ``resume`` by the
hold's, ``take-baton`` by its role. Posts-only cues also take ``post`` for skip and
fire.
"""

BATON_VERBS = (
    "go",
    "choose",
    "skip",
    "fire",
    "do",
    "call",
    "jump",
    "amend",
    "retime",
    "recycle",
    "end",
    "resume",
)
"""Taken only from whoever holds the baton of a role that may give them."""

AMEND_SECOND_US = 5 * MINUTE
"""Within this a second person confirms an amendment that takes two."""

CLOSING_VERBS = ("settle", "adopt", "silence", "abort")
FINISHED_VERBS = ("settle", "adopt")
NOT_BUILT = (
    "post correct",
    "post delete",
)
"""Verbs of the language that this release refuses, saying so."""
