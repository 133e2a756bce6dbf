"""``apply(state, event)``: the only thing that changes a ``State``.

Every transition is looked up in ``tables`` first; an event that cannot follow raises
``IllegalEvent`` and changes nothing. A fold decides nothing: whatever was decided
stands in the event.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from launchctl.runbook.model import Runbook
from launchctl.show import events as ev
from launchctl.show.fold import actions, cues, people, show, time, world
from launchctl.show.state import (
    CueState,
    OutputState,
    ProcedureState,
    StageState,
    State,
)
from launchctl.show.tables import CueWord, IllegalEvent


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
    _HANDLERS[type(event)](state, event)
    state.seq = event.seq
    state.now_us = event.at_us


_HANDLERS: dict[type[ev.Event], Callable[[State, Any], None]] = {
    **show.HANDLERS,
    **time.HANDLERS,
    **people.HANDLERS,
    **world.HANDLERS,
    **cues.HANDLERS,
    **actions.HANDLERS,
}
