"""What only the whole shows: everything that is refused at load (SEMANTICS 11), and
what loads but should be looked at (warnings).
"""

from __future__ import annotations

from launchctl.runbook.checks.actions import check_actions, check_safe
from launchctl.runbook.checks.cues import check_segments, check_triggers, check_words
from launchctl.runbook.checks.figures import check_figures
from launchctl.runbook.checks.gates import (
    behind,
    check_gates,
    check_lifts,
    check_starts,
)
from launchctl.runbook.checks.posts import check_posts
from launchctl.runbook.checks.rings import check_calls, check_cycles
from launchctl.runbook.checks.stages import check_stages
from launchctl.runbook.context import Context
from launchctl.runbook.model import Runbook
from launchctl.runbook.references import all_cues, check_references


def check(context: Context, runbook: Runbook) -> None:
    """Note every problem that no single value shows, and every warning."""
    check_references(context, runbook)
    for procedure, cue in all_cues(runbook):
        with context.reader.within(cue.id):
            check_triggers(context, runbook, cue, procedure)
            check_actions(context, runbook, cue)
            check_gates(context, runbook, cue)
    check_segments(context, runbook)
    check_words(context, runbook)
    check_cycles(context, runbook)
    check_calls(context, runbook)
    check_safe(context, runbook)
    check_lifts(context, runbook)
    check_starts(context, runbook)
    check_stages(context, runbook)
    check_figures(context, runbook, behind)
    check_posts(context, runbook)
