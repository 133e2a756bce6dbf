"""The part of the fold that keeps what was seen of the world."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from launchctl.show import events as ev
from launchctl.show.fold.actions import UNKNOWN, came_on, same_source
from launchctl.show.state import (
    FigureState,
    HandPost,
    State,
)
from launchctl.show.tables import IllegalEvent


def _stage_changed(state: State, event: ev.StageChanged) -> None:
    stage = state.stages[event.stage]
    if stage.program is not None and event.program != stage.program:
        stage.last_on[stage.program] = event.at_us
    if event.program is not None and event.program != stage.program:
        came_on(stage, event.program, event.at_us)
    elif stage.program is not None and event.program is None:
        came_on(stage, UNKNOWN, event.at_us)
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
    other = same_source(event.what)
    stage.wanted.pop(other, None)
    stage.shown.pop(other, None)
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


def _counter_set(state: State, event: ev.CounterSet) -> None:
    state.counter = event.counter
    for stage in state.stages.values():
        stage.asks.pop("counter", None)


def _player_set(state: State, event: ev.PlayerSet) -> None:
    state.player = event.output


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


HANDLERS: dict[type[ev.Event], Callable[[State, Any], None]] = {
    ev.CounterSet: _counter_set,
    ev.PlayerSet: _player_set,
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
}
