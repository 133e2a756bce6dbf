"""The part of the fold that moves the show: T-0, holds, procedures, the end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from launchctl.show import events as ev
from launchctl.show.plan import promise_key
from launchctl.show.state import (
    CueState,
    HoldState,
    State,
)
from launchctl.show.tables import SHOW, ActionWord, CueWord, IllegalEvent, ShowWord


def _move_show(state: State, event: str, to: ShowWord) -> None:
    if to not in SHOW.get((state.show, event), ()):
        raise IllegalEvent(f"{event}: the show cannot go from {state.show} to {to}")
    state.show = to


def _run_started(state: State, event: ev.RunStarted) -> None:
    if state.seq:
        raise IllegalEvent("run_started: the run has started before")
    state.run = event.run
    state.digest = event.digest
    state.rehearsal = event.rehearsal
    state.shift_us = event.shift_us
    state.counter = event.counter
    state.started_us = event.at_us
    for cue in state.cues.values():
        cue.entered_us = event.at_us
        cue.seq = event.seq


def _recovered(state: State, _event: ev.Recovered) -> None:
    for stage in state.stages.values():
        stage.connected = False
        stage.unsure = True
        stage.live_since_us = None
    for output in state.outputs.values():
        # whether it moved while nobody lived is not known
        if output.still_since_us is None:
            output.still_since_us = state.now_us
        output.moving = None
        output.moved_us = None


def _t0_set(state: State, event: ev.T0Set) -> None:
    if state.show is ShowWord.SCHEDULED:
        _move_show(state, event.event, ShowWord.COUNTING)
    elif state.show not in (ShowWord.COUNTING, ShowWord.HOLDING):
        raise IllegalEvent(f"t0_set: the show is {state.show}")
    state.t0_wall_us = event.t0_us
    state.zero_r_us = event.zero_us
    state.t0_seq = event.seq


def _wall_stepped(state: State, event: ev.WallStepped) -> None:
    state.skew_us = event.skew_us


def _stalled(_state: State, _event: ev.Stalled) -> None:
    """For people: N ran on, and the engine goes by N alone."""


def _hold_opened(state: State, event: ev.HoldOpened) -> None:
    if event.name in state.holds:
        raise IllegalEvent(f"hold_opened: {event.name!r} is open already")
    _move_show(state, event.event, ShowWord.HOLDING)
    state.holds[event.name] = HoldState(
        name=event.name,
        kind=event.kind,
        reason=event.reason,
        release=event.release,
        since_us=event.since_us,
        until_us=event.until_us,
        seq=event.seq,
    )
    if state.stopped_since_us is None:
        state.stopped_since_us = event.since_us


def _hold_timed(state: State, event: ev.HoldTimed) -> None:
    if event.name not in state.holds:
        raise IllegalEvent(f"hold_timed: no hold {event.name!r} is open")
    state.holds[event.name].until_us = event.until_us
    state.holds[event.name].seq = event.seq


def _hold_released(state: State, event: ev.HoldReleased) -> None:
    if event.name not in state.holds:
        raise IllegalEvent(f"hold_released: no hold {event.name!r} is open")
    if len(state.holds) > 1:
        to = ShowWord.HOLDING
    elif state.zero_r_us is None:
        to = ShowWord.SCHEDULED
    else:
        to = ShowWord.COUNTING
    _move_show(state, event.event, to)
    del state.holds[event.name]
    if event.name.startswith("criterion:"):
        said, _ = state.conditions.get(event.name, (None, 0))
        if said is not True:
            state.waived[event.name] = None
    if not state.holds:
        _run_again(state, event.ended_us)


def _run_again(state: State, at_us: int) -> None:
    if state.stopped_since_us is not None:
        state.stops.append((state.stopped_since_us, at_us))
    state.stopped_since_us = None


def _procedure_started(state: State, event: ev.ProcedureStarted) -> None:
    procedure = state.procedures[event.procedure]
    if procedure.running:
        raise IllegalEvent(f"procedure_started: {event.procedure!r} is running")
    procedure.order = 1 + max(p.order for p in state.procedures.values())
    procedure.running = True
    procedure.take += 1
    procedure.armed = False
    for name in event.cues:
        take = state.cues[name].take
        state.cues[name] = CueState(
            CueWord.PENDING,
            seq=event.seq,
            entered_us=event.at_us,
            take=take,
            procedure_take=procedure.take,
        )
        state.conditions.pop(f"cue:{name}", None)
    for name in event.idle:
        take = state.cues[name].take
        state.cues[name] = CueState(
            CueWord.IDLE,
            seq=event.seq,
            take=take,
            procedure_take=procedure.take,
        )


def _procedure_ended(state: State, event: ev.ProcedureEnded) -> None:
    procedure = state.procedures[event.procedure]
    if not procedure.running:
        raise IllegalEvent(f"procedure_ended: {event.procedure!r} is not running")
    procedure.running = False
    procedure.ended_us = event.at_us


def _procedure_refused(state: State, event: ev.ProcedureRefused) -> None:
    state.procedures[event.procedure].armed = False


def _closing(state: State, event: ev.Closing) -> None:
    _move_show(state, event.event, ShowWord.CLOSING)
    state.closing = event.why
    if state.closed_us is None:
        state.closed_us = event.at_us
    for name in event.skipped:
        cue = state.cues[name]
        why = f"the show was ended ({event.why})"
        if cue.state is CueWord.PARKED and cue.reason:
            why += f"; it was parked: {cue.reason}"
        cue.state = CueWord.SKIPPED
        cue.seq = event.seq
        cue.outcome = CueWord.SKIPPED
        cue.ended_us = event.at_us
        cue.reason = why
        cue.hold = None
    for name, slot in event.dropped:
        action = state.cues[name].actions[slot]
        action.state = ActionWord.FAILED
        action.detail = f"dropped by {event.why}"
        action.next_us = None
    for account in event.silenced:
        state.silenced.setdefault(account, event.seq)
    for procedure in state.procedures.values():
        if procedure.running:
            procedure.running = False
            procedure.ended_us = event.at_us
    if state.stopped_since_us is not None:
        _run_again(state, event.at_us)
    state.holds.clear()


def _promise_checked(state: State, event: ev.PromiseChecked) -> None:
    key = promise_key(event.cue or "", event.kept_by, event.promise)
    state.promises.setdefault(key, {})[event.stage] = event.why


def _hard_out(state: State, event: ev.HardOut) -> None:
    state.past_hard_out = event.late


def _show_ended(state: State, event: ev.ShowEnded) -> None:
    _move_show(state, event.event, ShowWord(event.state))
    state.verdict = event.verdict


HANDLERS: dict[type[ev.Event], Callable[[State, Any], None]] = {
    ev.RunStarted: _run_started,
    ev.Recovered: _recovered,
    ev.T0Set: _t0_set,
    ev.WallStepped: _wall_stepped,
    ev.Stalled: _stalled,
    ev.HoldOpened: _hold_opened,
    ev.HoldTimed: _hold_timed,
    ev.HoldReleased: _hold_released,
    ev.ProcedureStarted: _procedure_started,
    ev.ProcedureEnded: _procedure_ended,
    ev.ProcedureRefused: _procedure_refused,
    ev.Closing: _closing,
    ev.HardOut: _hard_out,
    ev.PromiseChecked: _promise_checked,
    ev.ShowEnded: _show_ended,
}
