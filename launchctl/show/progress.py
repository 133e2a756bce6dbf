"""How far the show has come: what has fired on each chain, when each segment began.

Worked out once from a folded state, then told of every cue that moves: so that what is
expected costs the same however many cues have still to come.
"""

from __future__ import annotations

from bisect import bisect_right, insort

from launchctl.show.plan import Plan
from launchctl.show.state import CueState, State
from launchctl.show.tables import CueWord
from launchctl.times import Micros

COMING = (
    CueWord.IDLE,
    CueWord.PENDING,
    CueWord.STANDBY,
    CueWord.WAITING,
    CueWord.HELD,
)


def came_us(cue: CueState) -> Micros | None:
    """The instant of N at which a cue fired, or ended unfired; None: it is to come."""
    if cue.state in COMING:
        return None
    return cue.ended_us if cue.fired_us is None else cue.fired_us


class Progress:
    """Of one plan and one state."""

    def __init__(self, plan: Plan, state: State) -> None:
        self._plan = plan
        self._state = state
        self._came: list[list[int]] = [[] for _ in plan.chains.paths]
        """path -> indices of the cues that have come, ascending."""
        self._began: dict[str, tuple[Micros, str]] = {}
        """segment -> when the first of its unpinned cues fired, and which it was."""
        for name in plan.by_id:
            self.note(name)

    def note(self, name: str) -> None:
        """A cue moved."""
        cue = self._state.cues[name]
        place = self._plan.chains.places.get(name)
        if place is not None:
            came = self._came[place.path]
            at = bisect_right(came, place.index)
            known = at > 0 and came[at - 1] == place.index
            has_come = came_us(cue) is not None
            if has_come and not known:
                insort(came, place.index)
            elif known and not has_come:
                del came[at - 1]
        segment = self._plan.by_id[name].segment
        if segment is not None:
            self._note_segment(segment, name)

    def _note_segment(self, segment: str, name: str) -> None:
        fired_us, began = self._fired_us(name), self._began.get(segment)
        if fired_us is not None and (began is None or (fired_us, name) < began):
            self._began[segment] = fired_us, name
        elif began is not None and began[1] == name and began[0] != fired_us:
            # what began it was taken back, or fired anew
            fired = [
                (at_us, other)
                for other in self._plan.members[segment]
                if (at_us := self._fired_us(other)) is not None
            ]
            del self._began[segment]
            if fired:
                self._began[segment] = min(fired)

    def _fired_us(self, name: str) -> Micros | None:
        cue = self._state.cues[name]
        if cue.state in COMING or self._plan.by_id[name].pinned:
            return None
        return cue.fired_us

    def began_us(self, segment: str) -> Micros | None:
        """When a segment began; None if it has not."""
        began = self._began.get(segment)
        return None if began is None else began[0]

    def next_on_chain(self, name: str) -> str:
        """Of the cues that one hangs on over links alone, the first still to come, none
        of those between having come; itself if it is that one.
        """
        chains = self._plan.chains
        first, place = name, chains.places.get(name)
        while place is not None:
            path, came = chains.paths[place.path], self._came[place.path]
            at = bisect_right(came, place.index)
            index = came[at - 1] + 1 if at else 0
            if index > place.index:
                return first
            first = path[index]
            above = chains.above[place.path]
            place = None if index or above is None else chains.places[above]
        return first
