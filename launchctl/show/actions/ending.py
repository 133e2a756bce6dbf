"""How a cue ends once all its actions have (SEMANTICS 6)."""

from __future__ import annotations

from launchctl.runbook import actions as act
from launchctl.show import events as ev
from launchctl.show.actions.asking import conclude_asked
from launchctl.show.core import Core
from launchctl.show.plan import Planned, Slot
from launchctl.show.state import CueState
from launchctl.show.tables import (
    GOOD,
    UNENDED,
    ActionWord,
    CueWord,
)

_A = ActionWord


def conclude(core: Core, planned: Planned) -> None:
    """End the cue once all its actions have ended."""
    name = planned.cue.id
    cue = core.state.cues[name]
    if conclude_asked(core, planned):
        return
    if cue.state not in (CueWord.RUNNING, CueWord.IN_DOUBT):
        return
    words = _words(core, planned, cue)
    if words is None:
        return
    last = (slot for slot in planned.slots if isinstance(slot.action, act.End))
    if core.open_to_fire and any(slot.id not in cue.actions for slot in last):
        core.agenda.ending = name
        return
    word = _worst(words)
    if word != cue.state:
        core.emit(ev.CueEnded, cue=name, state=str(word), reason=_reason(core, planned))


def _words(core: Core, planned: Planned, cue: CueState) -> list[ActionWord] | None:
    """How the cue's actions ended; None while one is to be waited for."""
    words: list[ActionWord] = []
    for slot in planned.slots:
        action = cue.actions.get(slot.id)
        if action is not None:
            if action.state in UNENDED:
                return None
            words.append(action.state)
        elif slot.after is not None:
            to_come = _part_to_come(core, cue, slot)
            if to_come is _A.SENT:
                return None  # it follows at once
            words.extend([to_come] if to_come else [])
        elif _is_called(core, slot):
            return None  # a procedure that it called still runs
    return words


def _is_called(core: Core, slot: Slot) -> bool:
    over = core.state.show in ("closing", "aborted", "complete")
    return not over and not isinstance(slot.action, act.End)


def _part_to_come(core: Core, cue: CueState, slot: Slot) -> ActionWord | None:
    """What a part of a thread that has not begun means: SENT, it follows at once;
    STOPPED, a person lets it follow; None, the part before says it all.
    """
    before = cue.actions.get(slot.after or "")
    if before is None or before.state not in GOOD:
        return None
    if core.state.closing == "abort":
        return _A.FAILED
    return _A.SENT if cue.state is CueWord.RUNNING else _A.STOPPED


def _worst(words: list[ActionWord]) -> CueWord:
    for action, cue in (
        (_A.IN_DOUBT, CueWord.IN_DOUBT),
        (_A.STOPPED, CueWord.PARKED),
        (_A.FAILED, CueWord.FAILED),
    ):
        if action in words:
            return cue
    return CueWord.DONE


def _reason(core: Core, planned: Planned) -> str:
    actions = core.state.cues[planned.cue.id].actions
    for word in (_A.IN_DOUBT, _A.STOPPED, _A.FAILED):
        for slot in planned.slots:
            action = actions.get(slot.id)
            if action is not None and action.state is word:
                return f"{slot.action.kind}: {action.detail or word}"
    for slot in planned.slots:
        if slot.after is not None and slot.id not in actions:
            return "thread: not all parts are sent; fire sends the rest"
    return ""
