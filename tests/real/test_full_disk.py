"""A show whose disk runs full: a small file system of its own, really full."""

from __future__ import annotations

import os
import subprocess
from contextlib import suppress
from pathlib import Path

import aiohttp
import pytest

from launchctl.clock import wall_us
from tests.real.shop import signed
from tests.show_rig import STORES_SECRET, Show, running_show

pytestmark = pytest.mark.real

PLAN = "\n".join(
    f"  - {{cue: word-{n}, at: T+{n}s, do: [{{say: {{to: crew, text: {'x' * 200}}}}}]}}"
    for n in range(1, 60)
)
SHOW = f"""
runbook: 1
title: A night on a small disk
timezone: UTC
t0: 2027-03-16 19:00
crew: {{caller: {{may: [go, hold, abort, end]}}}}
orders:
  deposit: {{USD: 1000}}
  sources: [{{kind: webhook, name: stores, secret: {{env: STORES}}}}]
cues:
  - {{cue: doors, at: T-0, late: {{within: any}}}}
  - {{cue: close, after: doors, go: caller, do: [{{end: show}}]}}
{PLAN}
"""
_MOUNT = 'mount -t tmpfs -o size=24m tmpfs "$0" && exec "$@"'


def small_disk(folder: Path) -> list[str]:
    """What starts a program that has a file system of 24 MiB at ``folder``; skips
    where none can be mounted.
    """
    folder.mkdir()
    enter = ["unshare", "--map-root-user", "--mount", "sh", "-c", _MOUNT, str(folder)]
    probe = subprocess.run([*enter, "true"], capture_output=True, check=False)
    if probe.returncode:
        why = f"no small file system can be mounted: {probe.stderr.decode()}"
        if os.environ.get("LAUNCH_REQUIRE_REAL") == "1":
            pytest.fail(why)
        pytest.skip(why)
    return enter


def fill(folder: Path) -> Path:
    """Take all room there is."""
    filler = folder / "somebody-elses-video"
    descriptor = os.open(filler, os.O_CREAT | os.O_WRONLY)
    try:
        for size in (1 << 20, 1 << 12, 1):
            with suppress(OSError):  # no space left
                while True:
                    os.write(descriptor, b"x" * size)
    finally:
        os.close(descriptor)
    return filler


async def order(show: Show) -> int:
    """A shop delivers; the answer's code."""
    headers, body = signed(STORES_SECRET, "order-1", wall_us() / 1e6)
    async with aiohttp.ClientSession() as session:
        hook = f"{show.place['url']}/hooks/stores"
        async with session.post(hook, data=body, headers=headers) as answer:
            return answer.status


async def test_a_show_survives_a_full_disk(tmp_path: Path) -> None:
    """Under 200 MiB orders wait outside; when the disk is full the hold that says so is
    journaled and on the page; room made, a person resumes and the show goes on.
    """
    disk = tmp_path / "disk"
    options = ("--t0", "+1s", "--run-dir", str(disk / "run"))
    before = small_disk(disk)
    async with running_show(
        tmp_path, SHOW, {}, *options, before=before, by_url=True
    ) as show:
        seen_from_here = Path(f"/proc/{show.place['pid']}/root{disk}")
        await show.line("fired", cue="doors")
        status = await show.until(lambda status: "disk" in status["health"])
        assert "warning" == status["health"]["disk"]["level"]
        assert 503 == await order(show)
        filler = fill(seen_from_here)
        hold = await show.line("hold_opened", name="disk-full")
        status = await show.until(lambda s: s["health"]["disk"]["level"] == "bad")
        assert ["disk-full"] == [hold["name"] for hold in status["holds"]]
        assert "make room" in hold["reason"]
        filler.unlink()
        await show.until(lambda s: s["health"]["disk"]["level"] == "warning")
        assert (seen_from_here / "run" / "journal.db.ballast").stat().st_size
        await show.launch("resume", "disk-full")
        await show.line("hold_released", name="disk-full")
        await show.launch("go", "close")
        assert 0 == await show.ended()
    numbers = [line["seq"] for line in show.lines]
    assert list(range(1, len(numbers) + 1)) == numbers
