"""A show killed anywhere: a sample of what ``make crash`` plays in full."""

from __future__ import annotations

import asyncio
import logging
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from launchctl.clock import new_loop
from tests.crash.__main__ import kill_all, lives_of, scratch
from tests.crash.hall import SPEED
from tests.crash.nursery import nursery
from tests.crash.points import first_deaths, sample
from tests.crash.show import Killing, Result

SAMPLE, SEED = 6, 20_160_331
CRITICAL = [
    Killing("account:ceo: intent is durable#1"),
    Killing("account:ceo: answered#1", again="journal.db: commits#2"),
    Killing("http: answered#1", down_s=8.0),
]
"""Played whatever is drawn: before the post left, after it, and late."""


@pytest.fixture
def folder() -> Iterator[Path]:
    """In memory, if there is such a place."""
    with tempfile.TemporaryDirectory(dir=scratch()) as name:
        yield Path(name)


@pytest.mark.timeout(600)
def test_a_killed_show_loses_nothing_and_sends_nothing_twice(
    folder: Path, monkeypatch: pytest.MonkeyPatch
):
    """SEMANTICS 5, 6: killed at any durable write or outgoing call and taken up again,
    a show posts once or is visibly in doubt, shows its scenes in order, counts every
    order, and its journal folded from scratch is what the conductor held in its head.
    """
    monkeypatch.setattr(logging.getLogger("aiohttp.server"), "disabled", True)

    async def play() -> list[Result]:
        async with nursery() as birthplace:
            points = first_deaths(await lives_of(birthplace, folder / "whole"))
            assert 200 <= len(points)
            drawn = [*CRITICAL, *sample(points, SAMPLE, SEED)]
            return await kill_all(birthplace, drawn, folder / "deaths", jobs=2)

    loop = new_loop(SPEED)
    try:
        results = loop.run_until_complete(play())
    finally:
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()
    assert [] == [f"{r.killing}: {r.broken}" for r in results if r.broken]
    missed = [str(r.killing) for r in results if not r.reached]
    assert len(missed) <= 2, f"never came there: {missed}"
    assert ("reveal-post", "ceo", "not-sent") in results[0].doubts
