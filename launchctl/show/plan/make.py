"""Indexing a runbook: order, slots, rules, who follows whom; linear in its cues."""

from __future__ import annotations

from launchctl.runbook import actions as act
from launchctl.runbook.model import (
    AtCue,
    AtT,
    AtWall,
    Cue,
    Runbook,
)
from launchctl.show.plan.chains import make_chains
from launchctl.show.plan.cues import planned_cue, predecessors
from launchctl.show.plan.plan import Plan, Promised, promise_key, roles_that_may
from launchctl.show.plan.readers import read_names
from launchctl.times import Micros


def make_plan(runbook: Runbook) -> Plan:
    """Index a runbook; linear in its cues."""
    plan = Plan(runbook)
    plan.hold_roles = roles_that_may(runbook, "hold")
    plan.go_roles = roles_that_may(runbook, "go")
    for cue in runbook.cues:
        _add(plan, cue, None)
    for name, procedure in runbook.procedures.items():
        for cue in procedure.cues:
            _add(plan, cue, name)
    plan.planned_holds.sort(
        key=lambda name: (_offset(plan, name), plan.cues[name].order)
    )
    plan.first = next((name for name in plan.unpinned), None)
    for name, figure in runbook.figures.items():
        if isinstance(figure.as_of, AtCue):
            plan.figures_on.setdefault(figure.as_of.cue, []).append(name)
    plan.chains = make_chains(plan.by_id)
    plan.members = {segment.name: [] for segment in runbook.segments}
    for name, cue in plan.by_id.items():
        if cue.segment is not None:
            plan.members[cue.segment].append(name)
    plan.polls = [name for name, cue in plan.by_id.items() if cue.poll is not None]
    read_names(plan)
    _films(plan)
    return plan


def _films(plan: Plan) -> None:
    for name, planned in plan.cues.items():
        if any(isinstance(slot.action, act.PlayMedia) for slot in planned.slots):
            plan.films[name] = None
    for name in plan.films:
        plan.film_followers[name] = [
            other
            for other in plan.followers.get(name, ())
            if _hangs_on_film(plan.cues[other].cue, name)
        ]


def _hangs_on_film(cue: Cue, film: str) -> bool:
    at_end = isinstance(cue.at, AtCue) and cue.at.film and cue.at.cue == film
    return at_end or (cue.after is not None and film in cue.after.named)


def _add(plan: Plan, cue: Cue, procedure: str | None) -> None:
    planned = planned_cue(plan.runbook, cue, procedure, len(plan.cues))
    plan.cues[cue.id] = planned
    plan.by_id[cue.id] = cue
    for other in predecessors(cue):
        plan.followers.setdefault(other, []).append(cue.id)
    _promises(plan, cue)
    if isinstance(cue.at, AtT):
        plan.t_cues.append(cue.id)
    if isinstance(cue.at, AtWall):
        plan.wall_cues.append(cue.id)
    if planned.planned_hold is not None:
        plan.planned_holds.append(cue.id)
    plan.last_segment = cue.segment or plan.last_segment
    if procedure is None and not cue.pinned:
        plan.unpinned.append(cue.id)
        if not cue.reserve and any(isinstance(a, act.StageAction) for a in cue.do):
            plan.last_picture = cue.id
            plan.closes = plan.last_segment if cue.segment is None else None
    for slot in planned.slots:
        if slot.account is not None:
            plan.posts_of.setdefault(slot.account, []).append((planned, slot))
    for name in planned.figures:
        plan.figure_users.setdefault(name, []).append(cue.id)


def _promises(plan: Plan, cue: Cue) -> None:
    for post in (post for action in cue.do for post in act.posts_in(action)):
        promise = post.post.promises
        if promise is not None:
            key = promise_key(cue.id, promise.kept_by, promise.what)
            plan.promises[key] = Promised(cue.id, promise)


def _offset(plan: Plan, name: str) -> Micros:
    at = plan.cues[name].cue.at
    assert isinstance(at, AtT)
    return at.offset_us
