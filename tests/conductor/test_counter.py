"""The counter on the stream: what the ledger says, under the hands of people."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from launchctl.conductor.counter import CounterText
from launchctl.orders.model import Totals
from launchctl.runbook.loader import load_text

HANG_S = 20.0
RUNBOOK = """
runbook: 1
title: A counter
timezone: UTC
t0: 2016-03-31 20:30
stages:
  main: {driver: obs, url: "ws://127.0.0.1:4455"}
orders:
  deposit: {USD: 1000}
  sources:
    - {kind: webhook, name: stores, secret: {env: STORES}, role: counts}
  show_on: {stage: main, source: Counter, text: "{{ orders.units | number }} reserved"}
cues:
  - {cue: open, at: T-0, do: [{counter: open}]}
"""


class RecordingStage:
    """A stage that records what it is told to show: (text, over a hand's)."""

    def __init__(self) -> None:
        self.told: list[tuple[str, bool]] = []
        self._news = asyncio.Event()

    def show_text(self, source: str, text: str, *, over_hand: bool = False) -> None:
        """Record it."""
        assert "Counter" == source
        self.told.append((text, over_hand))
        self._news.set()

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait for what was told to fulfil a condition; a hang fails."""
        async with asyncio.timeout(HANG_S):
            while not holds():
                self._news.clear()
                await self._news.wait()


@asynccontextmanager
async def counter() -> AsyncIterator[tuple[CounterText, RecordingStage]]:
    """A counter at work on a recording stage."""
    runbook = load_text(RUNBOOK, environ={"STORES": "whsec_c2VjcmV0"})
    assert runbook.orders is not None
    assert runbook.orders.show_on is not None
    stage = RecordingStage()
    text = CounterText(runbook, runbook.orders.show_on, stage)
    work = asyncio.create_task(text.run())
    try:
        yield text, stage
    finally:
        work.cancel()
        await asyncio.wait([work])


async def turn_of(text: CounterText) -> None:
    """Wait until the counter has looked at its news; a hang fails."""
    async with asyncio.timeout(HANG_S):
        while text._news.is_set():
            await asyncio.sleep(0.01)


async def test_an_open_counter_follows_the_ledger_and_no_hand() -> None:
    """The state as it is, and every new total, leave a person's own text alone."""
    async with counter() as (text, stage):
        text.totals(Totals(units=1000))
        text.state("open")
        await stage.until(lambda: len(stage.told) == 1)
        text.totals(Totals(units=1001))
        await stage.until(lambda: len(stage.told) == 2)
        expected = [("1,000 reserved", False), ("1,001 reserved", False)]
        assert expected == stage.told


async def test_opening_puts_the_number_over_a_person_s_text() -> None:
    """Even if the counter is open already and the number is the same: whoever opens it
    now has seen what stands there.
    """
    async with counter() as (text, stage):
        text.totals(Totals(units=7))
        text.state("open")
        await stage.until(lambda: len(stage.told) == 1)
        text.state("open", said=True)
        await stage.until(lambda: len(stage.told) == 2)
        text.totals(Totals(units=8))
        await stage.until(lambda: len(stage.told) == 3)
        expected = [("7 reserved", False), ("7 reserved", True), ("8 reserved", False)]
        assert expected == stage.told


async def test_a_frozen_counter_stands_until_it_is_opened_again() -> None:
    """Freezing shows nothing new; un-freezing shows the number of that moment, over
    what a person wrote meanwhile.
    """
    async with counter() as (text, stage):
        text.totals(Totals(units=7))
        text.state("open", said=True)
        await stage.until(lambda: len(stage.told) == 1)
        text.state("frozen", said=True)
        text.totals(Totals(units=9))
        await turn_of(text)
        text.state("open", said=True)
        await stage.until(lambda: len(stage.told) == 2)
        assert [("7 reserved", True), ("9 reserved", True)] == stage.told


async def test_hiding_takes_a_person_s_text_away_too() -> None:
    """No text is what was asked for, whoever wrote the last one."""
    async with counter() as (text, stage):
        text.state("hidden", said=True)
        await stage.until(lambda: bool(stage.told))
        assert [("", True)] == stage.told


async def test_an_open_counter_waits_after_a_restart_until_it_was_answered() -> None:
    """SEMANTICS 5, Recovery: to open the counter it asks; newer numbers wait too."""
    async with counter() as (text, stage):
        text.state("open", said=True)
        text.totals(Totals(units=7))
        await stage.until(lambda: ("7 reserved", True) in stage.told)
        del stage.told[:]
        text.again()
        text.state("open", asked=True)
        text.totals(Totals(units=9))
        await turn_of(text)
        assert [] == stage.told
        text.state("open", said=True)
        await stage.until(lambda: bool(stage.told))
        assert [("9 reserved", True)] == stage.told


async def test_a_frozen_counter_stands_again_after_a_restart() -> None:
    """SEMANTICS 6, counter: `freeze` keeps the value last shown; nothing is opened."""
    async with counter() as (text, stage):
        text.state("open", said=True)
        text.totals(Totals(units=7))
        await stage.until(lambda: ("7 reserved", True) in stage.told)
        text.state("frozen", said=True)
        text.totals(Totals(units=9))
        await turn_of(text)
        del stage.told[:]
        text.again()
        await stage.until(lambda: bool(stage.told))
        assert [("7 reserved", True)] == stage.told
