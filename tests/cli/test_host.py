"""What speaks against this machine for a long plan."""

from __future__ import annotations

from pathlib import Path

import pytest

from launchctl.cli.host import host_warnings
from launchctl.times import DAY, HOUR
from tests.show.build import T0, book, cue

WEEK = book(cue("doors", at="T-0"), cue("day-seven", at="T+168h"))
EVENING = book(cue("doors", at="T-0"), cue("late", at="T+3h"))
SESSION = "0::/user.slice/user-1000.slice/session-3.scope\n"
SERVICE = "0::/system.slice/launchctl.service\n"


@pytest.fixture
def laptop(tmp_path: Path) -> Path:
    """The power supplies of a laptop with a wireless mouse, as sysfs lists them."""
    for name, kind, scope in (
        ("AC", "Mains", None),
        ("BAT0", "Battery", None),
        ("hid-mouse", "Battery", "Device"),
    ):
        (tmp_path / "power" / name).mkdir(parents=True)
        (tmp_path / "power" / name / "type").write_text(f"{kind}\n")
        if scope:
            (tmp_path / "power" / name / "scope").write_text(f"{scope}\n")
    return tmp_path / "power"


def warned(runbook, tmp_path, *, supplies=None, cgroup=SERVICE, hosted=False):
    """Which of the two warnings are given."""
    (tmp_path / "cgroup").write_text(cgroup)
    said = host_warnings(
        runbook,
        T0 - HOUR,
        hosted=hosted,
        supplies=supplies or tmp_path / "none",
        cgroup=tmp_path / "cgroup",
    )
    assert all("7 d 1 h" in words for words in said)
    return ["battery" if "battery" in words else "session" for words in said]


def test_a_week_on_a_laptop_in_a_terminal_warns_twice(laptop, tmp_path):
    """It may sleep, and somebody may log out."""
    said = warned(WEEK, tmp_path, supplies=laptop, cgroup=SESSION)
    assert ["battery", "session"] == said


def test_an_evening_is_nobodys_worry(laptop, tmp_path):
    """People sit beside it."""
    assert [] == warned(EVENING, tmp_path, supplies=laptop, cgroup=SESSION)


def test_a_detached_run_or_a_service_is_hosted(laptop, tmp_path):
    """No logout ends it; its battery is still one."""
    assert [] == warned(WEEK, tmp_path, cgroup=SESSION, hosted=True)
    assert [] == warned(WEEK, tmp_path)
    assert ["battery"] == warned(WEEK, tmp_path, supplies=laptop)


def test_the_battery_of_a_mouse_is_none_of_ours(laptop, tmp_path):
    """Scope Device is no supply of the machine."""
    (laptop / "BAT0" / "type").write_text("Mains\n")
    assert [] == warned(WEEK, tmp_path, supplies=laptop)


def test_the_plan_counts_from_now():
    """A week's plan in its last hours is an evening."""
    assert [] == host_warnings(WEEK, T0 + 7 * DAY - HOUR)
