"""``launch check``: read a runbook, print its timeline, ask its far ends."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.text import Text

from launchctl.cli.call_sheet import write_call_sheet
from launchctl.cli.host import host_warnings
from launchctl.cli.live_check import READY, ask_everything
from launchctl.cli.options import parse_t0
from launchctl.cli.output import console, print_json
from launchctl.cli.run import parse_sets
from launchctl.cli.rundown import (
    Row,
    embargo_in_words,
    local_time,
    row_json,
    rows_of,
    t_in_words,
    zones_of,
)
from launchctl.clock import wall_us
from launchctl.conductor.ntp import parse_server
from launchctl.drivers.base import Health, Level
from launchctl.errors import InputError
from launchctl.runbook.loader import load
from launchctl.runbook.model import Runbook
from launchctl.times import Micros, format_instant

_OUT_OF_REACH = 3


def run_check(
    file: Path,
    *,
    live: bool,
    t0: str | None,
    sets: Sequence[str],
    as_json: bool,
    call_sheet: Path | None = None,
    ntp: str | None = None,
) -> int:
    """Check ``file``, and write its call sheet if one is asked for.

    Returns:
        The exit code: 0, or 3 if a far end is not ready.

    Raises:
        RunbookError: with every problem of the runbook.
        InputError: an option cannot be read, or a secret is missing (``live``).
    """
    now_us = wall_us()
    t0_us = parse_t0(t0, now_us)
    runbook = load(file, t0_us=t0_us, sets=parse_sets(sets), now_us=now_us)
    if call_sheet is not None:
        write_call_sheet(runbook, call_sheet)
    server = None if ntp is None else parse_server(ntp)
    if server and not live:
        raise InputError("--ntp asks a server", hint="add --live")
    healths = asyncio.run(ask_everything(runbook, server)) if live else None
    here = host_warnings(runbook, now_us) if live else []
    runbook = runbook.model_copy(update={"warnings": (*runbook.warnings, *here)})
    if as_json:
        print_json(as_document(runbook, healths))
    else:
        _print(runbook, healths)
    ready = healths is None or all(h.level in READY for h in healths.values())
    return 0 if ready else _OUT_OF_REACH


def as_document(runbook: Runbook, healths: dict[str, Health] | None) -> dict[str, Any]:
    """All that check found, as plain values."""
    zones = zones_of(runbook)
    return {
        "ok": True,
        "file": runbook.path,
        "title": runbook.title,
        "digest": runbook.digest,
        "t0": None if runbook.t0_us is None else format_instant(runbook.t0_us),
        "zones": zones,
        "shifted": [
            {
                "where": instant.where,
                "written": instant.written,
                "at": format_instant(instant.at_us),
            }
            for instant in runbook.shifted
        ],
        "timeline": [row_json(row, zones) for row in rows_of(runbook)],
        "embargoes": {
            name: embargo_in_words(embargo, runbook.timezone or "UTC")
            for name, embargo in runbook.embargoes.items()
        },
        "warnings": [*runbook.warnings],
        "problems": [],
        "live": None
        if healths is None
        else {
            name: {"level": health.level.value, "text": health.text}
            for name, health in healths.items()
        },
    }


def _print(runbook: Runbook, healths: dict[str, Health] | None) -> None:
    screen = console()
    zones = zones_of(runbook)
    home = runbook.timezone or "UTC"
    rows = rows_of(runbook)
    screen.print(Text(f"{runbook.title} ({runbook.path})", style="bold"))
    if runbook.t0_us is None:
        screen.print("T-0 is set by the first GO")
    else:
        screen.print(Text(f"T-0 is {local_time(runbook.t0_us, home)} {home}"))
    for instant in runbook.shifted:
        moved = f"{local_time(instant.at_us, home)} {home}"
        screen.print(
            Text(f"moved by --t0: {instant.where} {instant.written} -> {moved}")
        )
    screen.print()
    _print_timeline(rows, zones)
    _print_embargoes(runbook, rows, home)
    for warning in runbook.warnings:
        screen.print(Text(f"warning: {warning}", style="yellow"))
    for name, health in (healths or {}).items():
        style = "green" if health.level in READY else "bold red"
        screen.print(Text(f"{health.level.value:8} {name}  {health.text}", style=style))
    screen.print(Text(f"{len(rows)} cues, digest {runbook.digest[:16]}", style="dim"))


def _print_healths(healths: dict[str, Health]) -> None:
    """A line for each: how it is, who, and in words."""
    width = max(map(len, healths), default=0)
    styles = {Level.GOOD: "green", Level.WARNING: "yellow"}
    for name, health in healths.items():
        line = f"{health.level.value:8} {name:{width}}  {health.text}"
        console().print(Text(line, style=styles.get(health.level, "bold red")))


def _print_timeline(rows: list[Row], zones: list[str]) -> None:
    """A line a cue, aligned, with what it does below it."""
    table = [("T", *zones, "cue", "starts")]
    for row in rows:
        name = f"{row.procedure}/{row.cue}" if row.procedure else row.cue
        times = (_shown(row.planned_us, zone) for zone in zones)
        waits = "".join(f"; waits for {gate}" for gate in row.gates)
        table.append((t_in_words(row), *times, name, row.starts + waits))
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    screen = console()
    for index, cells in enumerate(table):
        padded = (f"{cell:{width}}" for cell, width in zip(cells, widths, strict=True))
        style = "bold" if index else "dim"
        screen.print(Text("  ".join(padded).rstrip(), style=style))
        for deed in rows[index - 1].does if index else ():
            under = f"  [embargo {', '.join(deed.embargoes)}]" if deed.embargoes else ""
            screen.print(Text(f"    {deed.text}{under}"))


def _shown(at_us: Micros | None, zone: str) -> str:
    """Without the year, which the head has."""
    return "-" if at_us is None else local_time(at_us, zone)[5:]


def _print_embargoes(runbook: Runbook, rows: list[Row], home: str) -> None:
    """Each embargo with what stands under it, and what leaves under none."""
    screen = console()
    guarded = [(row.cue, deed) for row in rows for deed in row.does if deed.guarded]
    for name, embargo in runbook.embargoes.items():
        screen.print(Text(f"\nembargo {name}: {embargo_in_words(embargo, home)}"))
        for cue, deed in guarded:
            if name in deed.embargoes:
                screen.print(Text(f"  {cue}: {deed.text}"))
    free = [(cue, deed) for cue, deed in guarded if not deed.embargoes]
    if free:
        screen.print("\nunder no embargo:")
    for cue, deed in free:
        screen.print(Text(f"  {cue}: {deed.text}"))
    screen.print()
