"""The part of the fold where time itself is changed (SEMANTICS 2)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from launchctl.show import events as ev
from launchctl.show.state import ActionState, CueState, HoldState, ProcedureState, State
from launchctl.show.tables import CUE, SHOW, CueWord, IllegalEvent, ShowWord

RECYCLE = "recycle"
"""The name of the hold that a recycle leaves."""


def _recycled(state: State, event: ev.Recycled) -> None:
    if ShowWord.HOLDING not in SHOW.get((state.show, event.event), ()):
        raise IllegalEvent(f"recycled: the show is {state.show}")
    state.show = ShowWord.HOLDING
    if state.stopped_since_us is not None:
        state.stops.append((state.stopped_since_us, event.at_us))
    state.jumps.append((event.at_us, event.back_us))
    state.stopped_since_us = event.at_us
    state.t0_wall_us = event.t0_us
    state.t0_seq = event.seq
    _hold_alone(state, event)
    state.waived.clear()
    kept: dict[str, list[str]] = {}
    for name, slot in event.kept:
        kept.setdefault(name, []).append(slot)
    for name in event.cues:
        state.cues[name] = _again(state.cues[name], event, kept.get(name, []))
    for name in event.idle:
        state.cues[name] = _again(state.cues[name], event, kept.get(name, []))
        state.cues[name].state = CueWord.IDLE
    for name in event.again:
        choice = state.cues[name]
        choice.state = CueWord.RUNNING
        choice.seq = event.seq
        choice.outcome = choice.ended_us = choice.reason = None
    for name, cue in state.cues.items():
        if cue.state is CueWord.HELD and name not in event.cues:
            cue.hold = RECYCLE
    for embargo, lift in event.unlatched:
        state.latches.get(embargo, {}).pop(lift, None)
        state.lifting.get(embargo, {}).pop(lift, None)
        state.latched_t_us.pop((embargo, lift), None)
        state.opened.pop(embargo, None)


def _hold_alone(state: State, event: ev.Recycled) -> None:
    state.holds.clear()
    state.holds[RECYCLE] = HoldState(
        name=RECYCLE,
        kind="operator",
        reason="recycled",
        release=event.release,
        since_us=event.at_us,
        until_us=None,
        seq=event.seq,
    )


def _again(cue: CueState, event: ev.Recycled, kept: list[str]) -> CueState:
    """The cue pending in its next take. A once action goes on counting its attempts."""
    actions: dict[str, ActionState] = {
        slot: action
        for slot, action in cue.actions.items()
        if slot in kept or action.effect == "once"
    }
    return CueState(
        CueWord.PENDING,
        seq=event.seq,
        entered_us=event.at_us,
        take=cue.take + 1,
        retaken=True,
        procedure_take=cue.procedure_take,
        actions=actions,
    )


def _passed(state: State, event: ev.CuePassed) -> None:
    cue = state.cues[event.cue or ""]
    if CueWord.DONE not in CUE[event.event].get(cue.state, ()):
        raise IllegalEvent(f"passed: cue {event.cue!r} is {cue.state}")
    cue.state = CueWord.DONE
    cue.seq = event.seq
    cue.take = event.take
    cue.retaken = False
    cue.due_us = cue.fired_due_us = event.due_us
    cue.fired_us = cue.ended_us = event.at_us
    cue.fired_t_us = event.t_us
    cue.outcome = CueWord.DONE
    cue.reason = "it was done before the recycle"


def _amend_asked(state: State, event: ev.AmendAsked) -> None:
    state.amend_asked = {event.digest: (event.by or "", event.at_us)}


def _amended(state: State, event: ev.Amended) -> None:
    state.digest = event.digest
    state.amend_asked = {}
    for name, procedure in event.added:
        comes = not procedure and name not in event.options
        word = CueWord.PENDING if comes else CueWord.IDLE
        state.cues[name] = CueState(word, seq=event.seq, entered_us=event.at_us)
    for name in event.dropped:
        del state.cues[name]
    for name in (*event.changed, *event.dropped):
        state.conditions.pop(f"cue:{name}", None)
    for name in event.changed:
        state.cues[name].seq = event.seq
    for name in event.procedures_added:
        state.procedures[name] = ProcedureState()
    for name in event.procedures_dropped:
        del state.procedures[name]
        state.conditions.pop(f"procedure:{name}", None)
    for name in event.closed:
        state.opened.pop(name, None)
        state.lifting.pop(name, None)
        for lift in state.latches.pop(name, {}):
            state.latched_t_us.pop((name, lift), None)


HANDLERS: dict[type[ev.Event], Callable[[State, Any], None]] = {
    ev.Recycled: _recycled,
    ev.CuePassed: _passed,
    ev.AmendAsked: _amend_asked,
    ev.Amended: _amended,
}
