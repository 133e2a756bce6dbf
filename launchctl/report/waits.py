"""How long the show waited for people: what stood open, for whom, and who ended it.

Read from journal lines alone. A wait begins where the show cannot go on by itself (a
cue stands by, a choice or poll asks, a hold is open, a cue is parked or in doubt) and
ends with the event that a person's answer brings. One that nobody ended lasts to the
last line, and says so. A GO is awaited from where it was planned, and not in a hold.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from launchctl.times import Micros, parse_instant, seconds

Line = Mapping[str, Any]

_BEGINS = {
    "cue_ready": "GO",
    "cue_asked": "an answer",
    "cue_parked": "a decision",
    "hold_opened": "a release",
}
_ENDS = {
    "cue_due": ("GO", "a decision"),
    "cue_unready": ("GO",),
    "cue_skipped": ("GO", "an answer", "a decision"),
    "cue_adopted": ("GO", "a decision"),
    "settled_by_hand": ("a decision",),
    "chosen": ("an answer",),
    "cue_ended": ("an answer",),
    "hold_released": ("a release",),
}


@dataclass(slots=True)
class Wait:
    """One wait for a person.

    Attributes:
        what: the cue or hold that waited.
        want: what it waited for: GO, an answer, a decision, a release.
        since_us: on N; of a GO less the holds before.
        lasted_us: so long, on N.
        by: who ended it; None: nobody did, or a deadline.
        ended: False if it still stood open at the end.
    """

    what: str
    want: str
    since_us: Micros
    lasted_us: Micros = 0
    by: str | None = None
    ended: bool = False

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "what": self.what,
            "want": self.want,
            "lasted_s": seconds(self.lasted_us),
            "by": self.by,
            "ended": self.ended,
        }


@dataclass(slots=True)
class _Holds:
    """When the clock stood against the plan: all holds but planned ones, together."""

    open_now: set[str] = field(default_factory=set)
    since_us: Micros = 0
    stood: list[tuple[Micros, Micros]] = field(default_factory=list)

    def take(self, line: Line) -> None:
        """A hold opened or ended."""
        if line["event"] == "hold_opened" and line["kind"] != "planned":
            if not self.open_now:
                self.since_us = parse_instant(line["at"])
            self.open_now.add(line["name"])
        elif line["event"] == "hold_released" and line["name"] in self.open_now:
            self.open_now.remove(line["name"])
            if not self.open_now:
                self.stood.append((self.since_us, parse_instant(line["at"])))

    def held_clock(self, at_us: Micros) -> Micros:
        """An instant, the last line's or later, less all that the clock stood."""
        stood_us = sum(ended_us - began_us for began_us, ended_us in self.stood)
        return (self.since_us if self.open_now else at_us) - stood_us


def waits_of(
    lines: Sequence[Line], planned: Mapping[str, Micros] | None = None
) -> list[Wait]:
    """Every wait for a person, the longest first.

    ``planned`` are instants by cue: nobody waits for a GO before it was planned.
    """
    holds = _Holds()
    waits: list[Wait] = []
    open_now: dict[tuple[str, str], Wait] = {}
    for line in lines:
        holds.take(line)
        for key in _ended_by(line):
            wait = open_now.pop(key, None)
            if wait is not None:
                _last(wait, parse_instant(line["at"]), holds)
                wait.by = line.get("by")
                wait.ended = True
        began = _begun_by(line, planned or {}, holds)
        if began is not None and (began.want, began.what) not in open_now:
            open_now[began.want, began.what] = began
            waits.append(began)
    for wait in open_now.values():
        _last(wait, parse_instant(lines[-1]["at"]), holds)
    return sorted(waits, key=lambda wait: -wait.lasted_us)


def _begun_by(line: Line, planned: Mapping[str, Micros], holds: _Holds) -> Wait | None:
    want = _BEGINS.get(line["event"])
    if line["event"] == "cue_ended" and line["state"] in {"parked", "in_doubt"}:
        want = "a decision"
    if want is None or line.get("kind") == "planned":
        return None
    what = str(line["name"] if want == "a release" else line["cue"])
    since_us = parse_instant(line["at"])
    if want == "GO":
        ready_us = holds.held_clock(since_us)
        since_us = max(ready_us, planned.get(what, ready_us))
    return Wait(what, want, since_us)


def _ended_by(line: Line) -> Iterator[tuple[str, str]]:
    for want in _ENDS.get(line["event"], ()):
        yield want, str(line["name"] if want == "a release" else line["cue"])


def _last(wait: Wait, until_us: Micros, holds: _Holds) -> None:
    ends_us = holds.held_clock(until_us) if wait.want == "GO" else until_us
    wait.lasted_us = max(0, ends_us - wait.since_us)
