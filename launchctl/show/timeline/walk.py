"""Instants of cues and segments, each worked out after all it hangs on.

Everything here walks without recursion: 10,000 chained cues are a list, not a stack.
What is planned (``timetable.py``) and what is expected (``outlook/expected.py``) are
walked alike.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from launchctl.runbook.model import AtCue, Cue, Segment
from launchctl.show.plan import film_us
from launchctl.show.timeline.scale import Instant
from launchctl.times import Micros


class Timeline:
    """Instants of cues and segments, each worked out after all it hangs on.

    What is planned and what is expected are walked the same way; they differ in what
    an ``at`` and an offset mean, and in what is settled already.
    """

    def __init__(
        self,
        cues: Mapping[str, Cue],
        segments: Iterable[Segment],
        members: Mapping[str, list[str]],
    ) -> None:
        self.cues = cues
        self.segments = {segment.name: segment for segment in segments}
        self.members = members
        names = list(self.segments)
        self._before = dict(zip(names[1:], names, strict=False))
        self._found: dict[str, Instant] = {}

    # --- asked ------------------------------------------------------------------------

    def cue(self, name: str) -> Instant:
        """The instant of a cue."""
        return self._walk(name)

    def begin(self, segment: str) -> Instant:
        """When a segment begins."""
        return self._walk(begin_of(segment))

    def end(self, segment: str) -> Instant:
        """When a segment ends."""
        return self._walk(end_of(segment))

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

    def chain_start(self, node: str) -> str:
        """The cue that it follows over spans alone, if that is known; else itself."""
        return node

    def along(self, start: str, node: str) -> Instant:
        """The instant of a cue that follows ``start`` over spans alone."""
        raise NotImplementedError

    # --- the walk ---------------------------------------------------------------------

    def _walk(self, wanted: str) -> Instant:
        """Without recursion. What hangs on itself has no instant."""
        found = self._found
        stack: list[tuple[str, str | None]] = [(wanted, None)]
        open_: dict[str, None] = {}
        while stack:
            node, start = stack.pop()
            if node in found:
                continue
            if start is None:
                past = self.settled(node)
                if past is not None:
                    found[node] = past
                    continue
                start = self.chain_start(node)
                if start != node and start not in open_:
                    stack += [(node, start), (start, None)]
                    continue
            elif start != node and self._get(start) != Instant():
                found[node] = self.to_come(self.along(start, node))
                continue
            if node in open_:
                found[node] = self.to_come(self._compute(node))
                continue
            open_[node] = None
            stack.append((node, node))
            stack.extend(
                (other, None)
                for other in self._needs(node)
                if other not in found and other not in open_
            )
        return found[wanted]

    def _get(self, node: str) -> Instant:
        return self._found.get(node, Instant())

    def _needs(self, node: str) -> tuple[str, ...]:
        kind, _, segment = node.rpartition(" ")
        if kind == "end":
            if self.segments[segment].duration_us is not None:
                return (begin_of(segment),)
            return (begin_of(segment), *self.members[segment])
        if kind == "begin":
            first = self._first(segment)
            if first is not None and first.at is not None:
                return (first.id,)
            if segment in self._before:
                return (end_of(self._before[segment]),)
            return self._named(first) if first is not None else ()
        cue = self.cues[node]
        if cue.at is not None:
            return self._named(cue)
        within = () if cue.segment is None else (begin_of(cue.segment),)
        return (*self._named(cue), *within)

    def _named(self, cue: Cue) -> tuple[str, ...]:
        """The cues that plan this one."""
        if isinstance(cue.at, AtCue):
            named: tuple[str, ...] = (cue.at.cue,)
        elif cue.at is not None or cue.after is None:
            named = ()
        else:
            named = cue.after.named
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
            length_us = film_us(self.cues.get(cue.at.cue)) if cue.at.film else 0
            return self.later(self._get(cue.at.cue), length_us + cue.at.offset_us)
        if cue.at is not None:
            return self.at(cue)
        triggered = self._after(cue)
        if triggered == Instant() and cue.segment is not None:
            return self._get(begin_of(cue.segment))
        return triggered

    def _after(self, cue: Cue) -> Instant:
        """The latest (of ``any``: the first) that the cue comes after."""
        if cue.after is None:
            return self._get(cue.option.choice) if cue.option else Instant()
        every = [self._over(other) for other in cue.after.all_of]
        if cue.after.any_of:
            either = [self._over(other) for other in cue.after.any_of]
            every.append(_chosen(min, either, enough=1))
        return _chosen(max, every, enough=len(every))

    def _over(self, name: str) -> Instant:
        """When a cue has ended: a film takes its length, all else no time."""
        length_us = film_us(self.cues.get(name))
        return self.later(self._get(name), length_us) if length_us else self._get(name)

    def _compute_begin(self, segment: str) -> Instant:
        first = self._first(segment)
        if first is not None and first.at is not None:
            return self._get(first.id)
        if segment in self._before:
            return self._get(end_of(self._before[segment]))
        return self._after(first) if first is not None else Instant()

    def _compute_end(self, segment: str) -> Instant:
        begins = self._get(begin_of(segment))
        duration_us = self.segments[segment].duration_us
        if duration_us is not None:
            return self.later(begins, duration_us)
        known = [begins, *(self._get(name) for name in self.members[segment])]
        return max(known, key=lambda at: (at.wall_us or 0, at.t_us or 0))


def _chosen(
    choose: Callable[[list[Micros]], Micros], found: list[Instant], *, enough: int
) -> Instant:
    """The first or last of the instants, on each clock on which enough are known."""
    walls = [at.wall_us for at in found if at.wall_us is not None]
    offsets = [at.t_us for at in found if at.t_us is not None]
    return Instant(
        choose(walls) if len(walls) >= enough else None,
        choose(offsets) if len(offsets) >= enough else None,
    )


def begin_of(segment: str) -> str:
    """The begin of a segment, as something that is walked."""
    return f"begin {segment}"


def end_of(segment: str) -> str:
    """The end of a segment, as something that is walked."""
    return f"end {segment}"
