"""A show conducted in this process: loader, engine, conductor and real drivers, on
emulated far ends, in the time that a skipping loop leaves over.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from launchctl.clock import Origin
from launchctl.conductor.conductor import Conductor
from launchctl.conductor.far_ends import contexts, far_ends_of
from launchctl.report.as_run import make_report
from launchctl.runbook.loader import load
from launchctl.runbook.secrets import GivenSecrets, resolve_show
from launchctl.show.engine import Engine
from launchctl.show.inputs import Call
from launchctl.store.base import Store
from launchctl.store.memory import (
    MemoryInbox,
    MemoryJournal,
    MemoryLease,
    MemoryLedger,
)
from launchctl.times import MINUTE, parse_instant
from tests.skipping import SkippingOrigin

T0_US = parse_instant("2030-03-31T20:30:00+00:00")
T0 = "2030-03-31T20:30:00Z"
START_US = T0_US - 2 * MINUTE
_HANG_S = 7_200
"""Seconds of the show's clock; only bounds a hang."""


@dataclass
class Conducted:
    """A show that runs, and afterwards what it left.

    Attributes:
        lines: the journal.
        status: at the last ``look``.
        report: as ``launch report --json`` prints it.
        before_end: the same, as of the last ``look``.
    """

    conductor: Conductor
    store: Store
    now_us: Callable[[], int]
    lines: list[dict[str, Any]] = field(default_factory=list)
    status: Mapping[str, Any] = field(default_factory=dict)
    report: dict[str, Any] = field(default_factory=dict)
    before_end: dict[str, Any] = field(default_factory=dict)

    async def call(self, verb: str, target: str | None = None, **args: Any) -> None:
        """Somebody who may everything calls."""
        await self.store.inbox.put(
            Call(
                id=f"{verb}-{target}-{self.now_us()}",
                by="ana",
                roles=frozenset(self.conductor.engine.runbook.crew),
                verb=verb,
                target=target,
                args=args,
                at_us=self.now_us(),
            )
        )

    async def line(self, event: str, **fields: Any) -> dict[str, Any]:
        """Wait for the first journal line of that event with those fields."""
        wanted = {"event": event, **fields}
        async with asyncio.timeout(_HANG_S):
            async for lines in self.store.journal.follow(0):
                for line in lines:
                    if wanted.items() <= line.items():
                        return dict(line)
        raise AssertionError(wanted)

    async def look(self) -> None:
        """Make the report as it would be now, and keep it."""
        lines = [dict(line) for line in await self.store.journal.read()]
        self.status = self.conductor.engine.status(self.now_us())
        self.before_end = make_report(
            lines, self.conductor.engine.status(self.now_us())
        )

    async def at(self, seconds: float) -> None:
        """Wait until so many seconds after T-0."""
        await asyncio.sleep((T0_US - self.now_us()) / 1e6 + seconds)

    def said(self, event: str, **fields: Any) -> list[dict[str, Any]]:
        """The journal lines of that event with those fields."""
        wanted = {"event": event, **fields}
        return [line for line in self.lines if wanted.items() <= line.items()]

    def cue(self, name: str) -> dict[str, Any]:
        """A cue as the report tells of it before the end."""
        return next(each for each in self.before_end["cues"] if each["cue"] == name)

    def post(self, name: str) -> dict[str, Any]:
        """A cue's post as the report tells of it before the end."""
        return next(each for each in self.before_end["posts"] if each["cue"] == name)


def show_clock(ahead_us: int = 2 * MINUTE) -> SkippingOrigin:
    """N of a show whose T-0 is so far away; far ends take the same."""
    return SkippingOrigin(T0_US - ahead_us)


async def conduct(
    text: str,
    folder: Path,
    environ: Mapping[str, str],
    origin: SkippingOrigin,
    act: Callable[[Conducted], Coroutine[Any, Any, None]],
) -> Conducted:
    """Conduct a runbook to its end, while ``act`` does what people do.

    Args:
        text: a runbook that ends by itself; its t0 is ``T0``.
        folder: where it lies, with its files.
        environ: its secrets.
        origin: from ``show_clock``.
        act: at work from the start on.
    """
    file = folder / "show.yaml"
    file.write_text(text)
    runbook = load(file, environ=dict(environ))
    sources = runbook.orders.sources if runbook.orders else ()
    journal, inbox = MemoryJournal(), MemoryInbox()
    ledger = MemoryLedger({source.name: source.settle_us for source in sources})
    store = Store(journal, inbox, ledger, MemoryLease("show", {}))
    secrets = GivenSecrets(resolve_show(runbook, environ))
    engine = Engine(runbook, "run-1")
    async with journal, inbox, ledger:
        conductor = Conductor(
            engine,
            store,
            cast("Origin", origin),
            lambda report: far_ends_of(
                runbook, contexts(origin.now_us, report, secrets, folder)
            ),
        )
        show = Conducted(conductor, store, origin.now_us)
        async with asyncio.timeout(_HANG_S), asyncio.TaskGroup() as group:
            acting = group.create_task(act(show))
            await conductor.run()
            acting.cancel()
        show.lines = [dict(line) for line in await journal.read()]
        show.report = make_report(show.lines, engine.status(origin.now_us()))
    return show
