"""Invariants 11 and 12: what calls may change, and what is left after the end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from launchctl.show.inputs import Call
from launchctl.times import SECOND
from tests.simulation.facts import Facts
from tests.simulation.facts_cues import instant
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


class Answers(Invariant):
    """SEMANTICS 9.11 with 8: what is stale, expired, or not the caller's to say is
    refused; GO fires the cue that was shown, and no other.
    """

    number = 11
    _EXPIRE = ("go", "fire", "resume", "choose")
    _CUES = ("fire", "skip", "choose", "settle", "adopt", "override")
    _NEEDS: ClassVar[dict[str, tuple[str, ...]]] = {
        "skip": ("go", "post"),
        "fire": ("go", "post"),
        "hold": ("hold",),
        "approve": ("approve",),
        "revoke": ("approve",),
        "silence": ("silence",),
        "unsilence": ("silence",),
        "retire": ("silence",),
        "settle": ("post",),
        "adopt": ("post",),
        "counter": ("counter",),
        "override": ("override",),
        "call": ("go", "post"),
        "do": ("go",),
        "end": ("end", "retime"),
        "recycle": ("retime",),
        "retime": ("retime",),
        "jump": ("retime",),
        "amend": ("retime",),
        "abort": ("abort",),
    }

    def __init__(self) -> None:
        self._going: Call | None = None

    def line(self, facts: Facts, line: Line) -> Iterator[str]:
        """A call accepted that should not have been, or a GO of something else."""
        if line["event"] == "call_accepted":
            call = facts.calls.get(line["call"])
            self._going = call if call is not None and call.verb == "go" else None
            if call is not None:
                yield from self._accepted(facts, line, call)
        elif line["event"] == "cue_due" and line["how"] == "go":
            call, self._going = self._going, None
            if call is None:
                yield f"{line['cue']} is due by GO, but nobody called it"
            elif call.target not in (None, line["cue"]):
                yield f"GO of {call.target} fired {line['cue']}"
            elif not (self._roles(facts, line["cue"]) & call.roles):
                yield f"{line['cue']} is not for {sorted(call.roles)} to fire"

    def _roles(self, facts: Facts, name: str) -> set[str]:
        crew = facts.runbook.crew
        callers = {role for role, one in crew.items() if "go" in one.may}
        return set(facts.cue[name].go) or callers

    def _accepted(self, facts: Facts, line: Line, call: Call) -> Iterator[str]:
        said = f"{call.verb} {call.target or ''} was accepted"
        age_us = instant(line["at"]) - call.at_us
        if call.verb in self._EXPIRE and age_us > 2 * SECOND:
            yield f"{said} {age_us} us after it was pressed"
        needs = self._NEEDS.get(call.verb)
        crew = facts.runbook.crew
        given = {word for role in call.roles & set(crew) for word in crew[role].may}
        if needs and not given & set(needs):
            yield f"{said} from {sorted(call.roles)}"
        if call.seen is not None:
            changed = self._changed(facts, call)
            if changed is not None and call.seen < changed:
                yield f"{said}, seen at {call.seen}, changed at {changed}"

    def _changed(self, facts: Facts, call: Call) -> int | None:
        """The seq that last changed what the call is about."""
        if call.verb in self._CUES and call.target in facts.cues:
            return facts.moved.get(call.target)
        if call.verb == "resume" and call.target in facts.holds:
            return facts.hold_seqs.get(call.target)
        if call.verb == "go":
            standing = [
                seq
                for role, (cue, seq) in facts.standby.items()
                if role in call.roles and cue and call.target in (None, cue)
            ]
            return min(standing, default=None)
        return None


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
        begins = ("fired", "passed", "cue_due", "hold_opened", "procedure_started")
        if event in (*begins, "recycled", "t0_set", "amended"):
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
