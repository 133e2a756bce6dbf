"""What stands over many cues: embargoes, and criteria of the countdown."""

from __future__ import annotations

from typing import Literal

from launchctl.runbook.base import Frozen, Name, Span, Text
from launchctl.runbook.conditions import Condition
from launchctl.runbook.model.gates import Gate
from launchctl.times import Micros


class Lift(Frozen):
    """One thing that must have been so, once, before an embargo lifts."""

    gate: Gate | None = None
    at_us: Micros | None = None


class OthersLift(Frozen):
    """When others lift the same embargo: ``who`` they are, and how long before we
    are warned if we have not by then.
    """

    at_us: Micros
    who: Text
    warn_us: Span = 900_000_000


class Embargo(Frozen):
    """Nothing guarded leaves before all ``lifts`` latched and ``not_before`` passed.

    ``default`` covers every guarded action that is not a teaser; ``topics`` those whose
    cue is about one of them.
    """

    name: Name
    default: bool = False
    topics: tuple[Name, ...] = ()
    lifts: tuple[Lift, ...] = ()
    not_before_us: Micros | None = None
    others_lift: OthersLift | None = None


class Criterion(Frozen):
    """What must be so while T is in [``from_us``, ``until_us``).

    ``until_us`` None: until the runbook's ``hard_out``. Broken before T-0 it opens a
    hold, or only warns; from T-0 on it warns.
    """

    from_us: Micros
    until_us: Micros | None = None
    check: Condition
    before_t0: Literal["hold", "warn"] = "hold"
