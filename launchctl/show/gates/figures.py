"""When a figure is taken: at its ``as_of``, as soon as that has come (SEMANTICS 5).

Without ``as_of`` it is the due of its first post, which ``due.become_due`` asks for.
"""

from __future__ import annotations

from launchctl.runbook.model import AsOf, AtCue, AtT, AtWall
from launchctl.show import events as ev
from launchctl.show.clocks import n_at_r, n_at_wall, wall_at
from launchctl.show.commands import TakeFigure
from launchctl.show.core import Core
from launchctl.times import Micros, format_span, format_t


def consider_figure(core: Core, name: str) -> None:
    """Ask the ledger if the figure's instant has come; else look again then."""
    rules = core.runbook.figures[name]
    if rules.as_of is None or name in core.state.figures or not core.open_to_fire:
        return
    at_us = _instant_us(core, name, rules.as_of)
    if at_us is None:
        return
    if at_us > core.now_us:
        core.agenda.at_n(at_us, "figure", name)
        return
    as_of_us = wall_at(core.state, at_us)
    core.emit(ev.FigureAsked, figure=name, as_of_us=as_of_us)
    core.commands.append(TakeFigure(name, rules.of, as_of_us))


def _instant_us(core: Core, name: str, as_of: AsOf) -> Micros | None:
    """The instant of N; None while it is not known. A T ahead is looked at on R."""
    state = core.state
    match as_of:
        case AtWall():
            return n_at_wall(state, as_of.at_us)
        case AtCue():
            fired_us = state.cues[as_of.cue].fired_us
            return None if fired_us is None else fired_us + as_of.offset_us
        case AtT():
            if state.zero_r_us is None:
                return None
            r_us = state.zero_r_us + as_of.offset_us
            if r_us <= core.clock_r():
                return n_at_r(state, r_us)
            core.agenda.at_r(r_us, "figure", name)
            return None


def as_of_in_words(as_of: AsOf) -> str:
    """As the runbook writes it."""
    match as_of:
        case AtWall():
            return as_of.written
        case AtCue():
            later = f" + {format_span(as_of.offset_us)}" if as_of.offset_us else ""
            return f"{as_of.cue}{later}"
        case AtT():
            return format_t(as_of.offset_us)
