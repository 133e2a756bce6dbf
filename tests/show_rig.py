"""A whole show for tests: ``launch run`` as a user starts it, on far ends of our own.

async with running_show(tmp_path, runbook, environ) as show:
    await show.until(lambda status: "reveal" in standby(status))
    await show.launch("go", "reveal")
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from launchctl.cli.front_keeper import end_former_front
from launchctl.store.folder import RunFolder

HANG_S = 90
"""Bounds a hang; says nothing about speed."""

STORES_SECRET = "whsec_c3RvcmVzLW9mLXRoZS1yZXZlYWwtbmlnaHQ="  # base64, of a test


@dataclass
class Show:
    """A show that runs.

    Attributes:
        place: the first line of ``launch run --json``: run, run_dir, url, pid.
        lines: journal lines, as they were printed.
        by_url: verbs speak to the run over HTTP: its folder cannot be seen from here.
    """

    process: asyncio.subprocess.Process
    environ: Mapping[str, str]
    place: dict[str, Any] = field(default_factory=dict)
    lines: list[dict[str, Any]] = field(default_factory=list)
    by_url: bool = False
    _news: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def read(self) -> None:
        """Read what the run prints, to its end."""
        assert self.process.stdout is not None
        async for raw in self.process.stdout:
            async with self._news:
                if self.place:
                    self.lines.append(json.loads(raw))
                else:
                    self.place = json.loads(raw)
                self._news.notify_all()

    async def line(self, event: str, **fields: Any) -> dict[str, Any]:
        """Wait for the first journal line of that event with those fields."""

        def found() -> dict[str, Any] | None:
            wanted = {"event": event, **fields}
            for line in self.lines:
                if wanted.items() <= line.items():
                    return line
            return None

        async with asyncio.timeout(HANG_S), self._news:
            await self._news.wait_for(lambda: found() is not None)
        line = found()
        assert line is not None
        return line

    async def launch(self, *words: str, code: int = 0) -> Any:
        """Run a verb as a second terminal would; its JSON."""
        way = ("--url", "url") if self.by_url else ("--run-dir", "run_dir")
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "launchctl",
            *words,
            way[0],
            self.place[way[1]],
            "--json",
            env=self.environ,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        async with asyncio.timeout(HANG_S):
            out, err = await process.communicate()
        assert process.returncode == code, (words, out.decode(), err.decode())
        return json.loads(out)

    async def status(self) -> dict[str, Any]:
        """``launch status --json``."""
        status: dict[str, Any] = await self.launch("status")
        return status

    async def until(self, holds: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Ask for the status until it holds."""
        async with asyncio.timeout(HANG_S):
            while True:
                status = await self.status()
                if holds(status):
                    return status

    async def ended(self) -> int:
        """The exit code, once the show is over."""
        async with asyncio.timeout(HANG_S):
            return await self.process.wait()


@asynccontextmanager
async def running_show(
    folder: Path,
    runbook: str | None,
    environ: Mapping[str, str],
    *options: str,
    stderr: bool = False,
    before: Sequence[str] = (),
    by_url: bool = False,
) -> AsyncIterator[Show]:
    """Start ``launch run`` on a runbook (None: the options say on what); what still
    runs at the end is stopped. ``before`` is a program that starts it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    words = []
    if runbook is not None:
        file = folder / "runbook.yaml"
        file.write_text(runbook)
        words = [str(file)]
    environ = {
        **os.environ,
        **environ,
        "STORES": STORES_SECRET,
        "XDG_STATE_HOME": str(folder / "state"),
    }
    process = await asyncio.create_subprocess_exec(
        *before,
        sys.executable,
        "-m",
        "launchctl",
        "run",
        *words,
        "--json",
        *options,
        env=environ,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE if stderr else None,
        limit=2**20,
    )
    show = Show(process, environ, by_url=by_url)
    reading = asyncio.create_task(show.read())
    try:
        async with asyncio.timeout(HANG_S), show._news:
            await show._news.wait_for(lambda: bool(show.place) or reading.done())
        assert show.place, "launch run ended before it said where it is"
        yield show
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        await process.wait()
        await reading
        if show.place and not by_url:
            # A lost conductor leaves its pages behind: here nobody reads them.
            await end_former_front(RunFolder(Path(show.place["run_dir"])))
