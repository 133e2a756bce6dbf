"""Filling in the status that everybody sees, from state and plan alone."""

from __future__ import annotations

from heapq import nsmallest
from typing import Any

from launchctl.show.actions.tasks import open_tasks
from launchctl.show.clocks import t_at, wall_at
from launchctl.show.core import Core
from launchctl.show.gates import permissions as per
from launchctl.show.gates.reading import closed_gates
from launchctl.show.outlook.ending import end_of_show, hard_out_us
from launchctl.show.outlook.expected import ExpectedTimeline
from launchctl.show.promises import why_at_risk
from launchctl.show.status.asks import choices_of, criteria_of, polls_of
from launchctl.show.status.cues import cue_of, instant_of, segments_of
from launchctl.show.status.doubts import doubts_of
from launchctl.show.status.permits import batons, others, overrides
from launchctl.show.status.posts import posts_of
from launchctl.show.status.shapes import (
    EmbargoStatus,
    GateStatus,
    HardOutStatus,
    HoldStatus,
    PromiseStatus,
    Status,
    TaskStatus,
)
from launchctl.show.status.shapes_asks import StandbyStatus
from launchctl.show.status.stages import output_of, stage_of
from launchctl.show.tables import CueWord
from launchctl.times import format_instant, seconds

NEXT = 5
"""How many coming cues are listed."""


def status_of(core: Core) -> Status:
    """The whole show at ``core.now_us``."""
    state = core.state
    t_us = t_at(state, core.now_us)
    l_us = None
    expected = ExpectedTimeline(core)
    end = end_of_show(core, expected)
    coming = _next(core)
    if state.t0_wall_us is not None:
        l_us = wall_at(state, core.now_us) - state.t0_wall_us
    return {
        "run": core.run,
        "runbook": core.runbook.title,
        "digest": state.digest or core.runbook.digest,
        "rehearsal": state.rehearsal,
        "at": format_instant(core.now_us),
        "seq": state.seq,
        "state": str(state.show),
        "verdict": state.verdict,
        "t_s": None if t_us is None else seconds(t_us),
        "l_s": None if l_us is None else seconds(l_us),
        "t0": instant_of(state.t0_wall_us),
        "standby": _standby(core),
        "batons": batons(core),
        "choices": choices_of(core),
        "polls": polls_of(core),
        "criteria": criteria_of(core),
        "next": coming,
        "gates": _gates(core, coming),
        "overrides": overrides(core),
        "holds": _holds(core),
        "embargoes": _embargoes(core),
        "figures": _figures(core),
        "silenced": list(state.silenced),
        "counter": state.counter,
        "cues": [cue_of(core, item, expected) for item in core.plan.cues.values()],
        "segments": segments_of(core, expected),
        "tasks": _tasks(core),
        "doubts": doubts_of(core),
        "promises": _promises(core),
        "over_s": end.over_s,
        "expected_end": instant_of(end.expected_us),
        "hard_out": _hard_out(core),
        "said": {
            to: {"text": text, "at": format_instant(at_us)}
            for to, (text, at_us) in state.said.items()
        },
        "posts": posts_of(core),
        "stages": [stage_of(core, name) for name in state.stages],
        "outputs": [output_of(core, name) for name in state.outputs],
        "player": state.player,
        "orders": None,
        "health": {
            target: {"level": level, "text": text}
            for target, (level, text) in state.health.items()
        },
        "journal_digest": "",
    }


def _standby(core: Core) -> dict[str, StandbyStatus]:
    return {
        role: {"cue": cue, "seq": seq}
        for role, (cue, seq) in core.state.standby.items()
        if cue is not None
    }


def _next(core: Core) -> list[str]:
    """The first unfired cues of the show: by their planned instant, then file order."""
    walls = core.timetable.cues
    coming = []
    for name, item in core.plan.cues.items():
        word = core.state.cues[name].state
        if item.procedure is None and word in (CueWord.PENDING, CueWord.STANDBY):
            wall_us = walls.get(name)
            coming.append((wall_us is None, wall_us or 0, item.order, name))
    return [name for *_, name in nsmallest(NEXT, coming)]


def _gates(core: Core, coming: list[str]) -> list[GateStatus]:
    names = dict.fromkeys(core.agenda.waiting)
    names.update({cue: None for cue, _ in core.state.standby.values() if cue})
    names.update(dict.fromkeys(coming))
    return [
        {"cue": name, "gate": gate, "why": why}
        for name in names
        for gate, why in closed_gates(core, core.plan.cues[name])
    ]


def _holds(core: Core) -> list[HoldStatus]:
    return [
        {
            "name": hold.name,
            "kind": hold.kind,
            "reason": hold.reason,
            "since": format_instant(hold.since_us),
            "until": instant_of(hold.until_us),
            "release": list(hold.release),
        }
        for hold in core.state.holds.values()
    ]


def _figures(core: Core) -> dict[str, dict[str, Any]]:
    rows = {}
    for name, rules in core.runbook.figures.items():
        figure = core.state.figures.get(name)
        rows[name] = {
            "of": rules.of,
            "as_of": None if figure is None else format_instant(figure.as_of_us),
            "value": None if figure is None else figure.value,
            "rounded": None if figure is None else figure.rounded,
            "unverified": figure is not None and figure.unverified,
            "in_bounds": None
            if figure is None or figure.value is None
            else figure.in_bounds,
        }
    return rows


def _promises(core: Core) -> list[PromiseStatus]:
    """Once a promise was looked at, what is wrong with it now."""
    looked_at = core.state.promises
    return [
        {
            "cue": one.cue,
            "promise": one.promise.what,
            "due": format_instant(one.promise.by_us),
            "kept_by": one.promise.kept_by,
            "why": why_at_risk(core, one.cue, one.promise) if key in looked_at else "",
        }
        for key, one in core.plan.promises.items()
    ]


def _tasks(core: Core) -> list[TaskStatus]:
    return [
        {
            "cue": name,
            "who": action.task.who,
            "what": action.task.what,
            "until": format_instant(core.state.cues[name].actions[slot.id].deadline_us),
        }
        for name in core.running()
        for slot, action in open_tasks(core, core.plan.cues[name])
    ]


def _hard_out(core: Core) -> HardOutStatus | None:
    if core.runbook.hard_out_us is None:
        return None
    at_us = hard_out_us(core)
    return {"at": format_instant(at_us), "late": core.state.past_hard_out}


def _embargoes(core: Core) -> list[EmbargoStatus]:
    rows: list[EmbargoStatus] = []
    for name in core.runbook.embargoes:
        why = per.why_embargo_closed(core, name)
        rows.append(
            {
                "name": name,
                "open": why is None,
                "why": why or "",
                "others": others(core, name),
            }
        )
    return rows
