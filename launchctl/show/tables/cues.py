"""Cues: what may follow what (SEMANTICS 3)."""

from __future__ import annotations

from enum import StrEnum


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
