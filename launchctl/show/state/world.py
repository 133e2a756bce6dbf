"""What is of the world: stages, outputs, pages, figures, posts made by hand."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from launchctl.times import Micros


@dataclass(slots=True)
class StageState:
    """A mixer: as seen, and as wanted.

    ``wanted`` maps a field (``program``, ``text:SOURCE``, ``visible:SCENE/SOURCE``,
    ``audio:INPUT``, ``transition``, ``stream``, ``record``) to its value, in the order
    they were last set. ``last_on`` is when a scene was last known on program.
    """

    connected: bool = False
    program: str | None = None
    streaming: bool | None = None
    reconnecting: bool | None = None
    recording: bool | None = None
    skipped: float | None = None
    detail: str = ""
    restarts: int = 0
    unsure: bool = False
    """Not seen since a recovery: what happened meanwhile is not known."""
    last_on: dict[str, Micros] = field(default_factory=dict)
    came_on: dict[str, list[Micros]] = field(default_factory=dict)
    """scene -> when it came on program, the last few times, ascending."""
    live_since_us: Micros | None = None
    """Since when it streams without a break."""
    wanted: dict[str, Any] = field(default_factory=dict)
    shown: dict[str, tuple[bool, Micros]] = field(default_factory=dict)
    """wanted field -> (show its source then, until): what ``for`` ends."""
    by_hand: dict[str, Any] = field(default_factory=dict)
    asks: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class OutputState:
    """What viewers get of a stage. ``stops`` is when its edge did not move, or when
    that was not known: ascending, not overlapping; ``still_since_us`` the present one.
    """

    moving: bool | None = None
    moved_us: Micros | None = None
    edge_us: Micros | None = None
    delay_us: Micros | None = None
    detail: str = ""
    stops: list[tuple[Micros, Micros]] = field(default_factory=list)
    still_since_us: Micros | None = 0


@dataclass(slots=True)
class FigureState:
    """A figure: asked for, then fixed for the run."""

    as_of_us: Micros
    value: int | None = None
    rounded: int | None = None
    ledger_seq: int | None = None
    unverified: bool = False
    in_bounds: bool = True


@dataclass(slots=True)
class UrlState:
    """A page, as it last answered."""

    ok: bool
    at_us: Micros
    detail: str


@dataclass(slots=True)
class HandPost:
    """A post made by hand. ``cue``: whose post it may stand for."""

    account: str
    id: str
    url: str
    text: str
    at_us: Micros
    cue: str | None
    embargoes: tuple[str, ...] = ()
