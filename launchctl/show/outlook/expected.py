"""When things are expected: the timeline from the present state (SEMANTICS 1).

What has happened keeps its instant. What is still to come is never expected in the
past: an overrun segment, a cue nobody gave GO, a hold of unknown end last to now.
Instants have two coordinates here, N (``wall_us``) and R (``t_us``): offsets run on R,
as holds delay them.
"""

from __future__ import annotations

from launchctl.runbook.model import AtT, AtWall, Cue
from launchctl.show.clocks import n_at_r, n_at_wall, r_at
from launchctl.show.core import Core
from launchctl.show.progress import came_us
from launchctl.show.tables import RUNNING, CueWord
from launchctl.show.timeline.scale import Instant
from launchctl.show.timeline.walk import Timeline
from launchctl.times import Micros

_DROPPED = (CueWord.SKIPPED, CueWord.NOT_TAKEN)


class ExpectedTimeline(Timeline):
    """The expected instants at ``core.now_us``; with ``zero_us`` as they would be with
    another T-0, the planned holds ``gone`` skipped.
    """

    def __init__(
        self, core: Core, zero_us: Micros | None = None, gone: tuple[str, ...] = ()
    ) -> None:
        plan = core.plan
        super().__init__(plan.by_id, core.runbook.segments, plan.members)
        self._core = core
        self._zero_us = core.state.zero_r_us if zero_us is None else zero_us
        self._now_r_us = core.clock_r()
        self._resumes_us = _resumes_us(core)
        self._ahead = _holds_ahead(core, self._zero_us, gone)
        self._now = Instant(core.now_us, self._now_r_us)
        self._started = {
            name: self._at_n(fired_us)
            for name in self.segments
            if (fired_us := core.progress.began_us(name)) is not None
        }

    # --- asked ------------------------------------------------------------------------

    def cue_us(self, name: str) -> Micros | None:
        """N at which a cue fired, or is expected to; None if it never will."""
        cue = self._core.state.cues[name]
        if cue.state in _DROPPED or self._gone(name):
            return None
        return self.cue(name).wall_us

    def state_of(self, segment: str) -> str:
        """``pending``, ``running``, ``done`` or ``dropped``."""
        if segment in self._started:
            return "running" if self._ended(segment) is None else "done"
        return "dropped" if self._dropped(segment) else "pending"

    # --- the timeline -----------------------------------------------------------------

    def settled(self, node: str) -> Instant | None:
        """Cues that fired or ended, segments that began or are over."""
        kind, _, segment = node.rpartition(" ")
        if kind == "begin":
            return self._started.get(segment)
        if kind == "end":
            return self._ended(segment) if segment in self._started else None
        at_us = came_us(self._core.state.cues[node])
        return None if at_us is None else self._at_n(at_us)

    def to_come(self, at: Instant) -> Instant:
        """Never before now."""
        if at.wall_us is None or at.wall_us >= self._core.now_us:
            return at
        return self._now

    def at(self, cue: Cue) -> Instant:
        """A T-offset through the holds ahead; a wall instant as the wall goes now."""
        state = self._core.state
        match cue.at:
            case AtT(offset_us=offset_us) if self._zero_us is not None:
                return self._at_r(self._zero_us + offset_us)
            case AtWall(at_us=wall_us):
                return self._at_n(n_at_wall(state, wall_us))
            case _:
                return Instant()

    def later(self, start: Instant, by_us: Micros) -> Instant:
        """An offset runs on R."""
        return Instant() if start.t_us is None else self._at_r(start.t_us + by_us)

    def chain_start(self, node: str) -> str:
        """The first cue of its chain that is still to come."""
        return self._core.progress.next_on_chain(node)

    def along(self, start: str, node: str) -> Instant:
        """Over the spans between, which run on R; at once is the same instant."""
        places = self._core.plan.chains.places
        first, last = places[start], places[node]
        at = self._get(start)
        if last.spans == first.spans:
            return at
        return self.later(at, last.span_us - first.span_us)

    def _compute_begin(self, segment: str) -> Instant:
        """A first cue that was skipped begins nothing."""
        first = self._first(segment)
        skipped = (
            first is not None and self._core.state.cues[first.id].state in _DROPPED
        )
        if skipped and segment in self._before:
            return self._get(f"end {self._before[segment]}")
        return super()._compute_begin(segment)

    def _compute_end(self, segment: str) -> Instant:
        if self._dropped(segment):
            return self._get(f"begin {segment}")
        return super()._compute_end(segment)

    def _needs(self, node: str) -> tuple[str, ...]:
        kind, _, segment = node.rpartition(" ")
        needs = super()._needs(node)
        if kind == "begin" and segment in self._before:
            return (*needs, f"end {self._before[segment]}")
        return needs

    # --- inside -----------------------------------------------------------------------

    def _gone(self, name: str) -> bool:
        """True if nothing fires any more and it had not."""
        unfired = self._core.state.cues[name].fired_us is None
        return unfired and self._core.state.show not in RUNNING

    def _dropped(self, segment: str) -> bool:
        """True if every cue of it was skipped."""
        names = self.members[segment]
        cues = self._core.state.cues
        return bool(names) and all(cues[name].state in _DROPPED for name in names)

    def _ended(self, segment: str) -> Instant | None:
        """A segment that began is over when a later one begins, or with the show; the
        last one also when the last picture has come behind it.
        """
        names = list(self.segments)
        later = names[names.index(segment) + 1 :]
        began = [self._started[name] for name in later if name in self._started]
        if began:
            return min(began, key=lambda at: at.wall_us or 0)
        over_us = self._closed_us(segment) if not later else None
        if over_us is None:
            over_us = self._core.state.closed_us
        return None if over_us is None else self._at_n(over_us)

    def _closed_us(self, segment: str) -> Micros | None:
        """N of the last picture, if it comes behind this segment and came so."""
        plan, began_us = self._core.plan, self._started[segment].wall_us
        if plan.closes != segment or plan.last_picture is None:
            return None
        over_us = came_us(self._core.state.cues[plan.last_picture])
        early = over_us is None or began_us is None or over_us < began_us
        return None if early else over_us

    def _at_n(self, n_us: Micros) -> Instant:
        core = self._core
        if n_us <= core.now_us:
            return Instant(n_us, r_at(core.state, n_us))
        return Instant(n_us, self._now_r_us + max(0, n_us - self._resumes_us))

    def _at_r(self, r_us: Micros) -> Instant:
        now_r_us = self._now_r_us
        if r_us <= now_r_us:
            return Instant(n_at_r(self._core.state, r_us), r_us)
        held_us = sum(
            for_us for at_us, for_us in self._ahead if now_r_us < at_us < r_us
        )
        return Instant(self._resumes_us + (r_us - now_r_us) + held_us, r_us)


def expected_us(core: Core, name: str) -> Micros | None:
    """The instant of N at which the cue is expected to fire; None if none is known.

    What has fired keeps its instant; a hold of unknown end lasts to now.
    """
    return ExpectedTimeline(core).cue_us(name)


def _resumes_us(core: Core) -> Micros:
    """N at which R goes on: now, or when the holds that end by themselves have."""
    holds = core.state.holds.values()
    ends = [hold.until_us for hold in holds if hold.until_us is not None]
    return max([core.now_us, *ends])


def _holds_ahead(
    core: Core, zero_us: Micros | None, gone: tuple[str, ...]
) -> list[tuple[Micros, Micros]]:
    """(R, how long) of the planned holds that are to come; of those at one R the
    longest.
    """
    longest: dict[Micros, Micros] = {}
    for name in core.plan.planned_holds if zero_us is not None else ():
        item = core.plan.cues[name]
        ahead = core.state.cues[name].state is CueWord.PENDING and name not in gone
        if not ahead or item.planned_hold is None or not isinstance(item.cue.at, AtT):
            continue
        at_us = (zero_us or 0) + item.cue.at.offset_us
        longest[at_us] = max(item.planned_hold.for_us or 0, longest.get(at_us, 0))
    return list(longest.items())
