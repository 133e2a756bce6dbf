"""``require_rehearsed``: a live run of what was never rehearsed green is refused.

Who runs it all the same says why; name and reason stand in the journal.
"""

from __future__ import annotations

import getpass

from launchctl.clock import wall_us
from launchctl.errors import InputError
from launchctl.runbook.model import Runbook
from launchctl.store.rehearsals import why_not_rehearsed


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
