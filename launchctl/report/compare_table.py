"""Two runs beside each other, as a producer reads them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from launchctl.times import format_span, format_t, micros


def comparison_table(comparison: Mapping[str, Any]) -> RenderableType:
    """What moved, what became of it, what is said otherwise."""
    return Group(_head(comparison), _cues(comparison), _posts(comparison))


def _head(comparison: Mapping[str, Any]) -> Text:
    text = Text()
    before, after = comparison["before"], comparison["after"]
    for word, run, other in (("before", before, after), ("after", after, before)):
        text.append(f"{word:7}{run['run']}  runbook {run['digest'][:12]}  ")
        text.append(f"{run['verdict'] or 'not ended'}\n")
        for reason in run["reasons"]:
            if reason not in other["reasons"]:
                text.append(f"         only {word}: {reason}\n")
    both = len(set(before["reasons"]) & set(after["reasons"]))
    if both:
        text.append(f"{both} of the reasons are as they were\n")
    text.append(f"{comparison['same']} cues are as they were\n")
    return text


def _cues(comparison: Mapping[str, Any]) -> RenderableType:
    if not comparison["cues"]:
        return Text("")
    table = Table(title="CUES", title_justify="left", title_style="bold", box=None)
    for column in ("cue", "before", "after", "moved", "state"):
        table.add_column(column, no_wrap=True)
    for row in comparison["cues"]:
        was, now = row["was_state"] or "not there", row["now_state"] or "not there"
        table.add_row(
            Text(row["cue"]),
            _t(row["was_t_s"]),
            _t(row["now_t_s"]),
            "" if row["moved_s"] is None else _moved(row["moved_s"]),
            now if was == now else f"{was}, now {now}",
        )
    return table


def _t(t_s: float | None) -> str:
    return "-" if t_s is None else format_t(micros(t_s))


def _moved(moved_s: float) -> str:
    sign = "+" if moved_s >= 0 else "-"
    return sign + format_span(micros(abs(round(moved_s, 1))))


def _posts(comparison: Mapping[str, Any]) -> Text:
    text = Text()
    if comparison["posts"]:
        text.append("\nPOSTS\n", style="bold")
    for post in comparison["posts"]:
        text.append(f"  {post['cue']} as {post['account']}\n")
        text.append(f"    before: {post['was'] or '(none)'}\n")
        text.append(f"    after:  {post['now'] or '(none)'}\n")
    return text
