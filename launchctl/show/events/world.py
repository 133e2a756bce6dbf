"""Events of what was seen of the world: stages, hands, orders, figures, embargoes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

from launchctl.show.events.base import Event
from launchctl.times import Micros


@dataclass(frozen=True, slots=True, kw_only=True)
class StageChanged(Event):
    """A stage, as its driver sees it now."""

    event: ClassVar[str] = "stage_seen"
    stage: str
    connected: bool
    restarted: bool = False
    program: str | None = None
    streaming: bool | None = None
    reconnecting: bool | None = None
    recording: bool | None = None
    skipped: float | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputChanged(Event):
    """What viewers of an output get changed: its edge stands or moves (None: not
    known), or it is later than it was. ``moved_us`` is when the edge last moved.
    """

    event: ClassVar[str] = "output_seen"
    output: str
    moving: bool | None
    moved_us: Micros | None = None
    edge_us: Micros | None = None
    delay_us: Micros | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LiftBegan(Event):
    """A scene that lifts an embargo once it is seen came on program: its output's
    delay begins (``lift`` counts from 0).
    """

    event: ClassVar[str] = "embargo_begun"
    embargo: str
    lift: int
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ByHand(Event):
    """A person changed a stage: what they made is the wanted state now."""

    event: ClassVar[str] = "by_hand_change"
    stage: str
    what: str
    value: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PostByHand(Event):
    """A post that no intent explains. ``cue`` is the one whose post it may stand for;
    ``embargoes`` are closed: then it is an alarm and nothing more.
    """

    event: ClassVar[str] = "post_by_hand"
    account: str
    receipt_id: str
    receipt_url: str
    text: str = ""
    posted_us: Micros
    embargoes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Said(Event):
    """A word to the presenter (``to`` stage) or the crew; "" takes the last away."""

    event: ClassVar[str] = "said"
    to: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedsPerson(Event):
    """After a restart a machine does not do this by itself: it asks."""

    event: ClassVar[str] = "needs_person"
    stage: str
    what: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrdersSampled(Event):
    """A sample of the ledger, as conditions read it."""

    event: ClassVar[str] = "orders_seen"
    values: dict[str, Any] = field(default_factory=dict)
    complete_us: Micros | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureAsked(Event):
    """A figure's instant is fixed; the ledger is asked for its value."""

    event: ClassVar[str] = "figure_asked"
    figure: str
    as_of_us: Micros


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureFixed(Event):
    """A figure's value, once for the run. ``rounded`` is what people read."""

    event: ClassVar[str] = "figure_taken"
    figure: str
    value: int
    rounded: int
    ledger_seq: int
    unverified: bool = False
    in_bounds: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class LiftLatched(Event):
    """One lift of an embargo held, once and for good (``lift`` counts from 0)."""

    event: ClassVar[str] = "embargo_latched"
    embargo: str
    lift: int
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbargoOpened(Event):
    """All lifts latched and ``not_before`` passed."""

    event: ClassVar[str] = "embargo_opened"
    embargo: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionChanged(Event):
    """What a ``when`` says changed. ``owner`` is ``cue:X`` or ``procedure:X``;
    ``value`` None is unknown. It has said so since ``since_us``.
    """

    event: ClassVar[str] = "condition_changed"
    owner: str
    value: bool | None
    since_us: Micros


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthChanged(Event):
    """A far end's health, on change: good, warning, bad or offline."""

    event: ClassVar[str] = "health"
    target: str
    level: str
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteTaken(Event):
    """Something people shall see that decides nothing."""

    event: ClassVar[str] = "noted"
    about: str
    text: str
    level: str = "info"


WORLD: tuple[type[Event], ...] = (
    StageChanged,
    OutputChanged,
    ByHand,
    PostByHand,
    Said,
    NeedsPerson,
    OrdersSampled,
    FigureAsked,
    FigureFixed,
    LiftBegan,
    LiftLatched,
    EmbargoOpened,
    ConditionChanged,
    HealthChanged,
    NoteTaken,
)
