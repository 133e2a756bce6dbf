"""The as-run report of a run, made and printed."""

from __future__ import annotations

from typing import Any

from launchctl.cli.output import console
from launchctl.conductor.viewer import Viewer
from launchctl.report.as_run import make_report
from launchctl.report.table import report_table


async def report_of(viewer: Viewer) -> dict[str, Any]:
    """The report of a run as far as it has come."""
    async with viewer.folder.journal() as journal:
        digest = await journal.digest()
    return make_report(await viewer.lines(0), viewer.status()) | {
        "journal_digest": digest
    }


def print_report(report: dict[str, Any]) -> None:
    """Print it for people."""
    console().print(report_table(report))
