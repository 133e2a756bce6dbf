"""What every event carries, and how its fields are written in the public line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from launchctl.times import Micros

SPANS = (
    "late_by_us",
    "skew_us",
    "shift_us",
    "delay_us",
    "to_us",
    "back_us",
    "lost_us",
)
"""Fields that hold a span. Every other field named ``_us`` holds an instant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What every event carries.

    Attributes:
        seq: its place in the journal, from 1.
        at_us: N when it was decided.
        t_us: T at that instant; None before T-0 is set.
        cue: the cue it is about.
        by: the person behind it; None if the machine decided alone.
    """

    event: ClassVar[str] = ""
    version: ClassVar[int] = 1

    seq: int = 0
    at_us: Micros = 0
    t_us: Micros | None = None
    cue: str | None = None
    by: str | None = None
