"""Others lift the same embargo: we are warned if they will be first (SEMANTICS 5)."""

from __future__ import annotations

from launchctl.runbook import actions as act
from launchctl.runbook.model import Embargo, Lift, OthersLift
from launchctl.show import events as ev
from launchctl.show.clocks import n_at_wall
from launchctl.show.core import Core
from launchctl.show.gates.permissions import why_embargo_closed
from launchctl.show.outlook.expected import expected_us
from launchctl.times import MINUTE, Micros


def warn_of_others(core: Core, name: str, others: OthersLift) -> None:
    """Say once that they come first: from ``warn`` before, if ours is expected later
    or not at all; at their instant, if ours is not open by then.
    """
    theirs_us = n_at_wall(core.state, others.at_us)
    first_us = theirs_us - others.warn_us
    if core.now_us < first_us:
        core.agenda.at_n(first_us, "lifts", name)
        return
    ours_us = _ours_us(core, core.runbook.embargoes[name])
    in_time = ours_us is not None and ours_us <= theirs_us
    if in_time and core.now_us < theirs_us:
        # a hold that drags on makes ours later without a word: look again meanwhile
        core.agenda.at_n(min(theirs_us, core.now_us + MINUTE), "lifts", name)
        return
    core.emit(
        ev.EmbargoWarned,
        embargo=name,
        who=others.who,
        others_us=others.at_us,
        why=why_embargo_closed(core, name) or "",
    )


def _ours_us(core: Core, embargo: Embargo) -> Micros | None:
    """The instant of N at which our own is expected to be open; None: not known."""
    latched = core.state.latches.get(embargo.name, {})
    parts = [
        _lift_us(core, lift)
        for index, lift in enumerate(embargo.lifts)
        if index not in latched
    ]
    if embargo.not_before_us is not None:
        parts.append(n_at_wall(core.state, embargo.not_before_us))
    known = [part for part in parts if part is not None]
    return max([core.now_us, *known]) if len(known) == len(parts) else None


def _lift_us(core: Core, lift: Lift) -> Micros | None:
    """By a scene: when a cue is expected to cut to it; by another gate: not known."""
    if lift.at_us is not None:
        return n_at_wall(core.state, lift.at_us)
    scene = getattr(lift.gate, "scene", None)
    expected = [
        expected_us(core, name)
        for name, planned in core.plan.cues.items()
        if planned.procedure is None
        and any(
            isinstance(slot.action, act.Scene) and slot.action.scene == scene
            for slot in planned.slots
        )
    ]
    return min((at_us for at_us in expected if at_us is not None), default=None)
