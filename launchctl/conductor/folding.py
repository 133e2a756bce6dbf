"""Folding a journal: what an amendment names is loaded before its event is folded."""

from __future__ import annotations

from collections.abc import Callable

from launchctl.runbook.model import Runbook
from launchctl.show.engine import Engine
from launchctl.show.events import Amended, Event, decode
from launchctl.store.base import Journal

_PIECE = 2_000
"""Lines at a time."""


def fold(engine: Engine, event: Event, find: Callable[[str], Runbook]) -> None:
    """Fold one journaled event; ``find`` gives a pinned runbook by its digest.

    Raises:
        IllegalEvent: it cannot follow what was folded.
        LaunchError: the runbook that it names is not there any more.
    """
    if isinstance(event, Amended):
        engine.offer(find(event.digest))
    engine.apply(event)


async def fold_journal(
    engine: Engine, journal: Journal, find: Callable[[str], Runbook]
) -> None:
    """Fold all that was journaled, piece by piece: a week is not held in memory.

    Raises:
        JournalError: a newer release wrote it, or it cannot be read.
        IllegalEvent, LaunchError: as ``fold``.
    """
    after = 0
    while lines := await journal.read(after, _PIECE):
        for line in lines:
            fold(engine, decode(line), find)
        after = lines[-1]["seq"]
