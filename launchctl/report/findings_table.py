"""What a producer looks for in a run, as lines for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rich.text import Text

from launchctl.report.table import late
from launchctl.times import format_span, micros

_NEVER = {
    "procedures": "procedures never run",
    "answers": "answers never called",
    "options": "options never chosen",
    "conditions": "conditions never true",
    "reserve": "in reserve, never used",
}
_TOLD = {"held": "HELD", "parked": "PARKED", "skipped": "SKIPPED"}


def findings_table(findings: Mapping[str, Any]) -> Text:
    """Every finding that there is, a line each, under its heading."""
    text = Text()
    for heading, lines in _sections(findings):
        if lines:
            text.append(f"\n{heading}\n", style="bold")
            for line in lines:
                text.append(f"  {line}\n")
    return text


def _sections(findings: Mapping[str, Any]) -> Iterator[tuple[str, list[str]]]:
    yield (
        "LATE",
        [f"{one['cue']}: {late(one['late_by_s'])}" for one in findings["late"]],
    )
    for key, heading in _TOLD.items():
        yield heading, [f"{one['cue']}: {one['reason']}" for one in findings[key]]
    yield (
        "GATES THAT NEVER OPENED",
        [f"{one['cue']}: {one['gate']}: {one['why']}" for one in findings["closed"]],
    )
    yield "WAITED FOR PEOPLE", [_wait(wait) for wait in findings["waits"]]
    yield "MARGINS", [_margin(margin) for margin in findings["margins"]]
    yield (
        "NOT EXERCISED",
        [
            f"{_NEVER[key]}: {', '.join(names)}"
            for key, names in findings["never"].items()
            if names
        ],
    )


def _wait(wait: Mapping[str, Any]) -> str:
    who = f", by {wait['by']}" if wait["by"] else ""
    ended = who if wait["ended"] else ", nobody answered"
    return f"{wait['what']}: {_span(wait['lasted_s'])} for {wait['want']}{ended}"


def _margin(margin: Mapping[str, Any]) -> str:
    parts = []
    if margin["planned_s"] is not None:
        parts.append(f"planned {_span(margin['planned_s'])}")
    if margin["left_s"] is not None:
        parts.append(f"left {_span(margin['left_s'])}")
    return f"{margin['limit']}: {', '.join(parts) or 'not known'}"


def _span(span_s: float) -> str:
    sign = "-" if span_s < 0 else ""
    return sign + format_span(micros(abs(round(span_s))))
