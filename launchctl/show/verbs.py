"""What each verb needs of its target, and what it does.

Each function raises ``Refused`` with a sentence, having changed nothing, or gives what
to do once the call is journaled as accepted.
"""

from __future__ import annotations

from collections.abc import Callable

from launchctl.runbook.instants import looks_like_wall, parse_wall
from launchctl.runbook.model import AtT
from launchctl.show import events as ev
from launchctl.show.clocks import n_at_wall, wall_at
from launchctl.show.closing import abort_show, end_show
from launchctl.show.confirmations import count_go
from launchctl.show.core import Core
from launchctl.show.cues import become_due
from launchctl.show.holds import open_hold, release_hold, set_t0, t0_from_go
from launchctl.show.inputs import Call
from launchctl.show.permissions import why_same_eyes
from launchctl.show.plan import Planned
from launchctl.show.procedures import start_procedure
from launchctl.show.retire import all_retired
from launchctl.show.state import CueState, HoldState
from launchctl.show.tables import FIREABLE, UNFIRED, CueWord
from launchctl.times import Micros, parse_span

Do = Callable[[], None]


class Refused(Exception):  # noqa: N818  it is the call that was refused
    """Why a call was refused, in a sentence."""


def cue_of(core: Core, call: Call) -> tuple[Planned, CueState]:
    """The cue that a call names."""
    planned = core.plan.cues.get(call.target or "")
    if planned is None:
        raise Refused(f"there is no cue {call.target!r}")
    return planned, core.state.cues[planned.cue.id]


def fresh(call: Call, seq: int, what: str) -> None:
    """Refuse what was pressed before its target last changed (SEMANTICS 8)."""
    if call.seen is not None and call.seen < seq:
        raise Refused(f"stale: {what} changed since (event {seq}, seen {call.seen})")


# --- go, fire, skip --------------------------------------------------------------


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


# --- holds -----------------------------------------------------------------------


def hold(core: Core, call: Call) -> Do:
    """Stop T. Opening an open hold changes nothing."""
    name = call.target or "operator"
    reason = str(call.args.get("why") or "")
    return lambda: open_hold(core, name, "operator", reason=reason, by=call.by)


def resume(core: Core, call: Call) -> Do:
    """Release the named holds; without a name, the only one that is open."""
    names = _named_holds(core, call)
    for hold in names:
        fresh(call, hold.seq, f"hold {hold.name}")
        if not any(role in call.roles for role in hold.release):
            who = ", ".join(hold.release)
            raise Refused(f"hold {hold.name} is released by {who}")
        early = hold.kind == "planned" and "at" not in call.args
        if early and not call.args.get("confirm"):
            raise Refused(
                f"hold {hold.name} is planned: releasing it early brings T-0 forward;"
                " confirm it"
            )
    until_us = _until(core, call)

    def do() -> None:
        for hold in names:
            if until_us is None:
                release_hold(core, hold.name, call.by)
            else:
                core.emit(ev.HoldTimed, by=call.by, name=hold.name, until_us=until_us)

    return do


def _named_holds(core: Core, call: Call) -> list[HoldState]:
    if not core.state.holds:
        raise Refused("no hold is open")
    listed = call.args.get("holds", ())
    if not isinstance(listed, list | tuple):
        raise Refused("holds is a list of names")
    named = [call.target] if call.target else [str(name) for name in listed]
    if not named:
        if len(core.state.holds) > 1:
            raise Refused(
                f"several holds are open, name one: {', '.join(core.state.holds)}"
            )
        named = list(core.state.holds)
    for name in named:
        if name not in core.state.holds:
            raise Refused(f"no hold {name!r} is open: {', '.join(core.state.holds)}")
    return [core.state.holds[name] for name in named]


def _until(core: Core, call: Call) -> Micros | None:
    if "at" not in call.args:
        return None
    now_us = wall_at(core.state, core.now_us)
    written = str(call.args["at"])
    until_us = n_at_wall(core.state, wall_of(core, written, now_us, now_us))
    if until_us <= core.now_us:
        raise Refused("that instant has passed")
    return until_us


def wall_of(
    core: Core, written: str, earliest_us: Micros, from_us: Micros | None
) -> Micros:
    """A wall instant: in the runbook's zone if it names none, a time of day the first
    at or after ``earliest_us``; or a span such as ``+5m`` from ``from_us``.

    Raises:
        Refused: it is neither.
    """
    try:
        if looks_like_wall(written):
            return parse_wall(written, core.runbook.timezone, earliest_us)
        if written[:1] in ("+", "-") and from_us is not None:
            span_us = parse_span(written[1:])
            return from_us + (span_us if written[0] == "+" else -span_us)
    except ValueError as error:
        raise Refused(str(error)) from None
    raise Refused(f"{written!r} is neither an instant nor a span such as +5m")


# --- procedures, the end ---------------------------------------------------------


def call_procedure(core: Core, call: Call) -> Do:
    """Start a procedure, or join it."""
    name = call.target or ""
    if name not in core.runbook.procedures:
        raise Refused(f"there is no procedure {name!r}")
    if core.runbook.procedures[name].answer:
        _not_answered(core, name)

    def do() -> None:
        start_procedure(core, name, f"called by {call.by}", call.by)

    return do


def _not_answered(core: Core, name: str) -> None:
    """An answer is given once: two people who see one rumour send one post."""
    cue = core.state.cues[name]
    if cue.state is CueWord.DONE:
        urls = [action.receipt_url for action in cue.actions.values()]
        where = next((url for url in urls if url), "done")
        raise Refused(f"{name} was answered already: {where}")


def end(core: Core, call: Call) -> Do:
    """End the show; confirmed while something is parked or in doubt."""
    open_words = (CueWord.PARKED, CueWord.IN_DOUBT)
    waiting = [n for n, cue in core.state.cues.items() if cue.state in open_words]
    if waiting and not call.args.get("confirm"):
        raise Refused(f"parked or in doubt: {', '.join(waiting)}; confirm the end")
    reason = str(call.args.get("why") or "called")
    return lambda: end_show(core, reason, call.by)


def abort(core: Core, call: Call) -> Do:
    """Stop everything and leave what is safe. Never expires."""
    reason = str(call.args.get("why") or "called")
    return lambda: abort_show(core, reason, call.by)
