"""The simulation finds bugs: planted ones, each within a few shows.

All of them, with the number of shows that each takes: ``python -m
tests.simulation.planted`` (about a minute).
"""

from __future__ import annotations

import pytest

from tests.simulation.planted import found

QUICK = (
    "the embargo's gate is gone",
    "no pause after a late firing",
    "a hold does not stop T",
    "a stale call is accepted",
    "silence stops nothing",
    "a film's end in a hold counts",
)


@pytest.mark.parametrize("name", QUICK)
def test_a_planted_bug_is_found(name):
    """SEMANTICS 9: an engine that breaks an invariant does not get through."""
    assert found(name, range(4_000, 4_060))
