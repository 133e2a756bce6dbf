"""What every event carries, and how its fields are written in the public line."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

from launchctl.times import Micros


def instant(**options: Any) -> Any:
    """A field that holds an instant in microseconds; its name ends in ``_us``."""
    return field(metadata={"as": "instant"}, **options)


def span(**options: Any) -> Any:
    """A field that holds a span in microseconds; its name ends in ``_us``."""
    return field(metadata={"as": "span"}, **options)


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
