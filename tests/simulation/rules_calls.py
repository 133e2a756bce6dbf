"""Invariants 11 and 12: what calls may change, and what is left after the end."""

from __future__ import annotations

from collections.abc import Iterator

from launchctl.show.inputs import Call
from tests.simulation.facts import Facts
from tests.simulation.rule import (
    Invariant,
)
from tests.simulation.trace import Line, Sent, Step


class AnsweredOnce(Invariant):
    """SEMANTICS 9.11: each call id is answered once; a refused call, a call answered
    before and an answer nobody waits for change nothing.
    """

    number = 11

    def __init__(self) -> None:
        self._answered: set[str] = set()

    def line(self, facts: Facts, line: Line) -> Iterator[str]:
        """A second answer to the same id."""
        if line["event"] in ("call_accepted", "call_refused"):
            if line["call"] in self._answered:
                yield f"call {line['call']} is answered twice"
            self._answered.add(line["call"])

    def step(self, facts: Facts, step: Step, lines: list[Line]) -> Iterator[str]:
        """Refused, or answered before, and yet something changed."""
        if not step.quiet or len(step.inputs) != 1:
            return
        (given,) = step.inputs
        if not isinstance(given, Call):
            return
        named = [line["event"] for line in lines]
        if "call_refused" in named and named != ["call_refused"]:
            yield f"call {given.id} was refused, and yet: {named}"
        answers = [n for n in named if n in ("call_accepted", "call_refused")]
        if not answers and named:
            yield f"call {given.id} was answered before, and yet: {named}"
        if given.id not in self._answered:
            yield f"call {given.id} was never answered"


class AfterTheEnd(Invariant):
    """SEMANTICS 9.12: closing fires nothing; after complete or aborted only settle and
    adopt change anything.
    """

    number = 12
    _CLOSING = ("settle", "adopt", "silence", "abort")
    _OVER = ("settle", "adopt")
    _LINES = (
        "call_accepted",
        "call_refused",
        "settled_by_hand",
        "cue_adopted",
        "cue_ended",
    )

    def line(self, facts: Facts, line: Line) -> Iterator[str]:
        """What nothing in 2 names."""
        over = facts.show in ("complete", "aborted")
        if not over and facts.show != "closing":
            return
        event = line["event"]
        if event in ("fired", "cue_due", "hold_opened", "procedure_started"):
            yield f"{event} of {line['cue']} while the show is {facts.show}"
        verbs = self._OVER if over else self._CLOSING
        if event == "call_accepted" and line["verb"] not in verbs:
            yield f"{line['verb']} was accepted while the show is {facts.show}"
        if over and event not in self._LINES:
            yield f"{event} after the show was {facts.show}"

    def sent(self, facts: Facts, sent: Sent) -> Iterator[str]:
        """A command after the end."""
        if facts.show in ("complete", "aborted"):
            yield f"{sent.command.key} left after the show was {facts.show}"
