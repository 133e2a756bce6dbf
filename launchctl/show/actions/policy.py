"""What a certain failure of an action does (SEMANTICS 6, ``on_failure``)."""

from __future__ import annotations

from launchctl.runbook import actions as act
from launchctl.runbook.actions import OnFailure
from launchctl.show import events as ev
from launchctl.show.actions.build import key_of
from launchctl.show.actions.films import hang_on
from launchctl.show.actions.procedures import start_procedure
from launchctl.show.core import Core
from launchctl.show.holds import open_hold
from launchctl.show.plan import Planned, Slot
from launchctl.show.state import ActionState
from launchctl.show.tables import (
    ACTIONS,
    GOOD,
    ActionWord,
)

_A = ActionWord


def policy_of(action: act.AnyAction) -> OnFailure:
    """What a certain failure of the action does."""
    if action.on_failure is not None:
        return action.on_failure.policy
    return ACTIONS[action.kind].on_failure


def failed_word(action: act.AnyAction) -> ActionWord:
    """What a failure makes of the action: it failed, or that counts as ok."""
    return _A.IGNORED if policy_of(action) is OnFailure.IGNORE else _A.FAILED


def end_action(
    core: Core, planned: Planned, slot: Slot, word: ActionWord, detail: str = ""
) -> None:
    """The engine itself ends an action."""
    cue = core.state.cues[planned.cue.id]
    if word is _A.FAILED:
        word = failed_word(slot.action)
    core.emit(
        ev.ActionEnded,
        cue=planned.cue.id,
        slot=slot.id,
        key=key_of(core, planned, slot, cue.take),
        became=str(word),
        detail=detail,
    )
    if word in GOOD:
        begin_next_part(core, planned, slot)
    if word is _A.FAILED:
        failed(core, planned.cue.id, slot.action, detail)


def begin_next_part(core: Core, planned: Planned, slot: Slot) -> None:
    """What hangs on the slot (the next part of a thread) has its turn in this step."""
    for part in planned.slots:
        if part.after == slot.id:
            core.agenda.retries[planned.cue.id, part.id] = None


def failed(core: Core, cue: str, action: act.AnyAction, detail: str) -> None:
    """A certain failure, after its retries: the policy's consequence."""
    if isinstance(action, act.PlayMedia):
        hang_on(core, cue)
    match policy_of(action):
        case OnFailure.HOLD:
            open_hold(core, f"failed:{cue}", "machine", reason=detail)
        case OnFailure.ABORT:
            core.agenda.aborting = f"{action.kind} of cue {cue} failed: {detail}"
        case OnFailure.CALL:
            assert action.on_failure is not None
            start_procedure(
                core, action.on_failure.procedure or "", f"cue {cue} failed"
            )
        case _:
            pass


def failed_of(core: Core, cue: str | None, action: ActionState) -> ActionWord:
    """The same of an action that has begun; ``cue`` None: it is no cue's."""
    if cue is None:
        return _A.FAILED
    slots = core.plan.cues[cue].slots
    return failed_word(next(s.action for s in slots if s.id == action.slot))
