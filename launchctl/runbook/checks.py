"""What can only be checked once everything has been read."""

from __future__ import annotations

from launchctl.runbook.context import Context
from launchctl.runbook.model import Runbook


def check(context: Context, runbook: Runbook) -> None:
    """Note every problem that no single value shows."""
    from launchctl.runbook.references import check_references

    check_references(context, runbook)
