"""What is planned: the instants of cues and segments (SEMANTICS 1).

The planned instant of a cue is its ``at``, else the latest its triggers plan, else its
segment's start; GO comes at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from launchctl.runbook.model import AtT, AtWall, Cue, Runbook
from launchctl.show.plan import Plan, make_plan
from launchctl.show.timeline.scale import Instant, Scale
from launchctl.show.timeline.walk import Timeline
from launchctl.times import Micros


@dataclass(frozen=True, slots=True)
class PlannedCue:
    """One row of the planned timeline. ``procedure`` rows have no instant."""

    cue: str
    wall_us: Micros | None
    t_us: Micros | None
    pinned: bool
    procedure: str | None


@dataclass(frozen=True, slots=True)
class PlannedSegment:
    """A segment's planned begin and end on the wall; None where it is not known."""

    segment: str
    starts_us: Micros | None
    ends_us: Micros | None


class PlannedTimeline(Timeline):
    """As the runbook plans it.

    Args:
        plan: of the runbook that plans.
        t0_us: T-0 as the first GO set it, where the runbook does not say.
    """

    def __init__(self, plan: Plan, t0_us: Micros | None = None) -> None:
        runbook = plan.runbook
        cues = {cue.id: cue for cue in runbook.cues}
        super().__init__(cues, runbook.segments, plan.members)
        self.plan = plan
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


def timetable_of(runbook: Runbook) -> Timetable:
    """The planned instants of a runbook's cues and segments."""
    return timetable(make_plan(runbook))


def timetable(plan: Plan, t0_us: Micros | None = None) -> Timetable:
    """The same of a plan that is made; ``t0_us`` as a GO has set it."""
    timeline = PlannedTimeline(plan, t0_us)
    return Timetable(
        t0_us=t0_us,
        cues={row.cue: row.wall_us for row in timeline.rows()},
        segments={row.segment: row for row in timeline.segment_rows()},
    )


def planned(runbook: Runbook) -> list[PlannedCue]:
    """The timeline as the runbook plans it, in file order."""
    return PlannedTimeline(make_plan(runbook)).rows()
