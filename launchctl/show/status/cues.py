"""The status of cues and segments."""

from __future__ import annotations

from functools import lru_cache

from launchctl.show.actions.undo import undo_of
from launchctl.show.core import Core
from launchctl.show.outlook.ending import over_s
from launchctl.show.outlook.expected import ExpectedTimeline
from launchctl.show.plan import Planned
from launchctl.show.status.shapes import (
    CueStatus,
    SegmentStatus,
)
from launchctl.show.tables import CueWord
from launchctl.times import Micros, format_instant, seconds


@lru_cache(maxsize=32_768)
def instant_of(at_us: Micros | None) -> str | None:
    """An instant as the status writes it; None while it is not known.

    Most of them are as they were a moment ago: what is planned never moves.
    """
    return None if at_us is None else format_instant(at_us)


def segments_of(core: Core, expected: ExpectedTimeline) -> list[SegmentStatus]:
    """Every segment, in file order."""
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
                "planned": instant_of(plan.starts_us),
                "planned_end": instant_of(plan.ends_us),
                "expected_start": instant_of(expected.begin(name).wall_us),
                "expected_end": instant_of(ends_us),
                "over_s": over_s(core, ends_us, plan.ends_us),
                "may_drop": segment.may_drop,
            }
        )
    return rows


def cue_of(core: Core, item: Planned, expected: ExpectedTimeline) -> CueStatus:
    """One cue."""
    cue = core.state.cues[item.cue.id]
    actions = cue.actions.values()
    sent = [a.sent_us for a in actions if a.sent_us is not None]
    confirmed = [a.confirmed_us for a in actions if a.confirmed_us is not None]
    row: CueStatus = {
        "cue": item.cue.id,
        "procedure": item.procedure,
        "segment": item.cue.segment,
        "state": str(cue.state),
        "planned": instant_of(core.timetable.cues.get(item.cue.id)),
        "expected": _expected(core, item, expected),
        "due": instant_of(cue.due_us),
        "fired": instant_of(cue.fired_us),
        "sent": instant_of(min(sent, default=None)),
        "confirmed": instant_of(max(confirmed, default=None)),
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
    back = undo_of(core, item)
    if back is not None:
        row["undo"] = back
    return row


def _expected(core: Core, item: Planned, expected: ExpectedTimeline) -> str | None:
    """Of a procedure nothing is expected before it starts."""
    if core.state.cues[item.cue.id].state is CueWord.IDLE:
        return None
    return instant_of(expected.cue_us(item.cue.id))
