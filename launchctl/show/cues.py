"""A cue's way from pending to fired: due, late, waiting, parked (SEMANTICS 3 and 5)."""

from __future__ import annotations

import heapq

from launchctl.runbook.model import Else
from launchctl.show import events as ev
from launchctl.show import permissions as per
from launchctl.show.agenda import order_of
from launchctl.show.asking import left_out
from launchctl.show.clocks import n_at_r, wall_at
from launchctl.show.commands import TakeFigure
from launchctl.show.core import Core
from launchctl.show.films import fell_in_hold, next_instant_us
from launchctl.show.firing import fire
from launchctl.show.gates import first_closed, look_again_us
from launchctl.show.holds import open_hold
from launchctl.show.outcomes import conclude
from launchctl.show.plan import Planned
from launchctl.show.tables import GOOD, CueWord
from launchctl.show.triggers import due_on_clock, read_owner, rearm, true_long_enough_us
from launchctl.show.urls import ask_urls
from launchctl.times import Micros, format_span

_W = CueWord


def consider_all(core: Core) -> None:
    """Look at every dirty cue once, by (due, file order)."""
    names, core.agenda.cues = core.agenda.cues, {}
    if not core.open_to_fire:
        return
    turn = []
    for name in sorted(names, key=lambda name: order_of(core.plan, core.state, name)):
        due_us = _turn(core, core.plan.cues[name])
        if due_us is not None:
            turn.append((due_us, order_of(core.plan, core.state, name), name))
    for _, _, name in sorted(turn):
        if core.open_to_fire:
            _move(core, core.plan.cues[name])


def _turn(core: Core, planned: Planned) -> Micros | None:
    """The instant of N since when the cue is due; None if it is not."""
    name = planned.cue.id
    cue = core.state.cues[name]
    match cue.state:
        case _W.WAITING:
            return core.now_us if cue.due_us is None else cue.due_us
        case _W.PENDING | _W.STANDBY:
            return _coming(core, planned)
        case _W.DONE | _W.FAILED | _W.SKIPPED:
            rearm(core, planned)
            left_out(core, planned)
            return None
        case _W.RUNNING | _W.IN_DOUBT:
            conclude(core, planned)
            return None
        case _:
            return None


def _coming(core: Core, planned: Planned) -> Micros | None:
    """Of a cue that is not due yet: stand by, wait for its instant, or be due."""
    name = planned.cue.id
    if _before_t0(core, planned):
        _stand_first(core, planned)
        return None
    if planned.planned_hold is not None:
        return None  # the clock alone begins it
    due_us = due_on_clock(core, planned)
    standing = core.state.cues[name].state is _W.STANDBY
    if due_us is None:
        if standing:
            core.emit(ev.CueUnready, cue=name)
        return None
    if due_us > core.clock(planned):
        if standing:
            core.emit(ev.CueUnready, cue=name)
        _look_again(core, planned, due_us)
        return None
    if core.hold_against(planned):
        core.agenda.blocked[name] = None
        fell_in_hold(core, planned)
        return None
    if planned.cue.go or core.state.cues[name].manual:
        if not standing:
            core.emit(ev.CueReady, cue=name)
        return None
    return due_us if planned.pinned else n_at_r(core.state, due_us)


def _look_again(core: Core, planned: Planned, due_us: Micros) -> None:
    """Wait for its instant; ``for`` runs on N, though R may stand meanwhile."""
    core.hint(planned, due_us, "cue")
    film_us = next_instant_us(core, planned)
    if film_us is not None:
        core.agenda.at_n(film_us, "cue", planned.cue.id)
    true_us = true_long_enough_us(core, planned)
    if true_us is not None and true_us > core.now_us:
        core.agenda.at_n(true_us, "cue", planned.cue.id)


def _before_t0(core: Core, planned: Planned) -> bool:
    """Before T-0 is set only pinned cues and procedures fire (SEMANTICS 1)."""
    return core.state.zero_r_us is None and not planned.pinned


def _stand_first(core: Core, planned: Planned) -> None:
    """Without ``t0`` the first cue stands by; its GO sets T-0."""
    name = planned.cue.id
    is_first = name == core.plan.first
    if is_first and core.state.cues[name].state is _W.PENDING:
        core.emit(ev.CueReady, cue=name)


def _move(core: Core, planned: Planned) -> None:
    """A due cue takes its next step; looked at again, as others moved before it."""
    cue = core.state.cues[planned.cue.id]
    owner = f"cue:{planned.cue.id}"
    if owner in core.agenda.owners:  # it reads what moved before it in this pass
        del core.agenda.owners[owner]
        read_owner(core, owner)
    if cue.state in (_W.PENDING, _W.STANDBY):
        due_us = _coming(core, planned)
        if due_us is not None:
            become_due(core, planned, due_us)
    if cue.state is _W.WAITING:
        _try(core, planned)


def become_due(
    core: Core,
    planned: Planned,
    due_us: Micros,
    how: str = "triggers",
    by: str | None = None,
) -> None:
    """All triggers hold since ``due_us``: the late rule, silence, then the gates."""
    late_by_us = core.clock(planned) - core.clock(planned, due_us)
    within_us = planned.within_us
    if _nothing_left(core, planned):
        take = core.state.cues[planned.cue.id].next_take
        core.emit(ev.CuePassed, cue=planned.cue.id, by=by, take=take, due_us=due_us)
        return
    _ask_figures(core, planned, due_us)
    if how == "triggers" and within_us is not None and late_by_us > within_us:
        reason = f"late by {format_span(late_by_us)}, at most {format_span(within_us)}"
        otherwise(
            core, planned, planned.late_else, "late", reason, (due_us, late_by_us)
        )
        return
    core.emit(
        ev.CueDue,
        cue=planned.cue.id,
        by=by,
        due_us=due_us,
        late_by_us=late_by_us,
        how=how,
    )
    park_if_shut(core, planned)


def _nothing_left(core: Core, planned: Planned) -> bool:
    """Recycled, and all of it had ended ok before: it passes at its place."""
    cue = core.state.cues[planned.cue.id]
    if not cue.retaken or not planned.slots:
        return False
    return all(
        slot.id in cue.actions and cue.actions[slot.id].state in GOOD
        for slot in planned.slots
    )


def park_if_shut(core: Core, planned: Planned) -> None:
    """Silenced, or its figure out of bounds: a person decides."""
    why = per.all_silenced(core, planned) or per.all_by_hand(core, planned)
    if why is None:
        for name in planned.figures:
            figure = core.state.figures.get(name)
            if figure is not None and not figure.in_bounds:
                why = f"figure {name} is out of bounds: {figure.rounded}"
    if why is not None:
        core.emit(ev.CueParked, cue=planned.cue.id, reason=why)


def _ask_figures(core: Core, planned: Planned, due_us: Micros) -> None:
    """A figure without ``as_of`` is as of the due of its first post."""
    for name in planned.figures:
        by_default = core.runbook.figures[name].as_of is None
        if by_default and name not in core.state.figures:
            as_of_us = wall_at(core.state, due_us)
            core.emit(
                ev.FigureAsked, cue=planned.cue.id, figure=name, as_of_us=as_of_us
            )
            of = core.runbook.figures[name].of
            core.commands.append(TakeFigure(name, of, as_of_us))


def otherwise(  # noqa: PLR0913, PLR0917  the rule, its outcome, its reason
    core: Core,
    planned: Planned,
    what: Else,
    rule: str,
    reason: str,
    late: tuple[Micros, Micros] | None = None,
) -> None:
    """The outcome of the late rule (``late``) or the wait rule (``gate``)."""
    name = planned.cue.id
    due_us, late_by_us = late or (None, None)
    match what:
        case Else.SKIP:
            core.emit(
                ev.CueSkipped,
                cue=name,
                reason=reason,
                due_us=due_us,
                late_by_us=late_by_us,
            )
        case Else.PARK:
            core.emit(
                ev.CueParked,
                cue=name,
                reason=reason,
                due_us=due_us,
                late_by_us=late_by_us,
            )
        case Else.HOLD:
            hold = f"{rule}:{name}"
            core.emit(
                ev.CueHeld,
                cue=name,
                hold=hold,
                reason=reason,
                due_us=due_us,
                late_by_us=late_by_us,
            )
            open_hold(core, hold, "machine", reason=reason)


# --- waiting ---------------------------------------------------------------------


def _try(core: Core, planned: Planned) -> None:
    """Fire if nothing stands before it any more."""
    name = planned.cue.id
    cue = core.state.cues[name]
    park_if_shut(core, planned)
    if cue.state is not _W.WAITING:
        return
    if core.hold_against(planned):
        core.agenda.blocked[name] = None
        return
    if first_closed(core, planned) is not None:
        ask_urls(core, planned)
        if f"gate:{name}" in core.plan.timed:
            core.agenda.ticking[f"gate:{name}"] = None
        again_us = look_again_us(core, planned)
        if again_us is not None:
            core.agenda.at_n(again_us, "cue", name)
        deadline_us = wait_until(core, planned)
        if (
            core.timers
            and deadline_us is not None
            and deadline_us <= core.clock(planned)
        ):
            core.agenda.overdue[name] = None  # in this pass, as if it had been hinted
        elif deadline_us is not None:
            core.hint(planned, deadline_us, "wait")
        return
    spaced = cue.waived or planned.procedure is not None
    if not spaced and core.now_us < core.state.quiet_until_us:
        _queue(core, name)
        return
    fire(core, planned)


def _queue(core: Core, name: str) -> None:
    """After a late firing the others keep their due and order."""
    if name in core.agenda.queued:
        return
    core.agenda.queued[name] = None
    due_us = core.state.cues[name].due_us or core.now_us
    order = order_of(core.plan, core.state, name)
    heapq.heappush(core.agenda.queue, (due_us, order, name))


def wait_until(core: Core, planned: Planned) -> Micros | None:
    """On the cue's clock: how long it waits at closed gates."""
    from_us = core.state.cues[planned.cue.id].wait_from_us
    if planned.wait_us is None or from_us is None:
        return None
    return core.clock(planned, from_us) + planned.wait_us


def check_waits(core: Core) -> None:
    """The wait rule, in file order: what arrives with the deadline has won already."""
    names, core.agenda.overdue = core.agenda.overdue, {}
    for name in sorted(names, key=lambda name: order_of(core.plan, core.state, name)):
        planned = core.plan.cues[name]
        until_us = wait_until(core, planned)
        if core.state.cues[name].state is not _W.WAITING or until_us is None:
            continue
        if core.hold_against(planned):
            core.agenda.blocked[name] = None
            continue
        if core.clock(planned) < until_us:
            core.hint(planned, until_us, "wait")
            continue
        why = first_closed(core, planned)
        if why is not None and core.open_to_fire:
            otherwise(core, planned, planned.wait_else, "gate", f"waited: {why}")
