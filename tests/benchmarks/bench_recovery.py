"""How long it takes to take a run up again: journal read and folded, first decision.

Goal: 100,000 events within 2 s.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from launchctl.conductor.folding import fold_journal
from launchctl.runbook import actions as act
from launchctl.runbook.model import Runbook
from launchctl.show.commands import Command
from launchctl.show.engine import Decision, Engine
from launchctl.show.events import Event, encode
from launchctl.show.inputs import (
    Answer,
    Call,
    Ended,
    HealthSeen,
    Input,
    OrdersSeen,
    StageSeen,
)
from launchctl.store.sqlite import SqliteJournal
from launchctl.times import MINUTE, SECOND, Micros
from tests.show.build import START, book, cue, scene

GOAL_S = 2


def long_show() -> Runbook:
    """Marks each minute, a slide that follows the stage, alerts that follow orders."""
    alert = act.Notify(
        notify=act.NotifyBody(to="crew", text="{{ orders.units | number }}")
    )
    return book(
        *(cue(f"mark-{n}", at=f"T+{n * MINUTE // SECOND}s") for n in range(500)),
        cue("slide", scene("Slide"), when="stages.main.program == 'A'", once=False),
        cue("alert", alert, when="orders.units % 100 == 99", once=False),
        t0_us=START,
    )


def seen_at(second: int, engine: Engine, now_us: Micros) -> Iterator[Input]:
    """What a show hears: orders, cuts, health, and people who hold and resume."""
    counts = {"placed": second, "units": second * 3, "net_units": second * 3}
    yield OrdersSeen(counts, complete_us=now_us)
    if second % 3 == 0:
        skipped, program = (second % 7) / 100, "AB"[second // 3 % 2]
        yield StageSeen("main", True, program=program, skipped=skipped)
    if second % 10 == 0:
        yield HealthSeen("stage:main", "good" if second % 20 else "warning", "seen")
    if second % 15 < 2:
        verb, seq = "resume" if second % 15 else "hold", engine.state.seq
        roles = frozenset({"caller"})
        yield Call(
            f"call-{second}", "ann", roles, verb, "pause", {}, seq, now_us, second
        )


def events_of(runbook: Runbook, count: int) -> list[Event]:
    """The first ``count`` events of a run of it, in which far ends answer at once."""
    engine, now_us = Engine(runbook, "bench"), START
    events: list[Event] = []

    def take(decision: Decision) -> None:
        events.extend(decision.events)
        for command in decision.commands:
            if isinstance(command, Command):
                ended = Ended(command.key, command.attempt, Answer.OK, sent_us=now_us)
                take(engine.step(now_us, [ended]))

    take(engine.start(now_us))
    second = 0
    while len(events) < count:
        second, now_us = second + 1, now_us + SECOND
        take(engine.step(now_us, list(seen_at(second, engine, now_us))))
    return events[:count]


def bench_recovery(*, short: bool) -> dict[str, Any]:
    """From a closed journal to the first decision of the successor."""
    count = 10_000 if short else 100_000
    runbook = long_show()
    lines = [encode(event) for event in events_of(runbook, count)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "journal.db"
        took_s = asyncio.run(_measure(runbook, path, lines))
    return {
        f"recovery of a journal of {count:,} events": {
            "value": round(took_s, 3),
            "unit": "s",
            "goal": f"<= {GOAL_S}",
            "met": took_s <= GOAL_S,
        }
    }


async def _measure(runbook: Runbook, path: Path, lines: list[dict[str, Any]]) -> float:
    async with SqliteJournal(path, writer=True) as journal:
        for start in range(0, len(lines), 2_000):
            await journal.append(lines[start : start + 2_000])
    began = time.perf_counter()
    engine = Engine(runbook, "bench")
    async with SqliteJournal(path, writer=True) as journal:
        await fold_journal(engine, journal, lambda _: runbook)
        decision = engine.start(engine.state.now_us + SECOND)
    took_s = time.perf_counter() - began
    assert engine.state.seq == len(lines) + len(decision.events)
    assert any(event.event == "recovered" for event in decision.events)
    return took_s
