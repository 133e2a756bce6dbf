"""How much the engine's step and the plan cost as a show grows.

Goals: a step at 10,000 cues at most 2 times one at 100, measured in interleaved rounds;
10,000 chained cues planned within a second, and beside superfly-timeline, the resolver
that the trade uses, in the same run; a look at what is expected at 10,000 cues at most
2 times one at 100.
"""

from __future__ import annotations

import json
import shutil
import statistics
import subprocess
import time
from pathlib import Path
from typing import Any

from launchctl.runbook.base import SecretRef
from launchctl.runbook.model import Account, Cue, Runbook
from launchctl.show.engine import Engine
from launchctl.show.timeline import planned
from launchctl.times import MILLISECOND, SECOND
from tests.show.build import START, book, cue, post

RIVAL = "superfly-timeline@9.2.0"
FOREIGN = Path(__file__).parents[2] / "build" / "supertimeline"
KEY = SecretRef(env="X")
ROUNDS = 5
STEPS = 200


def links(count: int) -> list[Cue]:
    """Cues of which each is planned after the one before."""
    first = cue("c0", at="T-0")
    return [first, *(cue(f"c{n}", at=f"c{n - 1}+1s") for n in range(1, count))]


def chained(count: int) -> Runbook:
    """A show of nothing but them."""
    return book(*links(count))


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


def look_us(count: int) -> float:
    """Median cost of what the conductor asks between cues, in microseconds: which
    accounts are to be watched, and when the last cue is expected.
    """
    account = Account(network="x", handle="ceo", credentials=KEY, by_hand="watch")
    last = cue("last", post(), after=f"c{count - 1}")
    runbook = book(*links(count), last, accounts={"ceo": account}, groups={})
    engine = Engine(runbook, "bench")
    engine.start(START)
    costs = []
    for number in range(STEPS):
        now_us = START + number * SECOND
        began = time.perf_counter_ns()
        engine.watched(now_us)
        assert engine.expected_us("last", now_us) is not None
        costs.append((time.perf_counter_ns() - began) / 1_000)
    return statistics.median(costs)


def bench_look(*, short: bool) -> dict[str, Any]:
    """What is expected, in a chain of 10,000 cues against one of 100."""
    small, large = [], []
    for _ in range(1 if short else ROUNDS):
        small.append(look_us(100))
        large.append(look_us(10_000))
    ratio = statistics.median(large) / statistics.median(small)
    return {
        "engine look ahead at 10,000 chained cues against 100": {
            "value": round(ratio, 2),
            "unit": "times",
            "goal": "<= 2",
            "met": ratio <= 2,
            "small_us": round(statistics.median(small), 1),
            "large_us": round(statistics.median(large), 1),
        }
    }


def bench_plan(*, short: bool) -> dict[str, Any]:
    """Planning 10,000 chained cues, and building the engine that runs them; the same
    chain resolved by superfly-timeline.
    """
    count = 1_000 if short else 10_000
    runbook = chained(count)
    began = time.perf_counter()
    rows = planned(runbook)
    Engine(runbook, "bench")
    plan_s = time.perf_counter() - began
    assert rows[-1].t_us == (count - 1) * SECOND
    name = f"plan {count:,} chained cues"
    return {
        f"{name}, engine built": {
            "value": round(plan_s, 3),
            "unit": "s",
            "goal": "<= 1",
            "met": plan_s <= 1,
        },
        f"{name} / superfly-timeline": _against_supertimeline(count, plan_s),
    }


def _against_supertimeline(count: int, plan_s: float) -> dict[str, Any]:
    """The row that compares; ``skipped`` says why where it cannot be measured."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return {"skipped": "node and npm are not both on this machine"}
    FOREIGN.mkdir(parents=True, exist_ok=True)
    got = subprocess.run(
        [npm, "install", "--no-save", "--no-package-lock", "--prefix", FOREIGN, RIVAL],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    if got.returncode:
        return {"skipped": f"npm gives no {RIVAL}: {got.stderr.strip()[-200:]}"}
    module = FOREIGN / "node_modules" / "superfly-timeline"
    told = subprocess.run(
        [node, Path(__file__).with_name("supertimeline.cjs"), module, str(count)],
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    theirs = json.loads(told.stdout)
    assert theirs["start_ms"] == (count - 1) * 1_000
    ratio = plan_s / (theirs["ms"] / 1_000)
    return {
        "value": round(ratio, 4),
        "unit": "times",
        "goal": "<= 1",
        "met": ratio <= 1,
        "theirs_s": round(theirs["ms"] / 1_000, 2),
    }
