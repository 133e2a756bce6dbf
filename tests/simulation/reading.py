"""Triggers and conditions, read a second time from the facts (SEMANTICS 4 and 6).

Conditions are read by a few lines of our own for the small language that generated
shows use: comparisons joined by ``&&``.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from launchctl.runbook import actions as act
from launchctl.runbook.model import AtCue, AtT, AtWall, Cue
from launchctl.times import SECOND, Micros
from tests.simulation.facts import Facts

STILL_US = 10 * SECOND

# --- due (SEMANTICS 4) ------------------------------------------------------------


def due_us(facts: Facts, name: str) -> Micros | None:
    """The latest of the cue's triggers on its own clock; None if one has not come.

    Of a cue that turned manual a GO stands in the place of what hangs on films.
    """
    cue, seen = facts.cue[name], facts.cues[name]
    parts: list[Micros | None] = []
    if seen.procedure is not None or cue.option is not None:
        parts.append(facts.clock(name, seen.entered_us))
    film = isinstance(cue.at, AtCue) and cue.at.film
    if cue.at is not None and not cue.go and not (film and seen.manual):
        parts.append(_at(facts, name, cue))
    if cue.after is not None and named(facts, name):
        parts.append(after_us(facts, name))
    if cue.when is not None:
        parts.append(_when(facts, name, cue))
    known = [part for part in parts if part is not None]
    return max(known, default=0) if len(known) == len(parts) else None


def _when(facts: Facts, name: str, cue: Cue) -> Micros | None:
    """Since when the condition has been true for its ``for``; it counts from the last
    recycle at the earliest.
    """
    assert cue.when is not None
    said, since_us = facts.conditions.get(f"cue:{name}", (None, 0))
    if facts.jumps and not facts.on_n(name):
        since_us = max(since_us, facts.jumps[-1][0])
    true_us = since_us + cue.when.for_us
    return (
        facts.clock(name, true_us) if said is True and true_us <= facts.at_us else None
    )


def _at(facts: Facts, name: str, cue: Cue) -> Micros | None:
    match cue.at:
        case AtT(offset_us=offset_us):
            return None if facts.zero_us is None else facts.zero_us + offset_us
        case AtWall(at_us=wall_us):
            return wall_us - facts.skew_us
        case AtCue(cue=other, offset_us=offset_us, film=True):
            at_us = film_us(facts, other, min(0, offset_us))
            if at_us is None or at_us > facts.at_us:
                return None
            return facts.clock(name, at_us) + max(0, offset_us)
        case AtCue(cue=other, offset_us=offset_us):
            fired_us = facts.cues[other].fired_us
            return None if fired_us is None else facts.clock(name, fired_us) + offset_us
    return None


def film_us(facts: Facts, name: str, offset_us: Micros) -> Micros | None:
    """The instant of N of FILM.end; of FILM.end - d while it plays, or really ended."""
    film = facts.cues[name].film
    if film is None or film.word == "interrupted":
        return None
    if offset_us >= 0:
        return film.end_us if film.word == "ended" else None
    if film.start_us is None:
        return None
    return film.start_us + length_us(facts, name) + offset_us


def length_us(facts: Facts, name: str) -> Micros:
    """How long the cue's film is."""
    found = next(a for a in facts.cue[name].do if isinstance(a, act.PlayMedia))
    return found.media.length_us


def plays_film(facts: Facts, name: str) -> bool:
    """True of a cue that plays a film."""
    return any(isinstance(action, act.PlayMedia) for action in facts.cue[name].do)


def named(facts: Facts, name: str) -> list[str]:
    """What the cue's ``after`` waits for; of a manual cue, without the films."""
    after = facts.cue[name].after
    cues = list(after.named) if after else []
    if facts.cues[name].manual:
        cues = [each for each in cues if not plays_film(facts, each)]
    return cues


def after_us(facts: Facts, name: str) -> Micros | None:
    """When ``after`` was satisfied, on the cue's clock; None if it is not.

    An interrupted film satisfies nothing, not even ``also`` or ``or_after``.
    """
    after = facts.cue[name].after
    assert after is not None
    cues = named(facts, name)
    whole = [each for each in cues if not _cut(facts, each)]
    ends: dict[str, Micros] = {}
    for each in whole:
        other = facts.cues[each]
        if other.outcome in ("done", *after.also) and other.ended_us is not None:
            ends[each] = facts.clock(name, other.ended_us)
    either = [each for each in after.any_of if each in cues]
    found = []
    parts = [ends.get(each) for each in after.all_of if each in cues]
    if either:
        some = [ends[each] for each in either if each in ends]
        parts.append(min(some, default=None))
    come = [part for part in parts if part is not None]
    if parts and len(come) == len(parts):
        found.append(max(come))
    if after.or_after_us is not None:
        fired = [facts.cues[each].fired_us for each in whole]
        starts = [facts.clock(name, at_us) for at_us in fired if at_us is not None]
        found += [min(starts) + after.or_after_us] if starts else []
    now_us = facts.clock(name, facts.at_us)
    return min((at_us for at_us in found if at_us <= now_us), default=None)


def _cut(facts: Facts, name: str) -> bool:
    film = facts.cues[name].film
    return film is not None and film.word == "interrupted"


# --- conditions -------------------------------------------------------------------

_TERM = re.compile(r"\s*([\w.\[\]'-]+)\s*(?:(==|!=|>=|<=|>|<)\s*(\S+)\s*)?")
Term = tuple[tuple[str, ...], str | None, Any]


@lru_cache(1024)
def _terms(source: str) -> tuple[Term, ...]:
    found = []
    for part in source.split("&&"):
        match = _TERM.fullmatch(part)
        assert match is not None, part
        name, operator, literal = match.groups()
        value: Any = literal
        if literal is not None:
            value = literal[1:-1] if literal.startswith("'") else float(literal)
        found.append((tuple(re.findall(r"\w[\w-]*", name)), operator, value))
    return tuple(found)


def says(facts: Facts, source: str, now_us: Micros) -> bool | None:
    """A condition: true, false, or None (unknown)."""
    terms = [_term(facts, term, now_us) for term in _terms(source)]
    if False in terms:
        return False
    return None if None in terms else True


def _term(facts: Facts, term: Term, now_us: Micros) -> bool | None:
    parts, operator, literal = term
    value = _value(facts, parts, now_us)
    if value is None:
        return None
    match operator:
        case "==":
            return bool(value == literal)
        case "!=":
            return bool(value != literal)
        case ">=":
            return bool(value >= literal)
        case "<=":
            return bool(value <= literal)
        case ">":
            return bool(value > literal)
        case "<":
            return bool(value < literal)
    return bool(value)


def _value(facts: Facts, parts: tuple[str, ...], now_us: Micros) -> Any:
    match parts:
        case ("t",):
            t_us = facts.t(now_us)
            return None if t_us is None else t_us // SECOND
        case ("show", "state"):
            return facts.show
        case ("cues", cue, "state"):
            return facts.cues[cue].word if cue in facts.cues else None
        case ("accounts", account, "silenced"):
            return facts.silenced(account)
        case ("orders", key):
            return facts.orders.get(key)
        case ("outputs", output, "moving"):
            return facts.outputs[output].moving
        case ("outputs", output, "age"):
            moved_us = facts.outputs[output].moved_us
            second_us = now_us // SECOND * SECOND
            return None if moved_us is None else max(0, second_us - moved_us) / SECOND
        case ("stages", stage, key):
            return _stage_value(facts, stage, key, now_us)
    raise AssertionError(parts)


def _stage_value(facts: Facts, name: str, key: str, now_us: Micros) -> Any:
    stage = facts.stages[name]
    if key == "connected":
        return stage.connected
    if key == "stream_lost":
        lost = stage.live_us is None or _picture_lost(facts, name, now_us)
        return stage.wants_stream and lost
    return getattr(stage, key) if stage.connected else None


def _picture_lost(facts: Facts, name: str, now_us: Micros) -> bool:
    """It has streamed for 10 s, and yet an edge that it feeds stands."""
    live_us = facts.stages[name].live_us
    if live_us is None or now_us - live_us < STILL_US:
        return False
    return any(
        output.moving is False and facts.runbook.stage_of(each) == name
        for each, output in facts.outputs.items()
    )
