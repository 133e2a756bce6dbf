"""A cue that is due waits for its gates, for holds, for its turn (SEMANTICS 5)."""

from __future__ import annotations

import heapq

from launchctl.show.actions.firing import fire
from launchctl.show.agenda import order_of
from launchctl.show.core import Core
from launchctl.show.cues.due import otherwise, park_if_shut
from launchctl.show.gates.reading import first_closed, look_again_us
from launchctl.show.gates.urls import ask_urls
from launchctl.show.plan import Planned
from launchctl.show.tables import CueWord
from launchctl.times import Micros

_W = CueWord


def try_to_fire(core: Core, planned: Planned) -> None:
    """Fire if nothing stands before it any more."""
    name = planned.cue.id
    cue = core.state.cues[name]
    park_if_shut(core, planned)
    if cue.state is not _W.WAITING:
        return
    if core.hold_against(planned):
        core.agenda.blocked[name] = None
        return
    due_us = core.now_us if cue.due_us is None else cue.due_us
    if core.clock(planned, due_us) > core.clock(planned):
        # T went back: its due is to come again
        core.hint(planned, core.clock(planned, due_us), "cue")
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
