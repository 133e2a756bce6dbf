"""T against the wall, planned holds built in (SEMANTICS 1)."""

from __future__ import annotations

from dataclasses import dataclass

from launchctl.times import Micros


@dataclass(frozen=True, slots=True)
class Instant:
    """A planned instant: on the wall, and on T; each None where it is not known."""

    wall_us: Micros | None = None
    t_us: Micros | None = None


class Scale:
    """T against the wall, planned holds built in.

    Args:
        t0_us: the wall instant of T-0, or None.
        holds: (T-offset, length) of the planned holds.
    """

    def __init__(
        self, t0_us: Micros | None, holds: tuple[tuple[Micros, Micros], ...]
    ) -> None:
        longest: dict[Micros, Micros] = {}
        for offset_us, for_us in holds:
            longest[offset_us] = max(for_us, longest.get(offset_us, 0))
        self._t0_us = t0_us
        self._holds = tuple(sorted(longest.items()))

    def wall(self, t_us: Micros) -> Micros | None:
        """The wall instant of a T. A cue at the T of a planned hold comes after it."""
        if self._t0_us is None:
            return None
        later = sum(for_us for offset_us, for_us in self._holds if offset_us > t_us)
        return self._t0_us + t_us - later

    def begin(self, after: Instant) -> Instant:
        """A planned hold itself begins before it; what comes at its T, after it."""
        if after.wall_us is None or after.t_us is None:
            return after
        for_us = dict(self._holds)[after.t_us]
        return Instant(after.wall_us - for_us, after.t_us)

    def t(self, wall_us: Micros) -> Micros | None:
        """T at a wall instant."""
        if self._t0_us is None:
            return None
        built_in_us = 0
        for offset_us, for_us in reversed(self._holds):
            ends_us = self._t0_us + offset_us - built_in_us
            if wall_us >= ends_us:
                break
            if wall_us >= ends_us - for_us:
                return offset_us
            built_in_us += for_us
        return wall_us - self._t0_us + built_in_us

    def both(self, *, wall_us: Micros | None, t_us: Micros | None) -> Instant:
        """One known coordinate gives the other."""
        if t_us is not None and wall_us is None:
            return Instant(self.wall(t_us), t_us)
        if wall_us is not None and t_us is None:
            return Instant(wall_us, self.t(wall_us))
        return Instant(wall_us, t_us)

    def later(self, start: Instant, by_us: Micros) -> Instant:
        """An offset after an instant; on T, where T is known, as holds delay it."""
        if start.t_us is not None:
            return self.both(wall_us=None, t_us=start.t_us + by_us)
        if start.wall_us is not None:
            return Instant(start.wall_us + by_us)
        return Instant()
