"""Gates: whether a cue that is due may fire (SEMANTICS 5).

Read from due on, at every change; a new kind of gate is an arm here. Each gives a
sentence while it is closed. Unknown is closed.
"""

from __future__ import annotations

from typing import assert_never

from launchctl.runbook import actions as act
from launchctl.runbook.model import (
    ApprovedBy,
    Check,
    Confirmed,
    Gate,
    OnAir,
    OrdersFresh,
    Poll,
    Seen,
    StreamHealthy,
    TwoPerson,
    UrlOk,
)
from launchctl.show.core import Core
from launchctl.show.gates import permissions as per
from launchctl.show.gates.confirmations import why_not_two, why_unconfirmed
from launchctl.show.gates.names import gate_name
from launchctl.show.gates.overrides import embargo_gate, is_overridden
from launchctl.show.gates.urls import why_url_closed
from launchctl.show.outputs import seen_at_us, why_not_healthy, why_not_seen
from launchctl.show.plan import Planned, predecessors
from launchctl.show.tables import CueWord
from launchctl.show.values import read
from launchctl.times import SECOND, Micros, format_span

Closed = tuple[str, str]
"""(gate, why), for people."""


def closed_gates(core: Core, planned: Planned) -> list[Closed]:
    """The gates of a cue that are closed now, written and implied."""
    closed = []
    since_us = on_air_since(core, planned)
    for gate in planned.cue.gate:
        why = why_gate_closed(core, gate, since_us, (planned,))
        if why is not None and not is_overridden(core, planned, gate_name(gate)):
            closed.append((gate_name(gate), why))
    closed.extend(_implied(core, planned))
    return closed


def first_closed(core: Core, planned: Planned) -> str | None:
    """The sentence of the first closed gate; None if all are open."""
    closed = closed_gates(core, planned)
    return closed[0][1] if closed else None


def _implied(core: Core, planned: Planned) -> list[Closed]:
    closed: dict[Closed, None] = {}
    for slot in planned.slots:
        if per.is_retired(core, planned, slot):
            continue
        if slot.action.guarded:
            for name in per.closed_embargoes(core, planned, slot):
                says = f"embargo {name}: {per.why_embargo_closed(core, name)}"
                closed[embargo_gate(name), says] = None
        why = per.why_unapproved(core, planned, slot)
        if why is not None:
            closed["approval", why] = None
    why = per.why_no_figure(core, planned)
    if why is not None:
        closed["figure", why] = None
    return list(closed)


def why_gate_closed(  # noqa: C901  an arm a gate
    core: Core, gate: Gate, since_us: Micros, texts_of: tuple[Planned, ...]
) -> str | None:
    """A sentence if the gate is closed; None if it is open.

    ``since_us`` is for ``on_air``; ``texts_of`` are the cues whose texts it is about.
    """
    match gate:
        case OnAir():
            return _on_air(core, gate, since_us)
        case Seen():
            return why_not_seen(core, gate, since_us)
        case StreamHealthy():
            return why_not_healthy(core, gate)
        case ApprovedBy():
            return _approved_by(core, gate, texts_of)
        case OrdersFresh():
            return _orders_fresh(core, gate)
        case UrlOk():
            return why_url_closed(core, gate)
        case Check():
            said = read(core, gate.check)
            if said:
                return None
            return f"{gate.check.source} is {'unknown' if said is None else 'false'}"
        case Poll():
            return _poll(core, gate)
        case Confirmed():
            return why_unconfirmed(core, gate, texts_of)
        case TwoPerson():
            return why_not_two(core, gate, texts_of)
        case _:
            assert_never(gate)


def look_again_us(core: Core, planned: Planned) -> Micros | None:
    """When a closed gate of the cue opens by itself, as things stand; None: unknown."""
    since_us = on_air_since(core, planned)
    coming = [
        seen_at_us(core, gate, since_us)
        for gate in planned.cue.gate
        if isinstance(gate, Seen)
    ]
    return min((at_us for at_us in coming if at_us is not None), default=None)


def _poll(core: Core, gate: Poll) -> str | None:
    """Done is all go; a poll that asks anew is done no more."""
    cue = core.state.cues[gate.cue]
    if cue.state is not CueWord.DONE or cue.ended_us is None:
        return f"poll {gate.cue} is {cue.state}"
    age_us = core.now_us - cue.ended_us
    if gate.max_age_us is not None and age_us > gate.max_age_us:
        return f"poll {gate.cue} was go {format_span(age_us)} ago"
    return None


def _on_air(core: Core, gate: OnAir, since_us: Micros) -> str | None:
    name = gate.stage or core.runbook.first_stage or ""
    stage = core.state.stages.get(name)
    if stage is None:
        return f"there is no stage {name!r}"
    if stage.connected and stage.program == gate.scene:
        return None
    if not gate.still and stage.last_on.get(gate.scene, since_us - 1) >= since_us:
        return None
    if not stage.connected:
        return f"stage {name} is offline: what is on program is unknown"
    return f"{gate.scene} has not been on program ({stage.program or 'unknown'} is)"


def on_air_since(core: Core, planned: Planned) -> Micros:
    """When the cue's first predecessor fired in its present take; none: its due."""
    fired = [
        core.state.cues[name].fired_us
        for name in predecessors(planned.cue)
        if core.state.cues[name].fired_us is not None
    ]
    known = [at_us for at_us in fired if at_us is not None]
    if known:
        return min(known)
    due_us = core.state.cues[planned.cue.id].due_us
    return core.now_us if due_us is None else due_us


def _approved_by(
    core: Core, gate: ApprovedBy, texts_of: tuple[Planned, ...]
) -> str | None:
    for planned in texts_of:
        for slot in planned.slots:
            texts = isinstance(slot.action, act.Post)
            if texts and not isinstance(slot.action, act.Repost):
                digest = per.digest_of(core, planned, slot)
                missing = per.missing_roles(core, digest, gate.roles)
                if missing:
                    return f"not approved by {', '.join(missing)}"
    return None


def _orders_fresh(core: Core, gate: OrdersFresh) -> str | None:
    complete_us = core.state.orders_complete_us
    if complete_us is None:
        return "it is not known how complete the orders are"
    age_us = core.now_us - complete_us
    if age_us <= gate.within_us:
        return None
    whole_us = max(SECOND, age_us // SECOND * SECOND)
    return f"orders are complete only to {format_span(whole_us)} ago"
