"""The as-run report of a run, made and printed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from launchctl.cli.output import console
from launchctl.conductor.viewer import Viewer
from launchctl.errors import InputError
from launchctl.report.as_run import make_report
from launchctl.report.compare import compare_runs
from launchctl.report.compare_table import comparison_table
from launchctl.report.findings import findings_of
from launchctl.report.findings_table import findings_table
from launchctl.report.picture import timeline_picture
from launchctl.report.table import report_table
from launchctl.runbook.model import Runbook
from launchctl.show.status import Status
from launchctl.store.base import Line


async def report_of(viewer: Viewer) -> dict[str, Any]:
    """The report of a run as far as it has come."""
    async with viewer.folder.journal() as journal:
        digest = await journal.digest()
    report = whole_report(viewer.runbook, await viewer.lines(0), viewer.status())
    return report | {"journal_digest": digest}


def whole_report(
    runbook: Runbook, lines: Sequence[Line], status: Status
) -> dict[str, Any]:
    """The as-run report with its findings."""
    findings = findings_of(runbook, lines, status)
    return make_report(lines, status) | {"findings": findings}


def print_report(report: dict[str, Any]) -> None:
    """Print it for people."""
    console().print(report_table(report))
    console().print(findings_table(report["findings"]))


def print_comparison(before: dict[str, Any], after: dict[str, Any]) -> None:
    """Print what changed from one run to another."""
    console().print(comparison_table(compare_runs(before, after)))


def write_picture(report: dict[str, Any], path: Path) -> None:
    """Draw the run into a file.

    Raises:
        InputError: the file cannot be written.
    """
    try:
        path.write_text(timeline_picture(report), encoding="utf-8")
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror}") from None
