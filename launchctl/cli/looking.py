"""What status, watch and report do once their options are read."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from launchctl.cli.calls import Way, at_desk
from launchctl.cli.output import console, print_json
from launchctl.cli.reporting import (
    print_comparison,
    print_report,
    report_of,
    write_picture,
)
from launchctl.cli.status_words import print_status
from launchctl.cli.view import show_until
from launchctl.conductor.viewer import Viewer
from launchctl.report.compare import compare_runs
from launchctl.show.status import Status
from launchctl.store.folder import RunFolder

_OVER = frozenset({"complete", "aborted"})


def show_status(way: Way) -> None:
    """Print the run as it is now."""
    status = asyncio.run(_status(way))
    if way.json:
        print_json(status)
    else:
        print_status(status, console())


async def _status(way: Way) -> Status:
    async with at_desk(way) as desk:
        return await desk.status()


def watch_run(run_dir: Path | None) -> None:
    """Watch until the run is over."""
    asyncio.run(_watch(RunFolder.open(run_dir)))


async def _watch(folder: RunFolder) -> None:
    viewer = await Viewer.open(folder)
    done = asyncio.Event()

    async def until_over() -> None:
        if viewer.status()["state"] in _OVER:
            done.set()
            return
        async for _lines in viewer.follow():
            if viewer.status()["state"] in _OVER:
                done.set()
                return

    watching = asyncio.create_task(until_over())
    try:
        await show_until(viewer, done)
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
        await viewer.aclose()


def show_report(
    run_dir: Path | None,
    compare: Path | None = None,
    picture: Path | None = None,
    *,
    as_json: bool,
) -> int:
    """Print the as-run report, or how it differs from that of the run in ``compare``;
    draw it into ``picture``. 1 if the show went wrong, else 0.
    """
    report = asyncio.run(_report(RunFolder.open(run_dir)))
    before = asyncio.run(_report(RunFolder.open(compare))) if compare else None
    if picture is not None:
        write_picture(report, picture)
    if as_json:
        print_json(compare_runs(before, report) if before else report)
    elif before is not None:
        print_comparison(before, report)
    else:
        print_report(report)
    return 1 if report["verdict"] == "red" else 0


async def _report(folder: RunFolder) -> dict[str, Any]:
    viewer = await Viewer.open(folder)
    try:
        return await report_of(viewer)
    finally:
        await viewer.aclose()
