"""A rehearsal in virtual time: days in seconds, the same to the last byte for a seed.

The loader, engine, conductor and drivers are the show's; the clock jumps, the far ends
are emulated in the same loop, and the store is in memory. Nothing leaves the process.

It is over when the show is. Where nobody answers (no script, or one that forgot a GO)
nothing would ever happen again: it ends then, and says who was waited for.
"""

from __future__ import annotations

import asyncio
import platform
from collections.abc import Iterable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

from launchctl.chance import SeededChance
from launchctl.conductor.conductor import Conductor
from launchctl.conductor.far_ends import contexts, far_ends_of
from launchctl.rehearsal.backstage import Backstage, Beside, Watched
from launchctl.rehearsal.emulators.networks import Surroundings
from launchctl.rehearsal.invented import INVENTED, UNDATED_US, first_look
from launchctl.rehearsal.network import MemoryNetwork
from launchctl.rehearsal.pace import NearCues
from launchctl.rehearsal.world import emulated
from launchctl.runbook.loader import load
from launchctl.runbook.model import Runbook
from launchctl.runbook.secrets import GivenSecrets
from launchctl.show.engine import Engine
from launchctl.show.inputs import Noted
from launchctl.show.status import Status
from launchctl.show.timeline import planned
from launchctl.store.base import Line, Store
from launchctl.store.memory import (
    MemoryInbox,
    MemoryJournal,
    MemoryLease,
    MemoryLedger,
)
from launchctl.times import HOUR, MINUTE, Micros
from launchctl.virtual import VirtualClock, VirtualLoop, run_virtually

LEAD_US = 15 * MINUTE
"""How long before the first planned instant a rehearsal begins."""
_LOOK_S = 300.0
_QUIET_US = 15 * MINUTE
"""Nothing is under way and nothing is meant: over after so long."""
_PATIENCE_US = 25 * HOUR
"""A film plays, or some deadline is far ahead: over after so long."""
_LONGEST_US = 60 * 24 * HOUR
"""Nothing has happened for so long: over, whatever anybody means to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """What to rehearse.

    Attributes:
        runbook: the file.
        seed: of all that is drawn by chance.
        t0_us: as ``--t0``.
        sets: addresses, as ``--set``; those of emulated far ends are replaced.
        beside: who plays beside the show: people, buyers, trouble.
    """

    runbook: Path
    seed: int = 0
    t0_us: Micros | None = None
    sets: Sequence[tuple[str, str]] = ()
    beside: Sequence[Beside] = ()


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """What came of it.

    Attributes:
        status: at the end, as ``launch status --json`` tells it.
        lines: the journal.
        seed: of the rehearsal.
        over: the show came to its end; else it waited for somebody for ever.
        backstage: as it was at the end: the emulators keep what they received.
    """

    status: Status
    lines: list[Line] = field(repr=False)
    seed: int
    over: bool
    backstage: Backstage = field(repr=False)

    @property
    def digest(self) -> str:
        """The journal's."""
        return self.status["journal_digest"]

    @property
    def verdict(self) -> str:
        """The show's; red where nobody answered."""
        return (self.status["verdict"] if self.over else None) or "red"

    @property
    def nobody_answered(self) -> list[str]:
        """Whom the show waited for at its end, in sentences."""
        return [] if self.over else waiting_for(self.status)

    def told(self) -> dict[str, Any]:
        """What a rehearsal's report says besides the show's."""
        return {
            "seed": self.seed,
            "speed": "max",
            "nobody_answered": self.nobody_answered,
            "not_emulated": self.backstage.world.not_emulated,
            "out_of_reach": [*self.backstage.network.missed],
            "made_with": made_with(),
        }


def rehearse(rehearsal: Rehearsal) -> Rehearsed:
    """Play it to its end.

    Raises:
        RunbookError: the runbook does not load.
        VirtualTimeError: something of it reached for the real world.
    """
    first = first_look(rehearsal.runbook, t0_us=rehearsal.t0_us, sets=rehearsal.sets)
    network = MemoryNetwork()
    return run_virtually(lambda: _play(rehearsal, first, network), network)


async def _play(
    rehearsal: Rehearsal, first: Runbook, network: MemoryNetwork
) -> Rehearsed:
    loop = asyncio.get_running_loop()
    assert isinstance(loop, VirtualLoop)
    instants = _planned_us(first)
    clock = VirtualClock(loop, min(instants) - LEAD_US if instants else UNDATED_US)
    chance = SeededChance(rehearsal.seed)
    async with AsyncExitStack() as stack:
        surroundings = Surroundings(clock.now_us, clock.now_us, chance)
        world = await stack.enter_async_context(emulated(first, surroundings))
        runbook = load(
            rehearsal.runbook,
            t0_us=rehearsal.t0_us,
            sets=[*(dict(rehearsal.sets) | dict(world.sets)).items()],
            environ=INVENTED,
            now_us=UNDATED_US,
        )
        run = f"rehearsal-{rehearsal.seed}"
        engine = Engine(runbook, run)
        store = await _store(stack, runbook, run)
        pace = NearCues(clock.now_us, engine.next_move_us)
        conductor = Conductor(
            engine,
            Store(*store),
            clock,
            lambda report: far_ends_of(
                runbook,
                contexts(
                    clock.now_us,
                    report,
                    GivenSecrets(world.show_secrets),
                    Path(runbook.path).parent,
                    wall_us=clock.now_us,
                    chance=chance.of("drivers"),
                    pause=pace.pause,
                ),
            ),
            rehearsal=True,
            pace=pace,
        )
        for sentence in world.not_emulated:
            conductor.report(Noted("rehearsal", sentence, level="warning"))
        journal, inbox, ledger, _ = store
        show = Watched(engine, clock, journal, ledger)
        backstage = Backstage(
            show=show,
            clock=clock,
            inbox=inbox,
            ledger=ledger,
            world=world,
            network=network,
            report=conductor.report,
            pace=pace,
            chance=chance,
            meant_us=max(instants, default=clock.now_us()),
        )
        await _conduct(conductor, backstage, rehearsal.beside)
        await show.catch_up()
        return Rehearsed(
            await show.whole_status(),
            await show.lines(),
            rehearsal.seed,
            engine.finished,
            backstage,
        )


async def _conduct(
    conductor: Conductor, backstage: Backstage, beside: Iterable[Beside]
) -> None:
    """Until the show is over, or nothing will ever happen again."""
    conducting = asyncio.ensure_future(conductor.run())
    others = [
        asyncio.ensure_future(each)
        for each in (backstage.show.follow(), *(play(backstage) for play in beside))
    ]
    quiet = asyncio.ensure_future(_quiet(conductor, backstage))
    try:
        pending = {conducting, quiet, *others}
        while not (conducting.done() or quiet.done()):
            done, pending = await asyncio.wait(
                pending, return_when=asyncio.FIRST_COMPLETED
            )
            for task in done:
                task.result()  # who plays beside the show may finish, but not fail
    finally:
        tasks = (conducting, quiet, *others)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _quiet(conductor: Conductor, backstage: Backstage) -> None:
    """Returns once nobody has anything in mind, and nothing has happened for long."""
    while True:
        await asyncio.sleep(_LOOK_S)
        now_us = backstage.clock.now_us()
        last_us = max(backstage.show.last_us, backstage.meant_us)
        if now_us - backstage.show.last_us > _LONGEST_US:
            return
        if now_us - last_us < _QUIET_US:
            continue
        if not _goes_on(conductor, now_us) or now_us - last_us >= _PATIENCE_US:
            return


def _goes_on(conductor: Conductor, now_us: Micros) -> bool:
    """Whether something is still to come by itself. What moves within the minute, and
    to no effect for long, is read again and again.
    """
    engine = conductor.engine
    running = (cue.state == "running" for cue in engine.state.cues.values())
    next_us = engine.next_move_us()
    return any(running) or (next_us is not None and next_us - now_us > MINUTE)


async def _store(
    stack: AsyncExitStack, runbook: Runbook, run: str
) -> tuple[MemoryJournal, MemoryInbox, MemoryLedger, MemoryLease]:
    orders = runbook.orders
    counts = [s for s in orders.sources if s.role == "counts"] if orders else []
    limit = orders.limit if orders else None
    journal, inbox = MemoryJournal(), MemoryInbox()
    ledger = MemoryLedger(
        {source.name: source.settle_us for source in counts},
        limit=limit.units if limit else None,
    )
    for each in (journal, inbox, ledger):
        await stack.enter_async_context(each)
    return journal, inbox, ledger, MemoryLease(run, {})


def _planned_us(runbook: Runbook) -> list[Micros]:
    """Every instant of the plan on the wall."""
    walls = [row.wall_us for row in planned(runbook) if row.wall_us is not None]
    return [*walls, *([] if runbook.t0_us is None else [runbook.t0_us])]


def waiting_for(status: Status) -> list[str]:
    """Whom a show waits for that goes no further, in sentences."""
    said = [
        f"{standby['cue']} stands by for GO by {role}"
        for role, standby in status["standby"].items()
    ]
    said += [f"{choice['choice']} waits for an answer" for choice in status["choices"]]
    said += [f"{poll['poll']} is asked" for poll in status["polls"] if poll["until"]]
    said += [f"{gate['cue']}: {gate['why']}" for gate in status["gates"]]
    said += [f"the hold {hold['name']} is open" for hold in status["holds"]]
    said += [f"{task['cue']}: {task['what']}" for task in status["tasks"]]
    said += [
        f"{cue['cue']} is {cue['state'].replace('_', ' ')}"
        for cue in status["cues"]
        if cue["state"] in {"parked", "in_doubt"}
    ]
    return said


def made_with() -> dict[str, str]:
    """Versions that decide what instants and numbers look like. Never in the journal:
    its digest is over the show alone.
    """
    names = ("babel", "jinja2", "tzdata")
    return {"python": platform.python_version()} | {
        name: version(name) for name in names
    }
