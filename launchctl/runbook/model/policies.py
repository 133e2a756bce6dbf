"""What happens to a cue that is late, waits too long, or runs again."""

from __future__ import annotations

from enum import StrEnum

from launchctl.runbook.base import Frozen, Span
from launchctl.times import Micros


class Else(StrEnum):
    """What happens to a cue that is late, or whose gates stayed closed."""

    SKIP = "skip"
    HOLD = "hold"
    PARK = "park"


class Late(Frozen):
    """``late: {within, else}``. ``within_us`` None is ``within: any``: never late."""

    within_us: Micros | None = None
    otherwise: Else


class OnRecycle(StrEnum):
    """What a recycle does with a cue that has run: run it again, or keep what is ok."""

    REPLAY = "replay"
    KEEP = "keep"


class Wait(Frozen):
    """``wait: {for, else}``: one for all gates of a cue."""

    for_us: Span | None = None
    otherwise: Else | None = None
