"""What cues would leave standing had they run: on the stages, and on the page.

A fold over the runbook, not over the journal: for a jump, and for whoever steps from
cue to cue.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from launchctl.runbook import actions as act
from launchctl.show.actions.build import target_of
from launchctl.show.actions.content import NotRenderedError, content_of
from launchctl.show.actions.firing import COUNTER_WORDS
from launchctl.show.actions.wanted import wanted_of
from launchctl.show.core import Core


@dataclass(frozen=True, slots=True)
class Left:
    """A wanted field of a stage, its value, and whose word it is."""

    cue: str
    stage: str
    what: str
    value: Any
    action: act.AnyAction


def left_on_stages(core: Core, cues: Iterable[str]) -> list[Left]:
    """What the cues would leave on the stages, the latest word of each field; a text
    that cannot be rendered yet is left out.
    """
    found: dict[tuple[str, str], Left] = {}
    for name in cues:
        for slot in core.plan.cues[name].slots:
            if not isinstance(slot.action, act.StageAction):
                continue
            stage = target_of(core, slot.action, None).removeprefix("stage:")
            program = found.get((stage, "program"))
            action = _in_scene(slot.action, program.value if program else None)
            try:
                content = content_of(core, action, None)
            except NotRenderedError:
                continue
            wanted = wanted_of(action, content)
            if wanted is not None:
                found.pop((stage, wanted[0]), None)
                found[stage, wanted[0]] = Left(name, stage, *wanted, action)
    return [*found.values()]


def _in_scene(action: act.AnyAction, program: str | None) -> act.AnyAction:
    """What is shown in the scene on program is shown in the one that would be there."""
    match action:
        case act.Visible(visible=body) if program and body.scene is None:
            there = body.model_copy(update={"scene": program})
            return action.model_copy(update={"visible": there})
        case act.LowerThird(lower_third=third) if program and third.scene is None:
            body_there = third.model_copy(update={"scene": program})
            return action.model_copy(update={"lower_third": body_there})
    return action


def left_on_page(core: Core, cues: Iterable[str]) -> dict[str, str]:
    """What the cues would leave of ``counter`` and ``player``."""
    found: dict[str, str] = {}
    for name in cues:
        for slot in core.plan.cues[name].slots:
            match slot.action:
                case act.Counter(counter=word):
                    found["counter"] = COUNTER_WORDS[word]
                case act.Player(player=output):
                    found["player"] = output
    return found
