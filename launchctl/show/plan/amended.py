"""The runbook that runs after an amendment: the old one, merged with the new."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from launchctl.runbook.model import Cue, Procedure, Runbook

_TAKEN = (
    "title",
    "digest",
    "hard_out_us",
    "embargoes",
    "approvals",
    "default_approvals",
    "four_eyes",
    "vars",
    "safe",
    "warnings",
    "instants",
)


def all_cues(runbook: Runbook) -> dict[str, tuple[Cue, str | None]]:
    """Every cue by its name, with the procedure it belongs to."""
    found: dict[str, tuple[Cue, str | None]] = {
        cue.id: (cue, None) for cue in runbook.cues
    }
    for name, procedure in runbook.procedures.items():
        found.update({cue.id: (cue, name) for cue in procedure.cues})
    return found


def same_text(one: Cue, other: Cue) -> bool:
    """True if two cues say the same, wherever they stand in the file."""
    place = {"file": "", "line": 0}
    return one.model_copy(update=place) == other.model_copy(update=place)


def merged(
    old: Runbook, new: Runbook, kept: Collection[str], running: Collection[str]
) -> Runbook:
    """The new runbook, but for cues and procedures that have begun. Removed cues of
    the show stay in it, as what was: they are skipped, or have run.
    """
    values: dict[str, Any] = {name: getattr(new, name) for name in _TAKEN}
    procedures: dict[str, Procedure] = {
        name: old.procedures[name] if name in running else procedure
        for name, procedure in new.procedures.items()
    }
    segments = {segment.name: segment for segment in (*old.segments, *new.segments)}
    return old.model_copy(
        update=values
        | {
            "cues": _merged_cues(old.cues, new.cues, kept),
            "procedures": procedures,
            "segments": tuple(segments.values()),
            "groups": {**old.groups, **new.groups},
            "figures": {**old.figures, **new.figures},
        }
    )


def _merged_cues(
    old: tuple[Cue, ...], new: tuple[Cue, ...], kept: Collection[str]
) -> tuple[Cue, ...]:
    """In the new order; what is gone stands behind what it stood behind."""
    was = {cue.id: cue for cue in old}
    order = [cue.id for cue in new]
    texts = {cue.id: was[cue.id] if cue.id in kept else cue for cue in new}
    before: str | None = None
    for cue in old:
        if cue.id not in texts:
            texts[cue.id] = cue
            order.insert(0 if before is None else order.index(before) + 1, cue.id)
        before = cue.id
    return tuple(texts[name] for name in order)
