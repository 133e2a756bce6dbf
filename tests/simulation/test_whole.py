"""Whole shows through the real conductor, in trouble: a sample, and planted bugs.

Hundreds: ``make simulate``. How many shows each bug takes: ``python -m
tests.simulation.planted_whole``.
"""

from __future__ import annotations

import pytest

from tests.simulation.planted_whole import found_whole
from tests.simulation.whole import KEPT_SHOWS, chaos_of, play_whole

SEEDS = range(6)


def test_whole_shows_keep_every_invariant():
    """SEMANTICS 9: on the journal, and on the far ends' own records."""
    seen = {line["event"] for seed in SEEDS for line in play_whole(seed).lines}
    assert {"fired", "intent", "attempt_ended", "embargo_opened", "show_ended"} <= seen


def test_one_seed_gives_one_show():
    """What failed once can be played again, to the last byte."""
    assert play_whole(3).digest == play_whole(3).digest


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
    assert found_whole(name, range(12))


def test_what_once_failed_is_kept():
    """Found by a seed, and never again; each file names its trouble's seed."""
    for path in sorted(KEPT_SHOWS.glob("*.yaml")):
        assert play_whole(chaos_of(path), path).lines
