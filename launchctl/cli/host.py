"""Is this machine a place for a long plan? Laptops sleep, sessions are logged out.

Only warnings: who runs a show knows best where.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from launchctl.cli.rundown import rows_of
from launchctl.cli.words import duration
from launchctl.runbook.model import Runbook
from launchctl.times import DAY, Micros

LONG_US = DAY
"""A plan that goes on for longer than this outlasts people's attention."""

_SUPPLIES = Path("/sys/class/power_supply")
_CGROUP = Path("/proc/self/cgroup")


def host_warnings(
    runbook: Runbook,
    now_us: Micros,
    *,
    hosted: bool = False,
    supplies: Path = _SUPPLIES,
    cgroup: Path = _CGROUP,
) -> list[str]:
    """What speaks against this machine for a plan longer than a day; a sentence each.

    Args:
        runbook: whose plan it is.
        now_us: from now on it lasts.
        hosted: it is no child of anybody's session (``--detach``).
        supplies: the kernel's list of power supplies.
        cgroup: where this process stands among systemd's units.
    """
    planned = [row.planned_us for row in rows_of(runbook) if row.planned_us is not None]
    left_us = max(planned, default=now_us) - now_us
    if left_us <= LONG_US:
        return []
    plan = f"the plan goes on for {duration(left_us)}"
    return list(_warnings(plan, supplies, cgroup, hosted=hosted))


def _warnings(
    plan: str, supplies: Path, cgroup: Path, *, hosted: bool
) -> Iterator[str]:
    if _has_battery(supplies):
        yield (
            f"{plan}, and this machine runs on a battery: it may sleep, or run empty;"
            " take one that is always on"
        )
    if not hosted and _in_session(cgroup):
        yield (
            f"{plan}, and this is a user's session: logging out may end it; run it with"
            " --detach, or as a service (examples/launchctl.service)"
        )


def _has_battery(supplies: Path) -> bool:
    """A battery of the machine itself, not of a mouse (sysfs-class-power)."""
    return any(
        _word(supply / "type") == "Battery" and _word(supply / "scope") != "Device"
        for supply in sorted(supplies.glob("*"))
    )


def _in_session(cgroup: Path) -> bool:
    return "/user.slice/" in _word(cgroup)


def _word(file: Path) -> str:
    try:
        return file.read_text(errors="replace").strip()
    except OSError:
        return ""
