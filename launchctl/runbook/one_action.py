"""One action from its text, ``{scene: Reveal}``, against a runbook that is loaded."""

from __future__ import annotations

from pathlib import Path

from launchctl.runbook.actions import KINDS, AnyAction, Effect, Player, StageAction
from launchctl.runbook.context import Context
from launchctl.runbook.model import Runbook
from launchctl.runbook.nodes import Mapping
from launchctl.runbook.read.actions import read_action
from launchctl.runbook.read.reader import Reader
from launchctl.runbook.read.words import near
from launchctl.runbook.yaml import YamlError, parse

MAX_TEXT = 2_000


class NoActionError(Exception):
    """The text is no action of this runbook; the sentence says why."""


def one_action(runbook: Runbook, text: str) -> AnyAction:
    """Read one wanted action. Actions that are sent once are refused unread: they may
    name files.

    Raises:
        NoActionError: with what is wrong.
    """
    if len(text) > MAX_TEXT:
        raise NoActionError(f"an action has at most {MAX_TEXT} characters")
    try:
        root, twice = parse(text.encode("utf-8", "replace"))
    except YamlError as error:
        raise NoActionError(error.message) from None
    if twice:
        raise NoActionError(twice[0].message)
    if not isinstance(root, Mapping) or not root.items:
        raise NoActionError("an action is written like {scene: Reveal}")
    for kind, action_class in KINDS.items():
        if kind in root.items and action_class.effect is not Effect.WANTED:
            raise NoActionError(f"do takes what can be repeated; {kind} cannot")
    reader = Reader("do")
    context = Context(reader=reader, base_dir=Path(), environ={})
    action = read_action(context, root)
    if reader.problems or action is None:
        first = reader.problems[0]
        hint = f" ({first.hint})" if first.hint else ""
        raise NoActionError(f"{first.message}{hint}")
    if isinstance(action, StageAction):
        _check_stage(runbook, action)
    if isinstance(action, Player) and action.player not in runbook.outputs:
        raise NoActionError(f"there is no output {action.player!r}")
    return action


def _check_stage(runbook: Runbook, action: StageAction) -> None:
    if not runbook.stages:
        raise NoActionError("the runbook has no stage")
    if action.stage is not None and action.stage not in runbook.stages:
        hint = near(action.stage, runbook.stages)
        raise NoActionError(
            f"there is no stage {action.stage!r}" + (f" ({hint})" if hint else "")
        )
