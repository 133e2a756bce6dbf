"""Events of a show under change: recycled, passed, amended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from launchctl.show.events.base import Event
from launchctl.times import Micros


@dataclass(frozen=True, slots=True, kw_only=True)
class Recycled(Event):
    """T went back by ``back_us`` to ``to_us``; hold ``recycle`` replaces all others.

    ``t0_us`` is the wall instant of T-0 if the show were resumed now. ``cues`` came
    back to pending, ``idle`` to idle, as their choice asks again; the choices
    ``again`` go on running. ``kept`` are their actions (cue, slot) that had ended ok
    and are not run again; ``unlatched`` the lifts (embargo, index) taken back.
    """

    event: ClassVar[str] = "recycled"
    to_us: Micros
    back_us: Micros
    t0_us: Micros
    release: tuple[str, ...] = ()
    cues: tuple[str, ...] = ()
    idle: tuple[str, ...] = ()
    again: tuple[str, ...] = ()
    kept: tuple[tuple[str, str], ...] = ()
    unlatched: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CuePassed(Event):
    """Fired and done in its place after a recycle: nothing of it was left to run."""

    event: ClassVar[str] = "passed"
    take: int
    due_us: Micros


@dataclass(frozen=True, slots=True, kw_only=True)
class AmendAsked(Event):
    """A person asked for an amendment that takes two: a second one confirms."""

    event: ClassVar[str] = "amend_asked"
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Amended(Event):
    """The run follows the pinned runbook with this digest from now on.

    ``added`` are new cues (with their procedure, or ""), of which ``options`` belong to
    a choice; ``changed`` have a new text; ``kept`` have begun and keep theirs, as do
    ``procedures_kept``; ``dropped`` are cues of procedures that are gone; ``closed``
    are embargoes whose lifts are others now.
    """

    event: ClassVar[str] = "amended"
    digest: str
    added: tuple[tuple[str, str], ...] = ()
    options: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    procedures_kept: tuple[str, ...] = ()
    procedures_added: tuple[str, ...] = ()
    procedures_dropped: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()


TIME: tuple[type[Event], ...] = (
    Recycled,
    AmendAsked,
    Amended,
    CuePassed,
)
