"""GO, ``fire``, ``skip``, ``undo``: what people do to cues (SEMANTICS 8)."""

from __future__ import annotations

from launchctl.runbook.model import AtT
from launchctl.show import events as ev
from launchctl.show.actions.retire import all_retired
from launchctl.show.actions.undo import to_undo, undo_of
from launchctl.show.actions.undo import undo as take_back
from launchctl.show.core import Core
from launchctl.show.cues.due import become_due
from launchctl.show.gates.confirmations import count_go
from launchctl.show.gates.permissions import why_same_eyes
from launchctl.show.holds import set_t0, t0_from_go
from launchctl.show.inputs import Call
from launchctl.show.plan import Planned
from launchctl.show.tables import FIREABLE, UNFIRED
from launchctl.show.verbs.base import Do, Refused, cue_of, fresh


def go(core: Core, call: Call) -> Do:
    """GO fires the standby cue that the person saw, and no other."""
    called = core.plan.cues.get(call.target or "")
    in_procedure = called is not None and called.procedure is not None
    if core.state.holds and not in_procedure:
        raise Refused(f"hold {', '.join(core.state.holds)} is open: resume first")
    if call.target is None and call.seen is None:
        raise Refused("GO names its cue, or the event that was last seen")
    standing = {
        role: core.state.standby[role]
        for role in core.runbook.crew
        if role in call.roles and core.state.standby.get(role, (None, 0))[0] is not None
    }
    if not standing:
        if called is not None and core.state.cues[called.cue.id].fired_us is not None:
            raise Refused(f"stale: {call.target!r} has fired, and no cue stands by")
        raise Refused("no cue stands by for you")
    for cue, seq in standing.values():
        if call.target in (None, cue) and cue is not None:
            fresh(call, seq, "the standby")
            _other_eyes(core, core.plan.cues[cue], call)
            return lambda: _do_go(core, core.plan.cues[cue], call)
    names = ", ".join(str(cue) for cue, _ in standing.values())
    raise Refused(f"stale: {call.target!r} does not stand by, {names} does")


def _do_go(core: Core, planned: Planned, call: Call) -> None:
    by = call.by
    if core.state.zero_r_us is None and planned.procedure is None:
        at = planned.cue.at
        offset_us = at.offset_us if isinstance(at, AtT) else 0
        wall_us, zero_us, skipped = t0_from_go(core, offset_us)
        set_t0(core, wall_us, zero_us, by)
        for name in skipped:
            reason = "its instant had passed when T-0 was set"
            core.emit(ev.CueSkipped, cue=name, reason=reason)
    count_go(core, planned, call)
    become_due(core, planned, core.now_us, how="go", by=by)


def fire(core: Core, call: Call) -> Do:
    """Fire a cue out of its turn; gates still stand before it."""
    planned, cue = cue_of(core, call)
    fresh(call, cue.seq, f"cue {planned.cue.id}")
    if cue.state not in FIREABLE:
        raise Refused(f"cue {planned.cue.id} is {cue.state}: it cannot be fired")
    if cue.chosen is not None:
        raise Refused(
            f"choice {planned.cue.id} was answered: {cue.chosen}; fire its cues instead"
        )
    if planned.planned_hold is not None:
        raise Refused(f"cue {planned.cue.id} is a planned hold: call hold instead")
    if planned.procedure is None:
        if core.state.holds:
            raise Refused(f"hold {', '.join(core.state.holds)} is open: resume first")
        if core.state.zero_r_us is None:
            raise Refused("T-0 is not set: the first GO sets it")
    if all_retired(core, planned):
        raise Refused(f"what cue {planned.cue.id} would post was retired")
    _other_eyes(core, planned, call)
    return lambda: become_due(core, planned, core.now_us, how="fire", by=call.by)


def _other_eyes(core: Core, planned: Planned, call: Call) -> None:
    why = why_same_eyes(core, planned, call.by)
    if why is not None:
        raise Refused(f"{why}: somebody else fires cue {planned.cue.id}")


def skip(core: Core, call: Call) -> Do:
    """The cue will not fire; of a segment that may be dropped, none of its cues."""
    if any(segment.name == call.target for segment in core.runbook.segments):
        return _skip_segment(core, call)
    planned, cue = cue_of(core, call)
    name = planned.cue.id
    fresh(call, cue.seq, f"cue {name}")
    if cue.state not in UNFIRED:
        raise Refused(f"cue {name} is {cue.state}: it cannot be skipped")
    reason = str(call.args.get("why") or "skipped by a person")

    def do() -> None:
        core.emit(ev.CueSkipped, cue=name, by=call.by, reason=reason)

    return do


def undo(core: Core, call: Call) -> Do:
    """Take back what the cue told web services, by the calls that undo its own."""
    planned, cue = cue_of(core, call)
    name = planned.cue.id
    fresh(call, cue.seq, f"cue {name}")
    if undo_of(core, planned) is None:
        raise Refused(f"cue {name} has nothing to undo")
    slots = to_undo(core, planned)
    if not slots:
        raise Refused(f"cue {name} is undone, or about to be")

    def do() -> None:
        for slot in slots:
            take_back(core, planned, slot)

    return do


def _skip_segment(core: Core, call: Call) -> Do:
    """What has not fired of the segment is skipped."""
    name = call.target or ""
    segment = next(s for s in core.runbook.segments if s.name == name)
    if not segment.may_drop:
        raise Refused(f"segment {name} may not be dropped: it has no may_drop")
    members = [cue.id for cue in core.runbook.cues if cue.segment == name]
    unfired = [cue for cue in members if core.state.cues[cue].state in UNFIRED]
    if not unfired:
        raise Refused(f"segment {name} has no cue that could still be skipped")
    for cue in unfired:
        fresh(call, core.state.cues[cue].seq, f"cue {cue}")
    reason = str(call.args.get("why") or f"segment {name} was dropped")

    def do() -> None:
        for cue in unfired:
            core.emit(ev.CueSkipped, cue=cue, by=call.by, reason=reason)

    return do
