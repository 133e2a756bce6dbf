"""``launch status`` for people: one screen of text."""

from __future__ import annotations

from rich.console import Console

from launchctl.cli.view_far_ends import (
    counter_part,
    health_part,
    stages_part,
    trouble_part,
)
from launchctl.cli.view_parts import gates_part, holds_part, next_part
from launchctl.cli.view_segments import segments_part
from launchctl.cli.words import t_clock, time_of_day
from launchctl.show.status import Status
from launchctl.times import parse_instant


def print_status(status: Status, screen: Console) -> None:
    """Print the show as it is, in the order in which a caller asks."""
    now = parse_instant(status["at"])
    rehearsal = "REHEARSAL " if status["rehearsal"] else ""
    verdict = f", verdict {status['verdict']}" if status["verdict"] else ""
    screen.print(f"{rehearsal}{status['runbook']} ({status['run']})", markup=False)
    screen.print(
        f"{t_clock(status['t_s'])}  {status['state']}{verdict}"
        f"  {time_of_day(status['at'])} UTC  seq {status['seq']}",
        markup=False,
    )
    for part in (
        trouble_part(status),
        holds_part(status, now),
        segments_part(status, now),
        next_part(status, now),
        gates_part(status),
        counter_part(status),
        stages_part(status),
        health_part(status),
    ):
        if part is not None:
            screen.print(part)
    for embargo in status["embargoes"]:
        state = "open" if embargo["open"] else f"closed: {embargo['why']}"
        others = embargo.get("others")
        told = ""
        if others is not None and not embargo["open"]:
            at = time_of_day(others["at"])
            early = "BEFORE US, " if others["warned"] else ""
            told = f" ({early}{others['who']} at {at} UTC)"
        screen.print(f"embargo {embargo['name']} {state}{told}", markup=False)
