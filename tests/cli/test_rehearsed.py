"""``require_rehearsed``: what was not rehearsed green does not run by itself."""

from __future__ import annotations

import getpass
from pathlib import Path

import pytest

from launchctl.cli.errors import run
from launchctl.cli.rehearsed import demand_rehearsed
from launchctl.clock import wall_us
from launchctl.errors import InputError
from launchctl.runbook import load
from launchctl.store.folder import runs_root
from launchctl.store.rehearsals import Rehearsed, keep
from launchctl.times import DAY
from tests.show_rig import running_show

RUNBOOK = """
runbook: 1
title: Rehearsed first
timezone: UTC
t0: 2016-03-31 20:30
require_rehearsed: {within: 7d}
cues:
  - {cue: over, at: T-0, late: {within: any}, do: [{end: show}]}
"""
STAYS = RUNBOOK.replace("late: {within: any}, ", "")


@pytest.fixture
def show(tmp_path: Path) -> Path:
    """A runbook that wants to be rehearsed."""
    file = tmp_path / "show.yaml"
    file.write_text(RUNBOOK)
    return file


def rehearsed(file: Path, verdict: str, days_ago: int) -> None:
    """It was played."""
    digest = load(file, environ={}).digest
    at_us = wall_us() - days_ago * DAY
    keep(Rehearsed(at_us, digest, "Rehearsed first", verdict, (), {}))


def test_an_unrehearsed_show_is_refused_and_nothing_is_made(
    show: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 2, the reason, both ways on; and no run folder."""
    assert 2 == run(["run", str(show)])
    said = capsys.readouterr().err
    assert "must be rehearsed before it runs: this text was never rehearsed" in said
    assert f"launch rehearse {show}" in said
    assert '--unrehearsed "WHY"' in said
    assert not runs_root().exists()


def test_a_red_or_old_rehearsal_is_none(
    show: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It says what the last one was."""
    rehearsed(show, "green", days_ago=9)
    rehearsed(show, "red", days_ago=1)
    assert 2 == run(["run", str(show)])
    assert "its last rehearsal, 1d ago, was red" in capsys.readouterr().err


async def test_a_green_rehearsal_lets_it_run(show: Path, tmp_path: Path) -> None:
    """Of this very text, and recent: nothing is asked, nothing is noted."""
    rehearsed(show, "green", days_ago=1)
    async with running_show(tmp_path, RUNBOOK, {}, "--t0", "+1s") as running:
        assert 0 == await running.ended()
    assert not [line for line in running.lines if "unrehearsed" in str(line)]


async def test_who_runs_it_unrehearsed_is_in_the_journal(tmp_path: Path) -> None:
    """By name, with the reason, where everybody reads it."""
    why = "--unrehearsed=the hall was closed"
    async with running_show(tmp_path, STAYS, {}, "--t0", "+1h", why) as running:
        told = await running.line("health", target="host")
        await running.launch("end")
        assert 0 == await running.ended()
    said = f"runs unrehearsed, by {getpass.getuser()}: the hall was closed"
    assert ("warning", True) == (told["level"], said in told["text"])


def test_a_rehearsal_is_kept_and_counts(
    show: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The green one of this very text is found; the next says what changed since; and
    another text has to be rehearsed anew.
    """
    assert 0 == run(["rehearse", str(show)])
    assert "SINCE THE LAST REHEARSAL" not in capsys.readouterr().out
    demand_rehearsed(load(show, environ={}), None)
    show.write_text(RUNBOOK.replace("over", "really-over"))
    with pytest.raises(InputError, match="this text was never rehearsed"):
        demand_rehearsed(load(show, environ={}), None)
    assert 0 == run(["rehearse", str(show)])
    since = capsys.readouterr().out.partition("SINCE THE LAST REHEARSAL")[2]
    assert "really-over" in since
    assert "not there" in since
