"""Stages that follow another."""

from __future__ import annotations

from launchctl.runbook.context import Context
from launchctl.runbook.model import Runbook


def check_stages(context: Context, runbook: Runbook) -> None:
    """One leads, others follow it: a follower leads nobody, and is not the first."""
    for name, stage in runbook.stages.items():
        lead = stage.follows
        if lead is None or lead not in runbook.stages:
            continue
        hint = ""
        if lead == name:
            problem = "it follows itself"
        elif name == runbook.first_stage:
            problem = "the first one is meant where none is named: it leads"
            hint = f"declare {lead!r} before it"
        elif (leader := runbook.stages[lead].follows) is not None:
            problem, hint = f"{lead!r} follows {leader!r} itself", f"follow {leader!r}"
        else:
            continue
        context.reader.problem(
            context.places[f"stage {name}"], f"stage {name}: {problem}", hint
        )
