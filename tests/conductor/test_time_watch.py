"""Trouble with time: noticed, journaled, shown, and met by the late rule."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from launchctl import clock
from launchctl.clock import Origin, Reading, wall_us
from launchctl.conductor.conductor import Conductor
from launchctl.conductor.far_ends import FarEnds
from launchctl.conductor.time_watch import SHOWN_US, TimeWatch
from launchctl.runbook.loader import load
from launchctl.show.engine import Engine
from launchctl.show.inputs import Call, ClockStepped, HealthSeen, Stalled
from launchctl.show.state import State
from launchctl.store.base import Line, Store
from launchctl.store.memory import (
    MemoryInbox,
    MemoryJournal,
    MemoryLease,
    MemoryLedger,
)
from launchctl.times import HOUR, MILLISECOND, MINUTE, SECOND, Micros, parse_instant

HANG_S = 60
START = parse_instant("2027-03-16T18:00:00+00:00")


class Machine:
    """A machine whose clocks a test moves."""

    def __init__(self) -> None:
        self.clocks = Reading(START, 7 * HOUR, 5 * HOUR)
        self.state = State()
        self.watch = TimeWatch(self.state, self.now_us, lambda: self.clocks)

    def now_us(self) -> Micros:
        """N, which goes by CLOCK_BOOTTIME."""
        return START + self.clocks.boottime_us - 7 * HOUR

    def runs(self, span_us: Micros) -> None:
        """Time goes by as it should."""
        self.passes(wall=span_us, boot=span_us, monotonic=span_us)

    def passes(
        self, *, wall: Micros = 0, boot: Micros = 0, monotonic: Micros = 0
    ) -> None:
        """Each clock goes its own way."""
        was = self.clocks
        self.clocks = Reading(
            was.wall_us + wall, was.boottime_us + boot, was.monotonic_us + monotonic
        )


def test_good_clocks_are_said_once():
    """People see that the clocks are looked at; nothing is said at rate."""
    machine = Machine()
    assert [HealthSeen("clock", "good")] == machine.watch.beat()
    for _ in range(10):
        machine.runs(250 * MILLISECOND)
        assert [] == machine.watch.beat()
        assert [] == machine.watch.look()


@pytest.mark.parametrize(
    ("step_us", "said"),
    [(HOUR, "forward by 3,600.0 s"), (-250 * MILLISECOND, "back by 0.2 s")],
)
def test_a_wall_clock_that_steps(step_us, said):
    """SEMANTICS 1: 250 ms or more off the skew is a step; it is told once."""
    machine = Machine()
    machine.passes(wall=step_us)
    step, health = machine.watch.look()
    assert ClockStepped(step_us) == step
    assert ("clock", "warning") == (health.target, health.level)
    assert said in health.text
    machine.runs(10 * SECOND)
    assert [] == machine.watch.look()


def test_a_wall_clock_that_drifts_a_little_has_not_stepped():
    """SEMANTICS 1: less than 250 ms off is no step, and drift adds up."""
    machine = Machine()
    machine.passes(wall=249 * MILLISECOND)
    assert [] == machine.watch.look()
    machine.passes(wall=MILLISECOND)
    assert ClockStepped(250 * MILLISECOND) == machine.watch.look()[0]


def test_what_the_journal_says_of_the_wall_is_where_it_begins():
    """After a recovery the wall is measured against the journaled skew."""
    machine = Machine()
    machine.state.skew_us = HOUR
    assert ClockStepped(0) == machine.watch.look()[0]


def test_a_suspended_machine():
    """CLOCK_BOOTTIME went on and CLOCK_MONOTONIC did not: it slept; no wall has
    stepped, and no loop was blocked, since its timers stood as well.
    """
    machine = Machine()
    machine.watch.beat()
    machine.passes(wall=HOUR, boot=HOUR, monotonic=250 * MILLISECOND)
    lost_us = HOUR - 250 * MILLISECOND
    seen = [item for item in machine.watch.beat() if not isinstance(item, HealthSeen)]
    # the wall and N differ by the quarter second that both did not count
    assert [Stalled("suspended", lost_us)] == seen


@pytest.mark.parametrize(
    ("late_us", "lost"), [(999 * MILLISECOND, []), (SECOND, [SECOND])]
)
def test_a_blocked_loop(late_us, lost):
    """A beat that comes a second later than meant: the loop stood still."""
    machine = Machine()
    machine.watch.beat()
    machine.runs(250 * MILLISECOND + late_us)
    seen = machine.watch.beat()
    assert lost == [item.lost_us for item in seen if isinstance(item, Stalled)]


def test_trouble_leaves_the_health_after_a_while():
    """Who looks ten minutes later still sees it; then it is history."""
    machine = Machine()
    machine.watch.beat()
    machine.passes(wall=MINUTE)
    machine.watch.look()
    beats = SHOWN_US // (250 * MILLISECOND)
    told = []
    for _ in range(beats):
        told.append(machine.watch.beat())
        machine.runs(250 * MILLISECOND)
    assert [] == [said for said in told if said]
    assert [HealthSeen("clock", "good")] == machine.watch.beat()


# --- the conductor -------------------------------------------------------------------

SHOW = """\
runbook: 1
title: A night with a laptop
timezone: UTC
t0: 2027-03-16 19:00
crew: {caller: {may: [go, hold, abort, end]}}
cues:
  - {cue: first, at: T-0, do: [{say: {to: crew, text: one}}]}
  - {cue: second, at: T+10m, late: {within: any}, do: [{say: {to: crew, text: two}}]}
  - {cue: third, at: T+20m, do: [{say: {to: crew, text: three}}]}
  - {cue: strict, at: T+20m, late: {within: 5s, else: park}}
  - {cue: later, at: T+40m}
  - {cue: pinned, at: "21:00", late: {within: 5m, else: park}}
"""


@dataclass
class Night:
    """A conductor at work, on a machine whose clocks a test moves."""

    store: Store
    origin: Origin
    monkeypatch: pytest.MonkeyPatch

    def suspend(self, span_us: Micros) -> None:
        """The machine sleeps: boot time and wall go on, timers stand."""
        real = clock._boottime_ns
        self.monkeypatch.setattr(clock, "_boottime_ns", lambda: real() + span_us * 1000)
        self.step(span_us)

    def step(self, span_us: Micros) -> None:
        """The wall clock is set."""
        real = clock.wall_us
        self.monkeypatch.setattr(clock, "wall_us", lambda: real() + span_us)

    async def line(self, event: str, **fields: object) -> Line:
        """Wait for the first journal line of that event with those fields."""
        wanted = {"event": event, **fields}
        async with asyncio.timeout(HANG_S):
            async for lines in self.store.journal.follow(0):
                for line in lines:
                    if wanted.items() <= line.items():
                        return line
        raise AssertionError(event)

    async def lines(self, event: str) -> list[Line]:
        """All lines of that event so far."""
        return [x for x in await self.store.journal.read() if x["event"] == event]


@asynccontextmanager
async def conducting(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Night]:
    """The show of above, with T-0 in an instant."""
    file = folder / "show.yaml"
    file.write_text(SHOW)
    origin = Origin.here()
    runbook = load(file, t0_us=origin.start_us + SECOND // 5)
    async with AsyncExitStack() as stack:
        enter = stack.enter_async_context
        store = Store(
            journal=await enter(MemoryJournal()),
            inbox=await enter(MemoryInbox()),
            ledger=await enter(MemoryLedger()),
            lease=MemoryLease("run", {}),
        )
        conductor = Conductor(
            Engine(runbook, "run"), store, origin, lambda _report: FarEnds()
        )
        running = asyncio.create_task(conductor.run())
        night = Night(store, origin, monkeypatch)
        try:
            await night.line("fired", cue="first")
            yield night
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)


async def test_a_suspended_machine_wakes_into_the_late_rule(tmp_path, monkeypatch):
    """SEMANTICS 1, 5: N counts the sleep; what became late is fired, parked or waits,
    each by its own rule, two seconds apart and never in a burst; nothing is early.
    """
    async with conducting(tmp_path, monkeypatch) as night:
        night.suspend(21 * MINUTE)
        stalled = await night.line("stalled", cause="suspended")
        health = await night.line("health", target="clock", level="warning")
        second = await night.line("fired", cue="second")
        third = await night.line("fired", cue="third")
        await night.line("cue_parked", cue="strict")
        fired = [line["cue"] for line in await night.lines("fired")]
        stepped = await night.lines("clock_stepped")
    assert 21 * 60 == pytest.approx(stalled["lost_s"], abs=1)
    assert "suspended for 1,260.0 s" in health["text"]
    assert 11 * 60 == pytest.approx(second["late_by_s"], abs=60)
    apart = parse_instant(third["at"]) - parse_instant(second["at"])
    assert apart >= 2 * SECOND
    assert ["first", "second", "third"] == fired
    assert [] == stepped


@pytest.mark.parametrize("step_us", [-HOUR, 26 * HOUR])
async def test_a_stepped_wall_moves_wall_instants_only(tmp_path, monkeypatch, step_us):
    """SEMANTICS 1: back, and the pinned cue waits longer; far forward, and it meets the
    late rule. No cue that hangs on T knows of it.
    """
    async with conducting(tmp_path, monkeypatch) as night:
        night.step(step_us)
        stepped = await night.line("clock_stepped")
        await night.line("health", target="clock", level="warning")
        if step_us > 0:
            await night.line("cue_parked", cue="pinned")
        fired = [line["cue"] for line in await night.lines("fired")]
    assert step_us / SECOND == pytest.approx(stepped["skew_s"], abs=0.2)
    assert ["first"] == fired


async def test_a_blocked_loop_is_said(tmp_path, monkeypatch):
    """Whatever held the conductor up for seconds: the journal names how long."""
    async with conducting(tmp_path, monkeypatch) as night:
        await night.line("health", target="clock", level="good")
        until_s = time.monotonic() + 1.6
        while time.monotonic() < until_s:
            pass
        stalled = await night.line("stalled", cause="blocked")
        health = await night.line("health", target="clock", level="warning")
    assert 1 <= stalled["lost_s"] <= HANG_S
    assert "the conductor stood still" in health["text"]


async def test_a_call_after_the_sleep_is_judged_by_when_it_was_pressed(
    tmp_path, monkeypatch
):
    """SEMANTICS 8: a GO from before the sleep is stale after it, and refused."""
    async with conducting(tmp_path, monkeypatch) as night:
        pressed_us = night.origin.now_us()
        night.suspend(MINUTE)
        await night.store.inbox.put(
            Call(
                id="go-before",
                by="mira",
                roles=frozenset({"caller"}),
                verb="go",
                target="later",
                at_us=pressed_us,
            )
        )
        refused = await night.line("call_refused", call="go-before")
    assert refused["reason"]


def test_the_wall_clock_is_real():
    """The seam that the tests above move is what a show reads."""
    assert wall_us() == pytest.approx(time.time_ns() // 1000, abs=MINUTE)
