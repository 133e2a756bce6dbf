"""When a cue is due: instants, what it follows, what must be true."""

from __future__ import annotations

from typing import Literal

from launchctl.runbook.base import Frozen, Name, Span
from launchctl.runbook.conditions import Condition
from launchctl.times import Micros


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
    """``after: X`` and ``any: [Y, Z]``: satisfied by the end of every cue of ``all_of``
    and of one of ``any_of``.

    ``also`` names the further outcomes that satisfy: ``skipped``, ``failed``;
    ``or_after_us`` after the first of them fired it is satisfied in any case.
    """

    all_of: tuple[Name, ...] = ()
    any_of: tuple[Name, ...] = ()
    also: tuple[Literal["skipped", "failed"], ...] = ()
    or_after_us: Span | None = None

    @property
    def named(self) -> tuple[Name, ...]:
        """Every cue that it names."""
        return (*self.all_of, *self.any_of)

    @property
    def words(self) -> str:
        """``reveal, doors and any of a, b``."""
        every = ", ".join(self.all_of)
        either = f"any of {', '.join(self.any_of)}" if self.any_of else ""
        return " and ".join(part for part in (every, either) if part)

    @property
    def ways(self) -> tuple[tuple[Name, ...], ...]:
        """Groups of cues: it cannot be satisfied without one of each group."""
        if self.or_after_us is not None:
            return (self.named,)
        alone = tuple((name,) for name in self.all_of)
        return (*alone, self.any_of) if self.any_of else alone


class When(Frozen):
    """``when: C``, read as a level; ``for_us`` how long it must have been true."""

    check: Condition
    for_us: Span = 0
