"""Invariants 2 to 5 and 8 to 10: when a cue may fire, and when T runs."""

from __future__ import annotations

from collections.abc import Iterator

from launchctl.times import SECOND, Micros, micros
from tests.simulation import reading
from tests.simulation.facts import Facts
from tests.simulation.facts_cues import GOOD, instant
from tests.simulation.reading import named
from tests.simulation.rule import (
    Invariant,
    is_planned_hold,
    planned_r_us,
    within_us,
)
from tests.simulation.trace import Line

DUE = ("cue_due", "cue_held", "cue_parked", "cue_skipped")
"""What may become of a cue when it is first noticed to be due."""


class InHolds(Invariant):
    """SEMANTICS 9.2: in a hold only pinned cues without ``in_hold: wait``, and
    procedures, fire; and planned holds that begin at the very T that stands.
    """

    number = 2

    def line(self, facts: Facts, line: Line) -> Iterator[str]:
        """A firing while a hold is open."""
        name = line["cue"]
        passed = line["event"] == "passed" and line["by"] is None
        if not (passed or line["event"] == "fired") or not facts.holds:
            return
        if facts.cues[name].procedure is not None:
            return
        if facts.cue[name].pinned and not facts.cue[name].in_hold_wait:
            return
        at_r_us = facts.r(instant(line["at"]))
        if is_planned_hold(facts, name) and planned_r_us(facts, name) == at_r_us:
            return
        yield f"{name} fired in hold {', '.join(facts.holds)}"


class TStands(Invariant):
    """SEMANTICS 9.3: T stands in a hold, and runs with N outside; every line says the
    T that the holds before it give. A person's retime or recycle alone moves it.
    """

    number = 3

    def __init__(self) -> None:
        self._verb = ""

    def line(self, facts: Facts, line: Line) -> Iterator[str]:
        """A line with another T than the holds give."""
        at_us = instant(line["at"])
        said_us = None if line["t_s"] is None else micros(line["t_s"])
        if said_us != facts.t(at_us):
            yield f"T is {said_us}, but the holds give {facts.t(at_us)}"
        if at_us < facts.at_us or line["seq"] != facts.seq + 1:
            yield "the journal goes back, or leaves something out"
        if line["event"] == "t0_set":
            yield from self._set(facts, line, at_us)
        if line["event"] == "recycled":
            yield from self._back(facts, line, said_us)
        moved = line["event"] in ("call_accepted", "baton_taken", "standby")
        if line["event"] == "call_accepted":
            self._verb = line["verb"]
        elif not moved:
            self._verb = ""

    def _set(self, facts: Facts, line: Line, at_us: Micros) -> Iterator[str]:
        if facts.zero_us is not None and self._verb != "retime":
            yield "T-0 was set twice"
        zero_us = instant(line["zero"])
        t0_us = instant(line["t0"]) - facts.skew_us
        if self._verb == "go":
            ahead_us = planned_us(facts, at_us, zero_us)
            right_us = at_us + (zero_us - facts.r(at_us)) + ahead_us
        else:
            right_us = (
                at_us + zero_us - facts.r(at_us) + built_in_us(facts, at_us, t0_us)
            )
        if right_us != t0_us:
            yield f"T-0 would fall on {right_us}, not on {t0_us}, if resumed now"

    def _back(self, facts: Facts, line: Line, t_us: Micros | None) -> Iterator[str]:
        to_us, back_us = micros(line["to_s"]), micros(line["back_s"])
        if self._verb != "recycle":
            yield "T went back, but nobody called for it"
        if t_us is None or to_us >= t_us or t_us - back_us != to_us:
            yield f"T is {t_us}, and went back by {back_us} to {to_us}"


def planned_us(facts: Facts, now_us: Micros, zero_us: Micros) -> Micros:
    """How long the planned holds take that are ahead if T-0 lies there in R."""
    longest: dict[Micros, Micros] = {}
    for offset_us, for_us in _coming(facts):
        if zero_us + offset_us >= facts.r(now_us):
            longest[offset_us] = max(for_us, longest.get(offset_us, 0))
    return sum(longest.values())


def built_in_us(facts: Facts, now_us: Micros, t0_us: Micros) -> Micros:
    """How long the planned holds take that are ahead, from the last one back: those
    that would have begun before now are no longer ahead, nor are those before them.
    """
    longest: dict[Micros, Micros] = {}
    for offset_us, for_us in _coming(facts):
        longest[offset_us] = max(for_us, longest.get(offset_us, 0))
    found_us = 0
    for offset_us, for_us in sorted(longest.items(), reverse=True):
        if t0_us + offset_us - found_us - for_us < now_us:
            break
        found_us += for_us
    return found_us


def _coming(facts: Facts) -> list[tuple[Micros, Micros]]:
    """(T-offset, length) of the planned holds that have not begun."""
    words = ("pending", "standby", "waiting", "held", "parked")
    return [
        (cue.at.offset_us, cue.do[0].hold.for_us)  # type: ignore[union-attr]
        for name, cue in facts.cue.items()
        if facts.cues[name].word in words and is_planned_hold(facts, name)
    ]


class NotBeforeDue(Invariant):
    """SEMANTICS 9.4: nothing fires before its due; and its due is the latest of its
    triggers, on its own clock, or the instant of its GO or ``fire``.
    """

    number = 4

    def line(self, facts: Facts, line: Line) -> Iterator[str]:
        """A due that its triggers do not give, or a firing before it."""
        name, at_us = line["cue"], instant(line["at"])
        if line["event"] == "passed":
            how = "triggers" if line["by"] is None else "go"
            if how == "triggers":
                yield from self._due(facts, line, name, at_us)
        elif line["event"] == "fired":
            due_us = facts.cues[name].due_us
            if facts.cues[name].word != "waiting" or due_us is None or due_us > at_us:
                yield f"{name} fired before it was due"
            elif instant(line["due"]) != due_us:
                yield f"{name} fired with another due than it had"
            late_us = facts.clock(name, at_us) - facts.clock(name, due_us or at_us)
            if micros(line["late_by_s"]) != late_us:
                yield f"{name} was late by {late_us}, not {line['late_by_s']} s"
        elif line["event"] in DUE and line["due"] is not None:
            yield from self._due(facts, line, name, at_us)

    def _due(self, facts: Facts, line: Line, name: str, at_us: Micros) -> Iterator[str]:
        due_us, how = instant(line["due"]), line.get("how", "triggers")
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
        if facts.cues[name].manual and how == "triggers":
            yield f"{name} is manual, and came due by itself"
        when = facts.cue[name].when
        first = how == "go" and self._first_go(facts, name)
        if how != "fire" and not first and when is not None:
            said = reading.says(facts, when.check.source, at_us)
            if said is not True:
                yield f"{name} is due while {when.check.source} is {said}"

    def _first_go(self, facts: Facts, name: str) -> bool:
        """Its GO set T-0: then its ``at`` is now."""
        if facts.runbook.t0_us is not None:
            return False
        first = next(c.id for c in facts.runbook.cues if not c.pinned)
        return name == first


class LateRule(Invariant):
    """SEMANTICS 9.4, with 3 and 5: a cue that is more than ``within`` late when first
    noticed is held, parked or skipped, and one that is not, is not.
    """

    number = 4

    def line(self, facts: Facts, line: Line) -> Iterator[str]:
        """A late cue that goes on, or a punctual one that does not."""
        if line["event"] not in DUE or line["due"] is None:
            return
        name, at_us = line["cue"], instant(line["at"])
        if line.get("how", "triggers") != "triggers" or is_planned_hold(facts, name):
            return
        spent_us = facts.clock(name, at_us)
        spent_us -= facts.clock(name, instant(line["due"]))
        limit_us = within_us(facts, name)
        late = limit_us is not None and spent_us > limit_us
        if late == (line["event"] == "cue_due"):
            yield f"{name} is {spent_us} us late, and yet {line['event']}"


class OneFiring(Invariant):
    """SEMANTICS 9.5: one firing a take, but by ``fire``; takes count up by one, and a
    firing runs what has not ended ok, no more.
    """

    number = 5

    def line(self, facts: Facts, line: Line) -> Iterator[str]:
        """A second firing, or a take that was there."""
        if line["event"] not in ("fired", "passed"):
            return
        cue = facts.cues[line["cue"]]
        fired = line["event"] == "fired" and cue.how != "fire"
        if (fired or line["by"] is None) and cue.how != "fire" and cue.own_firings:
            yield f"{line['cue']} fired twice"
        if line["take"] != cue.next_take:
            yield f"take {line['take']} of {line['cue']} is not {cue.next_take}"
        left = [slot for slot, word in cue.slots.items() if word not in GOOD]
        kept = {slot for slot, word in cue.slots.items() if word in GOOD}
        if fired and set(line["kept"]) != kept:
            yield f"{line['cue']} keeps {line['kept']}, but {sorted(kept)} ended ok"
        if line["event"] == "passed" and left:
            yield f"{line['cue']} passed, but {left} did not end ok"


class AfterSatisfied(Invariant):
    """SEMANTICS 9.8: but by ``fire``, none fires before its ``after`` is satisfied."""

    number = 8

    def line(self, facts: Facts, line: Line) -> Iterator[str]:
        """A cue that is due by trigger or GO, its ``after`` open."""
        passed = line["event"] == "passed" and line["by"] is None
        due = line["event"] == "cue_due" and line["how"] != "fire"
        if not (due or passed):
            return
        name = line["cue"]
        facts.at_us = instant(line["at"])
        if not passed and line["how"] == "go" and NotBeforeDue()._first_go(facts, name):
            return
        waits = facts.cue[name].after and named(facts, name)
        if waits and reading.after_us(facts, name) is None:
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
        since_us = instant(line["at"]) - facts.late_us
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
        at_us = instant(line["at"])
        if line["event"] == "hold_opened":
            yield from self._opened(facts, line)
        if line["event"] == "hold_timed":
            self._until[line["name"]] = instant(line["until"])
        if line["event"] == "hold_released":
            until_us = self._until.pop(line["name"], None)
            ended_us = instant(line["ended"])
            if line["by"] is None and ended_us != until_us:
                yield f"hold {line['name']} ended at {ended_us}, not {until_us}"
        if line["event"] in ("closing", "recycled"):
            self._until.clear()
        elif facts.show in ("scheduled", "counting", "holding"):
            yield from self._through(facts, line, at_us)

    def _opened(self, facts: Facts, line: Line) -> Iterator[str]:
        since_us = instant(line["since"])
        if line["until"] is not None:
            self._until[line["name"]] = instant(line["until"])
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
