"""The whole show: clocks, holds, procedures, and all that is part of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from launchctl.show.state.cues import ActionState, CueState
from launchctl.show.state.people import (
    Answered,
    Approval,
    ApprovedText,
    BatonState,
    Confirmation,
)
from launchctl.show.state.world import (
    FigureState,
    HandPost,
    OutputState,
    StageState,
    UrlState,
)
from launchctl.show.tables import ShowWord
from launchctl.times import Micros


@dataclass(slots=True)
class HoldState:
    """An open hold."""

    name: str
    kind: str
    reason: str
    release: tuple[str, ...]
    since_us: Micros
    until_us: Micros | None
    seq: int


@dataclass(slots=True)
class ProcedureState:
    """A procedure; ``order`` counts the starts of all procedures."""

    running: bool = False
    take: int = 0
    order: int = 0
    ended_us: Micros | None = None
    armed: bool = True


@dataclass(slots=True)
class State:
    """The whole show. ``seq`` is the last folded event; 0: nothing yet."""

    seq: int = 0
    now_us: Micros = 0
    """The instant of the last folded event: N never goes back before it."""
    run: str = ""
    digest: str = ""
    rehearsal: bool = False
    show: ShowWord = ShowWord.SCHEDULED
    closing: str | None = None
    closed_us: Micros | None = None
    """When it began to close."""
    promises: dict[str, dict[str, str]] = field(default_factory=dict)
    """``plan.promise_key`` -> how long before (``24h``, ``3h``) -> why it may break."""
    past_hard_out: bool = False
    """The expected end lies behind ``hard_out``: people were warned."""
    verdict: str | None = None
    started_us: Micros = 0
    shift_us: Micros = 0
    skew_us: Micros = 0
    t0_wall_us: Micros | None = None
    zero_r_us: Micros | None = None
    t0_seq: int = 0
    """The event that last moved T-0."""
    stops: list[tuple[Micros, Micros]] = field(default_factory=list)
    """When R stood still, past: ascending, not overlapping."""
    stopped_since_us: Micros | None = None
    jumps: list[tuple[Micros, Micros]] = field(default_factory=list)
    """(instant, how far): when R was set back by a recycle; ascending."""
    holds: dict[str, HoldState] = field(default_factory=dict)
    quiet_until_us: Micros = 0
    """No cue fires by itself before this (never a burst)."""
    cues: dict[str, CueState] = field(default_factory=dict)
    loose: dict[str, ActionState] = field(default_factory=dict)
    """Actions without a cue, by key: ``safe:`` and re-assertions."""
    procedures: dict[str, ProcedureState] = field(default_factory=dict)
    standby: dict[str, tuple[str | None, int]] = field(default_factory=dict)
    """role -> (cue, the seq that last changed it)."""
    urls: dict[str, UrlState] = field(default_factory=dict)
    batons: dict[str, BatonState] = field(default_factory=dict)
    """role -> who holds its baton; a role without one is free."""
    conditions: dict[str, tuple[bool | None, Micros]] = field(default_factory=dict)
    """owner -> (what its ``when`` says, since when)."""
    stages: dict[str, StageState] = field(default_factory=dict)
    outputs: dict[str, OutputState] = field(default_factory=dict)
    approvals: dict[str, dict[str, Approval]] = field(default_factory=dict)
    """digest -> role -> consent."""
    said: dict[str, tuple[str, Micros]] = field(default_factory=dict)
    """``stage`` or ``crew`` -> the last word to them, and when."""
    hand_posts: dict[str, HandPost] = field(default_factory=dict)
    """``account/id`` -> a post made by hand."""
    confirmed: dict[str, dict[str, Confirmation]] = field(default_factory=dict)
    """what, or ``cue:X`` -> person -> their last confirmation."""
    approved_texts: dict[str, dict[str, list[ApprovedText]]] = field(
        default_factory=dict
    )
    """cue -> slot -> the last two different texts that were approved, oldest first."""
    silenced: dict[str, int] = field(default_factory=dict)
    """account -> the seq that silenced it."""
    spoke_again_us: dict[str, Micros] = field(default_factory=dict)
    """account -> when its last silence ended."""
    retired: dict[str, dict[str, str]] = field(default_factory=dict)
    """cue -> slot -> why: posts that will never be sent."""
    counter: str = "open"
    player: str | None = None
    """The output that the public page shows."""
    latches: dict[str, dict[int, Micros]] = field(default_factory=dict)
    """embargo -> lift -> when it latched."""
    lifting: dict[str, dict[int, Micros]] = field(default_factory=dict)
    """embargo -> lift by ``seen`` -> since when its scene is to be seen."""
    latched_t_us: dict[tuple[str, int], Micros] = field(default_factory=dict)
    """(embargo, lift) -> T when it latched, if T-0 was set."""
    opened: dict[str, Micros] = field(default_factory=dict)
    """embargo -> when it was first seen open."""
    warned: dict[str, Micros] = field(default_factory=dict)
    """embargo -> when it was said that others will have lifted it before us."""
    figures: dict[str, FigureState] = field(default_factory=dict)
    orders: dict[str, Any] = field(default_factory=dict)
    orders_complete_us: Micros | None = None
    amend_asked: dict[str, tuple[str, Micros]] = field(default_factory=dict)
    """digest of a runbook -> who asked to amend, and when."""
    inbox_position: int = 0
    answered: dict[str, Answered] = field(default_factory=dict)
    health: dict[str, tuple[str, str]] = field(default_factory=dict)
    """target -> (level, sentence)."""
    waived: dict[str, None] = field(default_factory=dict)
    """Criteria whose hold a person released, till they have been true."""
    notes: dict[str, str] = field(default_factory=dict)
    """about -> the last warning or error."""
