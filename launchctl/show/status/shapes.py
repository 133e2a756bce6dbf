"""What everybody sees: the state as plain JSON values.

One shape for ``launch status --json``, ``launch report --json``, ``/api/v1/state`` and
the terminal view. Instants are RFC 3339 in UTC, spans float seconds named ``_s``, money
in minor units.
"""

from __future__ import annotations

from typing import Any, NotRequired, TypedDict

from launchctl.show.status.shapes_asks import (
    BatonStatus,
    ChoiceStatus,
    CriterionStatus,
    PollStatus,
    StandbyStatus,
)


class CueStatus(TypedDict):
    """One cue. ``state`` is a word of SEMANTICS 3; instants are None until known.

    ``planned`` by the runbook, ``expected`` from how the show stands now (None for what
    never will fire), ``due`` when its triggers held, ``fired`` when it left the engine,
    ``sent`` first byte, ``confirmed`` the far end's own word. ``sheet``, where it has
    one: ``warn_s``, ``say`` and the notes of the departments. ``undo``, where a call of
    it can be taken back: offered, sent, done, failed.
    """

    cue: str
    procedure: str | None
    segment: str | None
    state: str
    planned: str | None
    expected: str | None
    due: str | None
    fired: str | None
    sent: str | None
    confirmed: str | None
    late_by_s: float | None
    by: str | None
    reason: str | None
    go: list[str]
    take: int
    sheet: NotRequired[dict[str, Any]]
    undo: NotRequired[str]


class SegmentStatus(TypedDict):
    """A part of the show. ``state``: pending, running, done, dropped (all skipped).

    ``over_s`` is how much later it is expected to end (or did end) than planned.
    """

    segment: str
    presenter: str | None
    state: str
    planned: str | None
    planned_end: str | None
    expected_start: str | None
    expected_end: str | None
    over_s: float | None
    may_drop: bool


class HardOutStatus(TypedDict):
    """By then the show must be over; ``late``: it is not expected to be."""

    at: str
    late: bool


class EarlierText(TypedDict):
    """What was approved before the text changed; ``changes`` word by word: ``same``,
    ``gone`` or ``new``, and the words.
    """

    by: str
    at: str
    changes: list[tuple[str, str]]


class PromiseStatus(TypedDict):
    """What a post promises; ``why``, once it was looked at, if it may be broken."""

    cue: str
    promise: str
    due: str
    kept_by: str
    why: str


class TaskStatus(TypedDict):
    """What a person is asked to do, until when; ``confirm`` of the cue ends it."""

    cue: str
    who: str
    what: str
    until: str


class PostStatus(TypedDict):
    """One message. ``state``: waiting, sending, sent, refused, in_doubt, parked,
    skipped. ``digest`` is what approvals are given to; ``needs`` the roles still asked
    for. ``found`` is a post made by hand that may stand for it: {id, url, text, at}.
    ``why`` it was skipped, if that is ``not needed``.
    """

    cue: str
    account: str
    network: str
    state: str
    id: str | None
    url: str | None
    text: str
    attempts: int
    digest: str
    needs: list[str]
    approved: list[dict[str, str]]
    earlier: NotRequired[EarlierText]
    found: NotRequired[dict[str, str]]
    why: NotRequired[str]


class DoubtStatus(TypedDict):
    """An action that may or may not have left: ``decided`` is its intent's instant,
    ``sent`` its first byte's if that is known, ``detail`` what the far end shows.
    ``until`` it is read; None: reading is over, a person settles it.
    """

    cue: str
    account: str | None
    target: str
    decided: str
    sent: str | None
    detail: str
    until: str | None


class GateStatus(TypedDict):
    """A closed gate that a waiting (or coming) cue stands before."""

    cue: str
    gate: str
    why: str


class OverrideStatus(TypedDict):
    """A gate that somebody overrode for the present take; with ``until`` it only was
    asked for, and a second person has to confirm it by then.
    """

    cue: str
    gate: str
    by: str
    why: str
    at: str
    until: str | None
    asked_by: str | None


class HoldStatus(TypedDict):
    """An open hold; ``until`` if it ends by itself."""

    name: str
    kind: str
    reason: str
    since: str
    until: str | None
    release: list[str]


class EmbargoStatus(TypedDict):
    """An embargo: open or closed, and what it waits for. ``others``: who else lifts
    it, when, and whether that was warned of.
    """

    name: str
    open: bool
    why: str
    others: NotRequired[dict[str, Any] | None]


class StageStatus(TypedDict):
    """A stage as seen and as wanted; ``by_hand`` lists what a person changed.

    ``asks`` is what a machine does not do by itself after a restart; ``offers`` the cue
    that a cut by hand matches, to be fired; ``follows`` the stage whose wanted commands
    it gets.
    """

    stage: str
    connected: bool
    program: str | None
    wanted: str | None
    streaming: bool | None
    by_hand: list[str]
    text: str
    asks: NotRequired[list[str]]
    offers: NotRequired[list[str]]
    follows: NotRequired[str | None]


class OutputStatus(TypedDict):
    """What viewers get of a stage. ``age_s``: how long ago the edge moved, ``delay_s``:
    how late viewers are; ``playing``: the public page shows it.
    """

    output: str
    stage: str
    moving: bool | None
    age_s: float | None
    delay_s: float
    watch: str | None
    playing: bool
    text: str


class OrdersStatus(TypedDict):
    """The counter. ``deposits`` per currency in minor units; ``counter`` is open,
    frozen or hidden; ``implied_value`` {amount_minor, currency, basis} or None;
    ``available`` and ``waitlist`` are None where there is no limit.
    """

    placed: int
    units: int
    net_units: int
    by_currency: dict[str, int]
    deposits: dict[str, int]
    implied_value: dict[str, Any] | None
    quarantined: int
    available: int | None
    waitlist: int | None


class Status(TypedDict):
    """The whole show at an instant (``at``), as of journal ``seq``."""

    run: str
    runbook: str
    digest: str
    rehearsal: bool
    at: str
    seq: int
    state: str
    verdict: str | None
    t_s: float | None
    l_s: float | None
    t0: str | None
    standby: dict[str, StandbyStatus]
    batons: dict[str, BatonStatus]
    choices: list[ChoiceStatus]
    polls: list[PollStatus]
    criteria: list[CriterionStatus]
    next: list[str]
    gates: list[GateStatus]
    overrides: list[OverrideStatus]
    holds: list[HoldStatus]
    embargoes: list[EmbargoStatus]
    figures: dict[str, dict[str, Any]]
    silenced: list[str]
    counter: str
    cues: list[CueStatus]
    segments: list[SegmentStatus]
    tasks: list[TaskStatus]
    doubts: list[DoubtStatus]
    promises: list[PromiseStatus]
    over_s: float | None
    expected_end: str | None
    hard_out: HardOutStatus | None
    said: dict[str, dict[str, str]]
    posts: list[PostStatus]
    stages: list[StageStatus]
    outputs: list[OutputStatus]
    player: str | None
    orders: OrdersStatus | None
    health: dict[str, dict[str, Any]]
    journal_digest: str
