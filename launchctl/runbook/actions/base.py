"""What every action is: its effect, its deadline, and what its failure does.

``WANTED`` is sent at the instant and asserted again after the device restarted;
``ONCE`` has a durable intent before its first byte leaves; ``AT_LEAST_ONCE`` may
repeat; ``NONE`` happens in the engine alone.
"""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

from pydantic import Field

from launchctl.runbook.base import Frozen, Name, Span


class Effect(StrEnum):
    """What may happen if an action is sent again."""

    WANTED = "wanted"
    ONCE = "once"
    AT_LEAST_ONCE = "at_least_once"
    NONE = "none"


class OnFailure(StrEnum):
    """What a certain failure of an action does, after its retries."""

    IGNORE = "ignore"
    CONTINUE = "continue"
    HOLD = "hold"
    ABORT = "abort"
    CALL = "call"


class Failure(Frozen):
    """``on_failure``: a policy, with the procedure's name where it is ``call``."""

    policy: OnFailure
    procedure: Name | None = None


class Action(Frozen):
    """What every action carries.

    Attributes:
        timeout_us: the deadline of one attempt; None takes the kind's own
            (``show/tables.py``).
        on_failure: None takes the effect's default.
    """

    kind: ClassVar[str]
    effect: ClassVar[Effect]
    guarded: ClassVar[bool] = False
    """Embargoes stand before it: posts of every kind, and http."""

    timeout_us: Span | None = Field(default=None, alias="timeout")
    on_failure: Failure | None = None


class StageAction(Action):
    """An action of a mixer. ``stage`` None is the first declared one."""

    stage: Name | None = None
