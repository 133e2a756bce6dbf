"""Bugs planted in the engine and the conductor, for the whole shows to find.

``python -m tests.simulation.planted_whole`` tells in how many shows each is found.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

from launchctl.conductor.conductor import Conductor
from launchctl.show.fold import time
from launchctl.show.state import CueState
from tests.simulation.planted import PLANTED
from tests.simulation.whole import WholeBrokeError, play_whole


async def _sent_before_written(self: Conductor) -> None:
    """The append of a conductor that lets commands go before their lines are kept."""
    while True:
        lines, durable = await self._appends.get()
        durable.set_result(None)
        await self._store.journal.append(lines)
        self._appends.task_done()


def _none(*_args: Any) -> list[str]:
    return []


def _nothing_done(cue: CueState, event: Any, kept: list[str]) -> CueState:
    new = _AGAIN(cue, event, kept)
    new.actions = {}
    return new


_AGAIN = time._again
_NOTHING_KEPT = {  # in both places that stand for it
    "launchctl.show.verbs.recycle.kept_slots": _none,
    "launchctl.show.fold.time._again": _nothing_done,
}

BUGS: dict[str, tuple[str, dict[str, Any]]] = {
    "the embargo's gate is gone": (
        "invariant 7 ",
        PLANTED["the embargo's gate is gone"][1],
    ),
    "the intent is written after the send": (
        "left before its intent was written",
        {"launchctl.conductor.conductor.Conductor._append": _sent_before_written},
    ),
    "the embargo's gate is gone, by the far ends' own records": (
        "leaked",
        PLANTED["the embargo's gate is gone"][1],
    ),
    "recycle forgets keep": ("invariant 3 ", PLANTED["recycle forgets keep"][1]),
    "recycle sends again what is posted": ("published twice", _NOTHING_KEPT),
    "no pause after a late firing": (
        "invariant 9 ",
        PLANTED["no pause after a late firing"][1],
    ),
}
"""What was planted -> (what must be said of it, what is replaced by what)."""


@contextmanager
def planted_whole(name: str) -> Iterator[None]:
    """The engine, or the conductor, with a bug in it."""
    with ExitStack() as stack:
        for target, value in BUGS[name][1].items():
            stack.enter_context(patch(target, value))
        yield


def found_whole(
    name: str, seeds: range, say: Callable[[str], object] = lambda _: None
) -> int:
    """How many shows it took; 0 if none of them said so."""
    with planted_whole(name):
        for count, seed in enumerate(seeds, 1):
            try:
                play_whole(seed)
            except WholeBrokeError as broken:
                if BUGS[name][0] in str(broken):
                    return count
                say(f"  seed {seed}: {str(broken).splitlines()[1][:100]}")
    return 0


def main() -> int:
    """Plant one after the other; 1 if one is not found."""
    missed = 0
    for name in BUGS:
        count = found_whole(name, range(1_000), print)
        missed += not count
        print(f"{name}: found in show {count}" if count else f"{name}: NOT FOUND")
        sys.stdout.flush()
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
