"""A rehearsal in virtual time: days in seconds, the same to the last byte for a seed.

The loader, engine, conductor and drivers are the show's; the clock jumps, the far ends
are emulated in the same loop, and the store is in memory. Nothing leaves the process.

It is over when the show is. Where nobody answers (no script, or one that forgot a GO)
nothing would ever happen again: it ends then, and says who was waited for.
"""

from __future__ import annotations

import asyncio
import platform
from collections.abc import Collection, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

from launchctl.chance import SeededChance
from launchctl.conductor.conductor import Conductor
from launchctl.conductor.far_ends import contexts, far_ends_of
from launchctl.errors import InputError
from launchctl.rehearsal.backstage import Backstage, Beside, Watched
from launchctl.rehearsal.conducting import Conducting
from launchctl.rehearsal.emulators.networks import Surroundings
from launchctl.rehearsal.invented import INVENTED, UNDATED_US, first_look
from launchctl.rehearsal.network import MemoryNetwork
from launchctl.rehearsal.pace import NearCues
from launchctl.rehearsal.playing import play_out
from launchctl.rehearsal.slips import SlippingInbox, SlippingLedger
from launchctl.rehearsal.world import emulated
from launchctl.runbook.loader import load
from launchctl.runbook.model import Runbook
from launchctl.runbook.secrets import GivenSecrets
from launchctl.show.engine import Engine
from launchctl.show.inputs import Noted
from launchctl.show.status import Status
from launchctl.show.timeline import planned
from launchctl.store.base import Line, Store
from launchctl.store.memory import MemoryJournal, MemoryLease
from launchctl.times import MINUTE, Micros
from launchctl.virtual import VirtualClock, VirtualLoop, run_virtually

LEAD_US = 15 * MINUTE
"""How long before the first planned instant a rehearsal begins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """What to rehearse.

    Attributes:
        runbook: the file.
        seed: of all that is drawn by chance.
        t0_us: as ``--t0``.
        sets: addresses, as ``--set``; those of emulated far ends are replaced.
        beside: who plays beside the show: people, buyers, trouble.
        amendments: files that a call to amend may name, by their digest.
    """

    runbook: Path
    seed: int = 0
    t0_us: Micros | None = None
    sets: Sequence[tuple[str, str]] = ()
    beside: Sequence[Beside] = ()
    amendments: Sequence[Path] = ()


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
        if self.over:
            return []
        reserve = {cue.id for cue in self.backstage.show.runbook.cues if cue.reserve}
        return waiting_for(self.status, reserve)

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
        read = partial(
            load,
            t0_us=rehearsal.t0_us,
            sets=[*(dict(rehearsal.sets) | dict(world.sets)).items()],
            environ=INVENTED,
            now_us=UNDATED_US,
        )
        runbook = read(rehearsal.runbook)
        amendments = {book.digest: book for book in map(read, rehearsal.amendments)}
        run = f"rehearsal-{rehearsal.seed}"
        store = await _store(stack, runbook, run)
        journal, inbox, ledger, _ = store
        pace = NearCues(clock.now_us, lambda: conducting.next_move_us())  # noqa: PLW0108  it is made below
        drivers_chance = chance.of("drivers")

        def make() -> Conductor:
            return Conductor(
                Engine(runbook, run),
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
                        chance=drivers_chance,
                        pause=pace.pause,
                    ),
                ),
                find_runbook=partial(_amendment, amendments),
                rehearsal=True,
                pace=pace,
            )

        conducting = Conducting(make)
        for sentence in world.not_emulated:
            conducting.conductor.report(Noted("rehearsal", sentence, level="warning"))
        show = Watched(lambda: conducting.engine, clock, journal, ledger)
        backstage = Backstage(
            show=show,
            clock=clock,
            inbox=inbox,
            ledger=ledger,
            world=world,
            network=network,
            conducting=conducting,
            report=conducting.report,
            pace=pace,
            chance=chance,
            meant_us=max(instants, default=clock.now_us()),
        )
        await play_out(backstage, rehearsal.beside)
        await show.catch_up()
        return Rehearsed(
            await show.whole_status(),
            await show.lines(),
            rehearsal.seed,
            conducting.engine.finished,
            backstage,
        )


def _amendment(amendments: Mapping[str, Runbook], digest: str) -> Runbook:
    """As the run's folder gives what was pinned in it.

    Raises:
        InputError: nobody has written that.
    """
    if digest not in amendments:
        raise InputError(f"no amendment {digest} was written")
    return amendments[digest]


async def _store(
    stack: AsyncExitStack, runbook: Runbook, run: str
) -> tuple[MemoryJournal, SlippingInbox, SlippingLedger, MemoryLease]:
    orders = runbook.orders
    counts = [s for s in orders.sources if s.role == "counts"] if orders else []
    limit = orders.limit if orders else None
    journal, inbox = MemoryJournal(), SlippingInbox()
    ledger = SlippingLedger(
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


def waiting_for(status: Status, reserve: Collection[str] = ()) -> list[str]:
    """Whom a show waits for that goes no further, in sentences. Cues in ``reserve``
    keep no show open: nobody waits for them.
    """
    said = [
        f"{standby['cue']} stands by for GO by {role}"
        for role, standby in status["standby"].items()
        if standby["cue"] not in reserve
    ]
    said += [f"{choice['choice']} waits for an answer" for choice in status["choices"]]
    said += [f"{poll['poll']} is asked" for poll in status["polls"] if poll["until"]]
    said += [
        f"{gate['cue']}: {gate['why']}"
        for gate in status["gates"]
        if gate["cue"] not in reserve
    ]
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
