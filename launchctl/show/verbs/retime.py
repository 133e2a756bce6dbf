"""Retime: T-0 falls on another instant, planned holds ahead built in (SEMANTICS 2).

What would go against the plan is listed first: cues that change their order with what
is pinned to the wall, that come too late, or whose instant would have passed.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from launchctl.runbook import actions as act
from launchctl.runbook.model import Poll
from launchctl.show import events as ev
from launchctl.show.clocks import n_at_wall, wall_at
from launchctl.show.core import Core
from launchctl.show.cues.triggers import due_on_clock
from launchctl.show.gates import permissions as per
from launchctl.show.holds import set_t0, t0_at_wall
from launchctl.show.inputs import Call
from launchctl.show.outlook.expected import ExpectedTimeline
from launchctl.show.plan import Planned
from launchctl.show.promises import NOT_GIVEN
from launchctl.show.tables import UNFIRED, CueWord
from launchctl.show.verbs.base import Do, Refused, fresh, wall_of
from launchctl.show.verbs.shown import confirm_list
from launchctl.times import HOUR, Micros

_PAST = "its instant had passed when T-0 was moved"


@dataclass(frozen=True, slots=True)
class _Move:
    """T-0 as it would be, and what that does to cues."""

    t0_us: Micros
    zero_us: Micros
    holds: tuple[str, ...]
    """Planned holds that are no longer ahead."""
    skipped: tuple[str, ...]
    parked: tuple[str, ...]


def retime(core: Core, call: Call) -> Do:
    """T-0 falls on an instant if resumed now; conflicts need the list's digest."""
    fresh(call, core.state.t0_seq, "T-0")
    for hold in core.state.holds.values():
        fresh(call, hold.seq, f"hold {hold.name}")
    t0_us = _instant(core, call.target or "")
    zero_us, holds = t0_at_wall(core, t0_us)
    past = [core.plan.cues[name] for name in _past(core, zero_us)]
    move = _Move(
        t0_us=t0_us,
        zero_us=zero_us,
        holds=tuple(holds),
        skipped=tuple(item.cue.id for item in past if not sends_once(item)),
        parked=tuple(item.cue.id for item in past if sends_once(item)),
    )
    lines = _conflicts(core, move)
    if lines:
        confirm_list(call, lines)
    return partial(_do, core, call, move)


def _instant(core: Core, written: str) -> Micros:
    """An instant, or a span from T-0 as it was set."""
    was_us = core.state.t0_wall_us
    if was_us is None and written[:1] in ("+", "-"):
        raise Refused("T-0 is not set: name an instant")
    around_us = wall_at(core.state, core.now_us) if was_us is None else was_us
    return wall_of(core, written, around_us - 12 * HOUR, was_us)


def sends_once(planned: Planned) -> bool:
    """True if an action of the cue is sent once: it is parked rather than skipped."""
    return any(slot.action.effect is act.Effect.ONCE for slot in planned.slots)


def _past(core: Core, zero_us: Micros) -> list[str]:
    """Pending cues that would now be due in the past, in file order."""
    now_us = core.clock_r()
    found = []
    for name in core.plan.t_cues:
        planned = core.plan.cues[name]
        coming = core.state.cues[name].state in (CueWord.PENDING, CueWord.STANDBY)
        if not coming or planned.cue.go or planned.planned_hold is not None:
            continue
        due_us = due_on_clock(core, planned, zero_us)
        if due_us is not None and due_us < now_us:
            found.append(name)
    return found


# --- what stands against it ------------------------------------------------------


def _conflicts(core: Core, move: _Move) -> list[str]:
    gone = (*move.holds, *move.skipped, *move.parked)
    names = [
        cue.id
        for cue in core.runbook.cues
        if cue.id not in gone and core.state.cues[cue.id].state in UNFIRED
    ]
    is_now = ExpectedTimeline(core)
    would_be = ExpectedTimeline(core, move.zero_us, move.holds)
    before = {name: is_now.cue_us(name) for name in names}
    after = {name: would_be.cue_us(name) for name in names}
    lines = [f"{name}: the planned hold is skipped" for name in move.holds]
    lines += [f"{name}: skipped, its instant would be past" for name in move.skipped]
    lines += [f"{name}: parked, its instant would be past" for name in move.parked]
    lines += _order(core, before, after)
    for name, at_us in after.items():
        if at_us is not None and not core.plan.cues[name].pinned:
            lines += _too_late(core, core.plan.cues[name], at_us)
            lines += _polls_too_old(core, core.plan.cues[name], at_us)
            lines += _promises_missed(core, name, at_us)
    return lines


def _order(
    core: Core, before: dict[str, Micros | None], after: dict[str, Micros | None]
) -> list[str]:
    """Which cues change their order with what is pinned to the wall."""
    lines = []
    pinned = [name for name in after if core.plan.cues[name].pinned]
    for name, at_us in after.items():
        was_us = before.get(name)
        if core.plan.cues[name].pinned or at_us is None or was_us is None:
            continue
        for other in pinned:
            wall_us = after[other]
            if wall_us is None or (was_us < wall_us) == (at_us < wall_us):
                continue
            where = "before" if at_us < wall_us else "after"
            lines.append(f"{name}: comes {where} {other} now")
    return lines


def _too_late(core: Core, planned: Planned, at_us: Micros) -> list[str]:
    name, lines = planned.cue.id, []
    hard_out_us = core.runbook.hard_out_us
    if hard_out_us is not None and at_us > n_at_wall(core.state, hard_out_us):
        lines.append(f"{name}: comes after hard_out")
    for slot in planned.slots:
        if not isinstance(slot.action, act.Post):
            continue
        given = core.state.approvals.get(per.digest_of(core, planned, slot), {})
        for role, approval in given.items():
            if approval.expires_us is not None and approval.expires_us <= at_us:
                lines.append(f"{name}: the approval by {role} will have expired")
    return lines


def _polls_too_old(core: Core, planned: Planned, at_us: Micros) -> list[str]:
    """Polls that said go, and will have said it too long ago."""
    lines = []
    for gate in planned.cue.gate:
        if not isinstance(gate, Poll) or gate.max_age_us is None:
            continue
        said_us = core.state.cues[gate.cue].ended_us
        is_go = core.state.cues[gate.cue].state is CueWord.DONE and said_us is not None
        if is_go and at_us - (said_us or 0) > gate.max_age_us:
            lines.append(f"{planned.cue.id}: the poll {gate.cue} will be too old")
    return lines


def _promises_missed(core: Core, name: str, at_us: Micros) -> list[str]:
    """Promises that the cue keeps, given or still to be given."""
    return [
        f"{name}: comes too late for what {one.cue} promises, {one.promise.what}"
        for one in core.plan.promises.values()
        if one.promise.kept_by == name
        and core.state.cues[one.cue].state not in NOT_GIVEN
        and at_us > n_at_wall(core.state, one.promise.by_us)
    ]


# --- doing it --------------------------------------------------------------------


def _do(core: Core, call: Call, move: _Move) -> None:
    set_t0(core, move.t0_us, move.zero_us, call.by)
    for name in (*move.holds, *move.skipped):
        core.emit(ev.CueSkipped, cue=name, by=call.by, reason=_PAST)
    for name in move.parked:
        core.emit(ev.CueParked, cue=name, by=call.by, reason=_PAST)
