"""A runbook after loading: typed, resolved, immutable.

The loader has already resolved wall instants (home zone, ``--t0`` shift), read the
bytes of media, expanded ``vars`` and refused everything that cannot be meant. What
stands here is what the engine runs; ``digest`` names exactly this text.

All instants and spans are integer microseconds (``launchctl.times``).
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Literal

from pydantic import Field

from launchctl.runbook.actions import AnyAction
from launchctl.runbook.base import Frozen, Name, SecretRef, Span, Text
from launchctl.runbook.conditions import Condition
from launchctl.times import Micros

# --- when: triggers -------------------------------------------------------------------


class AtT(Frozen):
    """``at: T-10m``: T-0 plus ``offset_us`` (signed)."""

    offset_us: Micros


class AtWall(Frozen):
    """``at: 2016-03-31 10:00``: a wall instant, resolved to UTC. Pins the cue."""

    at_us: Micros
    written: str


class AtCue(Frozen):
    """``at: stores-open + 24h``: that cue's firing plus ``offset_us`` (>= 0).

    ``film``: ``at: FILM.end - 20s``: from the end of that cue's film; may be negative.
    """

    cue: Name
    offset_us: Micros
    film: bool = False


At = AtT | AtWall | AtCue
AsOf = AtT | AtWall | AtCue


class After(Frozen):
    """``after: X``: satisfied by the end of all (or ``any_of``) of ``cues``.

    ``also`` names the further outcomes that satisfy: ``skipped``, ``failed``;
    ``or_after_us`` after the first of them fired it is satisfied in any case.
    """

    cues: tuple[Name, ...]
    any_of: bool = False
    also: tuple[Literal["skipped", "failed"], ...] = ()
    or_after_us: Span | None = None

    @property
    def by_one(self) -> bool:
        """True if one of the cues alone can satisfy it."""
        return self.any_of or self.or_after_us is not None


class When(Frozen):
    """``when: C``, read as a level; ``for_us`` how long it must have been true."""

    check: Condition
    for_us: Span = 0


# --- whether: gates and policies ------------------------------------------------------


class OnAir(Frozen):
    """The scene was confirmed on program since the cue's first predecessor fired.

    ``still``: it must be there now. ``stage`` None is the first declared.
    """

    scene: Text
    stage: Name | None = None
    still: bool = False


class ApprovedBy(Frozen):
    """All ``roles`` approved each present text."""

    roles: tuple[Name, ...]


class OrdersFresh(Frozen):
    """The least fresh source is known complete to at most ``within_us`` ago."""

    within_us: Span


class Seen(Frozen):
    """Viewers saw the scene: on program, and the output's delay over since."""

    scene: Text
    output: Name


class StreamHealthy(Frozen):
    """The output's stream is live and its edge moves."""

    output: Name


class UrlOk(Frozen):
    """The page answered 2xx at most 10 s ago."""

    url: str

    @property
    def place(self) -> str:
        """The address without its query, which may hold a token."""
        return self.url.partition("?")[0]


class Check(Frozen):
    """A condition is true."""

    check: Condition


class Poll(Frozen):
    """The last result of the poll ``cue`` is go, and no older than ``max_age_us``."""

    cue: Name
    max_age_us: Span | None = None


class Confirmed(Frozen):
    """Somebody of the role ``by`` recorded that ``what`` is so, with evidence.

    ``evidence`` url: it must be an address.
    """

    what: Text
    by: Name
    evidence: Literal["url"] | None = None


class TwoPerson(Frozen):
    """Two persons of ``role`` confirmed the cue; a GO is one of them."""

    role: Name


Gate = (
    OnAir
    | Seen
    | StreamHealthy
    | ApprovedBy
    | OrdersFresh
    | UrlOk
    | Check
    | Poll
    | Confirmed
    | TwoPerson
)


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


# --- asking people --------------------------------------------------------------------


class Option(Frozen):
    """One answer to a choice, and the cues that it makes pending."""

    name: Name
    cues: tuple[Name, ...] = ()


class Choice(Frozen):
    """A cue that asks: one of ``ask`` chooses an option.

    ``within_us`` after it fired ``default`` is taken.
    """

    ask: tuple[Name, ...]
    within_us: Span
    default: Name
    options: tuple[Option, ...]

    def option(self, name: str) -> Option | None:
        """The option of this name."""
        return next((one for one in self.options if one.name == name), None)


class Ballot(Frozen):
    """``poll: {ask, within}``: a cue that asks each of the roles for go or no."""

    ask: tuple[Name, ...]
    within_us: Span


class InOption(Frozen):
    """Where a cue of an option belongs."""

    choice: Name
    option: Name


# --- the cue --------------------------------------------------------------------------


class Sheet(Frozen):
    """A cue's line of the call sheet: the caller's warning before it, what is said, and
    free notes by department.
    """

    warn_us: Span | None = None
    say: Text | None = None
    columns: dict[Name, Text] = Field(default_factory=dict)


class Cue(Frozen):
    """One atomic unit of action.

    ``late`` and ``wait`` None take the table of SEMANTICS 5 (``show/tables.py``).
    ``choice`` and ``poll`` make it ask; ``option`` says of which choice's option it is
    a cue: these stand behind their choice in file order. ``line`` is where it stands in
    the file, for messages.
    """

    id: Name
    at: At | None = None
    after: After | None = None
    when: When | None = None
    go: tuple[Name, ...] = ()
    gate: tuple[Gate, ...] = ()
    wait: Wait | None = None
    late: Late | None = None
    about: tuple[Name, ...] = ()
    teaser: bool = False
    once: bool = True
    reserve: bool = False
    in_hold_wait: bool = False
    on_recycle: OnRecycle = OnRecycle.REPLAY
    do: tuple[AnyAction, ...] = ()
    segment: Name | None = None
    choice: Choice | None = None
    poll: Ballot | None = None
    option: InOption | None = None
    sheet: Sheet | None = None
    file: str = ""
    line: int = 0

    @property
    def pinned(self) -> bool:
        """True if a wall instant is its trigger: holds do not move it."""
        return isinstance(self.at, AtWall)

    @property
    def when_alone(self) -> bool:
        """True if a condition is its only trigger."""
        return self.when is not None and not (self.at or self.after or self.go)


class Segment(Frozen):
    """A part of the show, such as the keynote; its cues name it.

    ``duration_us`` None: it ends with the last of its cues.
    """

    name: Name
    duration_us: Span | None = None
    presenter: Text | None = None
    may_drop: bool = False


class Procedure(Frozen):
    """A small cue list, called by name or started by its ``when``.

    An ``answer`` is one with one cue that posts, prepared for a rumour; ``match`` are
    the words by which people recognise that.
    """

    name: Name
    when: When | None = None
    once_per_us: Span = 30_000_000
    gate: tuple[Gate, ...] = ()
    cues: tuple[Cue, ...]
    answer: bool = False
    match: tuple[Text, ...] = ()


# --- the world ------------------------------------------------------------------------


class Stage(Frozen):
    """A mixer. ``url`` may come from the environment."""

    driver: Literal["obs"] = "obs"
    url: str
    password: SecretRef | None = None


class Output(Frozen):
    """What viewers see of a stage, and how late.

    Attributes:
        stage: the mixer that feeds it; None: the first declared.
        playback: its HLS playlist, which is probed; without one nothing of it is known.
        delay_us: how late viewers see it at least; more if more is measured.
        watch: where people watch it.
    """

    stage: Name | None = None
    playback: str | None = None
    delay_us: Span = Field(default=20_000_000, alias="delay")
    watch: str | None = None


class Account(Frozen):
    """Who posts where. ``credentials`` is a prefix of environment names, or a file.

    ``doubt`` resend: the network refuses an identical text, so an unknown send may be
    sent again after the lag window, with proof that the former sender is dead.
    ``by_hand`` watch: posts that its owner makes alone are looked for; ask: each post
    waits for its owner's word.
    """

    network: Name
    handle: Text
    credentials: SecretRef
    lang: str | None = None
    api: str | None = None
    doubt: Literal["ask", "resend"] = "ask"
    by_hand: Literal["watch", "ask"] | None = None


class Role(Frozen):
    """What the people of a role may do, and the zone their times are shown in."""

    may: tuple[str, ...]
    timezone: str | None = None


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


class Rounding(Frozen):
    """``round: {down: 1000}``: figures are floored, never made to look bigger."""

    down: int = Field(ge=1)


class Figure(Frozen):
    """A number taken once, used everywhere: as of an instant, by default the due of
    its first post.
    """

    name: Name
    of: Text
    round: Rounding | None = None
    bounds: tuple[int, int] | None = None
    as_of: AsOf | None = None


class OrderSource(Frozen):
    """A shop. ``webhook`` is the Standard Webhooks scheme.

    ``settle_us``: how long after the front's last heartbeat an order may still be under
    way; a source that cannot be listed is complete to that heartbeat less that.
    """

    kind: Literal["webhook"]
    name: Name
    secret: tuple[SecretRef, ...]
    role: Literal["counts"] = "counts"
    settle_us: Span = Field(default=3_000_000, alias="settle")


class UnitValue(Frozen):
    """What one unit is worth; ``amount_minor`` in minor units."""

    amount_minor: int
    currency: str
    basis: str = ""


class ShowOn(Frozen):
    """Where the counter stands on the stream: a text source and its template."""

    stage: Name | None = None
    source: Text
    text: str = "{{ orders.units | number }}"


class PublicOrders(Frozen):
    """What the open page may show: floored, and no fresher than ``delay_us``."""

    round: Rounding | None = None
    delay_us: Span = Field(default=0, alias="delay")


class Orders(Frozen):
    """The counter: sources, money and where it is shown.

    ``deposit_minor`` is per currency, in minor units.
    """

    deposit_minor: dict[str, int] = Field(default_factory=dict)
    unit_value: UnitValue | None = None
    sources: tuple[OrderSource, ...] = ()
    show_on: ShowOn | None = None
    public: PublicOrders = PublicOrders()


class WallInstant(Frozen):
    """A wall instant of the runbook: where it stands, as written, and what it means.

    ``at_us`` is after the shift of ``--t0``.
    """

    where: str
    written: str
    at_us: Micros


class OscDevice(Frozen):
    """A desk that takes Open Sound Control: ``osc://HOST:PORT``, over UDP."""

    url: str


class Notification(Frozen):
    """A crew channel: a URL of an alerting service, by reference."""

    url: SecretRef


class Runbook(Frozen):
    """A whole show.

    ``t0_us`` None: the first GO sets T-0. ``digest`` is the SHA-256 of the loaded text
    with its includes and media. ``default_approvals`` holds for texts about nothing, or
    about topics that ``approvals`` does not name.
    """

    title: Text
    digest: str
    path: str
    locale: str = "en_US"
    timezone: str | None = None
    t0_us: Micros | None = None
    shift_us: Micros = 0
    hard_out_us: Micros | None = None
    stages: dict[str, Stage] = Field(default_factory=dict)
    outputs: dict[str, Output] = Field(default_factory=dict)
    accounts: dict[str, Account] = Field(default_factory=dict)
    groups: dict[str, tuple[Name, ...]] = Field(default_factory=dict)
    crew: dict[str, Role] = Field(default_factory=dict)
    embargoes: dict[str, Embargo] = Field(default_factory=dict)
    approvals: dict[str, tuple[Name, ...]] = Field(default_factory=dict)
    default_approvals: tuple[Name, ...] = ()
    four_eyes: bool = False
    """Who approved a text does not fire its cue."""
    criteria: tuple[Criterion, ...] = ()
    orders: Orders | None = None
    figures: dict[str, Figure] = Field(default_factory=dict)
    notify: dict[str, Notification] = Field(default_factory=dict)
    osc: dict[str, OscDevice] = Field(default_factory=dict)
    vars: dict[str, Any] = Field(default_factory=dict)
    cues: tuple[Cue, ...] = ()
    segments: tuple[Segment, ...] = ()
    procedures: dict[str, Procedure] = Field(default_factory=dict)
    safe: tuple[AnyAction, ...] = ()
    includes: tuple[str, ...] = ()
    """Included files, below the runbook's own folder."""
    warnings: tuple[str, ...] = ()
    instants: tuple[WallInstant, ...] = ()
    overrides: tuple[tuple[str, str], ...] = ()
    """Addresses set from outside (``--set``); not in the digest, journaled apart."""

    @property
    def shifted(self) -> tuple[WallInstant, ...]:
        """The wall instants that ``--t0`` moved by ``shift_us``."""
        return self.instants if self.shift_us else ()

    def stage_of(self, output: str) -> str:
        """The stage that feeds an output."""
        found = self.outputs.get(output)
        return (found.stage if found else None) or self.first_stage or ""

    def picture_of(self, gate: Gate | None) -> tuple[str, str] | None:
        """The scene, and its stage, that a gate waits to see on program."""
        match gate:
            case OnAir():
                return gate.scene, gate.stage or self.first_stage or ""
            case Seen():
                return gate.scene, self.stage_of(gate.output)
            case _:
                return None

    @property
    def first_stage(self) -> str | None:
        """The stage that is meant where none is named."""
        return next(iter(self.stages), None)
