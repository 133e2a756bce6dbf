"""Gates, written and implied, read a second time from the facts (SEMANTICS 5)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from launchctl.runbook import actions as act
from launchctl.runbook.digest import approval_digest
from launchctl.runbook.model import (
    ApprovedBy,
    AtCue,
    Check,
    Confirmed,
    Cue,
    Gate,
    OnAir,
    OrdersFresh,
    Poll,
    Seen,
    StreamHealthy,
    TwoPerson,
    UrlOk,
)
from launchctl.times import MINUTE, SECOND, Micros
from tests.simulation.facts import Facts, instant
from tests.simulation.reading import says
from tests.simulation.trace import Line

URL_FRESH_US = 10 * SECOND
SECOND_PERSON_US = 60 * SECOND
TWO_PERSONS_US = 5 * MINUTE


def closed(facts: Facts, name: str, now_us: Micros) -> Iterator[str]:
    """Every gate of the cue that is neither open nor overridden, written or implied."""
    for gate in facts.cue[name].gate:
        if not gate_open(facts, gate, name, now_us) and not _overridden(
            facts, name, gate
        ):
            yield f"gate {type(gate).__name__}"
    for slot, action, account in facts.slots(name):
        if (name, slot) in facts.retired:
            continue
        why = barred(facts, name, action, account, now_us)
        if why is not None:
            yield f"action {slot}: {why}"


def _overridden(facts: Facts, name: str, gate: Gate) -> bool:
    """True if a person opened it for this take; of two persons, two did."""
    kind = {
        OnAir: "on_air",
        Seen: "seen",
        StreamHealthy: "stream_healthy",
        OrdersFresh: "orders_fresh",
        UrlOk: "url_ok",
        Check: "check",
        Poll: "poll",
        Confirmed: "confirmed",
        TwoPerson: "two_person",
    }.get(type(gate))  # approval has none
    detail = [
        str(getattr(gate, field, "") or "")
        for field in ("scene", "output", "cue", "what", "role")
    ]
    if isinstance(gate, Check):
        detail.append(gate.check.source)
    for said, line in facts.cues[name].overrides.items():
        same = said.partition(":")[0] == kind and all(each in said for each in detail)
        if same and overrides(facts, name, line, two=kind == "two_person"):
            return True
    return False


def overrides(facts: Facts, name: str, line: Line, *, two: bool) -> bool:
    """True if the line opens its gate for the take that is about to fire, or runs."""
    cue = facts.cues[name]
    fired = cue.word in ("running", "in_doubt")
    if line["take"] != (cue.take if fired else cue.next_take):
        return False
    if not two:
        return True
    asked = cue.asked.get(line["gate"])
    return (
        asked is not None
        and asked["by"] != line["by"]
        and asked["take"] == line["take"]
        and instant(line["at"]) - instant(asked["at"]) <= SECOND_PERSON_US
    )


# --- written gates ----------------------------------------------------------------


def gate_open(  # noqa: C901  an arm a gate
    facts: Facts, gate: Gate, name: str, now_us: Micros
) -> bool:
    """Whether one written gate is open for the cue; name "" for an embargo's lift."""
    match gate:
        case Check():
            return says(facts, gate.check.source, now_us) is True
        case OrdersFresh():
            fresh_us = facts.complete_us
            return fresh_us is not None and now_us - fresh_us <= gate.within_us
        case ApprovedBy():
            return all(
                _approved(facts, action, account, gate.roles, now_us)
                for _, action, account in facts.slots(name)
            )
        case OnAir():
            return _on_air(facts, gate, name)
        case Seen():
            return _seen(facts, gate, name, now_us)
        case StreamHealthy():
            stage = facts.stages[facts.runbook.stage_of(gate.output)]
            live = stage.connected and stage.streaming and not stage.reconnecting
            return bool(live and facts.outputs[gate.output].moving)
        case UrlOk():
            at_us = facts.pages.get(gate.url)
            return at_us is not None and now_us - at_us <= URL_FRESH_US
        case Poll():
            return _poll(facts, gate, now_us)
        case Confirmed():
            return any(
                gate.by in line["roles"] and instant(line["at"]) >= _take(facts, name)
                for line in facts.confirmed.get(gate.what, ())
                if line["evidence"]
            )
        case TwoPerson():
            return _two(facts, gate, name)


def _take(facts: Facts, name: str) -> Micros:
    """Since when something counts for the cue's present take; "": the last recycle."""
    if not name:
        return facts.jumps[-1][0] if facts.jumps else 0
    cue = facts.cues[name]
    began_us = cue.entered_us if cue.retaken or cue.procedure is not None else 0
    return max(cue.fired_us or 0, began_us)


def _two(facts: Facts, gate: TwoPerson, name: str) -> bool:
    said: dict[str, list[Micros]] = {}
    for line in facts.confirmed.get(f"cue {name}", ()):
        at_us = instant(line["at"])
        if gate.role in line["roles"] and at_us >= _take(facts, name):
            said.setdefault(line["by"], []).append(at_us)
    return any(
        abs(one - other) <= TWO_PERSONS_US
        for first, times in said.items()
        for second, others in said.items()
        if first != second
        for one in times
        for other in others
    )


def _poll(facts: Facts, gate: Poll, now_us: Micros) -> bool:
    poll = facts.cues[gate.cue]
    if poll.outcome != "done" or poll.ended_us is None:
        return False
    return gate.max_age_us is None or now_us - poll.ended_us <= gate.max_age_us


def _on_air(facts: Facts, gate: OnAir, name: str) -> bool:
    stage = facts.stages[gate.stage or facts.runbook.first_stage or ""]
    if stage.connected and stage.program == gate.scene:
        return True
    if gate.still:
        return False
    since_us = _since(facts, name)
    spans = stage.on.get(gate.scene, [])
    return since_us is not None and any(to_us >= since_us for _, to_us in spans)


def _since(facts: Facts, name: str) -> Micros | None:
    """Since the cue's first predecessor fired in its present take; none: since due."""
    cue = facts.cue[name]
    before = list(cue.after.named) if cue.after else []
    if isinstance(cue.at, AtCue):
        before.append(cue.at.cue)
    fired = [facts.cues[other].fired_us for other in before]
    known = [at_us for at_us in fired if at_us is not None]
    return min(known) if known else facts.cues[name].due_us


def _seen(facts: Facts, gate: Seen, name: str, now_us: Micros) -> bool:
    """On program as ``on_air`` has it, and the output's delay over since."""
    stage = facts.stages[facts.runbook.stage_of(gate.output)]
    since_us = _since(facts, name)
    spans = stage.on.get(gate.scene, [])
    there = stage.connected and stage.program == gate.scene
    for place, (from_us, to_us) in enumerate(spans):
        counts = since_us is not None and to_us >= since_us
        still = there and place == len(spans) - 1
        if (counts or still) and delayed(facts, gate.output, from_us, now_us):
            return True
    return False


def delayed(facts: Facts, name: str, from_us: Micros, now_us: Micros) -> bool:
    """The output's delay is over since then, counted while its edge moved."""
    output = facts.outputs[name]
    moved_us = 0
    for place, (began_us, to_us) in enumerate(output.moves):
        moves_on = output.moving and place == len(output.moves) - 1
        end_us = now_us if moves_on else to_us
        moved_us += max(0, end_us - max(began_us, from_us))
    return moved_us >= max(facts.runbook.outputs[name].delay_us, output.delay_us)


# --- implied gates ----------------------------------------------------------------


def barred(
    facts: Facts, name: str, action: Any, account: str | None, now_us: Micros
) -> str | None:
    """Why embargo, approval or figure stop the action now; None if they do not."""
    for embargo in guards(facts, name, action):
        why = embargo_closed(facts, embargo, now_us)
        line = facts.cues[name].overrides.get(f"embargo: {embargo}")
        opened = line is not None and overrides(facts, name, line, two=True)
        if why is not None and not opened:
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


def guards(facts: Facts, name: str, action: Any) -> list[str]:
    """The embargoes that stand before an action."""
    cue = facts.cue[name]
    if not isinstance(action, act.Post | act.Http):
        return []
    teaser = _is_teaser(cue, action)
    return [
        embargo.name
        for embargo in facts.runbook.embargoes.values()
        if set(embargo.topics) & set(cue.about) or (embargo.default and not teaser)
    ]


def guarded_as(cue: Cue) -> list[Any]:
    """What decides which embargoes stand before the cue's actions."""
    return [(cue.about, _is_teaser(cue, each)) for each in cue.do if each.guarded]


def _is_teaser(cue: Cue, action: Any) -> bool:
    match action:
        case act.Post():
            return cue.teaser or action.post.teaser
        case act.Http():
            return cue.teaser or action.http.teaser
        case act.Thread():
            return cue.teaser or action.thread.parts[0].teaser
        case _:
            return cue.teaser


def embargo_closed(facts: Facts, name: str, now_us: Micros) -> str | None:
    """Why the embargo is closed; None if all its lifts latched and its time came."""
    embargo = facts.runbook.embargoes[name]
    if set(range(len(embargo.lifts))) - set(facts.latched.get(name, {})):
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
    action: Any,
    account: str | None,
    roles: tuple[str, ...],
    now_us: Micros,
) -> bool:
    if not isinstance(action, act.Post) or isinstance(action, act.Repost):
        return True
    if not roles:
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
