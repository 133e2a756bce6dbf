"""The part of the fold that moves cues (SEMANTICS 3)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from launchctl.show import events as ev
from launchctl.show.state import ActionState, CueState, State, Vote
from launchctl.show.tables import (
    BURST_LATE_US,
    BURST_PAUSE_US,
    CUE,
    ActionWord,
    CueWord,
    IllegalEvent,
)
from launchctl.times import Micros


def _move(state: State, event: ev.Event, to: CueWord) -> CueState:
    cue = state.cues[event.cue or ""]
    if to not in CUE[event.event].get(cue.state, ()):
        raise IllegalEvent(
            f"{event.event}: cue {event.cue!r} cannot go from {cue.state} to {to}"
        )
    cue.state = to
    cue.seq = event.seq
    return cue


def _over(cue: CueState, at_us: Micros) -> None:
    cue.outcome = cue.state
    cue.ended_us = at_us


def _ready(state: State, event: ev.CueReady) -> None:
    _move(state, event, CueWord.STANDBY)


def _unready(state: State, event: ev.CueUnready) -> None:
    _move(state, event, CueWord.PENDING)


def _due(state: State, event: ev.CueDue) -> None:
    cue = _move(state, event, CueWord.WAITING)
    cue.due_us = event.due_us
    cue.wait_from_us = event.due_us
    cue.late_by_us = event.late_by_us
    cue.waived = event.how != "triggers"
    cue.insisted = event.how == "fire"
    cue.by = event.by
    cue.reason = None
    cue.outcome = None
    cue.ended_us = None


def _was_late(cue: CueState, event: ev.CueHeld | ev.CueParked | ev.CueSkipped) -> None:
    cue.reason = event.reason
    if event.due_us is not None:
        cue.due_us = event.due_us
        cue.late_by_us = event.late_by_us


def _held(state: State, event: ev.CueHeld) -> None:
    cue = _move(state, event, CueWord.HELD)
    _was_late(cue, event)
    cue.hold = event.hold


def _freed(state: State, event: ev.CueFreed) -> None:
    cue = _move(state, event, CueWord.WAITING)
    cue.wait_from_us = event.at_us
    cue.hold = None
    cue.reason = None


def _parked(state: State, event: ev.CueParked) -> None:
    _was_late(_move(state, event, CueWord.PARKED), event)


def _skipped(state: State, event: ev.CueSkipped) -> None:
    cue = _move(state, event, CueWord.SKIPPED)
    _was_late(cue, event)
    _over(cue, event.at_us)
    cue.hold = None
    cue.by = event.by or cue.by


def _fired(state: State, event: ev.Fired) -> None:
    cue = _move(state, event, CueWord.RUNNING)
    cue.take = event.take
    cue.retaken = False
    cue.fired_us = event.at_us
    cue.fired_t_us = event.t_us
    cue.fired_due_us = event.due_us
    cue.late_by_us = event.late_by_us
    cue.ended_us = None
    cue.actions = {
        slot: _to_try(action, kept=slot in event.kept)
        for slot, action in cue.actions.items()
        if slot in event.kept or action.effect == "once"
    }
    if event.late_by_us >= BURST_LATE_US:
        state.quiet_until_us = event.at_us + BURST_PAUSE_US


def _to_try(action: ActionState, *, kept: bool) -> ActionState:
    """A once action goes on counting its attempts: the key is the same."""
    if not kept:
        action.state = ActionWord.RETRYING
        action.next_us = None
    return action


def _ended(state: State, event: ev.CueEnded) -> None:
    cue = _move(state, event, CueWord(event.state))
    _over(cue, event.at_us)
    cue.reason = event.reason or None


def _rearmed(state: State, event: ev.CueRearmed) -> None:
    cue = _move(state, event, CueWord.PENDING)
    cue.entered_us = event.at_us
    cue.actions = {}
    cue.waived = False
    cue.insisted = False
    cue.due_us = None


def _adopted(state: State, event: ev.CueAdopted) -> None:
    cue = _move(state, event, CueWord.DONE)
    _over(cue, event.at_us)
    cue.hold = None
    cue.by = event.by
    cue.reason = "adopted"
    for slot in event.slots:
        action = cue.actions.get(slot)
        if action is None:
            action = ActionState(slot, "", "post", "", "once")
            cue.actions[slot] = action
        action.state = ActionWord.OK
        action.detail = f"{'posted' if action.kind == 'post' else 'done'} by hand"
        action.receipt_id = event.receipt_id
        action.receipt_url = event.receipt_url
        action.next_us = None


def _asked(state: State, event: ev.CueAsked) -> None:
    cue = state.cues[event.cue or ""]
    if cue.state is not CueWord.RUNNING:
        raise IllegalEvent(f"cue_asked: cue {event.cue!r} is {cue.state}")
    cue.seq = event.seq
    cue.chosen = None
    cue.votes = {}
    for name in event.idle:
        before = state.cues[name]
        state.cues[name] = CueState(
            CueWord.IDLE,
            seq=event.seq,
            take=before.take,
            procedure_take=before.procedure_take,
        )


def _voted(state: State, event: ev.Voted) -> None:
    cue = state.cues[event.cue or ""]
    if cue.state is not CueWord.RUNNING:
        raise IllegalEvent(f"voted: poll {event.cue!r} is {cue.state}")
    for role in event.roles:
        cue.votes[role] = Vote(event.by or "", event.vote == "go", event.at_us)


def _chosen(state: State, event: ev.Chosen) -> None:
    for name in (*event.cues, *event.not_taken):
        if state.cues[name].state is not CueWord.IDLE:
            raise IllegalEvent(f"chosen: cue {name!r} is {state.cues[name].state}")
    choice = state.cues[event.cue or ""]
    choice.seq = event.seq
    choice.chosen = event.option
    for name in event.cues:
        cue = state.cues[name]
        cue.state = CueWord.PENDING
        cue.seq = event.seq
        cue.entered_us = event.at_us
        state.conditions.pop(f"cue:{name}", None)
    for name in event.not_taken:
        state.cues[name].state = CueWord.NOT_TAKEN
        state.cues[name].seq = event.seq


def _manual(state: State, event: ev.CueManual) -> None:
    cue = state.cues[event.cue or ""]
    if cue.state not in (CueWord.PENDING, CueWord.STANDBY):
        raise IllegalEvent(f"cue_manual: cue {event.cue!r} is {cue.state}")
    cue.manual = event.manual
    cue.seq = event.seq


HANDLERS: dict[type[ev.Event], Callable[[State, Any], None]] = {
    ev.CueReady: _ready,
    ev.CueUnready: _unready,
    ev.CueDue: _due,
    ev.CueHeld: _held,
    ev.CueFreed: _freed,
    ev.CueParked: _parked,
    ev.CueSkipped: _skipped,
    ev.Fired: _fired,
    ev.CueEnded: _ended,
    ev.CueRearmed: _rearmed,
    ev.CueAsked: _asked,
    ev.Chosen: _chosen,
    ev.Voted: _voted,
    ev.CueAdopted: _adopted,
    ev.CueManual: _manual,
}
