"""How long people were waited for."""

from __future__ import annotations

from typing import Any

from launchctl.report.waits import waits_of
from launchctl.times import MINUTE, SECOND, Micros, format_instant, parse_instant

BEGAN_US = parse_instant("2016-04-01T03:00:00.000000Z")


def at(second: float, event: str, cue: str | None = None, **more: Any) -> Any:
    """A journal line so many seconds into the run."""
    instant = format_instant(BEGAN_US + int(second * SECOND))
    return {"at": instant, "event": event, "cue": cue, "by": None, **more}


def told(*lines: Any, **planned: Micros) -> list[tuple[str, str, float, str | None]]:
    """(what, want, seconds, by) of every wait."""
    waits = waits_of(lines, planned)
    return [(w.what, w.want, w.lasted_us / SECOND, w.by) for w in waits]


def test_a_go_is_awaited_from_its_planned_instant() -> None:
    """A cue that stands by early keeps nobody waiting before it was planned."""
    lines = (at(0, "cue_ready", "film"), at(90, "cue_due", "film", by="Ana"))
    assert [("film", "GO", 90, "Ana")] == told(*lines)
    assert [("film", "GO", 30, "Ana")] == told(*lines, film=BEGAN_US + MINUTE)
    assert [("film", "GO", 0, "Ana")] == told(*lines, film=BEGAN_US + 2 * MINUTE)


def test_a_hold_is_no_wait_for_a_go() -> None:
    """Nobody can press GO in a hold, and what was planned comes later by it; a planned
    hold is in the plan already.
    """
    hold = {"name": "sound", "kind": "operator"}
    built_in = {"name": "built in", "kind": "planned"}
    lines = (
        at(0, "cue_ready", "film"),
        at(5, "hold_opened", **built_in),
        at(10, "hold_released", name="built in"),
        at(20, "hold_opened", **hold),
        at(50, "hold_released", name="sound", by="Ana"),
        at(100, "cue_due", "film", by="Ana"),
    )
    waits = told(*lines, film=BEGAN_US + MINUTE)
    assert [("sound", "a release", 30, "Ana"), ("film", "GO", 10, "Ana")] == waits


def test_what_nobody_answered_lasts_to_the_end() -> None:
    """It is told as open, without a name; so is a deadline's answer."""
    lines = (
        at(0, "cue_parked", "post", reason="late"),
        at(10, "cue_asked", "demo"),
        at(55, "chosen", "demo", option="skip-it"),
        at(60, "show_ended"),
    )
    parked, demo = waits_of(lines)
    assert ("post", 60 * SECOND, False) == (parked.what, parked.lasted_us, parked.ended)
    assert (None, 45 * SECOND, True) == (demo.by, demo.lasted_us, demo.ended)
