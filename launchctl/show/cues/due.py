"""A cue is due: late rule, silence, figures; else it waits (SEMANTICS 3 and 5)."""

from __future__ import annotations

from launchctl.runbook.model import Else
from launchctl.show import events as ev
from launchctl.show.clocks import wall_at
from launchctl.show.commands import TakeFigure
from launchctl.show.core import Core
from launchctl.show.gates import permissions as per
from launchctl.show.holds import open_hold
from launchctl.show.plan import Planned
from launchctl.show.tables import GOOD
from launchctl.times import Micros, format_about, format_span


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
        reason = f"late by {format_about(late_by_us)}, at most {format_span(within_us)}"
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
