"""What is refused, or warned about, once everything has been read."""

from launchctl.runbook.checks.whole import check

__all__ = ["check"]
