"""Events of the whole show: its run, clocks, holds, calls, permissions, procedures."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

from launchctl.show.events.base import Event
from launchctl.times import Micros


@dataclass(frozen=True, slots=True, kw_only=True)
class RunStarted(Event):
    """The run began. Fixes what a later machine must read the journal with."""

    event: ClassVar[str] = "run_started"
    run: str
    title: str
    digest: str
    locale: str
    timezone: str | None = None
    t0_us: Micros | None = None
    shift_us: Micros = 0
    rehearsal: bool = False
    counter: str = "open"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovered(Event):
    """A conductor took the run up again after its predecessor ended."""

    event: ClassVar[str] = "recovered"


@dataclass(frozen=True, slots=True, kw_only=True)
class T0Set(Event):
    """T-0 was set. ``t0_us`` is its wall instant; ``zero_us`` is R at T-0."""

    event: ClassVar[str] = "t0_set"
    t0_us: Micros
    zero_us: Micros


@dataclass(frozen=True, slots=True, kw_only=True)
class WallStepped(Event):
    """The wall clock left its journaled skew; ``skew_us`` is wall less N."""

    event: ClassVar[str] = "clock_stepped"
    skew_us: Micros


@dataclass(frozen=True, slots=True, kw_only=True)
class Stalled(Event):
    """Nobody conducted for ``lost_us``: ``cause`` is ``suspended`` or ``blocked``."""

    event: ClassVar[str] = "stalled"
    cause: str
    lost_us: Micros


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldOpened(Event):
    """A hold opened at ``since_us``; ``until_us`` if it ends by itself."""

    event: ClassVar[str] = "hold_opened"
    name: str
    kind: str
    reason: str = ""
    release: tuple[str, ...] = ()
    since_us: Micros
    until_us: Micros | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldTimed(Event):
    """An open hold will end by itself at ``until_us`` (``resume --at``)."""

    event: ClassVar[str] = "hold_timed"
    name: str
    until_us: Micros


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldReleased(Event):
    """A hold ended at ``ended_us``; T runs again when none is left."""

    event: ClassVar[str] = "hold_released"
    name: str
    ended_us: Micros


@dataclass(frozen=True, slots=True, kw_only=True)
class Standby(Event):
    """What GO of a role fires changed; ``cue`` None: nothing."""

    event: ClassVar[str] = "standby"
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallAccepted(Event):
    """A person's call was accepted. ``position`` is its inbox row."""

    event: ClassVar[str] = "call_accepted"
    call: str
    verb: str
    target: str | None = None
    position: int = 0
    args: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRefused(Event):
    """A person's call was refused, with the reason they are shown.

    ``listed`` is what they must see before the call is accepted with its ``digest``.
    """

    event: ClassVar[str] = "call_refused"
    call: str
    verb: str
    target: str | None = None
    position: int = 0
    reason: str
    listed: tuple[str, ...] = ()
    digest: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Approved(Event):
    """A role approved the text with this digest, until ``expires_us``.

    ``words`` is what it was given to, for who is asked again once that changed;
    ``places`` (cue and slot) are where the text stands.
    """

    event: ClassVar[str] = "approved"
    digest: str
    role: str
    expires_us: Micros | None = None
    words: str = ""
    places: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Revoked(Event):
    """Approvals of a digest are void: taken back, or its figure is out of bounds."""

    event: ClassVar[str] = "revoked"
    digest: str
    roles: tuple[str, ...]
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Silenced(Event):
    """Accounts are silenced: what comes due on them is parked."""

    event: ClassVar[str] = "silenced"
    accounts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsilenced(Event):
    """Accounts may speak again. Sends nothing."""

    event: ClassVar[str] = "unsilenced"
    accounts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterSet(Event):
    """The counter is ``open``, ``frozen`` or ``hidden``."""

    event: ClassVar[str] = "counter_set"
    counter: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayerSet(Event):
    """The public page shows this output now."""

    event: ClassVar[str] = "player_set"
    output: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcedureStarted(Event):
    """A procedure began a new take; its ``cues`` became pending.

    Those of its choices' options are ``idle`` till they are chosen.
    """

    event: ClassVar[str] = "procedure_started"
    procedure: str
    cues: tuple[str, ...]
    idle: tuple[str, ...] = ()
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcedureEnded(Event):
    """No cue of the procedure is alive any more."""

    event: ClassVar[str] = "procedure_ended"
    procedure: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcedureRefused(Event):
    """A closed gate refused the procedure's start."""

    event: ClassVar[str] = "procedure_refused"
    procedure: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing(Event):
    """The show ends: ``skipped`` cues will not fire, ``dropped`` actions (cue, slot)
    will not be tried again. ``why`` is ``end`` or ``abort``.
    """

    event: ClassVar[str] = "closing"
    why: str
    reason: str = ""
    skipped: tuple[str, ...] = ()
    dropped: tuple[tuple[str, str], ...] = ()
    silenced: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HardOut(Event):
    """The show's expected end passed ``hard_out`` (``late``), or is good again."""

    event: ClassVar[str] = "hard_out"
    late: bool
    hard_out_us: Micros
    expected_us: Micros


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseChecked(Event):
    """The promise of the cue's post was looked at, ``stage`` (24h, 3h) before it is
    due: ``why`` it may be broken; empty if all is well.
    """

    event: ClassVar[str] = "promise_checked"
    promise: str
    kept_by: str
    due_us: Micros
    stage: str
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowEnded(Event):
    """The show is ``complete`` or ``aborted``; ``verdict`` is green or red."""

    event: ClassVar[str] = "show_ended"
    state: str
    verdict: str


SHOW: tuple[type[Event], ...] = (
    RunStarted,
    Recovered,
    T0Set,
    WallStepped,
    Stalled,
    HoldOpened,
    HoldTimed,
    HoldReleased,
    Standby,
    CallAccepted,
    CallRefused,
    Approved,
    Revoked,
    Silenced,
    Unsilenced,
    CounterSet,
    PlayerSet,
    ProcedureStarted,
    ProcedureEnded,
    ProcedureRefused,
    HardOut,
    PromiseChecked,
    Closing,
    ShowEnded,
)
