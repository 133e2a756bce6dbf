"""Bugs planted in the engine, to show that the checkers find them.

Each replaces one small thing, as a slip of the hand would. ``python -m
tests.simulation.planted`` tells in how many shows each is found.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

from launchctl.show import recovery
from launchctl.show.fold import time as fold_time
from launchctl.show.state import CueState
from launchctl.show.tables import GOOD, ActionWord
from tests.simulation.simulate import ShowBrokeError, play

SHOW = "launchctl.show"


def _nothing(*_args: Any) -> None:
    """Whatever was asked: no objection."""


def _kept(_planned: Any, cue: CueState) -> list[str]:
    return [
        slot
        for slot, action in cue.actions.items()
        if action.state in GOOD and action.effect == "once"
    ]


def _again(cue: CueState, event: Any, kept: list[str]) -> CueState:
    new = _AGAIN(cue, event, kept)
    new.outcome, new.ended_us = cue.outcome, cue.ended_us
    return new


def _run_on(state: Any, _at_us: int) -> None:
    state.stopped_since_us = None


def _sent_again(core: Any, cue: str, action: Any) -> None:
    if action.state is ActionWord.SENT and action.effect == "once":
        recovery.send_again(core, cue, action)
    else:
        _TAKE_UP(core, cue, action)


_AGAIN = fold_time._again
_TAKE_UP = recovery._take_up_action

PLANTED: dict[str, tuple[int, dict[str, Any]]] = {
    "the embargo's gate is gone": (
        7,
        {f"{SHOW}.gates.permissions.why_embargo_closed": _nothing},
    ),
    "no pause after a late firing": (9, {f"{SHOW}.fold.cues.BURST_LATE_US": 10**15}),
    "recycle forgets keep": (3, {f"{SHOW}.verbs.recycle.kept_slots": _kept}),
    "an override needs no second person": (
        7,
        {f"{SHOW}.verbs.permits.TWO_PERSON_GATES": ()},
    ),
    "an interrupted film counts as ended": (
        13,
        {f"{SHOW}.actions.outcomes.ended_by_follower": lambda *_args: True},
    ),
    "after counts the take before": (8, {f"{SHOW}.fold.time._again": _again}),
    "a hold does not stop T": (3, {f"{SHOW}.fold.show._run_again": _run_on}),
    "a stale call is accepted": (
        11,
        {
            f"{SHOW}.verbs.{room}.fresh": _nothing
            for room in ("cues", "posts", "permits", "asks", "show")
        },
    ),
    "a crash sends an open intent again": (
        6,
        {f"{SHOW}.recovery._take_up_action": _sent_again},
    ),
    "silence stops nothing": (
        7,
        {
            f"{SHOW}.gates.permissions.why_silenced": _nothing,
            f"{SHOW}.gates.permissions.all_silenced": _nothing,
        },
    ),
    "what was approved is not asked": (
        7,
        {f"{SHOW}.gates.permissions.why_unapproved": _nothing},
    ),
    "a film's end in a hold counts": (
        13,
        {f"{SHOW}.cues.coming.fell_in_hold": _nothing},
    ),
}
"""What was planted -> (the invariant that must speak up, what is replaced by what)."""


@contextmanager
def planted(name: str) -> Iterator[None]:
    """The engine with a bug in it."""
    with ExitStack() as stack:
        for target, value in PLANTED[name][1].items():
            stack.enter_context(patch(target, value))
        yield


def found(name: str, seeds: range, say: Callable[[str], object] = _nothing) -> int:
    """How many shows it took; 0 if none of them broke the invariant."""
    number = f"invariant {PLANTED[name][0]} "
    with planted(name):
        for count, seed in enumerate(seeds, 1):
            try:
                play(seed)
            except ShowBrokeError as broken:
                said = str(broken)
                if number in said or "published twice" in said:
                    return count
                say(f"  seed {seed}: {said.splitlines()[1][:100]}")
    return 0


def main() -> int:
    """Plant one after the other; 1 if one is not found."""
    missed = 0
    for name in PLANTED:
        count = found(name, range(4_000, 4_300), print)
        missed += not count
        print(f"{name}: found in show {count}" if count else f"{name}: NOT FOUND")
        sys.stdout.flush()
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
