"""Invariants 13 and 16, and what a recycle takes back: the shape of a show."""

from __future__ import annotations

from collections.abc import Iterator

from launchctl.runbook import actions as act
from launchctl.runbook.model import AtCue, AtT, OnRecycle
from launchctl.times import Micros, micros
from tests.simulation import reading
from tests.simulation.facts import Facts
from tests.simulation.facts_cues import GOOD, instant
from tests.simulation.rule import Invariant, is_planned_hold
from tests.simulation.trace import Line

DUE_UNFIRED = ("waiting", "held", "parked", "skipped")


class Films(Invariant):
    """SEMANTICS 9.13: nothing that hangs on an interrupted film, or on one whose
    instant fell in a hold against it, comes by itself; and a film ends ok at its real
    end, or at a cut by a cue at its FILM.end.
    """

    number = 13

    def line(self, facts: Facts, line: Line) -> Iterator[str]:
        """A cue that came due by a film that did not end, or ended in its hold."""
        event = line["event"]
        by_itself = event == "cue_due" and line["how"] == "triggers"
        by_itself |= event == "passed" and line["by"] is None
        by_itself |= event == "cue_held" and line["due"] is not None
        if by_itself:
            yield from self._due(facts, line["cue"], instant(line["at"]))
        ended = event == "attempt_ended" and line["became"] == "ok" and line["cue"]
        if ended and line["answer"] != "ok":
            yield from self._ended(facts, line)

    def _due(self, facts: Facts, name: str, at_us: Micros) -> Iterator[str]:
        cue = facts.cue[name]
        at_end: str | None = None
        hangs: list[tuple[str, Micros]] = []
        if isinstance(cue.at, AtCue) and cue.at.film and not cue.go:
            at_end = cue.at.cue
            hangs.append((at_end, cue.at.offset_us))
        if cue.after and cue.after.or_after_us is None:
            films = [one for one in cue.after.all_of if reading.plays_film(facts, one)]
            hangs += [(film, 0) for film in films if self._by_end(facts, name, film)]
        for film, offset_us in hangs:
            played = facts.cues[film].film
            if played is None or played.word == "interrupted":
                yield f"{name} came by itself, but the film of {film} did not end"
                continue
            came_us = reading.film_us(facts, film, min(0, offset_us))
            ended = facts.cues[film].outcome == "done" and film != at_end
            if came_us is None and not ended:
                yield f"{name} came by itself while {film} has not ended"
            elif came_us is None:
                continue
            elif offset_us <= 0 and self._in_hold(facts, name, came_us):
                yield f"{name} came by itself, its film's instant fell in a hold"

    def _by_end(self, facts: Facts, name: str, film: str) -> bool:
        """True unless another outcome of the film's cue satisfies: adopted, skipped."""
        after = facts.cue[name].after
        assert after is not None
        outcome = facts.cues[film].outcome
        played = facts.cues[film].film
        if played is None and outcome in ("done", *after.also):
            return False
        return not (outcome == "skipped" and "skipped" in after.also)

    def _in_hold(self, facts: Facts, name: str, at_us: Micros) -> bool:
        cue = facts.cue[name]
        if facts.cues[name].procedure is not None:
            return False
        if cue.pinned and not cue.in_hold_wait:
            return False
        return any(from_us < at_us < to_us for from_us, to_us in facts.stops)

    def _ended(self, facts: Facts, line: Line) -> Iterator[str]:
        """Ok without a real end: only a cut by a cue at its end is that."""
        action, _ = facts.action(line["cue"], line["slot"])
        if not isinstance(action, act.PlayMedia):
            return
        stage = action.stage or facts.runbook.first_stage
        for name, cue in facts.cue.items():
            hangs = isinstance(cue.at, AtCue) and cue.at.film
            if not hangs or cue.at.cue != line["cue"]:  # type: ignore[union-attr]
                continue
            fired_us = facts.cues[name].fired_us
            began_us = facts.cues[line["cue"]].fired_us
            cuts = any(
                isinstance(each, act.Scene)
                and (each.stage or facts.runbook.first_stage) == stage
                and each.scene != action.media.scene
                for each in cue.do
            )
            if cuts and fired_us is not None and fired_us >= (began_us or 0):
                return
        yield f"the film of {line['cue']} was taken to end ok, but was cut"


class OneOption(Invariant):
    """SEMANTICS 9.16: in a choice's take one option's cues fire at most: the one that
    was chosen.
    """

    number = 16

    def __init__(self) -> None:
        self._fired: dict[str, str] = {}

    def line(self, facts: Facts, line: Line) -> Iterator[str]:
        """A cue of another option than one that fired in this take."""
        if line["event"] == "cue_asked":
            self._fired.pop(line["cue"], None)
        if line["event"] == "chosen" and facts.cues[line["cue"]].chosen is not None:
            yield f"{line['cue']} was answered twice"
        if line["event"] not in ("fired", "passed"):
            return
        option = facts.cue[line["cue"]].option
        if option is None:
            return
        other = self._fired.setdefault(option.choice, option.option)
        if other != option.option:
            yield f"{line['cue']} of {option.option} fired, as {other} had"
        if facts.cues[option.choice].chosen != option.option:
            yield f"{line['cue']} fired, but {option.option} was not chosen"


class Recycles(Invariant):
    """SEMANTICS 2 (recycle), which 9.3, 9.5 and 9.7 lean on: exactly S comes again, no
    action of it ran, what was sent or says ``keep`` is kept, lifts from then on close.
    """

    number = 3

    def line(self, facts: Facts, line: Line) -> Iterator[str]:
        """A recycle that took back too much, or too little."""
        if line["event"] != "recycled":
            return
        to_us = micros(line["to_s"])
        concerned = reset_set(facts, to_us)
        yield from self._cues(facts, line, concerned)
        yield from self._kept(facts, line)
        lifted = {
            (name, index)
            for name, lifts in facts.latched.items()
            for index, t_us in lifts.items()
            if t_us is not None
            and t_us >= to_us
            and facts.runbook.embargoes[name].lifts[index].at_us is None
        }
        if lifted - {tuple(each) for each in line["unlatched"]}:
            yield f"the recycle left {sorted(lifted)} open"

    def _cues(
        self, facts: Facts, line: Line, concerned: dict[str, None]
    ) -> Iterator[str]:
        pending, idle = [], []
        for name in concerned:
            option, word = facts.cue[name].option, facts.cues[name].word
            asks = facts.cue[name].choice or facts.cue[name].poll
            if word == "running" and not asks:
                yield f"T went back while {name} ran"
            if word == "in_doubt":
                continue
            if option is not None and option.choice in concerned:
                idle.append(name)
            elif option is None or word not in ("idle", "not_taken"):
                pending.append(name)
        if set(pending) != set(line["cues"]):
            yield f"{sorted(line['cues'])} came again, not {sorted(pending)}"
        if set(idle) != set(line["idle"]):
            yield f"{sorted(line['idle'])} are idle, not {sorted(idle)}"

    def _kept(self, facts: Facts, line: Line) -> Iterator[str]:
        kept = {(name, slot) for name, slot in line["kept"]}
        right = set()
        for name in (*line["cues"], *line["idle"]):
            keep = facts.cue[name].on_recycle is OnRecycle.KEEP
            for slot, word in facts.cues[name].slots.items():
                once = facts.action(name, slot)[0].effect is act.Effect.ONCE
                if word in GOOD and (keep or once):
                    right.add((name, slot))
        if kept != right:
            yield f"the recycle kept {sorted(kept)}, not {sorted(right)}"


def reset_set(facts: Facts, to_us: Micros) -> dict[str, None]:
    """S: what comes at T-x or later, what fired or became due since, and whatever
    follows these.
    """
    unpinned = [
        name
        for name, cue in facts.cue.items()
        if not cue.pinned and facts.cues[name].procedure is None
    ]
    found: dict[str, None] = {}
    for name in unpinned:
        cue, fired_us = facts.cue[name], facts.cues[name].fired_t_us
        offset = isinstance(cue.at, AtT) and cue.at.offset_us >= to_us
        fired = fired_us is not None and fired_us >= to_us
        due_us = facts.cues[name].due_us
        if due_us is not None and facts.cues[name].word in DUE_UNFIRED:
            fired = fired or (facts.t(due_us) or 0) >= to_us
        alone = cue.when is not None and not (cue.at or cue.after or cue.go)
        if offset or (fired and not (alone or is_planned_hold(facts, name))):
            found[name] = None
    grown = -1
    while grown != len(found):
        grown = len(found)
        for name in unpinned:
            if name not in found and _follows(facts, name, found):
                found[name] = None
    return found


def _follows(facts: Facts, name: str, found: dict[str, None]) -> bool:
    cue = facts.cue[name]
    if cue.option is not None and cue.option.choice in found:
        return True
    before = [*(cue.after.named if cue.after else ())]
    if isinstance(cue.at, AtCue):
        before.append(cue.at.cue)
    for other in before:
        if other in found:
            return True
        choice = facts.cue[other].choice
        options = choice.options if choice else ()
        if any(member in found for option in options for member in option.cues):
            return True
    return False
