"""Events of permissions: overrides, batons (SEMANTICS 5 and 8)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from launchctl.show.events.base import Event
from launchctl.times import Micros


@dataclass(frozen=True, slots=True, kw_only=True)
class OverrideAsked(Event):
    """One person wants a gate of the cue overridden; a second one has to confirm it
    before ``until_us``. ``take`` is the firing that it is for.
    """

    event: ClassVar[str] = "override_asked"
    gate: str
    take: int
    reason: str
    until_us: Micros


@dataclass(frozen=True, slots=True, kw_only=True)
class Overridden(Event):
    """A gate of the cue is open for this take; ``asked_by`` is the first of two."""

    event: ClassVar[str] = "overridden"
    gate: str
    take: int
    reason: str
    asked_by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BatonTaken(Event):
    """The person ``by`` calls the show for the role now; ``before`` did until now."""

    event: ClassVar[str] = "baton_taken"
    role: str
    before: str | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbargoWarned(Event):
    """Others (``who``) lift the embargo at ``others_us``, and we shall not have."""

    event: ClassVar[str] = "embargo_warned"
    embargo: str
    who: str
    others_us: Micros
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retired(Event):
    """Posts (cue, slot) that had not been sent are void."""

    event: ClassVar[str] = "retired"
    slots: tuple[tuple[str, str], ...]
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmed(Event):
    """The person ``by`` recorded, for these roles, that ``what`` is so.

    Without ``what`` it is the cue that was confirmed (``two_person``).
    """

    event: ClassVar[str] = "confirmed"
    roles: tuple[str, ...]
    what: str = ""
    evidence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class UrlChecked(Event):
    """A page that a waiting cue needs answered 2xx (``ok``), or did not."""

    event: ClassVar[str] = "url_seen"
    url: str
    ok: bool
    detail: str = ""


PERMITS: tuple[type[Event], ...] = (
    OverrideAsked,
    Overridden,
    Confirmed,
    BatonTaken,
    EmbargoWarned,
    Retired,
    UrlChecked,
)
