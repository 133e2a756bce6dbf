"""What a producer looks for in a run: late, skipped, never opened, never exercised.

Made of the runbook, the journal and the status it folds to, as the report is, so that
a rehearsal and the night are read in the same way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from launchctl.report.margins import margins_of
from launchctl.report.waits import waits_of
from launchctl.runbook.model import Runbook
from launchctl.show.status import Status
from launchctl.times import SECOND, parse_instant

LATE_FROM_S = 1.0
"""From here on a firing is late for people; the engine's own pauses begin there too."""

_WAITS = ("standby", "waiting", "held", "parked")
_SHOWN_WAITS = 5
_OVER = ("complete", "aborted")


def findings_of(
    runbook: Runbook, lines: Sequence[Mapping[str, Any]], status: Status
) -> dict[str, Any]:
    """What was ``late``, ``skipped``, ``held`` and ``parked``, with reasons; gates that
    stayed ``closed``, what was ``never`` exercised, the longest ``waits`` for a person,
    and the ``margins``.
    """
    return {
        "late": [
            {"cue": cue["cue"], "late_by_s": cue["late_by_s"]}
            for cue in status["cues"]
            if cue["fired"] and (cue["late_by_s"] or 0.0) >= LATE_FROM_S
        ],
        "skipped": _told(lines, "cue_skipped"),
        "held": _told(lines, "cue_held"),
        "parked": _told(lines, "cue_parked"),
        "closed": _closed(runbook, status),
        "never": never_exercised(runbook, lines),
        "waits": _waits(runbook, lines, status),
        "margins": margins_of(runbook, status),
    }


def _waits(
    runbook: Runbook, lines: Sequence[Mapping[str, Any]], status: Status
) -> list[dict[str, Any]]:
    """The longest waits of a second or more; what lies in reserve is not waited for."""
    planned = {
        cue["cue"]: parse_instant(cue["planned"])
        for cue in status["cues"]
        if cue["planned"] is not None
    }
    reserve = {cue.id for cue in runbook.cues if cue.reserve}
    waits = [
        wait
        for wait in waits_of(lines, planned)
        if wait.what not in reserve and wait.lasted_us >= SECOND
    ]
    return [wait.as_json() for wait in waits[:_SHOWN_WAITS]]


def _told(lines: Sequence[Mapping[str, Any]], event: str) -> list[dict[str, str]]:
    return [
        {"cue": line["cue"], "reason": line["reason"]}
        for line in lines
        if line["event"] == event
    ]


def _closed(runbook: Runbook, status: Status) -> list[dict[str, str]]:
    """Gates that a cue still stood before at the end; a reserve need not open."""
    reserve = {cue.id for cue in runbook.cues if cue.reserve}
    waiting = {cue["cue"] for cue in status["cues"] if cue["state"] in _WAITS} - reserve
    return [
        {"cue": gate["cue"], "gate": gate["gate"], "why": gate["why"]}
        for gate in status["gates"]
        if gate["cue"] in waiting
    ]


def never_exercised(
    runbook: Runbook, lines: Sequence[Mapping[str, Any]]
) -> dict[str, list[str]]:
    """What the run says nothing about, because it never came to it: ``procedures``,
    ``answers``, ``options`` (CHOICE/OPTION), ``conditions`` (of cues) and ``reserve``.
    """
    started = {
        line["procedure"] for line in lines if line["event"] == "procedure_started"
    }
    chosen = {
        (line["cue"], line["option"]) for line in lines if line["event"] == "chosen"
    }
    due = {line["cue"] for line in lines if line["event"] == "cue_due"}
    idle = [name for name in runbook.procedures if name not in started]
    return {
        "procedures": [name for name in idle if not runbook.procedures[name].answer],
        "answers": [name for name in idle if runbook.procedures[name].answer],
        "options": [
            f"{cue.id}/{option.name}"
            for cue in runbook.cues
            if cue.choice is not None
            for option in cue.choice.options
            if (cue.id, option.name) not in chosen
        ],
        "conditions": [
            cue.id for cue in runbook.cues if cue.when is not None and cue.id not in due
        ],
        "reserve": [
            cue.id for cue in runbook.cues if cue.reserve and cue.id not in due
        ],
    }


def why_not_green(
    report: Mapping[str, Any],
    findings: Mapping[str, Any],
    nobody_answered: Sequence[str] = (),
) -> list[str]:
    """A sentence for each reason why a rehearsal is not green; empty: it is.

    ``nobody_answered`` says whom a show waits for that goes no further.
    """
    if report["state"] not in _OVER:
        waited = [f"nobody answered: {each}" for each in nobody_answered]
        return waited or [f"the show did not end: it is {report['state']}"]
    return list(report["reasons"]) + [
        f"gate {gate['gate']} of cue {gate['cue']} never opened: {gate['why']}"
        for gate in findings["closed"]
    ]
