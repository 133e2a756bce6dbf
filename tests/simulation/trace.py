"""What a run left behind: journal lines, commands that left, steps and crashes.

The checkers read this and the runbook, and nothing of the engine.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from launchctl.runbook.model import Runbook
from launchctl.show.commands import Command
from launchctl.show.inputs import Input
from launchctl.times import Micros

Line = dict[str, Any]
"""One journal line, as ``events.encode`` writes it and JSON reads it back."""


@dataclass(frozen=True, slots=True)
class Step:
    """The engine was asked: what it was given, and when. Its lines follow.

    ``quiet`` is True if it had been asked at the same instant just before: then all
    that comes of this step comes of its inputs.
    """

    now_us: Micros
    inputs: tuple[Input, ...] = ()
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Sent:
    """A command went out to a far end."""

    command: Command
    at_us: Micros


@dataclass(frozen=True, slots=True)
class Crash:
    """The process died; what follows comes of another one. The last ``lost`` lines had
    not become durable: for whoever comes after, they never were.
    """

    lost: int = 0


Item = Line | Step | Sent | Crash


@dataclass(slots=True)
class Trace:
    """A whole run, in the order in which it happened."""

    runbook: Runbook
    items: list[Item] = field(default_factory=list)

    @property
    def lines(self) -> list[Line]:
        """The journal: what became durable."""
        return [item for item in surviving(self.items) if isinstance(item, dict)]


def surviving(items: Iterable[Item]) -> list[Item]:
    """What was, for whoever reads the journal: without what crashes lost."""
    found: list[Item] = []
    for item in items:
        if isinstance(item, Crash) and item.lost:
            found = _without(found, item.lost)
        found.append(item)
    return found


def _without(items: list[Item], lost: int) -> list[Item]:
    """Without the last lines, and what came after the first of them."""
    keep = len(items)
    while lost:
        keep -= 1
        lost -= isinstance(items[keep], dict)
    kept = items[:keep]
    for place in range(keep - 1, -1, -1):
        step = kept[place]
        if isinstance(step, Step):  # what it brought about is no longer all there
            kept[place] = replace(step, inputs=(), quiet=False)
            break
    return kept
