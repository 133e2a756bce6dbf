"""What is said to people, and what is asked of them."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from launchctl.runbook.actions.base import Action, Effect
from launchctl.runbook.base import Frozen, Name, Span, Text


class NotifyBody(Frozen):
    """A message to the crew's own channels."""

    to: Name
    text: Text


class Notify(Action):
    """Tell the crew. At least once."""

    kind = "notify"
    effect = Effect.AT_LEAST_ONCE
    notify: NotifyBody


class SayBody(Frozen):
    """A word to people on a page; an empty text takes the last one away."""

    to: Literal["stage", "crew"]
    text: str


class Say(Action):
    """Say something to the presenter (``/stage``) or the crew: a page shows it."""

    kind = "say"
    effect = Effect.WANTED
    say: SayBody


class TaskBody(Frozen):
    """What a person does: a role, what it is, and how long it may take."""

    who: Name
    what: Text
    within_us: Span = Field(alias="within")


class Task(Action):
    """A person does something, and says so with evidence: ``confirm`` of the cue."""

    kind = "task"
    effect = Effect.NONE
    task: TaskBody
