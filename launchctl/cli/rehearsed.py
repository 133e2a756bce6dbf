"""What a rehearsal proves: kept by the runbook's digest, demanded by a live run."""

from __future__ import annotations

import getpass
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from launchctl.clock import wall_us
from launchctl.errors import InputError
from launchctl.report.findings import why_not_green
from launchctl.runbook.model import Runbook
from launchctl.store.rehearsals import Rehearsed, keep, last_of, why_not_rehearsed


def judge_rehearsal(report: dict[str, Any], nobody_answered: Sequence[str]) -> None:
    """A rehearsal's verdict: green only if nothing speaks against it. Changes
    ``verdict`` and ``reasons`` of its ``report``.
    """
    report["reasons"] = why_not_green(report, report["findings"], nobody_answered)
    report["verdict"] = "red" if report["reasons"] else "green"


def keep_rehearsal(report: dict[str, Any], runbook: Path) -> dict[str, Any] | None:
    """Write it down; the report of the rehearsal of this show before it, if any.

    Raises:
        InputError: it cannot be kept.
    """
    file = str(runbook.resolve())
    before = last_of(report["runbook"], file)
    keep(
        Rehearsed(
            at_us=wall_us(),
            digest=report["digest"],
            title=report["runbook"],
            verdict=report["verdict"],
            reasons=tuple(report["reasons"]),
            report=report,
            file=file,
        )
    )
    return dict(before.report) if before else None


def demand_rehearsed(runbook: Runbook, unrehearsed: str | None) -> None:
    """Look for a green rehearsal of this text, if the runbook wants one.

    Raises:
        InputError: there is none, and nobody said why it may run.
    """
    within_us = runbook.require_rehearsed_us
    if within_us is None or unrehearsed is not None:
        return
    why = why_not_rehearsed(runbook.digest, within_us, wall_us())
    if why is not None:
        raise InputError(
            f"{runbook.path} must be rehearsed before it runs: {why}",
            hint=f"launch rehearse {runbook.path}"
            ', or run it all the same: --unrehearsed "WHY"',
        )


def said_unrehearsed(why: str) -> str:
    """What the journal says of a show that runs unrehearsed."""
    return f"runs unrehearsed, by {getpass.getuser()}: {why}"
