"""A show that nobody conducts any more: its pages stay, and say so."""

from __future__ import annotations

import asyncio
import os
import resource
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

from launchctl.cli import front_process
from launchctl.conductor import viewer as viewer_module
from launchctl.conductor.viewer import Viewer
from launchctl.store.folder import RunFolder
from tests.show_rig import HANG_S, Show, running_show

SHOW = """
runbook: 1
title: A night with a bad disk
timezone: UTC
t0: 2027-03-16 19:00
crew: {caller: {may: [go, hold, abort, end]}}
cues:
  - {cue: doors, at: T-0, late: {within: any}}
  - {cue: close, after: doors, go: caller, do: [{end: show}]}
"""


@asynccontextmanager
async def evening(folder: Path, *options: str) -> AsyncIterator[Show]:
    """The show of above, running."""
    async with running_show(
        folder, SHOW, {}, "--t0", "+1s", *options, stderr=True
    ) as show:
        await show.line("fired", cue="doors")
        yield show


async def the_page(show: Show) -> dict[str, Any]:
    """What the pages read of the conductor, once it says something."""
    url = f"{show.place['url']}/api/v1/state"
    async with asyncio.timeout(HANG_S), aiohttp.ClientSession() as session:
        while True:
            async with session.get(url) as answer:
                health = (await answer.json())["health"]
            if "conductor" in health:
                said: dict[str, Any] = health["conductor"]
                if "SIGKILL" in said["text"] or "journal" in said["text"]:
                    return said


async def test_a_journal_that_cannot_be_written_freezes_the_show(
    tmp_path: Path,
) -> None:
    """The disk refuses an append: nothing more is decided; terminal and page say so,
    and the run ends with 1. What was journaled is sound, and the show can be taken up.
    """
    async with evening(tmp_path) as show:
        await show.launch("hold", "sound")
        resource.prlimit(show.place["pid"], resource.RLIMIT_FSIZE, (0, 0))
        await show.launch("resume", "sound", code=3)
        assert 1 == await show.ended()
        assert show.process.stderr is not None
        said = (await show.process.stderr.read()).decode()
        page = await the_page(show)
        verified = await show.launch("journal", "--verify")
        status = await show.status()
        folder = show.place["run_dir"]
        async with running_show(tmp_path, None, {}, "--recover", folder) as again:
            await again.line("recovered")
            await again.launch("resume", "sound")
            await again.launch("go", "close")
            assert 0 == await again.ended()
    assert "the journal could not be written, so the show was frozen" in said
    assert f"launch run --recover {folder}" in said
    assert "Traceback" not in said
    assert "bad" == page["level"]
    assert "the journal could not be written" in page["text"]
    assert "NOBODY CONDUCTS THIS SHOW" in status["health"]["conductor"]["text"]
    assert verified["ok"]


async def test_a_killed_conductor_is_on_the_page(tmp_path: Path) -> None:
    """SIGKILL: the page says that nobody conducts, and how to take the show up."""
    async with evening(tmp_path) as show:
        os.kill(show.place["pid"], signal.SIGKILL)
        assert 1 == await show.ended()
        page = await the_page(show)
    assert "ended by SIGKILL" in page["text"]
    assert "launch run --recover" in page["text"]


async def test_pages_of_a_folder_that_is_gone_end(tmp_path: Path, monkeypatch) -> None:
    """What is left behind says so for a while, and not for ever: also if somebody has
    cleared the folder away meanwhile.
    """
    monkeypatch.setattr(front_process, "LINGER_S", 0.1)
    monkeypatch.setattr(front_process, "_LOOK_EVERY_S", 0.1)
    monkeypatch.setattr(viewer_module, "_LOOK_EVERY_S", 0.05)
    async with evening(tmp_path) as show:
        folder = RunFolder(Path(show.place["run_dir"]))
        os.kill(show.place["pid"], signal.SIGKILL)
        assert 1 == await show.ended()
        viewer = await Viewer.open(folder)
        alone = asyncio.Event()
        alone.set()
        assert viewer.unconducted
        (folder.path / "lock").unlink()
        async with asyncio.timeout(HANG_S):
            await front_process._until_over(viewer, alone)
        assert viewer.unconducted
        await viewer.aclose()


async def test_a_folder_that_may_not_be_written_starts_nothing(tmp_path: Path) -> None:
    """A run folder that cannot be made is bad input, named with its reason."""
    if os.geteuid() == 0:
        place = "/proc/no-such-run"  # root may write everywhere else
    else:
        (tmp_path / "sealed").mkdir(mode=0o500)
        place = str(tmp_path / "sealed" / "run")
    file = tmp_path / "show.yaml"
    file.write_text(SHOW)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "launchctl", "run", str(file), "--run-dir", place),
        stderr=asyncio.subprocess.PIPE,
    )
    _, said = await process.communicate()
    assert 2 == process.returncode
    assert f"the run folder {place} cannot be made" in said.decode()
