"""Watching a run: what cannot be followed any more says so."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from launchctl.clock import Origin
from launchctl.conductor.viewer import Viewer
from launchctl.errors import JournalError
from launchctl.runbook.loader import load
from launchctl.store.base import Line
from launchctl.store.folder import RunFolder, RunMeta

SHOW = """\
runbook: 1
title: A small show
stages: {main: {driver: obs, url: "ws://127.0.0.1:1"}}
cues: [{cue: one, at: T-0, do: [{scene: One}]}]
"""


async def test_a_viewer_that_cannot_follow_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever follows gets the error instead of silence that looks like a quiet show,
    and ``failed`` ends with it.
    """
    file = tmp_path / "show.yaml"
    file.write_text(SHOW)
    meta = RunMeta("run", "A small show", file.name, Origin.here(), str(tmp_path))
    folder = RunFolder.create(tmp_path / "run", meta, load(file))
    async with folder.journal(writer=True):
        viewer = await Viewer.open(folder)

        def unreadable(_lines: list[Line]) -> None:
            raise JournalError("journal.db: it is damaged")

        monkeypatch.setattr(viewer, "_fold", unreadable)
        async with asyncio.timeout(60), folder.journal(writer=True) as journal:
            following = asyncio.create_task(anext(viewer.follow()))
            await journal.append([{"seq": 1}])
            with pytest.raises(JournalError, match="damaged"):
                await following
            with pytest.raises(JournalError, match="damaged"):
                await viewer.failed()
        await viewer.aclose()
