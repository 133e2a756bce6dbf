"""What a producer looks for in a run: findings, and why a rehearsal is not green."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import Any

from rich.console import Console

from launchctl.report.as_run import make_report
from launchctl.report.findings import findings_of, why_not_green
from launchctl.report.findings_table import findings_table
from launchctl.runbook import load_text
from launchctl.runbook.model import Runbook

sys.path.insert(0, str(Path(__file__).parents[1] / "cli"))
from statuses import AT, a_cue, a_line, a_status

RUNBOOK = """
runbook: 1
title: Show
timezone: UTC
t0: 2016-04-01 03:30
hard_out: 2016-04-01 04:30
stages: {main: {driver: obs, url: "ws://127.0.0.1:1"}}
embargoes:
  car:
    default: true
    lifts: [{on_air: Reveal}]
    others_lift: {at: 2016-04-01 03:50, who: press}
cues:
  - {cue: doors, at: T-30m, do: [{scene: Countdown}]}
  - choice: demo
    at: T-0
    ask: caller
    default: skip-it
    within: 45s
    options:
      run-it: {cues: [{cue: cam, do: [{scene: Cam}]}]}
      skip-it: {cues: []}
  - {cue: reveal, at: T+10m, do: [{scene: Reveal}]}
  - {cue: hot, when: "t > 9000.0", do: [{scene: Cam}]}
  - {cue: spare, go: caller, reserve: true, do: [{scene: Cam}]}
procedures:
  down: {cues: [{cue: slide, do: [{scene: Slide}]}]}
"""


def a_runbook() -> Runbook:
    """A show with something of everything that can be left out."""
    return load_text(RUNBOOK, environ={})


def a_run(*lines: dict[str, Any], **more: Any) -> dict[str, Any]:
    """The findings of a run."""
    status = a_status(
        **{
            "embargoes": [
                {
                    "name": "car",
                    "open": True,
                    "why": "",
                    "others": {"at": "2016-04-01T03:50:00.000000Z"},
                }
            ]
        }
        | more
    )
    return findings_of(a_runbook(), lines, status)


def test_what_was_never_exercised_is_named() -> None:
    """Procedures, options, conditions and reserves that the run never came to; what it
    did come to is not named.
    """
    chosen = a_line(1, "chosen", cue="demo", option="skip-it")
    never = a_run(chosen)["never"]
    assert ["down"] == never["procedures"]
    assert ["demo/run-it"] == never["options"]
    assert (["hot"], ["spare"]) == (never["conditions"], never["reserve"])
    due = a_line(2, "cue_due", cue="hot")
    began = a_line(3, "procedure_started", procedure="down")
    never = a_run(chosen, due, began)["never"]
    assert ([], []) == (never["procedures"], never["conditions"])


def test_margins_are_what_is_left_before_a_limit() -> None:
    """The plan's end and the picture, against hard_out and against others' embargo."""
    findings = a_run(
        expected_end="2016-04-01T04:20:00.000000Z",
        over_s=300.0,
        hard_out={"at": "2016-04-01T04:30:00.000000Z", "late": False},
        cues=[
            a_cue(
                "reveal",
                "done",
                planned="2016-04-01T03:40:00.000000Z",
                fired="2016-04-01T03:51:00.000000Z",
            )
        ],
    )
    hard_out, others = findings["margins"]
    assert (900.0, 600.0) == (hard_out["planned_s"], hard_out["left_s"])
    assert (600.0, -60.0) == (others["planned_s"], others["left_s"])
    assert "left -1m" in shown(findings)


def test_a_rehearsal_in_which_nobody_answered_is_not_green() -> None:
    """It names whom the show waits for; if that is not known, that it did not end."""
    lines = [a_line(1, "cue_ready", cue="doors"), a_line(2, "noted")]
    gate = {"cue": "doors", "gate": "confirmed: notice", "why": "nobody said so"}
    status = a_status(cues=[a_cue("doors", "standby")], gates=[gate])
    findings = findings_of(a_runbook(), lines, status | _OTHERS)
    report = make_report(lines, status)
    assert ["nobody answered: doors stands by"] == why_not_green(
        report, findings, ["doors stands by"]
    )
    assert ["the show did not end: it is counting"] == why_not_green(report, findings)


def test_a_gate_that_stayed_shut_is_a_reason() -> None:
    """Also in a show that somebody ended; one of a cue in reserve is none."""
    gates = [
        {"cue": cue, "gate": "confirmed: notice", "why": "nobody said so"}
        for cue in ("doors", "spare")
    ]
    cues = [a_cue("doors", "parked"), a_cue("spare", "standby")]
    status = a_status(state="complete", verdict="green", cues=cues, gates=gates)
    findings = findings_of(a_runbook(), [], status | _OTHERS)
    reasons = why_not_green(make_report([], status) | {"reasons": []}, findings)
    said = "gate confirmed: notice of cue doors never opened: nobody said so"
    assert [said] == reasons


def test_a_show_that_ended_well_has_no_reason_against_it() -> None:
    """What is left in reserve or skipped is told, and is no fault."""
    lines = [a_line(1, "cue_skipped", cue="doors", reason="too late")]
    status = a_status(
        state="complete", verdict="green", cues=[a_cue("doors", "skipped")]
    )
    findings = findings_of(a_runbook(), lines, status | _OTHERS)
    assert [] == why_not_green(make_report(lines, status), findings)
    assert [{"cue": "doors", "reason": "too late"}] == findings["skipped"]
    assert "doors: too late" in shown(findings)


def test_only_what_fired_is_late() -> None:
    """A firing a second or more behind its due is late; what was skipped is not."""
    cues = [
        a_cue("a", "done", fired=AT, late_by_s=4.0),
        a_cue("b", "done", fired=AT, late_by_s=0.2),
        a_cue("c", "skipped", late_by_s=9000.0),
    ]
    assert [{"cue": "a", "late_by_s": 4.0}] == a_run(cues=cues)["late"]


_OTHERS: Any = {
    "embargoes": [{"name": "car", "open": False, "why": "", "others": {"at": AT}}]
}


def shown(findings: dict[str, Any]) -> str:
    """As a terminal shows it."""
    out = io.StringIO()
    Console(file=out, width=120).print(findings_table(findings))
    return out.getvalue()
