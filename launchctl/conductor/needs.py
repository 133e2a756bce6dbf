"""What a runbook will ask of each far end: all of it, hours before."""

from __future__ import annotations

from collections.abc import Iterator

from launchctl.runbook.actions import (
    Action,
    Http,
    Scene,
    SetText,
    SourceText,
    StageAction,
)
from launchctl.runbook.model import Runbook
from launchctl.runbook.references import all_cues


def needs_of(runbook: Runbook) -> dict[str, tuple[Action, ...]]:
    """By target (``stage:main``, ``http``) the actions that its driver will be given,
    the counter's text and the pictures that gates wait for among them. A stage that
    follows another needs what that one needs.
    """
    needs: dict[str, list[Action]] = {}
    for action in _actions(runbook):
        match action:
            case StageAction():
                stage = action.stage or runbook.first_stage or ""
                stages = (stage, *runbook.followers(stage))
                targets = [f"stage:{name}" for name in stages]
            case Http():
                targets = ["http"]
            case _:
                targets = []
        for target in targets:
            needs.setdefault(target, []).append(action)
    return {target: tuple(actions) for target, actions in needs.items()}


def _actions(runbook: Runbook) -> Iterator[Action]:
    for _, cue in all_cues(runbook):
        yield from cue.do
    yield from runbook.safe
    yield from _pictures(runbook)
    shown = runbook.orders.show_on if runbook.orders else None
    if shown is not None:
        text = SourceText(source=shown.source, text=shown.text)
        yield SetText(stage=shown.stage, text=text)


def _pictures(runbook: Runbook) -> Iterator[Action]:
    gates = [gate for _, cue in all_cues(runbook) for gate in cue.gate]
    for embargo in runbook.embargoes.values():
        gates += [lift.gate for lift in embargo.lifts if lift.gate is not None]
    for gate in gates:
        picture = runbook.picture_of(gate)
        if picture is not None:
            yield Scene(scene=picture[0], stage=picture[1] or None)
