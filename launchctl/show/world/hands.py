"""Hands on stages: what a person changed is wanted now, what it undid has failed.

SEMANTICS 6 (hands).
"""

from __future__ import annotations

from launchctl.runbook import actions as act
from launchctl.show import events as ev
from launchctl.show.actions.ending import conclude
from launchctl.show.actions.policy import failed
from launchctl.show.actions.wanted import wanted_of
from launchctl.show.core import Core
from launchctl.show.gates.lifts import lift_by_hand
from launchctl.show.inputs import (
    HandSeen,
)
from launchctl.show.plan import Planned
from launchctl.show.state import ActionState
from launchctl.show.tables import ActionWord, CueWord


def take_hand(core: Core, seen: HandSeen) -> None:
    """A person changed a stage: that is the wanted state now; what it undid failed."""
    if seen.stage not in core.state.stages:
        return
    obey(core, seen)
    lift_by_hand(core, seen)


def obey(core: Core, seen: HandSeen) -> None:
    """Journal what a hand did, and end what it undid."""
    core.emit(ev.ByHand, stage=seen.stage, what=seen.what, value=seen.value)
    for left in tuple(core.state.loose.values()):
        place = (left.target, left.wanted, left.state)
        same = place == (f"stage:{seen.stage}", seen.what, ActionWord.SENT)
        again = not left.slot.startswith("safe/")
        if same and again and left.content.get("value") != seen.value:
            end_loose(core, left, "undone by hand")
    for name in core.running():
        for slot in core.plan.cues[name].slots:
            action = core.state.cues[name].actions.get(slot.id)
            if action is None or action.state is not ActionWord.SENT:
                continue
            stage = action.target.removeprefix("stage:")
            if stage != seen.stage or action.wanted != seen.what:
                continue
            wanted = wanted_of(slot.action, action.content)
            if wanted is not None and wanted[1] != seen.value:
                _undone(core, core.plan.cues[name], slot.action, slot.id)


def _undone(core: Core, planned: Planned, action: act.AnyAction, slot: str) -> None:
    name = planned.cue.id
    detail = "undone by hand"
    core.emit(
        ev.ActionEnded,
        cue=name,
        slot=slot,
        key=core.state.cues[name].actions[slot].key,
        became=str(ActionWord.FAILED),
        detail=detail,
    )
    failed(core, name, action, detail)
    conclude(core, planned)


def offers(core: Core, stage: str) -> list[str]:
    """Cues that what a person put on program matches: ``fire`` is offered."""
    scene = core.state.stages[stage].by_hand.get("program")
    if scene is None:
        return []
    found = []
    for name, planned in core.plan.cues.items():
        if core.state.cues[name].state in (CueWord.PENDING, CueWord.STANDBY) and any(
            isinstance(slot.action, act.Scene)
            and slot.action.scene == scene
            and (slot.action.stage or core.runbook.first_stage) == stage
            for slot in planned.slots
        ):
            found.append(name)
    return found[:1]


def end_loose(core: Core, action: ActionState, detail: str) -> None:
    """End an action that is no cue's, as failed."""
    core.emit(
        ev.ActionEnded,
        slot=action.slot,
        key=action.key,
        became=str(ActionWord.FAILED),
        detail=detail,
    )
