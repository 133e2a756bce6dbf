"""Whole shows through the real conductor, in trouble: a sample, and planted bugs.

Hundreds: ``make simulate``. How many shows each bug takes: ``python -m
tests.simulation.planted_whole``.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.simulation.planted_whole import found_whole, planted_whole
from tests.simulation.whole import (
    WholeBrokeError,
    play_reference,
    play_show,
    play_whole,
)
from tests.simulation.whole_show import drawn, kept, read
from tests.simulation.whole_shrink import keep_whole, size

SEEDS = range(6)


def test_whole_shows_keep_every_invariant():
    """SEMANTICS 9: on the journal, and on the far ends' own records."""
    seen = {line["event"] for seed in SEEDS for line in play_whole(seed).lines}
    assert {"fired", "intent", "attempt_ended", "embargo_opened", "show_ended"} <= seen


@pytest.mark.parametrize("name", ["hybrid-keynote", "stream-failure"])
def test_a_reference_show_keeps_every_invariant_in_trouble(name: str):
    """SEMANTICS 9: with its own people; more of it by ``--references``."""
    assert play_reference(name, 1).lines


def test_a_show_that_was_kept_is_the_show_of_its_seed(tmp_path: Path):
    """What failed once can be played again, from its files, to the last byte."""
    file = drawn(3).write(tmp_path, "whole-3")
    assert play_whole(3).digest == play_show(read(file)).digest


def test_a_failure_is_made_small_and_kept(tmp_path: Path):
    """Its files fail as the seed did, and name the command that plays them."""
    with planted_whole("the embargo's gate is gone"):
        seed = next(seed for seed in range(12) if _broke(seed))
        said = keep_whole(drawn(seed), plays=12, folder=tmp_path)
        file = Path(said.rpartition("--case ")[2])
        with pytest.raises(WholeBrokeError, match="invariant 7 "):
            play_show(read(file))
    assert size(read(file)) < size(drawn(seed))
    assert play_show(read(file)).lines, "without the bug it does not fail"


def _broke(seed: int) -> bool:
    try:
        play_whole(seed)
    except WholeBrokeError as broken:
        return "\ninvariant 7 " in str(broken)
    return False


@pytest.mark.parametrize(
    "name",
    [
        "the embargo's gate is gone",
        "the intent is written after the send",
        "no pause after a late firing",
    ],
)
def test_a_planted_bug_is_found(name: str):
    """SEMANTICS 9: a conductor that breaks an invariant does not get through."""
    assert found_whole(name, range(24))


def test_what_once_failed_is_kept():
    """Found by a seed, and never again."""
    for file in kept():
        assert play_show(read(file), f"--case {file}").lines
