"""What a figure is of must be there, and must not hang on what waits for it."""

from __future__ import annotations

from collections.abc import Callable

from launchctl.runbook.context import Context
from launchctl.runbook.digest import figures_in
from launchctl.runbook.model import AtCue, Cue, Runbook
from launchctl.runbook.references import all_cues

Behind = Callable[[dict[str, Cue], set[str]], set[str]]


def check_figures(context: Context, runbook: Runbook, behind: Behind) -> None:
    """``behind`` gives the cues that can only come after those named."""
    cues = {cue.id: cue for _, cue in all_cues(runbook)}
    limited = runbook.orders is not None and runbook.orders.limit is not None
    for name, figure in runbook.figures.items():
        if figure.of == "orders.waitlist" and not limited:
            context.reader.problem(
                context.places[f"figure {name}"],
                f"figure {name}: there is no waiting list without a `limit`",
                "declare it in `orders:`",
            )
        if not isinstance(figure.as_of, AtCue):
            continue
        users = {cue.id for cue in cues.values() if name in figures_in(cue)}
        if figure.as_of.cue in behind(cues, users):
            context.reader.problem(
                context.places[f"figure {name}"],
                f"figure {name}: it is as of {figure.as_of.cue!r}, which itself waits "
                "for this figure",
                "count from a cue before the posts that use it",
            )
