"""Settling: what a far end shows after an attempt of unknown outcome."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from launchctl.clock import Origin, PacedLoop
from launchctl.conductor.settle import settle
from launchctl.drivers.base import Reading
from launchctl.runbook.actions import Effect, Post
from launchctl.show.commands import Command, Settle
from launchctl.show.inputs import Receipt, Settled, Sight
from launchctl.times import SECOND

SPEED = 2_000.0
COMMAND = Command(
    key="run/0/reveal-post/0",
    attempt=1,
    target="account:ceo",
    action=Post.model_validate({"post": {"as": "ceo", "text": "Model 3."}}),
    effect=Effect.ONCE,
    cue="reveal-post",
    reason="cue reveal-post",
)


class ScriptedReadings:
    """A far end whose readings are given by what the clock says."""

    def __init__(self, reading_at: Callable[[], Reading]) -> None:
        self._reading_at = reading_at
        self.reads = 0

    async def read(self, command: Command) -> Reading:
        """The reading of this moment."""
        assert command is COMMAND
        self.reads += 1
        return self._reading_at()


def run_settle(
    reading_at: Callable[[Origin], Reading], lag_s: int = 60
) -> tuple[Settled, ScriptedReadings, float]:
    """Settle in fast time; the result, the far end, and the seconds of N it took."""

    async def play() -> tuple[Settled, ScriptedReadings, float]:
        origin = Origin.here(0, SPEED)
        far_end = ScriptedReadings(lambda: reading_at(origin))
        task = Settle(COMMAND, until_us=lag_s * SECOND)
        async with asyncio.timeout(1_000_000):
            settled = await settle(far_end, task, origin.now_us)  # type: ignore[arg-type]
        return settled, far_end, origin.now_us() / SECOND

    with asyncio.Runner(loop_factory=lambda: PacedLoop(SPEED)) as runner:
        return runner.run(play())


def test_found_is_certain_at_once():
    """What the far end shows needs no further waiting, and brings its receipt."""
    receipt = Receipt("42", "https://x.example/42")
    settled, far_end, _ = run_settle(lambda _: Reading(Sight.FOUND, receipt))
    assert (Sight.FOUND, receipt) == (settled.sight, settled.receipt)
    assert far_end.reads == 1


@pytest.mark.parametrize("sight", [Sight.ABSENT, Sight.UNREADABLE, Sight.OLDER])
def test_anything_else_waits_for_the_lag_window(sight: Sight):
    """Absence means nothing before the window has passed."""
    settled, far_end, took_s = run_settle(lambda _: Reading(sight))
    assert sight == settled.sight
    assert took_s >= 60
    assert far_end.reads > 1


def test_a_lagging_network_is_found_when_it_shows_it():
    """A post that appears after 6 s within the window is found, not in doubt."""

    def lagging(origin: Origin) -> Reading:
        there = origin.now_us() >= 6 * SECOND
        return Reading(Sight.FOUND if there else Sight.ABSENT, Receipt("7"))

    settled, _, _ = run_settle(lagging)
    assert (Sight.FOUND, Receipt("7")) == (settled.sight, settled.receipt)


def test_one_failed_reading_at_the_end_does_not_hide_absence():
    """The far end hiccups just as the window ends: it is asked again."""
    readings = iter([Sight.UNREADABLE, Sight.ABSENT])

    def hiccup(origin: Origin) -> Reading:
        if origin.now_us() < 60 * SECOND:
            return Reading(Sight.ABSENT)
        return Reading(next(readings))

    settled, _, _ = run_settle(hiccup)
    assert Sight.ABSENT == settled.sight


def test_a_far_end_that_never_answers_is_unreadable():
    """A hanging read is no absence."""

    class Hangs(ScriptedReadings):
        async def read(self, command: Command) -> Reading:
            await asyncio.Event().wait()
            raise AssertionError

    async def play() -> Any:
        origin = Origin.here(0, SPEED)
        task = Settle(COMMAND, until_us=60 * SECOND)
        far_end = Hangs(lambda: Reading(Sight.ABSENT))
        return await settle(far_end, task, origin.now_us)  # type: ignore[arg-type]

    with asyncio.Runner(loop_factory=lambda: PacedLoop(SPEED)) as runner:
        settled = runner.run(play())
    assert Sight.UNREADABLE == settled.sight


def test_a_drivers_defect_is_unreadable():
    """A reading that raises is no absence, and the doubt is still settled."""

    def broken(origin: Origin) -> Reading:
        raise KeyError(origin.speed)

    settled, _, _ = run_settle(broken)
    assert (Sight.UNREADABLE, "driver failed: KeyError") == (
        settled.sight,
        settled.detail,
    )


def test_what_leaves_nothing_to_read_is_not_waited_for():
    """A far end that can never be read says so once: no lag window helps."""
    reading = Reading(Sight.UNREADABLE, detail="nothing to read", final=True)
    settled, far_end, _ = run_settle(lambda _: reading)
    assert (Sight.UNREADABLE, 1) == (settled.sight, far_end.reads)
