"""A cue on its way: standing by, waiting for its instant, taking its turn.

SEMANTICS 3 and 7: by (due, place in the file).
"""

from __future__ import annotations

from launchctl.show import events as ev
from launchctl.show.actions.asking import left_out
from launchctl.show.actions.ending import conclude
from launchctl.show.actions.films import fell_in_hold, next_instant_us
from launchctl.show.agenda import order_of
from launchctl.show.clocks import n_at_r
from launchctl.show.core import Core
from launchctl.show.cues.due import become_due
from launchctl.show.cues.triggers import (
    due_on_clock,
    read_owner,
    rearm,
    true_long_enough_us,
)
from launchctl.show.cues.waiting import try_to_fire
from launchctl.show.plan import Planned
from launchctl.show.tables import CueWord
from launchctl.times import Micros

_W = CueWord
_AT_ONE_INSTANT = 50
"""So often a cue stands by and down at one instant: more than its inputs can want."""


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
    _look_at_film(core, planned)
    due_us = due_on_clock(core, planned)
    standing = core.state.cues[name].state is _W.STANDBY
    if due_us is None:
        if standing:
            _stand_down(core, name)
        return None
    if due_us > core.clock(planned):
        if standing:
            _stand_down(core, name)
        _look_again(core, planned, due_us)
        return None
    if core.hold_against(planned):
        core.agenda.blocked[name] = None
        return None
    if planned.cue.go or core.state.cues[name].manual:
        if not standing:
            core.emit(ev.CueReady, cue=name)
        return None
    return due_us if planned.pinned else n_at_r(core.state, due_us)


def _stand_down(core: Core, name: str) -> None:
    """No longer standing by. What stands by and down again and again at one instant
    would never let go of it: a person decides.
    """
    at_us, times = core.agenda.unready.get(name, (core.now_us, 0))
    times = times + 1 if at_us == core.now_us else 1
    core.agenda.unready[name] = (core.now_us, times)
    if times < _AT_ONE_INSTANT:
        core.emit(ev.CueUnready, cue=name)
    else:
        reason = "its own standing by makes its condition false, and true again"
        core.emit(ev.CueParked, cue=name, reason=reason)


def _look_at_film(core: Core, planned: Planned) -> None:
    """A film's instant comes on N, in a hold too, whatever else the cue waits for."""
    if not core.plan.films:
        return
    fell_in_hold(core, planned)
    film_us = next_instant_us(core, planned)
    if film_us is not None:
        core.agenda.at_n(film_us, "cue", planned.cue.id)


def _look_again(core: Core, planned: Planned, due_us: Micros) -> None:
    """Wait for its instant; ``for`` runs on N, though R may stand meanwhile."""
    core.hint(planned, due_us, "cue")
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
        try_to_fire(core, planned)
