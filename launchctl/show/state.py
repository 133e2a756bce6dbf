"""What is: the fold of the journal's events, as plain comparable data.

Only ``fold.apply`` changes a ``State``. Two states are equal (``==``) if and only if
they were folded to the same situation; a recovered conductor starts from such a fold.
All instants are on N, in microseconds, unless their name says ``r`` or ``wall``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from launchctl.show.tables import ActionWord, CueWord, ShowWord
from launchctl.times import Micros


@dataclass(slots=True)
class ActionState:
    """One action of a cue's present firing (``slot``: ``"0"``, ``"0@brand"``)."""

    slot: str
    key: str
    kind: str
    target: str
    effect: str
    state: ActionWord = ActionWord.SENT
    attempt: int = 0
    content: dict[str, Any] = field(default_factory=dict)
    began_us: Micros = 0
    """When its first attempt was decided."""
    intent_us: Micros = 0
    """When its present attempt was decided."""
    deadline_us: Micros = 0
    next_us: Micros | None = None
    sent_us: Micros | None = None
    confirmed_us: Micros | None = None
    detail: str = ""
    receipt_id: str | None = None
    receipt_url: str | None = None
    wanted: str | None = None
    """The wanted field of the stage that it changes."""
    film_start_us: Micros | None = None
    """Of a film: its start, moved on by pauses; None while it stands."""
    film_end_us: Micros | None = None


@dataclass(slots=True)
class OverrideState:
    """A gate overridden for one take; with ``until_us`` it only was asked for."""

    take: int
    by: str
    reason: str
    at_us: Micros
    until_us: Micros | None = None
    asked_by: str | None = None


@dataclass(slots=True)
class Vote:
    """What a role said to a poll last."""

    by: str
    go: bool
    at_us: Micros


@dataclass(slots=True)
class Confirmation:
    """What a person recorded, and for which of their roles."""

    roles: tuple[str, ...]
    at_us: Micros
    evidence: str


@dataclass(slots=True)
class CueState:
    """One cue. ``seq`` is the event that last changed its state."""

    state: CueWord
    seq: int = 0
    entered_us: Micros = 0
    """When it left idle; a show's cue: when the run started."""
    take: int = 0
    retaken: bool = False
    """Recycled, and not fired since: the next firing is this take."""
    procedure_take: int = 0
    due_us: Micros | None = None
    late_by_us: Micros | None = None
    wait_from_us: Micros | None = None
    waived: bool = False
    """GO or ``fire`` released it: no spacing, no late rule."""
    insisted: bool = False
    """``fire`` released it: what was posted by hand does not stop its posts."""
    fired_us: Micros | None = None
    fired_t_us: Micros | None = None
    """T at which it fired: a recycle goes by it."""
    fired_due_us: Micros | None = None
    manual: bool = False
    """The film that it hangs on was interrupted, or ended in a hold: GO fires it."""
    outcome: CueWord | None = None
    """How its last take ended: what ``after`` reads."""
    ended_us: Micros | None = None
    by: str | None = None
    reason: str | None = None
    hold: str | None = None
    chosen: str | None = None
    """Of a choice: the option taken, in its present take."""
    votes: dict[str, Vote] = field(default_factory=dict)
    """Of a poll: role -> its last vote, in the present take."""
    actions: dict[str, ActionState] = field(default_factory=dict)
    overrides: dict[str, OverrideState] = field(default_factory=dict)
    """gate -> its override, in the words of ``gate_names.gate_name``."""

    @property
    def next_take(self) -> int:
        """The take that firing it now would be."""
        return self.take if self.retaken else self.take + 1


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
class ProcedureState:
    """A procedure; ``order`` counts the starts of all procedures."""

    running: bool = False
    take: int = 0
    order: int = 0
    ended_us: Micros | None = None
    armed: bool = True


@dataclass(slots=True)
class Approval:
    """One role's consent to one digest."""

    by: str
    at_us: Micros
    expires_us: Micros | None


@dataclass(slots=True)
class ApprovedText:
    """What was last approved for one post, and before that."""

    digest: str
    words: str
    by: str
    at_us: Micros


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
class BatonState:
    """Who calls the show for a role; ``seq`` is the event that gave it."""

    by: str
    seq: int
    since_us: Micros


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


@dataclass(slots=True)
class Answered:
    """What a call was answered."""

    accepted: bool
    reason: str
    seq: int


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
    """cue -> how long before (``24h``, ``3h``) -> why its promise may be broken."""
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
