"""Triggers that cannot be, names that clash, words that are missing."""

from __future__ import annotations

from launchctl.runbook import model
from launchctl.runbook.context import Context
from launchctl.runbook.languages import said_in
from launchctl.runbook.model import Cue, Runbook
from launchctl.runbook.references import all_cues


def place_of(context: Context, cue: Cue) -> tuple[int, int]:
    """Where a cue stands."""
    return context.places[f"cue {cue.id}"]


def check_triggers(
    context: Context, runbook: Runbook, cue: Cue, procedure: str
) -> None:
    """A cue that nothing would fire, and words that mean nothing where they stand."""
    reader = context.reader
    triggered = cue.at or cue.after or cue.when or cue.go
    if procedure:
        if isinstance(cue.at, model.AtT | model.AtWall):
            reader.problem(
                place_of(context, cue),
                "a procedure has no T and no wall instant",
                "its cues count from each other: at: OTHER + 10s",
            )
    elif (
        cue.option is None
        and not triggered
        and not (runbook.t0_us is None and runbook.cues[0].id == cue.id)
    ):
        reader.problem(
            place_of(context, cue),
            "the cue has no trigger: nothing would ever fire it",
            "give it at, after, when or go",
        )
    if cue.in_hold_wait and not cue.pinned:
        reader.problem(
            place_of(context, cue),
            "in_hold: only a cue at a wall instant runs on in a hold",
        )
    if cue.on_recycle is model.OnRecycle.KEEP and (procedure or cue.pinned):
        reader.problem(
            place_of(context, cue),
            "on_recycle: a recycle leaves procedures and cues at wall instants alone",
        )


def check_words(context: Context, runbook: Runbook) -> None:
    """All but posts speak the runbook's own language."""
    for text in context.texts:
        for path in text.template.paths if text.use != "post" else ():
            known = runbook.vars.get(path[1]) if path[0] == "vars" else None
            if isinstance(known, dict) and said_in(known, runbook.locale) is None:
                with context.reader.within(text.cue):
                    context.reader.problem(
                        text.at,
                        f"vars.{path[1]} has no words in {runbook.locale!r}, the "
                        "runbook's locale",
                    )


def check_segments(context: Context, runbook: Runbook) -> None:
    """``skip NAME`` means a cue or a segment, never either."""
    cues = {cue.id for _, cue in all_cues(runbook)}
    for segment in runbook.segments:
        if segment.name in cues:
            line = context.reader.line_in_words(
                context.places[f"cue {segment.name}"][0],
                context.places[f"segment {segment.name}"][0],
            )
            context.reader.problem(
                context.places[f"segment {segment.name}"],
                f"a segment cannot be called {segment.name!r}: the cue in {line} is",
            )
