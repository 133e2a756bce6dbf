"""Lifts of embargoes: each latches when it first holds (SEMANTICS 5).

By ``on_air`` and ``seen`` only what a cue or a hand brought on program lifts, never
what was there before.
"""

from __future__ import annotations

from launchctl.runbook import actions as act
from launchctl.runbook.embargo import embargoes_of
from launchctl.runbook.model import Lift, Seen
from launchctl.show import events as ev
from launchctl.show.clocks import n_at_wall, t_at, wall_at
from launchctl.show.core import Core
from launchctl.show.gates.others_lift import warn_of_others
from launchctl.show.gates.permissions import why_embargo_closed
from launchctl.show.gates.reading import why_gate_closed
from launchctl.show.inputs import (
    HandSeen,
)
from launchctl.show.outputs import seen_left


def check_lifts(core: Core) -> None:
    """Latch what holds now, and say once which embargo is open."""
    scenes, core.scenes_ok = core.scenes_ok, []
    for name, embargo in core.runbook.embargoes.items():
        for index, lift in enumerate(embargo.lifts):
            if index in core.state.latches.get(name, {}):
                continue
            why = _lifted(core, name, index, lift, scenes)
            if why is not None:
                core.emit(ev.LiftLatched, embargo=name, lift=index, why=why)
        if name in core.state.opened:
            continue
        not_before_us = embargo.not_before_us
        if not_before_us is not None and not_before_us > wall_at(
            core.state, core.now_us
        ):
            core.agenda.at_n(n_at_wall(core.state, not_before_us), "lifts", name)
        if why_embargo_closed(core, name) is None:
            core.emit(ev.EmbargoOpened, embargo=name)
        elif embargo.others_lift is not None and name not in core.state.warned:
            warn_of_others(core, name, embargo.others_lift)


def _on_program(core: Core, name: str, index: int, lift: Lift, why: str) -> str | None:
    """The lift's scene came on program: ``on_air`` holds, ``seen`` begins to count."""
    if not isinstance(lift.gate, Seen):
        return why
    if index not in core.state.lifting.get(name, {}):
        core.emit(ev.LiftBegan, embargo=name, lift=index, why=why)
    return _seen_by_now(core, name, index, lift)


def _seen_by_now(core: Core, name: str, index: int, lift: Lift) -> str | None:
    """Why a lift by ``seen`` that has begun holds now; None if it does not."""
    since_us = core.state.lifting.get(name, {}).get(index)
    if since_us is None or not isinstance(lift.gate, Seen):
        return None
    output = lift.gate.output
    left_us = seen_left(core, output, since_us)
    if left_us == 0:
        return f"viewers of {output} have seen {lift.gate.scene}"
    if core.state.outputs[output].still_since_us is None:
        core.agenda.at_n(core.now_us + left_us, "lifts", name)
    return None


def _lifted(
    core: Core,
    name: str,
    index: int,
    lift: Lift,
    scenes: list[tuple[str, act.Scene]],
) -> str | None:
    """Why the lift holds now; None if it does not."""
    if lift.at_us is not None:
        if wall_at(core.state, core.now_us) >= lift.at_us:
            return "its instant has come"
        core.agenda.at_n(n_at_wall(core.state, lift.at_us), "lifts", name)
        return None
    if lift.gate is None:
        return None
    picture = core.runbook.picture_of(lift.gate)
    if picture is not None:
        for cue, action in scenes:
            if picture == (action.scene, action.stage or core.runbook.first_stage):
                why = f"cue {cue} brought {action.scene} on program"
                return _on_program(core, name, index, lift, why)
        return _seen_by_now(core, name, index, lift)
    if f"embargo:{name}" in core.plan.timed:
        core.agenda.ticking[f"embargo:{name}"] = None
    guarded = tuple(
        planned
        for planned in core.plan.cues.values()
        if any(
            name in embargoes_of(core.runbook, planned.cue, slot.action)
            for slot in planned.slots
        )
    )
    if why_gate_closed(core, lift.gate, core.now_us, guarded) is None:
        return "its gate opened"
    return None


def lift_by_hand(core: Core, seen: HandSeen) -> None:
    """A cut by hand lifts only from T-0 on."""
    t_us = t_at(core.state, core.now_us)
    if seen.what != "program" or t_us is None or t_us < 0:
        return
    for name, embargo in core.runbook.embargoes.items():
        for index, lift in enumerate(embargo.lifts):
            latched = index in core.state.latches.get(name, {})
            there = core.runbook.picture_of(lift.gate) == (seen.value, seen.stage)
            if not there or latched:
                continue
            cut = f"{seen.value} was cut to by hand"
            why = _on_program(core, name, index, lift, cut)
            if why is not None:
                core.emit(ev.LiftLatched, embargo=name, lift=index, why=why)
