"""Filling in the status that everybody sees, from state and plan alone."""

from __future__ import annotations

from typing import Any

from launchctl.runbook import actions as act
from launchctl.show import build
from launchctl.show import permissions as per
from launchctl.show.clocks import t_at, wall_at
from launchctl.show.core import Core
from launchctl.show.expected import ExpectedTimeline
from launchctl.show.gates import closed_gates
from launchctl.show.outlook import end_of_show, hard_out_us, over_s
from launchctl.show.outputs import delay_of
from launchctl.show.plan import Planned, Slot
from launchctl.show.promises import why_at_risk
from launchctl.show.state import ActionState
from launchctl.show.status import (
    CueStatus,
    EmbargoStatus,
    GateStatus,
    HardOutStatus,
    HoldStatus,
    OutputStatus,
    PostStatus,
    PromiseStatus,
    SegmentStatus,
    StageStatus,
    StandbyStatus,
    Status,
    TaskStatus,
)
from launchctl.show.status_asks import choices_of, criteria_of, polls_of
from launchctl.show.status_permits import batons, earlier, others, overrides
from launchctl.show.tables import UNFIRED, ActionWord, CueWord
from launchctl.show.tasks import open_tasks
from launchctl.show.world import offers
from launchctl.times import Micros, format_instant, seconds

NEXT = 5
"""How many coming cues are listed."""

_POST_WORDS = {
    ActionWord.SENT: "sending",
    ActionWord.RETRYING: "sending",
    ActionWord.SETTLING: "sending",
    ActionWord.OK: "sent",
    ActionWord.IGNORED: "refused",
    ActionWord.FAILED: "refused",
    ActionWord.STOPPED: "parked",
    ActionWord.IN_DOUBT: "in_doubt",
}


def status_of(core: Core) -> Status:
    """The whole show at ``core.now_us``."""
    state = core.state
    t_us = t_at(state, core.now_us)
    l_us = None
    expected = ExpectedTimeline(core)
    end = end_of_show(core, expected)
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
        "t0": _instant(state.t0_wall_us),
        "standby": _standby(core),
        "batons": batons(core),
        "choices": choices_of(core),
        "polls": polls_of(core),
        "criteria": criteria_of(core),
        "next": _next(core),
        "gates": _gates(core),
        "overrides": overrides(core),
        "holds": _holds(core),
        "embargoes": _embargoes(core),
        "figures": _figures(core),
        "silenced": list(state.silenced),
        "counter": state.counter,
        "cues": [_cue(core, item, expected) for item in core.plan.cues.values()],
        "segments": _segments(core, expected),
        "tasks": _tasks(core),
        "promises": _promises(core),
        "over_s": end.over_s,
        "expected_end": _instant(end.expected_us),
        "hard_out": _hard_out(core),
        "said": {
            to: {"text": text, "at": format_instant(at_us)}
            for to, (text, at_us) in state.said.items()
        },
        "posts": _posts(core),
        "stages": [_stage(core, name) for name in state.stages],
        "outputs": [_output(core, name) for name in state.outputs],
        "player": state.player,
        "orders": None,
        "health": {
            target: {"level": level, "text": text}
            for target, (level, text) in state.health.items()
        },
        "journal_digest": "",
    }


def _instant(at_us: Micros | None) -> str | None:
    return None if at_us is None else format_instant(at_us)


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
    return [name for *_, name in sorted(coming)[:NEXT]]


def _gates(core: Core) -> list[GateStatus]:
    names = dict.fromkeys(core.agenda.waiting)
    names.update({cue: None for cue, _ in core.state.standby.values() if cue})
    names.update(dict.fromkeys(_next(core)))
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
            "until": _instant(hold.until_us),
            "release": list(hold.release),
        }
        for hold in core.state.holds.values()
    ]


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
            "cue": cue,
            "promise": promise.what,
            "due": format_instant(promise.by_us),
            "kept_by": promise.kept_by,
            "why": why_at_risk(core, cue, promise) if cue in looked_at else "",
        }
        for cue, promise in core.plan.promises.items()
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


def _segments(core: Core, expected: ExpectedTimeline) -> list[SegmentStatus]:
    rows: list[SegmentStatus] = []
    for segment in core.runbook.segments:
        name = segment.name
        plan = core.timetable.segments[name]
        ends_us = expected.end(name).wall_us
        rows.append(
            {
                "segment": name,
                "presenter": segment.presenter,
                "state": expected.state_of(name),
                "planned": _instant(plan.starts_us),
                "planned_end": _instant(plan.ends_us),
                "expected_start": _instant(expected.begin(name).wall_us),
                "expected_end": _instant(ends_us),
                "over_s": over_s(core, ends_us, plan.ends_us),
                "may_drop": segment.may_drop,
            }
        )
    return rows


def _hard_out(core: Core) -> HardOutStatus | None:
    if core.runbook.hard_out_us is None:
        return None
    at_us = hard_out_us(core)
    return {"at": format_instant(at_us), "late": core.state.past_hard_out}


def _cue(core: Core, item: Planned, expected: ExpectedTimeline) -> CueStatus:
    cue = core.state.cues[item.cue.id]
    sent = [a.sent_us for a in cue.actions.values() if a.sent_us is not None]
    confirmed = [
        a.confirmed_us for a in cue.actions.values() if a.confirmed_us is not None
    ]
    row: CueStatus = {
        "cue": item.cue.id,
        "procedure": item.procedure,
        "segment": item.cue.segment,
        "state": str(cue.state),
        "planned": _instant(core.timetable.cues.get(item.cue.id)),
        "expected": _expected(core, item, expected),
        "due": _instant(cue.due_us),
        "fired": _instant(cue.fired_us),
        "sent": _instant(min(sent, default=None)),
        "confirmed": _instant(max(confirmed, default=None)),
        "late_by_s": None if cue.late_by_us is None else seconds(cue.late_by_us),
        "by": cue.by,
        "reason": cue.reason,
        "go": list(core.plan.go_of(item.cue.id) if cue.manual else item.cue.go),
        "take": cue.take,
    }
    sheet = item.cue.sheet
    if sheet is not None:
        warn_s = None if sheet.warn_us is None else seconds(sheet.warn_us)
        row["sheet"] = {**sheet.columns, "warn_s": warn_s, "say": sheet.say}
    return row


def _expected(core: Core, item: Planned, expected: ExpectedTimeline) -> str | None:
    """Of a procedure nothing is expected before it starts."""
    if core.state.cues[item.cue.id].state is CueWord.IDLE:
        return None
    return _instant(expected.cue_us(item.cue.id))


# --- posts -----------------------------------------------------------------------


def _posts(core: Core) -> list[PostStatus]:
    return [
        _post(core, item, slot, slot.action)
        for item in core.plan.cues.values()
        for slot in item.slots
        if isinstance(slot.action, act.Post)
    ]


def _post(core: Core, item: Planned, slot: Slot, action: act.Post) -> PostStatus:
    cue = core.state.cues[item.cue.id]
    sent = cue.actions.get(slot.id)
    digest = per.digest_of(core, item, slot)
    given = core.state.approvals.get(digest, {})
    account = slot.account or ""
    known = core.runbook.accounts.get(account)
    row: PostStatus = {
        "cue": item.cue.id,
        "account": account,
        "network": known.network if known else "",
        "state": "skipped"
        if per.is_retired(core, item, slot)
        else _post_word(cue.state, sent),
        "id": sent.receipt_id if sent else None,
        "url": sent.receipt_url if sent else None,
        "text": _text(core, slot, action, sent),
        "attempts": sent.attempt if sent else 0,
        "digest": digest,
        "needs": []
        if isinstance(action, act.Repost)
        else list(per.missing_roles(core, digest, per.roles_asked(core, item))),
        "approved": [
            {"role": role, "by": approval.by, "at": format_instant(approval.at_us)}
            for role, approval in given.items()
        ],
    }
    before = earlier(core, item, slot, digest)
    if before is not None:
        row["earlier"] = before
    found = per.superseded_by(core, item, slot)
    if found is not None:
        row["found"] = {
            "id": found.id,
            "url": found.url,
            "text": found.text,
            "at": format_instant(found.at_us),
        }
    return row


def _post_word(cue: CueWord, sent: ActionState | None) -> str:
    if cue in UNFIRED:
        return "parked" if cue is CueWord.PARKED else "waiting"
    stopped = sent is not None and sent.state is ActionWord.STOPPED
    if sent is not None and not (stopped and cue is CueWord.SKIPPED):
        return _POST_WORDS[sent.state]
    return "skipped" if cue in (CueWord.SKIPPED, CueWord.NOT_TAKEN) else "waiting"


def _text(core: Core, slot: Slot, action: act.Post, sent: ActionState | None) -> str:
    if sent is not None and "text" in sent.content:
        return str(sent.content["text"])
    try:
        return str(build.render(core, action, slot.account))
    except build.NotRenderedError:
        return action.post.text


# --- stages ----------------------------------------------------------------------


def _stage(core: Core, name: str) -> StageStatus:
    stage = core.state.stages[name]
    return {
        "stage": name,
        "connected": stage.connected,
        "program": stage.program,
        "wanted": stage.wanted.get("program"),
        "streaming": stage.streaming,
        "by_hand": [f"{what}: {value}" for what, value in stage.by_hand.items()],
        "text": stage.detail,
        "asks": [_asked(name, what, text) for what, text in stage.asks.items()],
        "offers": offers(core, name),
    }


def _output(core: Core, name: str) -> OutputStatus:
    output = core.state.outputs[name]
    moved_us = output.moved_us
    aged = name in core.plan.aged or not output.moving  # else not every move is known
    known = moved_us is not None and aged
    return {
        "output": name,
        "stage": core.runbook.stage_of(name),
        "moving": output.moving,
        "age_s": seconds(core.now_us - (moved_us or 0)) if known else None,
        "delay_s": seconds(delay_of(core, name)),
        "watch": core.runbook.outputs[name].watch,
        "playing": core.state.player == name,
        "text": output.detail,
    }


def _asked(stage: str, what: str, text: str) -> str:
    """The question, and how it is answered."""
    kind, _, name = what.partition(":")
    way = f"fire a cue that sets {what}"
    if kind == "audio":
        way = f"launch do '{{audio: {{input: {name}, open: true}}, stage: {stage}}}'"
    return f"{text} Answer at the mixer of {stage}, or {way}."
