"""Folding a journal: what an amendment names is loaded before its event is folded."""

from __future__ import annotations

from collections.abc import Callable

from launchctl.runbook.model import Runbook
from launchctl.show.engine import Engine
from launchctl.show.events import Amended, Event


def fold(engine: Engine, event: Event, find: Callable[[str], Runbook]) -> None:
    """Fold one journaled event; ``find`` gives a pinned runbook by its digest.

    Raises:
        IllegalEvent: it cannot follow what was folded.
        LaunchError: the runbook that it names is not there any more.
    """
    if isinstance(event, Amended):
        engine.offer(find(event.digest))
    engine.apply(event)
