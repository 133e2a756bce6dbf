"""Tasks: what a person does, and says so with evidence (SEMANTICS 6).

A task is asked as a command that leaves nothing: it is journaled, shown, and ok once a
person of its role confirms the cue. Without that it fails at its ``within``.
"""

from __future__ import annotations

from launchctl.runbook import actions as act
from launchctl.show import events as ev
from launchctl.show.actions.build import deadline_span_us, key_of, target_of
from launchctl.show.actions.ending import conclude
from launchctl.show.actions.policy import end_action
from launchctl.show.core import Core
from launchctl.show.plan import Planned, Slot
from launchctl.show.tables import ActionWord
from launchctl.times import format_span


def ask_task(core: Core, planned: Planned, slot: Slot, action: act.Task) -> None:
    """Ask the role; the agenda looks again at the deadline."""
    name = planned.cue.id
    core.emit(
        ev.Commanded,
        cue=name,
        slot=slot.id,
        key=key_of(core, planned, slot, core.state.cues[name].take),
        attempt=1,
        kind=action.kind,
        target=target_of(core, action, None),
        effect=str(action.effect),
        content={"what": action.task.what},
        reason=f"cue {name}",
        deadline_us=core.now_us + deadline_span_us(action),
    )


def open_tasks(core: Core, planned: Planned) -> list[tuple[Slot, act.Task]]:
    """The tasks of a cue that nobody has confirmed yet."""
    actions = core.state.cues[planned.cue.id].actions
    return [
        (slot, slot.action)
        for slot in planned.slots
        if isinstance(slot.action, act.Task)
        and slot.id in actions
        and actions[slot.id].state is ActionWord.SENT
    ]


def end_tasks(
    core: Core, planned: Planned, slots: list[Slot], by: str, evidence: str
) -> None:
    """A person did them."""
    cue = core.state.cues[planned.cue.id]
    for slot in slots:
        core.emit(
            ev.ActionEnded,
            cue=planned.cue.id,
            by=by,
            slot=slot.id,
            key=cue.actions[slot.id].key,
            became=str(ActionWord.OK),
            detail=evidence,
        )
    conclude(core, planned)


def overdue(core: Core, name: str) -> None:
    """What nobody confirmed in its time has failed."""
    planned = core.plan.cues[name]
    for slot, action in open_tasks(core, planned):
        if core.state.cues[name].actions[slot.id].deadline_us <= core.now_us:
            span = format_span(deadline_span_us(action))
            why = f"{action.task.who} confirmed nothing within {span}"
            end_action(core, planned, slot, ActionWord.FAILED, why)
    conclude(core, planned)
