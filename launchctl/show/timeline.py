"""When things are planned, and when they are expected (SEMANTICS 1).

The planned instant of a cue is its ``at``, else the latest its triggers plan; GO comes
at once. Expected is the same from the present state. Everything here walks without
recursion: 10,000 chained cues are a list, not a stack.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from launchctl.runbook.model import AtCue, AtT, AtWall, Cue, Runbook
from launchctl.show.clocks import n_at_r, n_at_wall, r_at
from launchctl.show.core import Core
from launchctl.show.plan import make_plan, predecessors
from launchctl.show.tables import CueWord
from launchctl.times import Micros


@dataclass(frozen=True, slots=True)
class Instant:
    """A planned instant: on the wall, and on T; each None where it is not known."""

    wall_us: Micros | None = None
    t_us: Micros | None = None


@dataclass(frozen=True, slots=True)
class PlannedCue:
    """One row of the planned timeline. ``procedure`` rows have no instant."""

    cue: str
    wall_us: Micros | None
    t_us: Micros | None
    pinned: bool
    procedure: str | None


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


def planned(runbook: Runbook) -> list[PlannedCue]:
    """The timeline as the runbook plans it, in file order."""
    plan = make_plan(runbook)
    holds = []
    for name in plan.planned_holds:
        item = plan.cues[name]
        assert isinstance(item.cue.at, AtT)
        assert item.planned_hold is not None
        holds.append((item.cue.at.offset_us, item.planned_hold.for_us or 0))
    scale = Scale(runbook.t0_us, tuple(holds))
    found: dict[str, Instant] = {}
    cues = {cue.id: cue for cue in runbook.cues}
    for name in cues:
        _resolve(name, cues, found, lambda cue: _planned_of(cue, scale, found))
    rows = []
    for name, item in plan.cues.items():
        at = found.get(name, Instant())
        if item.planned_hold is not None:
            at = scale.begin(at)
        pinned = item.cue.pinned
        rows.append(PlannedCue(name, at.wall_us, at.t_us, pinned, item.procedure))
    return rows


def _resolve(
    name: str,
    cues: Mapping[str, Cue],
    found: dict[str, Instant],
    compute: Callable[[Cue], Instant],
) -> None:
    """Work out ``name`` after all it hangs on, without recursion. A cycle is None."""
    stack = [(name, False)]
    open_: dict[str, None] = {}
    while stack:
        current, ready = stack.pop()
        if current in found:
            continue
        if ready:
            found[current] = compute(cues[current])
            continue
        open_[current] = None
        stack.append((current, True))
        stack.extend(
            (other, False)
            for other in predecessors(cues[current])
            if other in cues and other not in found and other not in open_
        )


def _planned_of(cue: Cue, scale: Scale, found: Mapping[str, Instant]) -> Instant:
    match cue.at:
        case AtT(offset_us=offset_us):
            return scale.both(wall_us=None, t_us=offset_us)
        case AtWall(at_us=wall_us):
            return scale.both(wall_us=wall_us, t_us=None)
        case AtCue(cue=other, offset_us=offset_us):
            return scale.later(found.get(other, Instant()), offset_us)
        case None:
            pass
    if cue.after is None:
        return Instant()
    named = [found.get(other, Instant()) for other in cue.after.cues]
    choose = min if cue.after.any_of else max
    walls = [at.wall_us for at in named if at.wall_us is not None]
    offsets = [at.t_us for at in named if at.t_us is not None]
    enough = 1 if cue.after.any_of else len(named)
    return Instant(
        choose(walls) if len(walls) >= enough else None,
        choose(offsets) if len(offsets) >= enough else None,
    )


# --- expected --------------------------------------------------------------------


def expected_us(core: Core, name: str) -> Micros | None:
    """The instant of N at which the cue is expected to fire; None if none is known.

    What has fired keeps its instant; a hold of unknown end lasts to now.
    """
    found: dict[str, Instant] = {}
    cues = core.plan.by_id
    _resolve(name, cues, found, lambda cue: _expected_of(core, cue, found))
    return found[name].wall_us


def _expected_of(core: Core, cue: Cue, found: Mapping[str, Instant]) -> Instant:
    """Here ``wall_us`` is an instant of N."""
    state = core.state.cues[cue.id]
    if state.fired_us is not None and state.state is not CueWord.PENDING:
        return Instant(state.fired_us)
    match cue.at:
        case AtT(offset_us=offset_us):
            return Instant(n_at_t(core, offset_us))
        case AtWall(at_us=wall_us):
            return Instant(n_at_wall(core.state, wall_us))
        case _:
            return _planned_of(cue, Scale(None, ()), found)


def n_at_t(core: Core, t_us: Micros) -> Micros | None:
    """The expected instant of N of a T: past, or with the holds that lie ahead."""
    state = core.state
    if state.zero_r_us is None:
        return None
    r_us, now_r_us = state.zero_r_us + t_us, r_at(state, core.now_us)
    if r_us <= now_r_us:
        return n_at_r(state, r_us)
    ends = [h.until_us for h in state.holds.values() if h.until_us is not None]
    resumes_us = max([core.now_us, *ends])
    return resumes_us + (r_us - now_r_us) + _holds_before(core, now_r_us, t_us)


def _holds_before(core: Core, now_r_us: Micros, t_us: Micros) -> Micros:
    longest: dict[Micros, Micros] = {}
    for name in core.plan.planned_holds:
        item = core.plan.cues[name]
        pending = core.state.cues[name].state is CueWord.PENDING
        if not pending or item.planned_hold is None or not isinstance(item.cue.at, AtT):
            continue
        offset_us = item.cue.at.offset_us
        ahead = (core.state.zero_r_us or 0) + offset_us > now_r_us
        if ahead and offset_us < t_us:
            for_us = item.planned_hold.for_us or 0
            longest[offset_us] = max(for_us, longest.get(offset_us, 0))
    return sum(longest.values())
