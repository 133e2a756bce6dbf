"""A paced rehearsal, as a user starts it: hands and viewers, over real loopback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from typer.testing import CliRunner

from launchctl.cli.app import app

HANG_S = 180
"""Bounds a hang: five processes start, and ten seconds pass before the first cue."""

RUNBOOK = """
runbook: 1
title: Watched
t0: 2030-06-01 20:00 UTC
stages:
  main: {driver: obs, url: "ws://127.0.0.1:9"}
accounts:
  ceo: {network: x, handle: ceo, credentials: {env: X_CEO}, by_hand: watch}
crew: {caller: {may: [go, end]}}
cues:
  - {cue: doors, at: T-0, do: [{scene: Countdown}]}
  - {cue: seen, after: doors, gate: [{on_air: Reveal}], do: [{scene: Crowd}]}
  - {cue: over, after: seen, at: T+80s, do: [{end: show}]}
"""
SCRIPT = """
people: 1
script:
  - {at: T+20s, by: Olu, role: operator, do: cut, target: Nowhere}
  - {at: T+21s, by: Olu, role: operator, do: cut, target: Reveal}
  - {at: T+25s, by: Eva, role: ceo, do: post-by-hand, target: ceo, args: {text: "Ups."}}
audience:
  - {viewers: 20}
"""


def show(tmp_path: Path) -> Path:
    """A show that only a cut by hand brings to its end."""
    file = tmp_path / "show.yaml"
    file.write_text(RUNBOOK)
    file.with_suffix(".people.yaml").write_text(SCRIPT)
    return file


def test_hands_reach_the_emulators_and_viewers_a_page(tmp_path: Path, own_state: Path):
    """What the script's people do by hand happens to the emulated far ends, in their
    own process; viewers are served, and what they saw is in the report.
    """
    done = subprocess.run(
        [
            *(sys.executable, "-m", "launchctl", "rehearse", str(show(tmp_path))),
            *("--speed", "10", "--json"),
        ],
        env={**os.environ, "XDG_STATE_HOME": str(own_state)},
        capture_output=True,
        text=True,
        timeout=HANG_S,
        check=False,
    )
    assert 0 == done.returncode, done.stderr
    report = json.loads(done.stdout)
    deeds = [
        (deed["do"], deed["accepted"], deed["reason"])
        for deed in report["rehearsed"]["people"]
    ]
    assert [
        ("cut", False, "stage main has no scene 'Nowhere'"),
        ("cut", True, ""),
        ("post-by-hand", True, ""),
    ] == deeds
    assert "green" == report["verdict"], "the cut opened the gate"
    seen = report["rehearsed"]["viewers"]
    assert (20, 0) == (seen["viewers"], seen["failed"])
    assert seen["served"] >= 20
    assert seen["oldest_s"] > 0.0


def test_virtual_time_has_no_pages_to_watch(tmp_path: Path):
    """The line is named as not played; what hands do is."""
    file = show(tmp_path)
    code, out = _rehearse(str(file))
    assert "not played: viewers: 20: there are pages only at a pace" in out
    assert 0 == code

    _, out = _rehearse(str(file), "--json")
    assert 1 == len(json.loads(out)["rehearsed"]["not_played"])


def _rehearse(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["rehearse", *words])
    return result.exit_code, " ".join(result.stdout.split())
