"""The part of the fold that moves actions (SEMANTICS 6)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from launchctl.show import events as ev
from launchctl.show.inputs import Sight
from launchctl.show.state import ActionState, StageState, State
from launchctl.show.tables import (
    ACTION,
    ActionWord,
    IllegalEvent,
)
from launchctl.times import Micros


def _slots(state: State, cue: str | None) -> dict[str, ActionState]:
    return state.cues[cue].actions if cue else state.loose


def _action(state: State, event: Any, to: ActionWord, by_key: str = "") -> ActionState:
    action = _slots(state, event.cue).get(by_key or event.slot)
    if action is None or to not in ACTION[event.event].get(action.state, ()):
        found = "not begun" if action is None else action.state
        raise IllegalEvent(
            f"{event.event}: action {event.slot!r} of cue {event.cue!r} cannot go from"
            f" {found} to {to}"
        )
    return action


def _attempt(state: State, event: ev.Attempt) -> None:
    slots = _slots(state, event.cue)
    place = event.slot if event.cue else event.key
    action = slots.get(place)
    if action is None or action.key != event.key:
        action = ActionState(
            event.slot, event.key, event.kind, event.target, event.effect
        )
        slots[place] = action
    if event.attempt != action.attempt + 1:
        raise IllegalEvent(
            f"{event.event}: attempt {event.attempt} of {event.key} cannot follow"
            f" attempt {action.attempt}"
        )
    if not action.attempt:
        action.began_us = event.at_us
    action.state = ActionWord.SENT
    action.attempt = event.attempt
    action.content = event.content
    action.intent_us = event.at_us
    action.deadline_us = event.deadline_us
    action.next_us = None
    action.detail = action.superseded = ""
    action.film_start_us = action.film_end_us = None
    if event.wanted is not None:
        _want(state, event, action)


def same_source(what: str) -> str:
    """What else may be wanted of its source, shown or as a lower third; else empty."""
    kind, _, place = what.partition(":")
    other = {"visible": "lower_third", "lower_third": "visible"}.get(kind)
    return f"{other}:{place}" if other else ""


def _want(state: State, event: ev.Attempt, action: ActionState) -> None:
    what, value = event.wanted or ("", None)
    stage = state.stages[event.target.removeprefix("stage:")]
    asserted = event.slot.startswith("again/") and stage.wanted.get(what) == value
    stage.wanted.pop(what, None)
    stage.wanted[what] = value
    if not asserted:  # else its time goes on
        stage.shown.pop(what, None)
    other = same_source(what)
    stage.wanted.pop(other, None)
    stage.shown.pop(other, None)
    if not event.slot.startswith("again/"):
        stage.by_hand.pop(what, None)
        stage.by_hand.pop(other, None)
    stage.asks.pop(what, None)
    action.wanted = what


def _attempt_ended(state: State, event: ev.AttemptEnded) -> None:
    to = ActionWord(event.became)
    action = _action(state, event, to, "" if event.cue else event.key)
    action.state = to
    action.detail = event.detail
    action.next_us = event.next_us
    action.sent_us = event.sent_us if event.sent_us is not None else action.sent_us
    action.confirmed_us = event.confirmed_us
    if event.receipt_id is not None:
        action.receipt_id = event.receipt_id
        action.receipt_url = event.receipt_url
    if to is ActionWord.OK and action.kind == "media":
        action.film_end_us = event.confirmed_us or event.at_us
    elif to is ActionWord.OK and action.wanted == "program":
        stage = state.stages[action.target.removeprefix("stage:")]
        scene = action.content["scene"]
        if stage.last_on.get(scene) is None or stage.program != scene:
            came_on(stage, scene, event.at_us)
            if not stage.connected:  # nobody sees for how long
                came_on(stage, UNKNOWN, event.at_us)
        stage.last_on[scene] = event.at_us


_STRETCHES = 16


UNKNOWN = ""
"""What came on while the stage could not be seen: perhaps another scene."""


def came_on(stage: StageState, scene: str, at_us: Micros) -> None:
    """Remember that a scene came on program, once an instant, the last few times."""
    known = stage.came_on.setdefault(scene, [])
    if at_us not in known[-1:]:
        known.append(at_us)
    del known[:-_STRETCHES]


def _settled(state: State, event: ev.AttemptSettled) -> None:
    to = ActionWord(event.became)
    action = _action(state, event, to)
    action.state = to
    action.detail = event.detail
    action.next_us = event.next_us
    action.superseded = event.detail if event.sight == Sight.OLDER else ""
    if to is ActionWord.OK:
        action.confirmed_us = event.at_us
    if event.receipt_id is not None:
        action.receipt_id = event.receipt_id
        action.receipt_url = event.receipt_url


def _action_ended(state: State, event: ev.ActionEnded) -> None:
    to = ActionWord(event.became)
    slots = _slots(state, event.cue)
    place = event.slot if event.cue else event.key
    action = slots.get(place)
    if action is None:  # never left the engine
        action = ActionState(event.slot, event.key, "", "", "none")
        action.began_us = event.at_us
        slots[place] = action
    else:
        _action(state, event, to, place)
    action.state = to
    action.detail = event.detail
    action.next_us = None


def _shown_for(state: State, event: ev.ShownFor) -> None:
    state.stages[event.stage].shown[event.what] = (event.show, event.until_us)


def _film_moved(state: State, event: ev.FilmMoved) -> None:
    state.cues[event.cue or ""].actions[event.slot].film_start_us = event.start_us


def _settled_by_hand(state: State, event: ev.SettledByHand) -> None:
    to = ActionWord(event.became)
    action = _action(state, event, to)
    action.state = to
    action.detail = event.detail
    if event.receipt_id is not None:
        action.receipt_id = event.receipt_id
        action.receipt_url = event.receipt_url


HANDLERS: dict[type[ev.Event], Callable[[State, Any], None]] = {
    ev.Intent: _attempt,
    ev.Commanded: _attempt,
    ev.AttemptEnded: _attempt_ended,
    ev.AttemptSettled: _settled,
    ev.ActionEnded: _action_ended,
    ev.ShownFor: _shown_for,
    ev.FilmMoved: _film_moved,
    ev.SettledByHand: _settled_by_hand,
}
