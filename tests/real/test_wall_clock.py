"""Somebody sets the clock of the machine while a show runs on it."""

from __future__ import annotations

from pathlib import Path

import pytest

from launchctl.times import parse_instant
from tests.show_rig import running_show
from tests.wall_fixture import settable_wall

pytestmark = pytest.mark.real

SHOW = """
runbook: 1
title: A night with a wrong clock
timezone: UTC
t0: 2027-03-16 19:00
crew: {caller: {may: [go, hold, abort, end]}}
cues:
  - {cue: doors, at: T-0, late: {within: any}}
  - {cue: wire, at: "19:10", late: {within: 5m, else: park}}
  - {cue: talk, at: T+3s, late: {within: any}}
  - {cue: close, after: talk, go: caller, do: [{end: show}]}
"""
MINUTE_S, HOUR_S = 60, 3_600


async def test_the_clock_is_set_back_and_then_to_the_minute(tmp_path: Path) -> None:
    """SEMANTICS 1: set back an hour, nothing fires again and nothing early; set on to
    the pinned cue's minute, it is due by the wall, once.
    """
    wall = settable_wall(tmp_path / "wall")
    async with running_show(tmp_path, SHOW, wall.environ, "--t0", "+2s") as show:
        await show.line("fired", cue="doors")
        wall.set(-HOUR_S)
        back = await show.line("clock_stepped")
        talk = await show.line("fired", cue="talk")
        status = await show.status()
        wall.set(10 * MINUTE_S)
        wire = await show.line("fired", cue="wire")
        await show.launch("go", "close")
        assert 0 == await show.ended()
    assert -HOUR_S == pytest.approx(back["skew_s"], abs=MINUTE_S)
    assert talk["at"] >= talk["due"]
    assert "back by 3,600" in status["health"]["clock"]["text"]
    fired = [line["cue"] for line in show.lines if line["event"] == "fired"]
    assert ["doors", "talk", "wire", "close"] == fired
    steps = [line for line in show.lines if line["event"] == "clock_stepped"]
    assert 2 == len(steps)
    assert steps[1]["seq"] < wire["seq"]


async def test_the_clock_is_set_forward_past_a_pinned_cue(tmp_path: Path) -> None:
    """SEMANTICS 1, 5: an hour forward the pinned cue is late by its own rule and parks;
    T, and what hangs on it, does not know of it.
    """
    wall = settable_wall(tmp_path / "wall")
    async with running_show(tmp_path, SHOW, wall.environ, "--t0", "+2s") as show:
        doors = await show.line("fired", cue="doors")
        wall.set(HOUR_S)
        forward = await show.line("clock_stepped")
        parked = await show.line("cue_parked", cue="wire")
        talk = await show.line("fired", cue="talk")
        assert "forward by 3,600" in (await show.status())["health"]["clock"]["text"]
        await show.launch("skip", "wire")
        await show.launch("go", "close")
        assert 0 == await show.ended()
    assert HOUR_S == pytest.approx(forward["skew_s"], abs=MINUTE_S)
    assert forward["seq"] < parked["seq"]
    due = [parse_instant(line["due"]) for line in (doors, talk)]
    assert 3_000_000 == due[1] - due[0]
    fired = [line["cue"] for line in show.lines if line["event"] == "fired"]
    assert ["doors", "talk", "close"] == fired
