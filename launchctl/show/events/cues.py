"""Events of cues and of their actions. The cue's transition is ``tables.CUE``."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

from launchctl.show.events.base import Event
from launchctl.times import Micros


@dataclass(frozen=True, slots=True, kw_only=True)
class CueReady(Event):
    """All triggers but ``go`` hold: the cue stands by."""

    event: ClassVar[str] = "cue_ready"


@dataclass(frozen=True, slots=True, kw_only=True)
class CueUnready(Event):
    """Its ``when`` is no longer true: pending again."""

    event: ClassVar[str] = "cue_unready"


@dataclass(frozen=True, slots=True, kw_only=True)
class CueDue(Event):
    """All triggers hold: the cue waits for its gates. ``how`` is triggers, go, fire."""

    event: ClassVar[str] = "cue_due"
    due_us: Micros
    late_by_us: Micros = 0
    how: str = "triggers"


@dataclass(frozen=True, slots=True, kw_only=True)
class CueHeld(Event):
    """The cue waits for ``hold`` to be released: late, or its gates stayed shut."""

    event: ClassVar[str] = "cue_held"
    hold: str
    reason: str
    due_us: Micros | None = None
    late_by_us: Micros | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CueFreed(Event):
    """Its hold was released: it waits again, lateness waived, with a new wait."""

    event: ClassVar[str] = "cue_freed"


@dataclass(frozen=True, slots=True, kw_only=True)
class CueParked(Event):
    """This cue alone waits for a person."""

    event: ClassVar[str] = "cue_parked"
    reason: str
    due_us: Micros | None = None
    late_by_us: Micros | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CueSkipped(Event):
    """The cue will not fire."""

    event: ClassVar[str] = "cue_skipped"
    reason: str
    due_us: Micros | None = None
    late_by_us: Micros | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fired(Event):
    """The cue fired: a take. ``kept`` are the slots that had ended ok before."""

    event: ClassVar[str] = "fired"
    take: int
    due_us: Micros | None = None
    late_by_us: Micros = 0
    kept: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CueEnded(Event):
    """All its actions ended. ``state`` is done, failed, parked or in_doubt."""

    event: ClassVar[str] = "cue_ended"
    state: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CueRearmed(Event):
    """A repeating cue (``once: false``) may come again."""

    event: ClassVar[str] = "cue_rearmed"


@dataclass(frozen=True, slots=True, kw_only=True)
class CueAsked(Event):
    """A choice or a poll fired: it asks ``roles``; a poll's former votes are void.

    The ``idle`` cues of a choice's options wait.
    """

    event: ClassVar[str] = "cue_asked"
    roles: tuple[str, ...]
    options: tuple[str, ...] = ()
    idle: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Voted(Event):
    """Somebody answered a poll for these roles: ``vote`` is go or no."""

    event: ClassVar[str] = "voted"
    roles: tuple[str, ...]
    vote: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen(Event):
    """A choice was answered: ``cues`` are pending, those of the others not taken.

    ``option`` None: the choice was skipped.
    """

    event: ClassVar[str] = "chosen"
    option: str | None
    cues: tuple[str, ...] = ()
    not_taken: tuple[str, ...] = ()
    how: str = "call"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt(Event):
    """One attempt at an action: what is about to leave, so that it can be rebuilt.

    ``slot`` is the action's place in its cue: ``"0"``, ``"0@brand"``. ``wanted`` is the
    wanted field and value of a stage that it changes.
    """

    slot: str
    key: str
    attempt: int
    kind: str
    target: str
    effect: str
    content: dict[str, Any] = field(default_factory=dict)
    reason: str = ""
    deadline_us: Micros
    wanted: tuple[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent(Attempt):
    """A once action is about to be sent. Durable before the first byte leaves."""

    event: ClassVar[str] = "intent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Commanded(Attempt):
    """A wanted or at-least-once command left; journaled behind."""

    event: ClassVar[str] = "commanded"


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptEnded(Event):
    """A far end answered, or did not.

    ``became`` is the action's state now (``tables.ActionWord``); ``next_us`` the
    instant of the next attempt, or until when the far end is read.
    """

    event: ClassVar[str] = "attempt_ended"
    slot: str
    key: str
    attempt: int
    answer: str
    became: str
    detail: str = ""
    sent_us: Micros | None = None
    confirmed_us: Micros | None = None
    receipt_id: str | None = None
    receipt_url: str | None = None
    next_us: Micros | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptSettled(Event):
    """The far end was read after an unknown answer; ``became`` as in AttemptEnded."""

    event: ClassVar[str] = "settled"
    slot: str
    key: str
    attempt: int
    sight: str
    became: str
    detail: str = ""
    receipt_id: str | None = None
    receipt_url: str | None = None
    next_us: Micros | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionEnded(Event):
    """The engine itself ended an action: journaled actions, stops, undone by hand."""

    event: ClassVar[str] = "action_ended"
    slot: str
    key: str
    became: str
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FilmMoved(Event):
    """A film began, or a pause or stall moved its start on; None: it stands."""

    event: ClassVar[str] = "film_seen"
    slot: str
    key: str
    start_us: Micros | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownFor(Event):
    """What an action with ``for`` made of a stage ends at ``until_us``: then a source
    is shown, or hidden, again.
    """

    event: ClassVar[str] = "shown_for"
    stage: str
    what: str
    show: bool
    until_us: Micros


@dataclass(frozen=True, slots=True, kw_only=True)
class CueManual(Event):
    """What hangs on a film turns manual (its trigger becomes a GO), or back again."""

    event: ClassVar[str] = "cue_manual"
    film: str
    manual: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SettledByHand(Event):
    """A person said what became of an action. ``became`` is ok or failed."""

    event: ClassVar[str] = "settled_by_hand"
    slot: str
    became: str
    receipt_id: str | None = None
    receipt_url: str | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CueAdopted(Event):
    """A person did it by hand: the cue is done, with their receipt.

    ``slots`` are the actions that this is the end of: the post, or whatever of the cue
    was in doubt or superseded.
    """

    event: ClassVar[str] = "cue_adopted"
    slots: tuple[str, ...] = ()
    receipt_id: str | None = None
    receipt_url: str | None = None


CUES: tuple[type[Event], ...] = (
    CueReady,
    CueUnready,
    CueDue,
    CueHeld,
    CueFreed,
    CueParked,
    CueSkipped,
    Fired,
    CueEnded,
    CueRearmed,
    CueAsked,
    Chosen,
    Voted,
    Intent,
    Commanded,
    AttemptEnded,
    AttemptSettled,
    ActionEnded,
    ShownFor,
    FilmMoved,
    CueManual,
    SettledByHand,
    CueAdopted,
)
