"""When things are planned, and when they are expected (SEMANTICS 1).

The planned instant of a cue is its ``at``, else the latest its triggers plan, else its
segment's start; GO comes at once. Expected is the same from the present state
(``expected.py``). Everything here walks without recursion: 10,000 chained cues are a
list, not a stack.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from launchctl.runbook.actions import PlayMedia
from launchctl.runbook.model import AtCue, AtT, AtWall, Cue, Runbook, Segment
from launchctl.show.plan import make_plan
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


@dataclass(frozen=True, slots=True)
class PlannedSegment:
    """A segment's planned begin and end on the wall; None where it is not known."""

    segment: str
    starts_us: Micros | None
    ends_us: Micros | None


class Timeline:
    """Instants of cues and segments, each worked out after all it hangs on.

    What is planned and what is expected are walked the same way; they differ in what
    an ``at`` and an offset mean, and in what is settled already.
    """

    def __init__(self, cues: Mapping[str, Cue], segments: Iterable[Segment]) -> None:
        self.cues = cues
        self.segments = {segment.name: segment for segment in segments}
        self.members: dict[str, list[str]] = {name: [] for name in self.segments}
        for cue in cues.values() if self.segments else ():
            if cue.segment is not None:
                self.members[cue.segment].append(cue.id)
        names = list(self.segments)
        self._before = dict(zip(names[1:], names, strict=False))
        self._found: dict[str, Instant] = {}

    # --- asked ------------------------------------------------------------------------

    def cue(self, name: str) -> Instant:
        """The instant of a cue."""
        return self._walk(name)

    def begin(self, segment: str) -> Instant:
        """When a segment begins."""
        return self._walk(_begin(segment))

    def end(self, segment: str) -> Instant:
        """When a segment ends."""
        return self._walk(_end(segment))

    # --- what planned and expected differ in ------------------------------------------

    def at(self, cue: Cue) -> Instant:
        """The instant of the cue's ``at``, which is no other cue."""
        raise NotImplementedError

    def later(self, start: Instant, by_us: Micros) -> Instant:
        """An offset after an instant."""
        raise NotImplementedError

    def settled(self, node: str) -> Instant | None:
        """What happened already; None if it is still to come."""
        del node
        return None

    def to_come(self, at: Instant) -> Instant:
        """What is still to come is worked out to be at ``at``."""
        return at

    # --- the walk ---------------------------------------------------------------------

    def _walk(self, wanted: str) -> Instant:
        """Without recursion. What hangs on itself has no instant."""
        found = self._found
        stack = [(wanted, False)]
        open_: dict[str, None] = {}
        while stack:
            node, ready = stack.pop()
            if node in found:
                continue
            if not ready:
                past = self.settled(node)
                if past is not None:
                    found[node] = past
                    continue
                open_[node] = None
                stack.append((node, True))
                stack.extend(
                    (other, False)
                    for other in self._needs(node)
                    if other not in found and other not in open_
                )
                continue
            found[node] = self.to_come(self._compute(node))
        return found[wanted]

    def _get(self, node: str) -> Instant:
        return self._found.get(node, Instant())

    def _needs(self, node: str) -> tuple[str, ...]:
        kind, _, segment = node.rpartition(" ")
        if kind == "end":
            if self.segments[segment].duration_us is not None:
                return (_begin(segment),)
            return (_begin(segment), *self.members[segment])
        if kind == "begin":
            first = self._first(segment)
            if first is not None and first.at is not None:
                return (first.id,)
            if segment in self._before:
                return (_end(self._before[segment]),)
            return self._named(first) if first is not None else ()
        cue = self.cues[node]
        if cue.at is not None:
            return self._named(cue)
        within = () if cue.segment is None else (_begin(cue.segment),)
        return (*self._named(cue), *within)

    def _named(self, cue: Cue) -> tuple[str, ...]:
        """The cues that plan this one."""
        if isinstance(cue.at, AtCue):
            named: tuple[str, ...] = (cue.at.cue,)
        elif cue.at is not None or cue.after is None:
            named = ()
        else:
            named = cue.after.cues
        if cue.option is not None and cue.at is None:
            named = (*named, cue.option.choice)  # it comes with its choice
        return tuple(name for name in named if name in self.cues)

    def _first(self, segment: str) -> Cue | None:
        names = self.members[segment]
        return self.cues[names[0]] if names else None

    def _compute(self, node: str) -> Instant:
        kind, _, segment = node.rpartition(" ")
        if kind == "end":
            return self._compute_end(segment)
        if kind == "begin":
            return self._compute_begin(segment)
        return self._compute_cue(self.cues[node])

    def _compute_cue(self, cue: Cue) -> Instant:
        if isinstance(cue.at, AtCue):
            film_us = self._film_us(cue.at.cue) if cue.at.film else 0
            return self.later(self._get(cue.at.cue), film_us + cue.at.offset_us)
        if cue.at is not None:
            return self.at(cue)
        triggered = self._after(cue)
        if triggered == Instant() and cue.segment is not None:
            return self._get(_begin(cue.segment))
        return triggered

    def _after(self, cue: Cue) -> Instant:
        """The latest (of ``any``: the first) that the cue comes after."""
        if cue.after is None:
            return self._get(cue.option.choice) if cue.option else Instant()
        named = [
            self.later(self._get(other), film_us)
            if (film_us := self._film_us(other))
            else self._get(other)
            for other in cue.after.cues
        ]
        choose = min if cue.after.any_of else max
        walls = [at.wall_us for at in named if at.wall_us is not None]
        offsets = [at.t_us for at in named if at.t_us is not None]
        enough = 1 if cue.after.any_of else len(named)
        return Instant(
            choose(walls) if len(walls) >= enough else None,
            choose(offsets) if len(offsets) >= enough else None,
        )

    def _film_us(self, name: str) -> Micros:
        """How long the film of a cue is; 0 without one."""
        cue = self.cues.get(name)
        films = [a for a in cue.do if isinstance(a, PlayMedia)] if cue else []
        return films[0].media.length_us if films else 0

    def _compute_begin(self, segment: str) -> Instant:
        first = self._first(segment)
        if first is not None and first.at is not None:
            return self._get(first.id)
        if segment in self._before:
            return self._get(_end(self._before[segment]))
        return self._after(first) if first is not None else Instant()

    def _compute_end(self, segment: str) -> Instant:
        begins = self._get(_begin(segment))
        duration_us = self.segments[segment].duration_us
        if duration_us is not None:
            return self.later(begins, duration_us)
        known = [begins, *(self._get(name) for name in self.members[segment])]
        return max(known, key=lambda at: (at.wall_us or 0, at.t_us or 0))


def _begin(segment: str) -> str:
    return f"begin {segment}"


def _end(segment: str) -> str:
    return f"end {segment}"


class PlannedTimeline(Timeline):
    """As the runbook plans it.

    Args:
        runbook: what plans.
        t0_us: T-0 as the first GO set it, where the runbook does not say.
    """

    def __init__(self, runbook: Runbook, t0_us: Micros | None = None) -> None:
        super().__init__({cue.id: cue for cue in runbook.cues}, runbook.segments)
        self.plan = make_plan(runbook)
        holds = []
        for name in self.plan.planned_holds:
            item = self.plan.cues[name]
            assert isinstance(item.cue.at, AtT)
            assert item.planned_hold is not None
            holds.append((item.cue.at.offset_us, item.planned_hold.for_us or 0))
        self._scale = Scale(runbook.t0_us or t0_us, tuple(holds))

    def at(self, cue: Cue) -> Instant:
        """By T or by the wall; the other follows."""
        match cue.at:
            case AtT(offset_us=offset_us):
                return self._scale.both(wall_us=None, t_us=offset_us)
            case AtWall(at_us=wall_us):
                return self._scale.both(wall_us=wall_us, t_us=None)
            case _:
                return Instant()

    def later(self, start: Instant, by_us: Micros) -> Instant:
        """On T, where T is known, as holds delay it."""
        return self._scale.later(start, by_us)

    def rows(self) -> list[PlannedCue]:
        """Every cue, in file order."""
        rows = []
        for name, item in self.plan.cues.items():
            at = self.cue(name) if name in self.cues else Instant()
            if item.planned_hold is not None:
                at = self._scale.begin(at)
            pinned = item.cue.pinned
            rows.append(PlannedCue(name, at.wall_us, at.t_us, pinned, item.procedure))
        return rows

    def segment_rows(self) -> list[PlannedSegment]:
        """Every segment, in file order."""
        return [
            PlannedSegment(name, self.begin(name).wall_us, self.end(name).wall_us)
            for name in self.segments
        ]


@dataclass(frozen=True, slots=True)
class Timetable:
    """All that is planned. ``t0_us`` is T-0 where the runbook leaves it to a GO."""

    t0_us: Micros | None
    cues: Mapping[str, Micros | None]
    """cue -> its planned wall instant."""
    segments: Mapping[str, PlannedSegment]


def timetable_of(runbook: Runbook, t0_us: Micros | None = None) -> Timetable:
    """The planned instants of a runbook's cues and segments."""
    timeline = PlannedTimeline(runbook, t0_us)
    return Timetable(
        t0_us=t0_us,
        cues={row.cue: row.wall_us for row in timeline.rows()},
        segments={row.segment: row for row in timeline.segment_rows()},
    )


def planned(runbook: Runbook) -> list[PlannedCue]:
    """The timeline as the runbook plans it, in file order."""
    return PlannedTimeline(runbook).rows()
