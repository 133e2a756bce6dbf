"""Promises: what a post said would follow, looked at before its time (SEMANTICS 6).

24 h and 3 h before ``by`` the cue that keeps a promise is looked at once, and what was
found is journaled: nothing, or why the promise may be broken.
"""

from __future__ import annotations

from launchctl.runbook.actions import Promise
from launchctl.show import events as ev
from launchctl.show.clocks import n_at_wall
from launchctl.show.core import Core
from launchctl.show.gates import permissions as per
from launchctl.show.outlook.expected import expected_us
from launchctl.show.tables import RUNNING, CueWord
from launchctl.times import HOUR, Micros, format_span

AHEAD_US: tuple[Micros, ...] = (24 * HOUR, 3 * HOUR)
_UNDONE = (CueWord.SKIPPED, CueWord.FAILED, CueWord.NOT_TAKEN, CueWord.IN_DOUBT)
NOT_GIVEN = (CueWord.SKIPPED, CueWord.FAILED, CueWord.NOT_TAKEN)


def check_promise(core: Core, key: str) -> None:
    """Journal what is found, once for each of the instants before ``by``."""
    if core.state.show not in RUNNING:
        return
    cue, promise = core.plan.promises[key].cue, core.plan.promises[key].promise
    due_us = n_at_wall(core.state, promise.by_us)
    for before_us in AHEAD_US:
        at_us = due_us - before_us
        stage = format_span(before_us)
        if stage in core.state.promises.get(key, {}):
            continue
        if at_us > core.now_us:
            core.agenda.at_n(at_us, "promise", key)
            continue
        core.emit(
            ev.PromiseChecked,
            cue=cue,
            promise=promise.what,
            kept_by=promise.kept_by,
            due_us=promise.by_us,
            stage=stage,
            why=why_at_risk(core, cue, promise),
        )


def why_at_risk(core: Core, cue: str, promise: Promise) -> str:
    """A sentence if the promise may be broken; empty if all is well."""
    if core.state.cues[cue].state in NOT_GIVEN:
        return ""
    keeper = core.state.cues[promise.kept_by]
    name = promise.kept_by
    if keeper.state is CueWord.DONE:
        return ""
    if keeper.state is CueWord.PARKED or keeper.state in _UNDONE:
        reason = f": {keeper.reason}" if keeper.reason else ""
        return f"{name} is {keeper.state}{reason}"
    planned = core.plan.cues[name]
    for slot in planned.slots:
        why = per.why_unapproved(core, planned, slot)
        if why is not None:
            return f"{name} is {why}"
    comes_us = expected_us(core, name)
    late_us = 0 if comes_us is None else comes_us - n_at_wall(core.state, promise.by_us)
    return f"{name} is expected {format_span(late_us)} after it" if late_us > 0 else ""
