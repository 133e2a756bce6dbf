"""The fold: ``apply(state, event)`` is the only thing that changes a ``State``.

Every transition is looked up in ``tables`` first; an event that cannot follow raises
``IllegalEvent`` and changes nothing. A fold decides nothing: whatever was decided
stands in the event.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from launchctl.runbook.model import Runbook
from launchctl.show import events as ev
from launchctl.show.fold_cues import CUE_HANDLERS, came_on
from launchctl.show.fold_permits import PERMIT_HANDLERS, remember_text
from launchctl.show.fold_time import TIME_HANDLERS
from launchctl.show.state import (
    Answered,
    Approval,
    CueState,
    FigureState,
    HandPost,
    HoldState,
    OutputState,
    ProcedureState,
    StageState,
    State,
)
from launchctl.show.tables import (
    SHOW,
    ActionWord,
    CueWord,
    IllegalEvent,
    ShowWord,
)

__all__ = ["apply", "initial"]


def initial(runbook: Runbook) -> State:
    """The state before the first event: the show's cues pending, all others idle, those
    of choices' options among them.
    """
    state = State()
    for cue in runbook.cues:
        word = CueWord.IDLE if cue.option else CueWord.PENDING
        state.cues[cue.id] = CueState(word)
    for name, procedure in runbook.procedures.items():
        state.procedures[name] = ProcedureState()
        for cue in procedure.cues:
            state.cues[cue.id] = CueState(CueWord.IDLE)
    for stage in runbook.stages:
        state.stages[stage] = StageState()
    for output in runbook.outputs:
        state.outputs[output] = OutputState()
    state.player = next(iter(runbook.outputs), None)
    return state


def apply(state: State, event: ev.Event) -> None:
    """Fold one event.

    Raises:
        IllegalEvent: it cannot follow what was folded; nothing has changed.
    """
    if event.seq != state.seq + 1:
        raise IllegalEvent(f"event {event.seq} cannot follow event {state.seq}")
    cue_handler = CUE_HANDLERS.get(type(event))
    if cue_handler is not None:
        cue_handler(state, event)
    else:
        _HANDLERS[type(event)](state, event)
    state.seq = event.seq
    state.now_us = event.at_us


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


def _standby(state: State, event: ev.Standby) -> None:
    state.standby[event.role] = (event.cue, event.seq)


def _call_accepted(state: State, event: ev.CallAccepted) -> None:
    state.answered[event.call] = Answered(accepted=True, reason="", seq=event.seq)
    state.inbox_position = max(state.inbox_position, event.position)


def _call_refused(state: State, event: ev.CallRefused) -> None:
    state.answered[event.call] = Answered(
        accepted=False, reason=event.reason, seq=event.seq
    )
    state.inbox_position = max(state.inbox_position, event.position)


def _approved(state: State, event: ev.Approved) -> None:
    state.approvals.setdefault(event.digest, {})[event.role] = Approval(
        by=event.by or "", at_us=event.at_us, expires_us=event.expires_us
    )
    for cue, slot in event.places:
        remember_text(state, event, cue, slot)


def _revoked(state: State, event: ev.Revoked) -> None:
    given = state.approvals.get(event.digest, {})
    for role in event.roles:
        given.pop(role, None)


def _silenced(state: State, event: ev.Silenced) -> None:
    for account in event.accounts:
        state.silenced.setdefault(account, event.seq)


def _unsilenced(state: State, event: ev.Unsilenced) -> None:
    for account in event.accounts:
        if state.silenced.pop(account, None) is not None:
            state.spoke_again_us[account] = event.at_us


def _counter_set(state: State, event: ev.CounterSet) -> None:
    state.counter = event.counter


def _player_set(state: State, event: ev.PlayerSet) -> None:
    state.player = event.output


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
    state.promises.setdefault(event.cue or "", {})[event.stage] = event.why


def _hard_out(state: State, event: ev.HardOut) -> None:
    state.past_hard_out = event.late


def _show_ended(state: State, event: ev.ShowEnded) -> None:
    _move_show(state, event.event, ShowWord(event.state))
    state.verdict = event.verdict


def _stage_changed(state: State, event: ev.StageChanged) -> None:
    stage = state.stages[event.stage]
    if stage.program is not None and event.program != stage.program:
        stage.last_on[stage.program] = event.at_us
    if event.program is not None and event.program != stage.program:
        came_on(stage, event.program, event.at_us)
    live = event.connected and event.streaming and not event.reconnecting
    if not live:
        stage.live_since_us = None
    elif stage.live_since_us is None:
        stage.live_since_us = event.at_us
    stage.connected = event.connected
    stage.unsure = stage.unsure and not event.connected
    stage.program = event.program if event.connected else None
    stage.streaming = event.streaming
    stage.reconnecting = event.reconnecting
    stage.recording = event.recording
    stage.skipped = event.skipped
    stage.detail = event.detail
    if event.restarted:
        stage.restarts += 1
    if stage.program is not None:
        stage.last_on[stage.program] = event.at_us


def _output_changed(state: State, event: ev.OutputChanged) -> None:
    output = state.outputs[event.output]
    if event.moving and output.still_since_us is not None:
        output.stops.append((output.still_since_us, event.at_us))
        output.still_since_us = None
    elif not event.moving and output.still_since_us is None:
        output.still_since_us = event.at_us
    output.moving = event.moving
    output.moved_us = event.moved_us
    output.edge_us = event.edge_us
    output.delay_us = event.delay_us
    output.detail = event.detail


def _by_hand(state: State, event: ev.ByHand) -> None:
    stage = state.stages[event.stage]
    stage.wanted.pop(event.what, None)
    stage.wanted[event.what] = event.value
    stage.shown.pop(event.what, None)
    if event.what.startswith("visible:"):
        third = "lower_third:" + event.what.removeprefix("visible:")
        stage.wanted.pop(third, None)
        stage.shown.pop(third, None)
    stage.by_hand[event.what] = event.value
    stage.asks.pop(event.what, None)
    if event.what == "program":
        if stage.program is not None:
            stage.last_on[stage.program] = event.at_us
        if event.value != stage.program:
            came_on(stage, event.value, event.at_us)
        stage.program = event.value
        stage.last_on[event.value] = event.at_us


def _post_by_hand(state: State, event: ev.PostByHand) -> None:
    state.hand_posts[f"{event.account}/{event.receipt_id}"] = HandPost(
        account=event.account,
        id=event.receipt_id,
        url=event.receipt_url,
        text=event.text,
        at_us=event.posted_us,
        cue=event.cue,
        embargoes=event.embargoes,
    )


def _said(state: State, event: ev.Said) -> None:
    if event.text:
        state.said[event.to] = (event.text, event.at_us)
    else:
        state.said.pop(event.to, None)


def _needs_person(state: State, event: ev.NeedsPerson) -> None:
    state.stages[event.stage].asks[event.what] = event.text


def _orders_sampled(state: State, event: ev.OrdersSampled) -> None:
    state.orders = dict(event.values)
    state.orders_complete_us = event.complete_us


def _figure_asked(state: State, event: ev.FigureAsked) -> None:
    if event.figure in state.figures:
        raise IllegalEvent(f"figure_asked: {event.figure!r} was asked for before")
    state.figures[event.figure] = FigureState(as_of_us=event.as_of_us)


def _figure_fixed(state: State, event: ev.FigureFixed) -> None:
    figure = state.figures.get(event.figure)
    if figure is None or figure.value is not None:
        raise IllegalEvent(f"figure_taken: {event.figure!r} is not asked for")
    figure.value = event.value
    figure.rounded = event.rounded
    figure.ledger_seq = event.ledger_seq
    figure.unverified = event.unverified
    figure.in_bounds = event.in_bounds


def _lift_began(state: State, event: ev.LiftBegan) -> None:
    state.lifting.setdefault(event.embargo, {})[event.lift] = event.at_us


def _lift_latched(state: State, event: ev.LiftLatched) -> None:
    state.latches.setdefault(event.embargo, {})[event.lift] = event.at_us
    if event.t_us is not None:
        state.latched_t_us[event.embargo, event.lift] = event.t_us


def _embargo_opened(state: State, event: ev.EmbargoOpened) -> None:
    state.opened[event.embargo] = event.at_us


def _condition_changed(state: State, event: ev.ConditionChanged) -> None:
    state.conditions[event.owner] = (event.value, event.since_us)
    kind, _, name = event.owner.partition(":")
    if kind == "procedure" and event.value is False:
        state.procedures[name].armed = True
    if event.value is True:
        state.waived.pop(event.owner, None)


def _health_changed(state: State, event: ev.HealthChanged) -> None:
    state.health[event.target] = (event.level, event.text)


def _note_taken(state: State, event: ev.NoteTaken) -> None:
    if event.level != "info":
        state.notes[event.about] = event.text
    else:
        state.notes.pop(event.about, None)


_HANDLERS: dict[type[ev.Event], Callable[[State, Any], None]] = {
    ev.RunStarted: _run_started,
    ev.Recovered: _recovered,
    ev.T0Set: _t0_set,
    ev.WallStepped: _wall_stepped,
    ev.Stalled: _stalled,
    ev.HoldOpened: _hold_opened,
    ev.HoldTimed: _hold_timed,
    ev.HoldReleased: _hold_released,
    ev.Standby: _standby,
    ev.CallAccepted: _call_accepted,
    ev.CallRefused: _call_refused,
    ev.Approved: _approved,
    ev.Revoked: _revoked,
    ev.Silenced: _silenced,
    ev.Unsilenced: _unsilenced,
    ev.CounterSet: _counter_set,
    ev.PlayerSet: _player_set,
    ev.ProcedureStarted: _procedure_started,
    ev.ProcedureEnded: _procedure_ended,
    ev.ProcedureRefused: _procedure_refused,
    ev.Closing: _closing,
    ev.HardOut: _hard_out,
    ev.PromiseChecked: _promise_checked,
    ev.ShowEnded: _show_ended,
    ev.StageChanged: _stage_changed,
    ev.OutputChanged: _output_changed,
    ev.ByHand: _by_hand,
    ev.PostByHand: _post_by_hand,
    ev.Said: _said,
    ev.NeedsPerson: _needs_person,
    ev.OrdersSampled: _orders_sampled,
    ev.FigureAsked: _figure_asked,
    ev.FigureFixed: _figure_fixed,
    ev.LiftBegan: _lift_began,
    ev.LiftLatched: _lift_latched,
    ev.EmbargoOpened: _embargo_opened,
    ev.ConditionChanged: _condition_changed,
    ev.HealthChanged: _health_changed,
    ev.NoteTaken: _note_taken,
    **PERMIT_HANDLERS,
    **TIME_HANDLERS,
}
