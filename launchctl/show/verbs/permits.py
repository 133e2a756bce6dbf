"""The verbs of permissions: override, retire (SEMANTICS 5, 6 and 8).

As in ``verbs``: each raises ``Refused``, having changed nothing, or gives what to do.
"""

from __future__ import annotations

from launchctl.runbook.actions import RetireBody
from launchctl.runbook.model import ApprovedBy
from launchctl.show import events as ev
from launchctl.show.actions.retire import retire as retire_posts
from launchctl.show.actions.retire import unsent
from launchctl.show.core import Core
from launchctl.show.gates import permissions as per
from launchctl.show.gates.names import gate_name
from launchctl.show.gates.overrides import (
    embargo_gate,
    embargoes_before,
    override_of,
    take_of,
)
from launchctl.show.inputs import Call
from launchctl.show.plan import Planned
from launchctl.show.tables import (
    FIREABLE,
    OVERRIDE_CONFIRM_US,
    TWO_PERSON_GATES,
    UNFIRED,
)
from launchctl.show.verbs.base import Do, Refused, cue_of, fresh

_HAVE_NONE = (
    "approval",
    "figure",
    "silence",
    "freeze",
    "hold",
    "doubt",
    "in doubt",
    "in_doubt",
    "approved_by",
)


def override(core: Core, call: Call) -> Do:
    """Open one gate for this take; an embargo once a second person confirms."""
    planned, cue = cue_of(core, call)
    name = planned.cue.id
    fresh(call, cue.seq, f"cue {name}")
    if cue.state not in (*UNFIRED, *FIREABLE):
        raise Refused(f"cue {name} is {cue.state}: no gate stands before it now")
    reason = str(call.args.get("why") or "").strip()
    if not reason:
        raise Refused("an override needs a reason")
    gate = _gate(core, planned, str(call.args.get("gate") or ""))
    take, before = take_of(cue), override_of(cue, gate)
    if before is not None and before.until_us is None:
        raise Refused(f"{gate} of cue {name} is overridden already, by {before.by}")
    asked_by: str | None = None
    if gate.partition(":")[0] in TWO_PERSON_GATES:
        until_us = before.until_us if before is not None else None
        if before is None or until_us is None or until_us < core.now_us:
            return lambda: _ask(core, call, name, gate, take, reason)
        if before.by == call.by:
            raise Refused(f"{call.by} asked for it: a second person has to confirm it")
        asked_by = before.by

    def do() -> None:
        core.emit(
            ev.Overridden,
            cue=name,
            by=call.by,
            gate=gate,
            take=take,
            reason=reason,
            asked_by=asked_by,
        )

    return do


def _ask(  # noqa: PLR0913, PLR0917  who, what, for which take, why
    core: Core, call: Call, name: str, gate: str, take: int, reason: str
) -> None:
    core.emit(
        ev.OverrideAsked,
        cue=name,
        by=call.by,
        gate=gate,
        take=take,
        reason=reason,
        until_us=core.now_us + OVERRIDE_CONFIRM_US,
    )


def _gate(core: Core, planned: Planned, said: str) -> str:
    """The gate that is meant: in full, by its kind, or an embargo by its name."""
    wanted = said.strip()
    if wanted.partition(":")[0].strip() in _HAVE_NONE:
        raise Refused(
            "approval, figure, silence, freeze, hold and doubt cannot be overridden"
        )
    names = {embargo_gate(name): name for name in embargoes_before(core, planned)}
    gates = [
        gate_name(gate) for gate in planned.cue.gate if not isinstance(gate, ApprovedBy)
    ] + list(names)
    found = [gate for gate in gates if wanted in (gate, names.get(gate))] or [
        gate for gate in gates if gate.partition(":")[0] == wanted
    ]
    if not found:
        there = "; ".join(gates) or "none that can be overridden"
        raise Refused(f"cue {planned.cue.id} has no gate {wanted!r}: {there}")
    if len(dict.fromkeys(found)) > 1:
        raise Refused(f"which one is meant? {'; '.join(found)}")
    embargo = names.get(found[0])
    if embargo is not None and per.why_embargo_closed(core, embargo) is None:
        raise Refused(f"embargo {embargo} is open")
    return found[0]


def retire(core: Core, call: Call) -> Do:
    """Void unsent posts: of cues, about a topic, or containing some words."""
    which = _which(core, call)
    found = unsent(core, which)
    if not found:
        raise Refused("no unsent post is meant by that")
    reason = str(call.args.get("why") or f"by {call.by}")
    return lambda: retire_posts(core, found, reason, call.by)


def _which(core: Core, call: Call) -> RetireBody:
    named = call.args.get("cues", ())
    listed = [named] if isinstance(named, str) else list(named or ())
    cues = tuple(str(name) for name in [call.target, *listed] if name)
    topic, containing = call.args.get("topic"), call.args.get("containing")
    if sum(bool(part) for part in (cues, topic, containing)) != 1:
        raise Refused("retire names cues, a topic, or words that the posts contain")
    for name in cues:
        if name not in core.plan.cues:
            raise Refused(f"there is no cue {name!r}")
    return RetireBody(
        cues=cues,
        topic=str(topic) if topic else None,
        containing=str(containing) if containing else None,
    )
