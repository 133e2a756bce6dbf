"""What a checker of one invariant is, and what several of them read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from launchctl.runbook import actions as act
from launchctl.runbook.model import AtT
from launchctl.times import HOUR, MINUTE, SECOND, Micros
from tests.simulation.facts import Facts
from tests.simulation.trace import Line, Sent, Step


class BrokenError(AssertionError):
    """The engine broke an invariant; the message says which, and where."""


@dataclass(frozen=True, slots=True)
class Violation:
    """An invariant that a trace breaks. ``seq`` is the journal's head there."""

    number: int
    seq: int
    text: str


class Invariant:
    """One invariant; ``number`` is its place in SEMANTICS 9."""

    number = 0

    def line(self, facts: Facts, line: Line) -> Iterator[str]:
        """What is wrong with a journal line."""
        yield from ()

    def sent(self, facts: Facts, sent: Sent) -> Iterator[str]:
        """What is wrong with a command that left."""
        yield from ()

    def step(self, facts: Facts, step: Step, lines: list[Line]) -> Iterator[str]:
        """What is wrong with the lines of a step, once they are all there."""
        yield from ()

    def crash(self, facts: Facts) -> None:
        """The process died."""


def is_planned_hold(facts: Facts, name: str) -> bool:
    """A ``hold: {name, for}`` alone, at a T-offset before T-0, in the show's cues."""
    cue = facts.cue[name]
    alone = len(cue.do) == 1 and isinstance(cue.do[0], act.Hold)
    return (
        alone
        and isinstance(cue.at, AtT)
        and cue.at.offset_us < 0
        and not (cue.after or cue.when or cue.go)
        and cue.do[0].hold.for_us is not None  # type: ignore[union-attr]
        and facts.cues[name].procedure is None
    )


def planned_r_us(facts: Facts, name: str) -> Micros | None:
    """R at which a planned hold begins; None before T-0 is set."""
    at = facts.cue[name].at
    assert isinstance(at, AtT)
    return None if facts.zero_us is None else facts.zero_us + at.offset_us


def within_us(facts: Facts, name: str) -> Micros | None:
    """How late the cue may be; None: never late (the table of SEMANTICS 5)."""
    cue = facts.cue[name]
    if cue.late is not None:
        return cue.late.within_us
    kinds = {action.kind for action in cue.do}
    if kinds & {"post", "reply", "repost", "thread", "http", "stream", "osc"}:
        return 2 * MINUTE
    stages = {"scene", "transition", "media", "audio", "player", "record", "silence"}
    if kinds & stages:
        return 5 * SECOND
    return 24 * HOUR
