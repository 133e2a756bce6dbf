"""What a cue cannot do where it stands."""

from __future__ import annotations

from launchctl.runbook import model
from launchctl.runbook.actions import (
    Counter,
    Effect,
    Hold,
    OnFailure,
    PlayMedia,
    StageAction,
)
from launchctl.runbook.checks.cues import place_of
from launchctl.runbook.context import Context
from launchctl.runbook.model import Cue, Runbook


def check_actions(context: Context, runbook: Runbook, cue: Cue) -> None:
    """An action that cannot stand in this cue."""
    reader = context.reader
    for index, action in enumerate(cue.do):
        place = context.places.get(f"cue {cue.id} do {index}", place_of(context, cue))
        if action.effect is Effect.ONCE and not cue.once:
            reader.problem(
                place,
                f"{action.kind} cannot be undone: it does not go into a cue with "
                "`once: false`",
            )
        ignored = action.on_failure and action.on_failure.policy is OnFailure.IGNORE
        if isinstance(action, PlayMedia) and ignored:
            reader.problem(
                place,
                "media.on_failure: an interrupted film cannot be ignored",
                "what hangs on it would follow; `continue` is the default",
            )
        if isinstance(action, PlayMedia) and _films(cue) > 1:
            reader.problem(place, "a cue plays one film", "put each into its own cue")
        if isinstance(action, Hold) and action.hold.for_us and not _plans(cue):
            reader.problem(
                place,
                "hold.for: a planned hold stands alone in a cue whose only trigger is "
                "a T-offset before T-0",
                "a hold without `for` ends when somebody resumes",
            )
        if isinstance(action, StageAction) and "stage" not in context.kinds:
            reader.problem(place, f"{action.kind} needs `stages:` in the runbook")
        if isinstance(action, Counter) and runbook.orders is None:
            reader.warn(place, "there is no `orders:`: the counter has nothing to show")


def _films(cue: Cue) -> int:
    return sum(isinstance(action, PlayMedia) for action in cue.do)


def _plans(cue: Cue) -> bool:
    """True if the cue may be a planned hold."""
    others = cue.after or cue.when or cue.go or len(cue.do) != 1
    return isinstance(cue.at, model.AtT) and cue.at.offset_us < 0 and not others


def check_safe(context: Context, runbook: Runbook) -> None:
    """``safe:`` holds what can be repeated, and nothing else."""
    for index, action in enumerate(runbook.safe):
        if action.effect is not Effect.WANTED:
            context.reader.problem(
                context.places[f"safe {index}"],
                f"safe: {action.kind} is not repeatable",
                "what abort leaves behind is scenes, texts, audio, counter",
            )
