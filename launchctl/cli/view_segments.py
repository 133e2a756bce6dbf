"""The part of the terminal view that says how far the show is over or under."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from launchctl.cli.words import countdown, duration
from launchctl.times import Micros, micros, parse_instant

if TYPE_CHECKING:
    from launchctl.show.status import HardOutStatus, Status

_SEGMENTS = 3


def segments_part(status: Status, now: Micros) -> RenderableType | None:
    """What runs and what comes, each with over or under, and the whole show against
    ``hard_out``; None if the runbook has neither.
    """
    hard_out = status["hard_out"]
    shown = [row for row in status["segments"] if row["state"] == "running"]
    shown += [row for row in status["segments"] if row["state"] == "pending"]
    if not shown and hard_out is None:
        return None
    block = Table.grid(expand=True, padding=(0, 1))
    for justify in ("left", "left", "left", "right"):
        block.add_column(no_wrap=True, justify=justify)
    for row in shown[:_SEGMENTS]:
        runs = row["state"] == "running"
        edge = row["expected_end"] if runs else row["expected_start"]
        when = "" if edge is None else countdown(parse_instant(edge) - now)
        block.add_row(
            Text(
                "SEGMENT" if runs else "segment", style="bold cyan" if runs else "dim"
            ),
            Text(row["segment"], style="bold" if runs else ""),
            Text(f"{'ends' if runs else 'begins'} {when}" if when else ""),
            over_text(row["over_s"]),
        )
    block.add_row(
        Text("SHOW", style="dim"),
        Text(""),
        _out(hard_out, now),
        over_text(status["over_s"]),
    )
    return block


def _out(hard_out: HardOutStatus | None, now: Micros) -> Text:
    if hard_out is None:
        return Text("")
    when = f"hard out {countdown(parse_instant(hard_out['at']) - now)}"
    if not hard_out["late"]:
        return Text(when)
    return Text(f"{when}: WILL BE MISSED", style="bold white on red")


def over_text(over_s: float | None) -> Text:
    """``OVER 3:00``, ``under 0:20``, ``on time``; nothing if it is not known."""
    if over_s is None:
        return Text("")
    if abs(over_s) < 1:
        return Text("on time", style="green")
    span = duration(micros(abs(over_s)))
    return (
        Text(f"OVER {span}", style="bold red") if over_s > 0 else Text(f"under {span}")
    )
