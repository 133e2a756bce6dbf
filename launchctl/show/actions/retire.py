"""Retire: posts that have not been sent become void, for good (SEMANTICS 6 and 8)."""

from __future__ import annotations

from collections.abc import Sequence

from launchctl.runbook.actions import RetireBody
from launchctl.runbook.digest import text_of
from launchctl.show import events as ev
from launchctl.show.actions.ending import conclude
from launchctl.show.actions.policy import end_action
from launchctl.show.core import Core
from launchctl.show.plan import Planned, Slot
from launchctl.show.tables import UNFIRED, ActionWord, CueWord

_A = ActionWord
_UNSENT = (None, _A.RETRYING, _A.FAILED, _A.STOPPED)
_OVER = (CueWord.DONE, CueWord.NOT_TAKEN)


def unsent(core: Core, which: RetireBody) -> list[tuple[Planned, Slot]]:
    """The posts that are meant and have not left, in file order."""
    return [
        (planned, slot)
        for planned in core.plan.cues.values()
        for slot in planned.slots
        if slot.account is not None
        and _meant(planned, slot, which)
        and _is_unsent(core, planned, slot)
    ]


def _meant(planned: Planned, slot: Slot, which: RetireBody) -> bool:
    if which.topic is not None:
        return which.topic in planned.topics
    if which.containing is not None:
        text = text_of(slot.action) or ""
        return which.containing.casefold() in text.casefold()
    return planned.cue.id in which.cues


def _is_unsent(core: Core, planned: Planned, slot: Slot) -> bool:
    cue = core.state.cues[planned.cue.id]
    action = cue.actions.get(slot.id)
    known = slot.id in core.state.retired.get(planned.cue.id, {})
    word = None if action is None else action.state
    return not known and cue.state not in _OVER and word in _UNSENT


def retire(
    core: Core,
    found: Sequence[tuple[Planned, Slot]],
    reason: str,
    by: str | None = None,
) -> None:
    """Void these posts. A cue that only had them is skipped; beside other actions the
    post alone is left out.
    """
    if not found:
        return
    slots = tuple((planned.cue.id, slot.id) for planned, slot in found)
    core.emit(ev.Retired, by=by, slots=slots, reason=reason)
    for planned in {planned.cue.id: planned for planned, _ in found}.values():
        name = planned.cue.id
        cue = core.state.cues[name]
        if cue.state in UNFIRED and all_retired(core, planned):
            core.emit(ev.CueSkipped, cue=name, by=by, reason=f"retired: {reason}")
        elif cue.state is CueWord.RUNNING:
            for slot in planned.slots:
                action = cue.actions.get(slot.id)
                waits = action is not None and action.state is _A.RETRYING
                if waits and (name, slot.id) in slots:
                    leave_out(core, planned, slot)
            conclude(core, planned)


def all_retired(core: Core, planned: Planned) -> bool:
    """True if the cue does nothing but post, and nothing of that may leave."""
    retired = core.state.retired.get(planned.cue.id, {})
    return planned.posts_only and all(slot.id in retired for slot in planned.slots)


def leave_out(core: Core, planned: Planned, slot: Slot) -> None:
    """A retired post ends without having been sent, and without a fault."""
    reason = core.state.retired[planned.cue.id][slot.id]
    end_action(core, planned, slot, _A.IGNORED, f"retired: {reason}")
