"""Criteria: what must be so in a span of the countdown (SEMANTICS 5).

Read while T is in [from, until). Before T-0 one that is not true opens a hold; whoever
releases that waives the criterion until it has been true. From T-0 on it only warns.
"""

from __future__ import annotations

from launchctl.runbook.model import Criterion
from launchctl.show import events as ev
from launchctl.show.clocks import n_at_wall, t_at
from launchctl.show.core import Core
from launchctl.show.holds import open_hold
from launchctl.show.values import read
from launchctl.times import Micros


def check_criteria(core: Core) -> None:
    """Read those whose span has begun and not ended."""
    t_us = t_at(core.state, core.now_us)
    if t_us is None or not core.open_to_fire:
        return
    for name, criterion in core.plan.criteria.items():
        _look_again(core, criterion)
        if applies(core, criterion, t_us):
            _read(core, name, criterion, t_us)
        elif name in core.state.notes:
            core.emit(ev.NoteTaken, about=name, text="its time is over")


def applies(core: Core, criterion: Criterion, t_us: Micros) -> bool:
    """True while T is in its span."""
    if t_us < criterion.from_us:
        return False
    if criterion.until_us is not None:
        return t_us < criterion.until_us
    hard_out_us = core.runbook.hard_out_us
    return hard_out_us is None or core.now_us < n_at_wall(core.state, hard_out_us)


def _look_again(core: Core, criterion: Criterion) -> None:
    """At the ends of its span, and at T-0."""
    zero_us = core.state.zero_r_us
    assert zero_us is not None
    now_r_us = core.clock_r()
    hinted = core.agenda.hinted
    for offset_us in (criterion.from_us, 0, criterion.until_us):
        if offset_us is None or zero_us + offset_us <= now_r_us:
            continue
        if zero_us + offset_us not in hinted:
            hinted[zero_us + offset_us] = None
            core.agenda.at_r(zero_us + offset_us, "criteria", "")
    if criterion.until_us is None and core.runbook.hard_out_us is not None:
        ends_us = n_at_wall(core.state, core.runbook.hard_out_us)
        if ends_us > core.now_us and -ends_us not in hinted:
            hinted[-ends_us] = None
            core.agenda.at_n(ends_us, "criteria", "")


def _read(core: Core, name: str, criterion: Criterion, t_us: Micros) -> None:
    said = read(core, criterion.check)
    before, _ = core.state.conditions.get(name, (None, 0))
    if said is not before:
        core.emit(ev.ConditionChanged, owner=name, value=said, since_us=core.now_us)
    if name in core.plan.timed:
        core.agenda.ticking[name] = None
    warned = name in core.state.notes
    if said is True:
        if warned:
            core.emit(ev.NoteTaken, about=name, text="true again")
        return
    if name in core.state.waived:
        return
    reason = f"{criterion.check.source} is {'unknown' if said is None else 'false'}"
    if t_us < 0 and criterion.before_t0 == "hold":
        open_hold(core, name, "machine", reason=reason)
    elif not warned:
        core.emit(ev.NoteTaken, about=name, text=reason, level="warning")
