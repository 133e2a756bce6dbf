"""Triggers, conditions and gates, read a second time from the facts (SEMANTICS 4, 5).

Conditions are read by a few lines of our own for the small language that generated
shows use: comparisons joined by ``&&``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from launchctl.runbook import actions as act
from launchctl.runbook.digest import approval_digest
from launchctl.runbook.model import (
    ApprovedBy,
    AtCue,
    AtT,
    AtWall,
    Check,
    Cue,
    Gate,
    OnAir,
    OrdersFresh,
)
from launchctl.times import SECOND, Micros
from tests.simulation.facts import Facts

# --- due (SEMANTICS 4) ------------------------------------------------------------


def due_us(facts: Facts, name: str) -> Micros | None:
    """The latest of the cue's triggers on its own clock; None if one has not come."""
    cue, seen = facts.cue[name], facts.cues[name]
    parts: list[Micros | None] = []
    if seen.procedure is not None:
        parts.append(seen.entered_us)
    if cue.at is not None and not cue.go:
        parts.append(_at(facts, name, cue))
    if cue.after is not None:
        parts.append(after_us(facts, name))
    if cue.when is not None:
        said, since_us = facts.conditions.get(f"cue:{name}", (None, 0))
        true_us = since_us + cue.when.for_us
        come = said is True and true_us <= facts.at_us
        parts.append(facts.clock(name, true_us) if come else None)
    known = [part for part in parts if part is not None]
    return max(known, default=0) if len(known) == len(parts) else None


def _at(facts: Facts, name: str, cue: Cue) -> Micros | None:
    match cue.at:
        case AtT(offset_us=offset_us):
            return None if facts.zero_us is None else facts.zero_us + offset_us
        case AtWall(at_us=wall_us):
            return wall_us - facts.skew_us
        case AtCue(cue=other, offset_us=offset_us):
            fired_us = facts.cues[other].fired_us
            return None if fired_us is None else facts.clock(name, fired_us) + offset_us
    return None


def after_us(facts: Facts, name: str) -> Micros | None:
    """When ``after`` was satisfied, on the cue's clock; None if it is not."""
    after = facts.cue[name].after
    assert after is not None
    admitted = ("done", *after.also)
    ends = {
        each: facts.clock(name, facts.cues[each].ended_us)
        for each in after.named
        if facts.cues[each].outcome in admitted
        and facts.cues[each].ended_us is not None
    }
    either = [ends[each] for each in after.any_of if each in ends]
    if any(each not in ends for each in after.all_of) or (after.any_of and not either):
        return None
    return max(
        [*(ends[each] for each in after.all_of), *([min(either)] if either else [])]
    )


# --- conditions -------------------------------------------------------------------

_TERM = re.compile(r"\s*([\w.\[\]'-]+)\s*(?:(==|!=|>=|<=|>|<)\s*(\S+)\s*)?")


def says(facts: Facts, source: str, now_us: Micros) -> bool | None:
    """A condition: true, false, or None (unknown)."""
    terms = [_term(facts, term, now_us) for term in source.split("&&")]
    if False in terms:
        return False
    return None if None in terms else True


def _term(facts: Facts, term: str, now_us: Micros) -> bool | None:
    match = _TERM.fullmatch(term)
    assert match is not None, term
    name, operator, literal = match.groups()
    value = _value(facts, name, now_us)
    if value is None:
        return None
    if operator is None:
        return bool(value)
    literal = literal[1:-1] if literal.startswith("'") else float(literal)
    return {
        "==": lambda: value == literal,
        "!=": lambda: value != literal,
        ">=": lambda: value >= literal,
        "<=": lambda: value <= literal,
        ">": lambda: value > literal,
        "<": lambda: value < literal,
    }[operator]()


def _value(facts: Facts, name: str, now_us: Micros) -> Any:
    parts = re.findall(r"\w[\w-]*", name)
    match parts:
        case ["t"]:
            t_us = facts.t(now_us)
            return None if t_us is None else t_us // SECOND
        case ["show", "state"]:
            return facts.show
        case ["cues", cue, "state"]:
            return facts.cues[cue].word
        case ["accounts", account, "silenced"]:
            return facts.silenced(account)
        case ["orders", key]:
            return facts.orders.get(key)
        case ["stages", stage, key]:
            return _stage_value(facts, stage, key)
    raise AssertionError(name)


def _stage_value(facts: Facts, name: str, key: str) -> Any:
    stage = facts.stages[name]
    if key == "connected":
        return stage.connected
    if key == "stream_lost":
        live = stage.connected and stage.streaming and not stage.reconnecting
        return stage.wants_stream and not live
    return getattr(stage, key) if stage.connected else None


# --- gates (SEMANTICS 5) ----------------------------------------------------------


def closed(facts: Facts, name: str, now_us: Micros) -> Iterator[str]:
    """Every gate of the cue that is closed now, written or implied."""
    cue = facts.cue[name]
    for gate in cue.gate:
        if not gate_open(facts, gate, name, now_us):
            yield f"gate {type(gate).__name__}"
    for index, action in enumerate(cue.do):
        for account in speakers(facts, action):
            why = barred(facts, name, action, account, now_us)
            if why is not None:
                yield f"action {index}: {why}"


def speakers(facts: Facts, action: act.AnyAction) -> tuple[str | None, ...]:
    """The accounts that a post speaks for; one None for all else."""
    if not isinstance(action, act.Post):
        return (None,)
    account = action.post.account
    return facts.runbook.groups.get(account, (account,))


def gate_open(facts: Facts, gate: Gate, name: str, now_us: Micros) -> bool:
    """Whether one written gate is open for the cue."""
    match gate:
        case Check():
            return says(facts, gate.check.source, now_us) is True
        case OrdersFresh():
            fresh_us = facts.complete_us
            return fresh_us is not None and now_us - fresh_us <= gate.within_us
        case ApprovedBy():
            return all(
                _approved(facts, action, account, gate.roles, now_us)
                for action in facts.cue[name].do
                for account in speakers(facts, action)
            )
        case OnAir():
            return _on_air(facts, gate, name)


def _on_air(facts: Facts, gate: OnAir, name: str) -> bool:
    stage = facts.stages[gate.stage or facts.runbook.first_stage or ""]
    if stage.connected and stage.program == gate.scene:
        return True
    if gate.still:
        return False
    since_us = _since(facts, name)
    last_us = stage.last_on.get(gate.scene)
    return since_us is not None and last_us is not None and last_us >= since_us


def _since(facts: Facts, name: str) -> Micros | None:
    """Since the cue's first predecessor fired in its present take; none: since due."""
    cue = facts.cue[name]
    named = list(cue.after.named) if cue.after else []
    if isinstance(cue.at, AtCue):
        named.append(cue.at.cue)
    fired = [facts.cues[other].fired_us for other in named]
    known = [at_us for at_us in fired if at_us is not None]
    return min(known) if known else facts.cues[name].due_us


def barred(
    facts: Facts,
    name: str,
    action: act.AnyAction,
    account: str | None,
    now_us: Micros,
) -> str | None:
    """Why embargo, approval or figure stop the action now; None if they do not."""
    for embargo in guards(facts, name, action):
        why = embargo_closed(facts, embargo, now_us)
        if why is not None:
            return why
    if not isinstance(action, act.Post):
        return None
    asked = roles_asked(facts, facts.cue[name])
    if not _approved(facts, action, account, asked, now_us):
        return "not approved"
    for figure in re.findall(r"figures\['([\w-]+)'\]", action.post.text):
        if not figure_good(facts, figure):
            return f"figure {figure} is not taken, or out of bounds"
    return None


def guards(facts: Facts, name: str, action: act.AnyAction) -> list[str]:
    """The embargoes that stand before an action."""
    cue = facts.cue[name]
    match action:
        case act.Post():
            teaser = cue.teaser or action.post.teaser
        case act.Http():
            teaser = cue.teaser or action.http.teaser
        case _:
            return []
    return [
        embargo.name
        for embargo in facts.runbook.embargoes.values()
        if set(embargo.topics) & set(cue.about) or (embargo.default and not teaser)
    ]


def embargo_closed(facts: Facts, name: str, now_us: Micros) -> str | None:
    """Why the embargo is closed; None if all its lifts latched and its time came."""
    embargo = facts.runbook.embargoes[name]
    if set(range(len(embargo.lifts))) - facts.latched.get(name, set()):
        return f"embargo {name}: a lift has not latched"
    not_before_us = embargo.not_before_us
    if not_before_us is not None and now_us + facts.skew_us < not_before_us:
        return f"embargo {name}: not before its instant"
    if not embargo.lifts and not_before_us is None:
        return f"embargo {name}: nothing lifts it"
    return None


def roles_asked(facts: Facts, cue: Cue) -> tuple[str, ...]:
    """The roles that ``approvals`` names for all topics; none: the default."""
    book = facts.runbook
    if not cue.about:
        return book.default_approvals
    return tuple(
        role
        for topic in cue.about
        for role in book.approvals.get(topic, book.default_approvals)
    )


def _approved(
    facts: Facts,
    action: act.AnyAction,
    account: str | None,
    roles: tuple[str, ...],
    now_us: Micros,
) -> bool:
    if not isinstance(action, act.Post):
        return True
    digest = approval_digest(facts.runbook, action, account or "")
    for role in roles:
        if (digest, role) not in facts.approvals:
            return False
        expires_us = facts.approvals[digest, role]
        if expires_us is not None and expires_us <= now_us:
            return False
    return True


def figure_good(facts: Facts, name: str) -> bool:
    """Taken, and its rounded value within its bounds."""
    if name not in facts.figures:
        return False
    rules, value = facts.runbook.figures[name], facts.figures[name]
    if rules.round is not None:
        value -= value % rules.round.down
    return rules.bounds is None or rules.bounds[0] <= value <= rules.bounds[1]
