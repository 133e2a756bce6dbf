"""How soon the command line is there: help, and the check of a large runbook."""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

HELP_GOAL_S = 0.25
CHECK_GOAL_S = 1.0
CUES = 1_000


def bench_help(*, short: bool) -> dict[str, dict[str, Any]]:
    """Seconds from ``launch --help`` to its end, a fresh process each; the median."""
    launch = Path(sys.executable).with_name("launch")
    spent_s = []
    for _ in range(3 if short else 11):
        began = time.perf_counter()
        subprocess.run([launch, "--help"], check=True, capture_output=True)
        spent_s.append(time.perf_counter() - began)
    return {"launch --help": _row(statistics.median(spent_s), HELP_GOAL_S)}


def bench_load(*, short: bool) -> dict[str, dict[str, Any]]:
    """Seconds to load, check and plan a runbook of 1,000 cues; the median."""
    from launchctl.cli.rundown import rows_of
    from launchctl.runbook.loader import load

    spent_s = []
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "large.yaml"
        file.write_text(large_runbook(CUES), encoding="utf-8")
        for _ in range(1 if short else 5):
            began = time.perf_counter()
            rows = rows_of(load(file))
            spent_s.append(time.perf_counter() - began)
            assert len(rows) == CUES
    name = f"load and check a {CUES:,}-cue runbook"
    return {name: _row(statistics.median(spent_s), CHECK_GOAL_S)}


def large_runbook(cues: int) -> str:
    """A show of so many cues: scenes, posts, texts and conditions, as shows have."""
    head = """\
runbook: 1
title: Large
timezone: America/Los_Angeles
t0: 2030-03-31 20:30
stages: {main: {driver: obs, url: "ws://127.0.0.1:4455"}}
accounts: {ceo: {network: x, handle: elonmusk, credentials: {env: X_CEO}}}
crew: {caller: {may: [go, hold, abort, end]}, comms: {may: [approve, post, silence]}}
approvals: {default: [comms]}
embargoes:
  car: {default: true, lifts: [{on_air: Reveal}]}
orders:
  deposit: {USD: 1000}
  sources: [{kind: webhook, name: shop, secret: {env: SHOP}}]
cues:
"""
    return head + "".join(_cue(number) for number in range(cues))


def _cue(number: int) -> str:
    match number % 4:
        case 0:
            does = f"at: T+{number}s, do: [{{scene: Scene {number % 40}}}]"
        case 1:
            does = f"after: cue-{number - 1}, go: caller, do: [{{scene: Reveal}}]"
        case 2:
            text = f"Part {number} of the show."
            does = (
                f'after: cue-{number - 1}, do: [{{post: {{as: ceo, text: "{text}"}}}}]'
            )
        case _:
            does = (
                f"when: orders.units >= {number}, "
                'do: [{text: {source: Ticker, text: "{{ orders.units | number }}"}}]'
            )
    return f"  - {{cue: cue-{number}, {does}}}\n"


def _row(value_s: float, goal_s: float) -> dict[str, Any]:
    return {
        "value": round(value_s, 3),
        "unit": "s",
        "goal": f"<= {goal_s:g} s",
        "met": value_s <= goal_s,
    }
