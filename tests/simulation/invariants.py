"""The invariants of SEMANTICS 9, each a small checker over a trace.

A checker sees every item *before* the facts take it in, and says in a sentence what it
violates. Invariant 1 needs an engine, and stands in ``simulate.py``; 13 and 16 are
about films and choices, which are not built.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from launchctl.runbook import actions as act
from launchctl.runbook.model import AtT
from launchctl.show.commands import Command
from launchctl.show.inputs import Call
from launchctl.times import HOUR, MINUTE, SECOND, Micros, micros, parse_instant
from tests.simulation import reading
from tests.simulation.facts import Facts
from tests.simulation.trace import Crash, Item, Line, Sent, Step, Trace


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


class InHolds(Invariant):
    """SEMANTICS 9.2: in a hold only pinned cues without ``in_hold: wait``, and
    procedures, fire; and planned holds that begin at the very T that stands.
    """

    number = 2

    def line(self, facts: Facts, line: Line) -> Iterator[str]:
        """A firing while a hold is open."""
        name = line["cue"]
        if line["event"] != "fired" or not facts.holds:
            return
        if facts.cues[name].procedure is not None:
            return
        if facts.cue[name].pinned and not facts.cue[name].in_hold_wait:
            return
        at_r_us = facts.r(parse_instant(line["at"]))
        if is_planned_hold(facts, name) and planned_r_us(facts, name) == at_r_us:
            return
        yield f"{name} fired in hold {', '.join(facts.holds)}"


class TStands(Invariant):
    """SEMANTICS 9.3: T stands in a hold, and runs with N outside; every line says the
    T that the holds before it give.
    """

    number = 3

    def line(self, facts: Facts, line: Line) -> Iterator[str]:
        """A line with another T than the holds give."""
        at_us = parse_instant(line["at"])
        said_us = None if line["t_s"] is None else micros(line["t_s"])
        if said_us != facts.t(at_us):
            yield f"T is {said_us}, but the holds give {facts.t(at_us)}"
        if at_us < facts.at_us or line["seq"] != facts.seq + 1:
            yield "the journal goes back, or leaves something out"
        if line["event"] == "t0_set" and facts.zero_us is not None:
            yield "T-0 was set twice"


class NotBeforeDue(Invariant):
    """SEMANTICS 9.4: nothing fires before its due; and its due is the latest of its
    triggers, on its own clock, or the instant of its GO or ``fire``.
    """

    number = 4

    def line(self, facts: Facts, line: Line) -> Iterator[str]:
        """A due that its triggers do not give, or a firing before it."""
        name, at_us = line["cue"], parse_instant(line["at"])
        if line["event"] == "fired":
            due_us = facts.cues[name].due_us
            if facts.cues[name].word != "waiting" or due_us is None or due_us > at_us:
                yield f"{name} fired before it was due"
            elif parse_instant(line["due"]) != due_us:
                yield f"{name} fired with another due than it had"
            late_us = facts.clock(name, at_us) - facts.clock(name, due_us or at_us)
            if micros(line["late_by_s"]) != late_us:
                yield f"{name} was late by {late_us}, not {line['late_by_s']} s"
        elif line["event"] == "cue_due" or line.get("due") is not None:
            yield from self._due(facts, line, name, at_us)

    def _due(self, facts: Facts, line: Line, name: str, at_us: Micros) -> Iterator[str]:
        due_us, how = parse_instant(line["due"]), line.get("how", "triggers")
        if how == "fire" or (how == "go" and self._first_go(facts, name)):
            right_us: Micros | None = facts.clock(name, at_us)
        else:
            facts.at_us = at_us  # conditions whose ``for`` ends now have come
            right_us = reading.due_us(facts, name)
            if how == "go" and right_us is not None:
                if right_us > facts.clock(name, at_us):
                    yield f"GO fired {name} before its other triggers"
                right_us = facts.clock(name, at_us)
        if right_us is None:
            yield f"{name} is due, but one of its triggers has not come"
        elif right_us != facts.clock(name, due_us):
            yield f"{name} is due at {due_us}, but its triggers say {right_us}"
        elif due_us > at_us:
            yield f"{name} is due before its instant"
        when = facts.cue[name].when
        first = how == "go" and self._first_go(facts, name)
        if how != "fire" and not first and when is not None:
            said = reading.says(facts, when.check.source, at_us)
            if said is not True:
                yield f"{name} is due while {when.check.source} is {said}"

    def _first_go(self, facts: Facts, name: str) -> bool:
        """Its GO set T-0: then its ``at`` is now."""
        unpinned = [c.id for c in facts.runbook.cues if not c.pinned]
        return facts.runbook.t0_us is None and name == unpinned[0]


def within_us(facts: Facts, name: str) -> Micros | None:
    """How late the cue may be; None: never late (the table of SEMANTICS 5)."""
    cue = facts.cue[name]
    if cue.late is not None:
        return cue.late.within_us
    kinds = {action.kind for action in cue.do}
    if kinds & {"post", "http", "stream"}:
        return 2 * MINUTE
    if kinds & {"scene", "transition", "audio", "record", "silence"}:
        return 5 * SECOND
    return 24 * HOUR


class LateRule(Invariant):
    """SEMANTICS 9.4, with 3 and 5: a cue that is more than ``within`` late when first
    noticed is held, parked or skipped, and one that is not, is not.
    """

    number = 4

    def line(self, facts: Facts, line: Line) -> Iterator[str]:
        """A late cue that goes on, or a punctual one that does not."""
        rules = ("cue_due", "cue_held", "cue_parked", "cue_skipped")
        if line["event"] not in rules or line["due"] is None:
            return
        name, at_us = line["cue"], parse_instant(line["at"])
        if line.get("how", "triggers") != "triggers" or is_planned_hold(facts, name):
            return
        spent_us = facts.clock(name, at_us)
        spent_us -= facts.clock(name, parse_instant(line["due"]))
        limit_us = within_us(facts, name)
        late = limit_us is not None and spent_us > limit_us
        if late == (line["event"] == "cue_due"):
            yield f"{name} is {spent_us} us late, and yet {line['event']}"


class OneFiring(Invariant):
    """SEMANTICS 9.5: one firing a take, but by ``fire``; takes count up by one."""

    number = 5

    def line(self, facts: Facts, line: Line) -> Iterator[str]:
        """A second firing, or a take that was there."""
        if line["event"] != "fired":
            return
        cue = facts.cues[line["cue"]]
        if cue.how != "fire" and cue.own_firings:
            yield f"{line['cue']} fired twice"
        if line["take"] != 1 + len(cue.takes):
            yield f"take {line['take']} of {line['cue']} follows {cue.takes[-1:]}"


class SentOnce(Invariant):
    """SEMANTICS 9.6: per once key at most one ok; an intent of this very process before
    each send; nothing after unknown, or another process's open intent, without key or
    proof; a certain no is tried again within fired + ``within`` alone.
    """

    number = 6

    def __init__(self) -> None:
        self._mine: set[tuple[str, int]] = set()
        self._out: set[tuple[str, int]] = set()

    def line(self, facts: Facts, line: Line) -> Iterator[str]:
        """A second ok, or an intent that must not be."""
        if line["event"] == "intent":
            self._mine.add((line["key"], line["attempt"]))
            yield from self._intent(facts, line)
        ok = line.get("answer") == "ok" or line.get("sight") == "found"
        if ok and self._is_once(facts, line) and facts.key(line["key"]).oks:
            yield f"{line['key']} is ok twice"

    def _is_once(self, facts: Facts, line: Line) -> bool:
        if line["cue"] is None:
            return False
        action, _ = facts.action(line["cue"], line["slot"])
        return action.effect is act.Effect.ONCE

    def _intent(self, facts: Facts, line: Line) -> Iterator[str]:
        key, cue = facts.key(line["key"]), facts.cues[line["cue"]]
        right = f"/{cue.procedure_take}/{line['cue']}/{line['slot']}"
        if not line["key"].endswith(right) or line["attempt"] != key.attempt + 1:
            yield f"{line['key']} is not the key of attempt {key.attempt + 1}"
        fired = cue.released_seq > 0 and cue.how == "fire"
        anew = fired and key.attempt > 0 and cue.fired_us == facts.at_us
        action, account = facts.action(line["cue"], line["slot"])
        if key.last in ("intent", "sent", "unknown", "ok"):
            yield f"{line['key']} is sent again after {key.last}"
        if key.last.startswith("read ") and not self._may(facts, key, action, account):
            superseded = key.last == "read older" and anew
            if not superseded:
                yield f"{line['key']} is sent again after {key.last}"
        if key.attempt and not anew:
            yield from self._in_time(facts, line)

    def _may(self, facts: Facts, key: Any, action: Any, account: str | None) -> bool:
        """The far end refuses a second one: by our key, by its word, or by proof."""
        if isinstance(action, act.Http):
            return action.http.again == "safe" and key.last != "read older"
        if isinstance(action, act.Post) and key.last == "read absent":
            return facts.runbook.accounts[account or ""].doubt == "resend"
        # a stream is read: what it is not, it may be told again by a person
        return isinstance(action, act.Stream) and key.last == "read absent"

    def _in_time(self, facts: Facts, line: Line) -> Iterator[str]:
        name, at_us = line["cue"], parse_instant(line["at"])
        late, fired_us = facts.cue[name].late, facts.cues[name].fired_us
        within_us = late.within_us if late and late.within_us is not None else None
        span_us = 2 * MINUTE if within_us is None else within_us
        spent_us = facts.clock(name, at_us) - facts.clock(name, fired_us or 0)
        if spent_us > span_us:
            yield f"{line['key']} is tried again {spent_us} us after it fired"

    def sent(self, facts: Facts, sent: Sent) -> Iterator[str]:
        """A send without its own intent, or the same attempt twice."""
        command = sent.command
        if command.effect != act.Effect.ONCE:
            return
        attempt = (command.key, command.attempt)
        if attempt not in self._mine:
            yield f"{attempt} left without an intent of this process"
        if attempt in self._out:
            yield f"{attempt} left twice"
        if facts.key(command.key).last != "intent":
            yield f"{attempt} left, but its key is {facts.key(command.key).last}"
        self._out.add(attempt)

    def crash(self, facts: Facts) -> None:
        """Another process begins: no intent is its own."""
        self._mine.clear()


class GatesOpen(Invariant):
    """SEMANTICS 9.7: none fires with a closed gate; nothing guarded leaves under a
    closed embargo by any path, nothing unapproved, nothing silenced.
    """

    number = 7

    def line(self, facts: Facts, line: Line) -> Iterator[str]:
        """A firing at a closed gate, or a lift that did not hold."""
        at_us = parse_instant(line["at"])
        if line["event"] == "fired":
            for why in reading.closed(facts, line["cue"], at_us):
                yield f"{line['cue']} fired: {why}"
        if line["event"] == "embargo_latched":
            yield from self._lift(facts, line, at_us)

    def _lift(self, facts: Facts, line: Line, at_us: Micros) -> Iterator[str]:
        lift = facts.runbook.embargoes[line["embargo"]].lifts[line["lift"]]
        name = f"lift {line['lift']} of {line['embargo']}"
        if lift.at_us is not None:
            if at_us + facts.skew_us < lift.at_us:
                yield f"{name} latched before its instant"
            return
        gate = lift.gate
        if gate is None or hasattr(gate, "roles"):
            return
        if hasattr(gate, "scene"):
            stage = gate.stage or facts.runbook.first_stage or ""
            if (stage, gate.scene) not in facts.scene_oks | facts.hand_cuts:
                yield f"{name} latched, but no cue and no hand brought {gate.scene}"
        elif not reading.gate_open(facts, gate, "", at_us):
            yield f"{name} latched, but its gate is closed"

    def sent(self, facts: Facts, sent: Sent) -> Iterator[str]:
        """A guarded or silenced thing that left."""
        command = sent.command
        if command.effect != act.Effect.ONCE or not command.cue:
            return
        action, account = facts.action(command.cue, command.key.rpartition("/")[2])
        why = reading.barred(facts, command.cue, action, account, sent.at_us)
        if why is not None:
            yield f"{command.key} left: {why}"
        if isinstance(action, act.Post) and facts.silenced(account):
            despite = action.post.despite_silence
            if not (despite and facts.cues[command.cue].procedure is not None):
                yield f"{command.key} left while {account} was silenced"


class AfterSatisfied(Invariant):
    """SEMANTICS 9.8: but by ``fire``, none fires before its ``after`` is satisfied."""

    number = 8

    def line(self, facts: Facts, line: Line) -> Iterator[str]:
        """A cue that is due by trigger or GO, its ``after`` open."""
        if line["event"] != "cue_due" or line["how"] == "fire":
            return
        name = line["cue"]
        if NotBeforeDue()._first_go(facts, name) and line["how"] == "go":
            return
        if facts.cue[name].after and reading.after_us(facts, name) is None:
            yield f"{name} is due before its after"


class NeverABurst(Invariant):
    """SEMANTICS 9.9: within 2 s of a firing that was 1 s late or more only GO,
    ``fire`` and procedures fire (and planned holds begin).
    """

    number = 9

    def line(self, facts: Facts, line: Line) -> Iterator[str]:
        """A firing in the pause."""
        if line["event"] != "fired" or facts.late_us is None:
            return
        name = line["cue"]
        cue = facts.cues[name]
        free = cue.how in ("go", "fire") or cue.procedure is not None
        if free or is_planned_hold(facts, name):
            return
        since_us = parse_instant(line["at"]) - facts.late_us
        if since_us < 2 * SECOND:
            yield f"{name} fired {since_us} us after a late firing"


class LateWakes(Invariant):
    """SEMANTICS 9.10: however late it wakes, a planned hold begins at its own instant
    and ends after its own time, and T never runs through one.
    """

    number = 10

    def __init__(self) -> None:
        self._until: dict[str, Micros] = {}

    def line(self, facts: Facts, line: Line) -> Iterator[str]:
        """A planned hold at another instant, or none where one should be."""
        at_us = parse_instant(line["at"])
        if line["event"] == "hold_opened":
            yield from self._opened(facts, line)
        if line["event"] == "hold_timed":
            self._until[line["name"]] = parse_instant(line["until"])
        if line["event"] == "hold_released":
            until_us = self._until.pop(line["name"], None)
            ended_us = parse_instant(line["ended"])
            if line["by"] is None and ended_us != until_us:
                yield f"hold {line['name']} ended at {ended_us}, not {until_us}"
        if line["event"] == "closing":
            self._until.clear()
        elif facts.show in ("scheduled", "counting", "holding"):
            yield from self._through(facts, line, at_us)

    def _opened(self, facts: Facts, line: Line) -> Iterator[str]:
        since_us = parse_instant(line["since"])
        if line["until"] is not None:
            self._until[line["name"]] = parse_instant(line["until"])
        if line["kind"] != "planned":
            return
        named = [
            name
            for name, cue in facts.cue.items()
            if is_planned_hold(facts, name) and cue.do[0].hold.name == line["name"]  # type: ignore[union-attr]
        ]
        if facts.r(since_us) not in [planned_r_us(facts, name) for name in named]:
            yield f"planned hold {line['name']} began at another T than planned"
        spans = [facts.cue[name].do[0].hold.for_us for name in named]  # type: ignore[union-attr]
        until = self._until.get(line["name"])
        if until is None or until - since_us not in spans:
            yield f"planned hold {line['name']} does not last as planned"

    def _through(self, facts: Facts, line: Line, at_us: Micros) -> Iterator[str]:
        if line["event"] in ("cue_due", "fired", "cue_skipped", "recovered"):
            return  # the hold's own lines; a skip takes it out of the way
        for name, cue in facts.cues.items():
            if cue.word == "pending" and is_planned_hold(facts, name):
                begins_us = planned_r_us(facts, name)
                if begins_us is not None and facts.r(at_us) > begins_us:
                    yield f"T ran through the planned hold of {name}"


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


class GatedAnew(Invariant):
    """SEMANTICS 9.14: what came due under silence does not leave by itself, not even
    after the silence; nor what a silence found waiting or being tried again.
    """

    number = 14

    def sent(self, facts: Facts, sent: Sent) -> Iterator[str]:
        """A post that a silence lay over since its due."""
        command = sent.command
        if not command.cue or command.effect != act.Effect.ONCE:
            return
        action, account = facts.action(command.cue, command.key.rpartition("/")[2])
        if not isinstance(action, act.Post):
            return
        cue = facts.cues[command.cue]
        if action.post.despite_silence and cue.procedure is not None:
            return
        since_us = cue.due_us if cue.released_us is None else cue.released_us
        for _, to_us in facts.silences.get(account or "", []):
            if to_us is None or (since_us is not None and since_us < to_us):
                yield f"{command.key} left, though a silence lay over it"


class HumanCuts(Invariant):
    """SEMANTICS 9.15: no retry, re-assertion or recovery undoes a human cut: only a
    firing after it, or ``safe:``, may.
    """

    number = 15

    def sent(self, facts: Facts, sent: Sent) -> Iterator[str]:
        """A stage command against a hand."""
        command = sent.command
        kind, _, name = command.target.partition(":")
        if kind != "stage" or "/safe/" in command.key:
            return
        what, value = wanted(command)
        hand = facts.stages[name].by_hand.get(what)
        if hand is None or hand[1] == value:
            return
        fired_seq = facts.cues[command.cue].fired_seq if command.cue else 0
        if fired_seq < hand[0]:
            yield f"{command.key} sets {what} to {value}, a person set {hand[1]}"


def wanted(command: Command) -> tuple[str, Any]:
    """The field of a stage that a command sets, and its value."""
    match command.action:
        case act.Scene(scene=scene):
            return "program", scene
        case act.SetText(text=text):
            return f"text:{text.source}", command.content.get("text")
        case act.Visible(visible=visible):
            scene = visible.scene or command.content.get("scene")
            return f"visible:{scene}/{visible.source}", visible.show
        case act.Audio(audio=audio):
            return f"audio:{audio.input}", audio.open
        case act.Stream(stream=word):
            return "stream", word
        case act.Record(record=word):
            return "record", word
        case _:
            return "transition", None


KINDS: tuple[type[Invariant], ...] = (
    InHolds,
    TStands,
    NotBeforeDue,
    LateRule,
    OneFiring,
    SentOnce,
    GatesOpen,
    AfterSatisfied,
    NeverABurst,
    LateWakes,
    AnsweredOnce,
    AfterTheEnd,
    GatedAnew,
    HumanCuts,
)
"""All checkers, by number."""


class Checker:
    """All invariants over a trace, item by item."""

    def __init__(self, trace: Trace) -> None:
        self.facts = Facts(trace.runbook)
        self.violations: list[Violation] = []
        self._invariants = [kind() for kind in KINDS]
        self._step: Step | None = None
        self._lines: list[Line] = []

    def take(self, items: Iterable[Item]) -> None:
        """Check further items."""
        for item in items:
            if isinstance(item, Step | Crash):
                self.close()
            for invariant in self._invariants:
                self._ask(invariant, item)
            if isinstance(item, dict):
                self._lines.append(item)
                self.facts.fold(item)
            elif isinstance(item, Sent):
                key = self.facts.keys.get(item.command.key)
                if key is not None and item.command.effect == act.Effect.ONCE:
                    key.last = "sent"
            elif isinstance(item, Step):
                self._step, self._lines = item, []

    def close(self) -> None:
        """The last step has all its lines."""
        if self._step is not None:
            for invariant in self._invariants:
                found = invariant.step(self.facts, self._step, self._lines)
                self._note(invariant, found)
        self._step = None

    def _ask(self, invariant: Invariant, item: Item) -> None:
        if isinstance(item, dict):
            self._note(invariant, invariant.line(self.facts, item))
        elif isinstance(item, Sent):
            self._note(invariant, invariant.sent(self.facts, item))
        elif isinstance(item, Crash):
            invariant.crash(self.facts)

    def _note(self, invariant: Invariant, found: Iterable[str]) -> None:
        self.violations.extend(
            Violation(invariant.number, self.facts.seq + 1, text) for text in found
        )


def check(trace: Trace) -> list[Violation]:
    """Every violation of a whole trace."""
    checker = Checker(trace)
    checker.take(trace.items)
    checker.close()
    return checker.violations
