"""Holds: what stops T, and what lets it run again (SEMANTICS 1 and 2).

A planned hold begins at its due even if that is noticed later, so ``catch_up`` plays
what lies before the present instant one by one, each at its own instant: T never runs
through a planned hold, however late the machine woke up.
"""

from __future__ import annotations

from launchctl.runbook.model import AtT
from launchctl.show import events as ev
from launchctl.show.clocks import n_at_r, n_at_wall, r_at, wall_at
from launchctl.show.core import Core
from launchctl.show.fold.time import RECYCLE
from launchctl.show.plan import Planned
from launchctl.show.tables import RUNNING, UNFIRED, ActionWord, CueWord
from launchctl.times import Micros


def open_hold(  # noqa: PLR0913  a hold has as many sides
    core: Core,
    name: str,
    kind: str,
    *,
    reason: str = "",
    by: str | None = None,
    release: tuple[str, ...] = (),
    for_us: Micros | None = None,
) -> None:
    """Open a hold now; opening an open one changes nothing."""
    if name in core.state.holds or core.state.show not in RUNNING:
        return
    core.emit(
        ev.HoldOpened,
        by=by,
        name=name,
        kind=kind,
        reason=reason,
        release=release or core.plan.hold_roles,
        since_us=core.now_us,
        until_us=None if for_us is None else core.now_us + for_us,
    )


def release_hold(core: Core, name: str, by: str | None = None) -> None:
    """Release a hold now; the cue that opened it waits again, lateness waived."""
    core.emit(ev.HoldReleased, by=by, name=name, ended_us=core.now_us)
    _, _, held = name.partition(":")
    names = tuple(core.state.cues) if name == RECYCLE else (held,)
    for waiting in names:
        cue = core.state.cues.get(waiting)
        if cue is not None and cue.state is CueWord.HELD and cue.hold == name:
            core.emit(ev.CueFreed, cue=waiting, by=by)


def set_t0(
    core: Core, t0_wall_us: Micros, zero_r_us: Micros, by: str | None = None
) -> None:
    """T-0 is set; planned holds that are no longer ahead are skipped."""
    core.emit(ev.T0Set, by=by, t0_us=t0_wall_us, zero_us=zero_r_us)


def t0_at_wall(core: Core, t0_wall_us: Micros) -> tuple[Micros, list[str]]:
    """R at T-0 if it shall fall on a wall instant, planned holds ahead built in.

    From the last back; those that would have begun before now are skipped, and listed.
    """
    t0_us = n_at_wall(core.state, t0_wall_us)
    built_in_us = 0
    skipped: list[str] = []
    for offset_us, names in reversed(_holds_by_offset(core)):
        longest_us = max(_for_us(core, name) for name in names)
        begins_us = t0_us + offset_us - built_in_us - longest_us
        if skipped or begins_us < core.now_us:
            skipped[:0] = names
        else:
            built_in_us += longest_us
    return r_at(core.state, core.now_us) + (t0_us - core.now_us) - built_in_us, skipped


def t0_from_go(core: Core, offset_us: Micros) -> tuple[Micros, Micros, list[str]]:
    """(wall instant of T-0, R at T-0, skipped holds) if T is ``offset_us`` now."""
    ahead_us = 0
    skipped: list[str] = []
    for at_us, names in _holds_by_offset(core):
        if at_us < offset_us:
            skipped.extend(names)
        else:
            ahead_us += max(_for_us(core, name) for name in names)
    zero_us = r_at(core.state, core.now_us) - offset_us
    wall_us = wall_at(core.state, core.now_us - offset_us + ahead_us)
    return wall_us, zero_us, skipped


def _holds_by_offset(core: Core) -> list[tuple[Micros, list[str]]]:
    rows: list[tuple[Micros, list[str]]] = []
    for name in core.plan.planned_holds:
        if core.state.cues[name].state not in UNFIRED:
            continue
        offset_us = _offset_us(core, name)
        if rows and rows[-1][0] == offset_us:
            rows[-1][1].append(name)
        else:
            rows.append((offset_us, [name]))
    return rows


def _offset_us(core: Core, name: str) -> Micros:
    at = core.plan.cues[name].cue.at
    assert isinstance(at, AtT)
    return at.offset_us


def _for_us(core: Core, name: str) -> Micros:
    hold = core.plan.cues[name].planned_hold
    assert hold is not None
    return hold.for_us or 0


# --- what the clock alone does ---------------------------------------------------


def catch_up(core: Core, now_us: Micros, *, before: bool) -> None:
    """Open planned holds and end timed ones whose instant came, in order.

    ``before`` True: those strictly before ``now_us`` alone, which go before the inputs
    of this step; what falls on ``now_us`` itself comes after them.
    """
    while core.state.show in RUNNING:
        coming = _next(core)
        if coming is None or coming[0] > now_us or (before and coming[0] == now_us):
            break
        at_us, opens, name = coming
        core.now_us = max(at_us, core.state.now_us)
        if opens:
            _begin_planned(core, core.plan.cues[name])
        else:
            release_hold(core, name)
    core.now_us = now_us


def next_planned_us(core: Core) -> Micros | None:
    """The instant of N of the next planned hold, if T runs towards it."""
    name = _next_planned(core)
    if name is None or core.state.zero_r_us is None:
        return None
    due_us = core.state.zero_r_us + _offset_us(core, name)
    stopped = core.state.stopped_since_us
    if stopped is not None and r_at(core.state, stopped) < due_us:
        return None
    return n_at_r(core.state, due_us)


def _next(core: Core) -> tuple[Micros, bool, str] | None:
    """(instant, opens, name) of what comes next: openings go before releases."""
    rows = []
    planned_us = next_planned_us(core)
    name = _next_planned(core)
    if planned_us is not None and name is not None:
        rows.append((planned_us, 0, name))
    rows.extend(
        (hold.until_us, 1, hold.name)
        for hold in core.state.holds.values()
        if hold.until_us is not None
    )
    if not rows:
        return None
    at_us, releases, name = min(rows)
    return at_us, not releases, name


def _next_planned(core: Core) -> str | None:
    agenda, names = core.agenda, core.plan.planned_holds
    while agenda.first_hold < len(names):
        name = names[agenda.first_hold]
        if core.state.cues[name].state is CueWord.PENDING:
            return name
        agenda.first_hold += 1
    return None


def _begin_planned(core: Core, planned: Planned) -> None:
    """The cue of a planned hold: due, fired and done at its instant; no late rule."""
    name = planned.cue.id
    hold = planned.planned_hold
    assert hold is not None
    cue = core.state.cues[name]
    core.emit(ev.CueDue, cue=name, due_us=core.now_us)
    core.emit(ev.Fired, cue=name, take=cue.next_take, due_us=core.now_us)
    open_hold(
        core,
        hold.name,
        "planned",
        reason=f"cue {name}",
        release=hold.release,
        for_us=hold.for_us,
    )
    key = f"{core.run}/{cue.take}/{name}/0"
    core.emit(ev.ActionEnded, cue=name, slot="0", key=key, became=str(ActionWord.OK))
    core.emit(ev.CueEnded, cue=name, state=str(CueWord.DONE))
