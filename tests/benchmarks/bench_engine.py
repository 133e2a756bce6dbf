"""How much the engine's step and the plan cost as a show grows.

Goals: a step at 10,000 cues at most 2 times one at 100, measured in interleaved rounds;
10,000 chained cues planned within a second.
"""

from __future__ import annotations

import statistics
import time
from typing import Any

from launchctl.runbook.model import Runbook
from launchctl.show.engine import Engine
from launchctl.show.timeline import planned
from launchctl.times import MILLISECOND, SECOND
from tests.show.build import START, book, cue

ROUNDS = 5
STEPS = 200


def chained(count: int) -> Runbook:
    """Cues of which each is planned after the one before."""
    cues = [cue("c0", at="T-0")]
    cues += [cue(f"c{n}", at=f"c{n - 1}+1s") for n in range(1, count)]
    return book(*cues)


def busy(count: int) -> Runbook:
    """A show in which one mark is due each second, and most are far away."""
    return book(*(cue(f"c{n}", at=f"T{n - 3500:+}s") for n in range(count)))


def step_us(count: int) -> float:
    """Median cost of a step in which one cue fires, in microseconds."""
    engine = Engine(busy(count), "bench")
    engine.start(START)
    costs = []
    now_us = START + 100 * SECOND
    engine.step(now_us)
    for _ in range(STEPS if count > STEPS else count - 1):
        now_us += SECOND
        began = time.perf_counter_ns()
        engine.step(now_us)
        costs.append((time.perf_counter_ns() - began) / 1_000)
        engine.step(now_us + MILLISECOND)
    return statistics.median(costs)


def bench_step(*, short: bool) -> dict[str, Any]:
    """A step in a show of 10,000 cues against one of 100."""
    small, large = [], []
    for _ in range(1 if short else ROUNDS):
        small.append(step_us(100))
        large.append(step_us(10_000))
    ratio = statistics.median(large) / statistics.median(small)
    return {
        "engine step at 10,000 cues against 100": {
            "value": round(ratio, 2),
            "unit": "times",
            "goal": "<= 2",
            "met": ratio <= 2,
            "small_us": round(statistics.median(small), 1),
            "large_us": round(statistics.median(large), 1),
        }
    }


def bench_plan(*, short: bool) -> dict[str, Any]:
    """Planning 10,000 chained cues, and building the engine that runs them."""
    count = 1_000 if short else 10_000
    runbook = chained(count)
    began = time.perf_counter()
    rows = planned(runbook)
    Engine(runbook, "bench")
    plan_s = time.perf_counter() - began
    assert rows[-1].t_us == (count - 1) * SECOND
    return {
        f"plan {count:,} chained cues, engine built": {
            "value": round(plan_s, 3),
            "unit": "s",
            "goal": "<= 1",
            "met": plan_s <= 1,
        }
    }
