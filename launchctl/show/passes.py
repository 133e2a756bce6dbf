"""The order at one instant (SEMANTICS 7): passes, until nothing changes.

Each pass looks at what the agenda says may have changed, kind after kind; what it
decides is told to the agenda again. With ``timers``, deadlines may pass too.
"""

from __future__ import annotations

import heapq

from launchctl.show.actions.asking import check_asked
from launchctl.show.actions.firing import retry
from launchctl.show.actions.procedures import consider_procedure
from launchctl.show.actions.tasks import overdue
from launchctl.show.closing import abort_show, check_end, end_by_cue
from launchctl.show.core import Core
from launchctl.show.criteria import check_criteria
from launchctl.show.cues.coming import consider_all
from launchctl.show.cues.standby import update_standby
from launchctl.show.cues.triggers import next_tick_us, read_owner
from launchctl.show.cues.waiting import check_waits
from launchctl.show.gates.figures import consider_figure
from launchctl.show.gates.lifts import check_lifts
from launchctl.show.holds import catch_up, next_planned_us
from launchctl.show.news import tell_readers
from launchctl.show.outlook.ending import look_out
from launchctl.show.promises import check_promise
from launchctl.show.tables import FINISHED, CueWord
from launchctl.show.world.stages import (
    no_longer_shown,
    no_longer_wait,
)
from launchctl.times import Micros


def run_passes(core: Core, *, timers: bool) -> None:
    """SEMANTICS 7: pass after pass, until nothing changes."""
    core.timers = timers
    while core.state.show not in FINISHED:
        seq = core.state.seq
        _orders_from_within(core)
        if timers:
            catch_up(core, core.now_us, before=False)
            _timers(core)
        _one_pass(core)
        due = timers and core.agenda.has_due(core.state, core.now_us)
        if core.state.seq == seq and not core.agenda.restless and not due:
            break


def _orders_from_within(core: Core) -> None:
    """(1) abort and end, as actions or their failures asked for them."""
    agenda = core.agenda
    if agenda.aborting is not None:
        reason, agenda.aborting = agenda.aborting, None
        abort_show(core, reason)
    if agenda.ending is not None:
        name, agenda.ending = agenda.ending, None
        end_by_cue(core, name)


def _timers(core: Core) -> None:
    """Turn the hints whose instant has come into things to look at."""
    agenda = core.agenda
    names = {
        "cue": agenda.cues,
        "owner": agenda.owners,
        "wait": agenda.overdue,
        "asked": agenda.asked,
        "procedure": agenda.procedures,
        "figure": agenda.figures,
        "criteria": agenda.criteria,
    }
    for _, what, whom in tuple(agenda.due(core.state, core.now_us)):
        match what:
            case "retry":
                name, _, slot = whom.partition(" ")
                agenda.retries[name, slot] = None
            case "url":
                agenda.cues.update(agenda.waiting)
            case "promise":
                agenda.promises[whom] = None
            case "task":
                agenda.tasks[whom] = None
            case "stage" | "stream" | "shown":
                _look_at_stage(core, what, whom)
            case "lifts":
                agenda.lifts = True
            case _:
                names[what][whom] = None
    tick(core)
    _pop_queue(core)


def tick(core: Core) -> None:
    """What changes with time alone is read again: after a sleep even before an input,
    which could else make a cue due by what was true before.
    """
    agenda = core.agenda
    if agenda.tick_us is not None and agenda.tick_us <= core.now_us:
        agenda.tick_us = None
        ticking, agenda.ticking = agenda.ticking, {}
        for owner in ticking:
            agenda.look_at(owner)
    now_us, now_r_us = core.now_us, core.clock_r()
    for at_us in tuple(agenda.hinted):
        if -now_us <= at_us < 0 or 0 <= at_us <= now_r_us:
            del agenda.hinted[at_us]
            agenda.criteria[""] = None


def _one_pass(core: Core) -> None:
    agenda = core.agenda
    owners, agenda.owners = agenda.owners, {}
    for owner in sorted(owners):
        read_owner(core, owner)
    if agenda.criteria:
        agenda.criteria.clear()
        check_criteria(core)
    if agenda.lifts:
        agenda.lifts = False
        check_lifts(core)
    figures, agenda.figures = agenda.figures, {}
    for name in sorted(figures):
        consider_figure(core, name)
    procedures, agenda.procedures = agenda.procedures, {}
    for name in sorted(procedures):
        if core.open_to_fire:
            consider_procedure(core, name)
    retries, agenda.retries = agenda.retries, {}
    for cue, slot in sorted(retries):
        retry(core, cue, slot)
    tasks, agenda.tasks = agenda.tasks, {}
    for name in sorted(tasks):
        overdue(core, name)
    consider_all(core)
    check_waits(core)
    check_asked(core)
    update_standby(core)
    check_end(core)
    _look_ahead(core)


def _look_ahead(core: Core) -> None:
    """Promises, and whether the show ends in time."""
    agenda = core.agenda
    promises, agenda.promises = agenda.promises, {}
    for name in sorted(promises):
        check_promise(core, name)
    if core.timers and _is_due(agenda.outlook_us, core.now_us):
        agenda.outlook_us = None
        look_out(core)


def _is_due(at_us: Micros | None, now_us: Micros) -> bool:
    return at_us is not None and at_us <= now_us


def _look_at_stage(core: Core, what: str, stage: str) -> None:
    """It is not back in time; it streamed for a while; its time to be shown is over."""
    match what:
        case "stage":
            if core.state.stages[stage].unsure:
                no_longer_wait(core, stage)
        case "stream":
            tell_readers(core.plan, core.agenda, ("stages", stage))
        case _:
            no_longer_shown(core, stage)


def _pop_queue(core: Core) -> None:
    """The pause is over: the first of the queue is looked at."""
    agenda = core.agenda
    while agenda.queue and core.now_us >= core.state.quiet_until_us:
        _, _, name = heapq.heappop(agenda.queue)
        agenda.queued.pop(name, None)
        if core.state.cues[name].state is CueWord.WAITING:
            agenda.cues[name] = None
            return


def next_deadline_us(core: Core) -> Micros | None:
    """The instant of N at which the clock alone brings the next thing about."""
    agenda = core.agenda
    if core.state.show in FINISHED:
        return None
    if agenda.ticking and agenda.tick_us is None:
        agenda.tick_us = next_tick_us(core)
    coming = [agenda.next_us(core.state), next_planned_us(core)]
    known = [at_us for at_us in coming if at_us is not None]
    return min(known, default=None)
