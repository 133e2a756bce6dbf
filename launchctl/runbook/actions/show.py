"""What the show does with itself: its counter, its player, holds, silence, its end."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from launchctl.runbook.actions.base import Action, Effect
from launchctl.runbook.base import Frozen, Name, Span, Text


class Counter(Action):
    """Open, freeze or hide the pre-order counter."""

    kind = "counter"
    effect = Effect.WANTED
    counter: Literal["open", "freeze", "hide"]


class Player(Action):
    """Choose the output that the public page shows."""

    kind = "player"
    effect = Effect.WANTED
    player: Name


class HoldBody(Frozen):
    """``hold: NAME``, or ``{name, for, release}``; ``for`` makes it a planned hold."""

    name: Name
    for_us: Span | None = Field(default=None, alias="for")
    release: tuple[Name, ...] = ()


class Hold(Action):
    """Stop T until somebody resumes."""

    kind = "hold"
    effect = Effect.NONE
    hold: HoldBody


class Silence(Action):
    """Silence ``all`` accounts, or those named: what comes due is parked."""

    kind = "silence"
    effect = Effect.NONE
    silence: tuple[Name, ...]
    """Account names; ``("all",)`` for all of them."""


class RetireBody(Frozen):
    """Which unsent posts: of these ``cues``, about a ``topic``, or ``containing`` some
    words. One of the three.
    """

    cues: tuple[Name, ...] = ()
    topic: Name | None = None
    containing: Text | None = None


class Retire(Action):
    """Void posts that have not been sent."""

    kind = "retire"
    effect = Effect.NONE
    retire: RetireBody


class CallProcedure(Action):
    """Start a procedure."""

    kind = "call"
    effect = Effect.NONE
    call: Name


class End(Action):
    """End the show once the cue's other actions have ended."""

    kind = "end"
    effect = Effect.NONE
    end: Literal["show"]
