"""Three mixers, one of which follows another: real drivers, emulators, conductor."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

from launchctl.clock import Origin, new_loop
from launchctl.conductor.conductor import Conductor
from launchctl.conductor.far_ends import contexts, far_ends_of
from launchctl.rehearsal.emulators.obs import ObsEmulator
from launchctl.runbook.loader import load
from launchctl.runbook.secrets import GivenSecrets
from launchctl.show.engine import Engine
from launchctl.store.base import Journal, Store
from launchctl.store.memory import (
    MemoryInbox,
    MemoryJournal,
    MemoryLease,
    MemoryLedger,
)
from launchctl.times import parse_instant

SPEED = 10.0
HANG_S = 600
"""Seconds of the run's clock; bounds a hang."""
T0_US = parse_instant("2016-04-01T03:30:00+00:00")

SHOW = """\
runbook: 1
title: A backup that follows
timezone: UTC
t0: 2016-04-01 03:30
stages:
  main: {driver: obs, url: "ws://127.0.0.1:1"}
  backup: {driver: obs, url: "ws://127.0.0.1:1", follows: main}
  wall: {driver: obs, url: "ws://127.0.0.1:1"}
cues:
  - {cue: keynote, at: T-0, do: [{scene: Keynote}, {text: {source: Name, text: Anna}}]}
  - {cue: loop, at: T+5s, do: [{scene: Loop, stage: wall}]}
  - {cue: reveal, at: T+30s, do: [{scene: Reveal}]}
  - {cue: curtain, at: T+90s, do: [{scene: Closing}, {end: show}]}
"""


class Hall:
    """The mixers of one evening, and the journal of what is done with them."""

    def __init__(self, journal: Journal) -> None:
        self.journal = journal
        self.obs = {
            name: ObsEmulator(
                {"Start": (), "Keynote": (), "Loop": (), "Reveal": (), "Closing": ()},
                texts=("Name",),
            )
            for name in ("main", "backup", "wall")
        }

    @property
    def programs(self) -> tuple[str, ...]:
        """What is on program at main, backup and wall."""
        return tuple(obs.world.now.program for obs in self.obs.values())

    async def line(self, event: str, **fields: object) -> dict[str, object]:
        """Wait for the first journal line of that event with those fields."""
        wanted = {"event": event, **fields}
        async with asyncio.timeout(HANG_S):
            async for lines in self.journal.follow(0):
                for line in lines:
                    if wanted.items() <= line.items():
                        return line
        raise AssertionError(event)

    async def until(self, *programs: str) -> None:
        """Wait until the mixers show this."""
        async with asyncio.timeout(HANG_S):
            while self.programs != programs:
                await asyncio.sleep(0.1)


async def _evening(folder: Path) -> str | None:
    origin = Origin.here(T0_US - 20_000_000, SPEED)
    file = folder / "show.yaml"
    file.write_text(SHOW)
    async with AsyncExitStack() as stack:
        enter = stack.enter_async_context
        store = Store(
            journal=await enter(MemoryJournal()),
            inbox=await enter(MemoryInbox()),
            ledger=await enter(MemoryLedger()),
            lease=MemoryLease("run", {}),
        )
        hall = Hall(store.journal)
        sets = []
        for name, obs in hall.obs.items():
            sets.append((f"stages.{name}.url", await obs.start()))
            stack.push_async_callback(obs.aclose)
        runbook = load(file, sets=sets)
        conductor = Conductor(
            Engine(runbook, "run"),
            store,
            origin,
            lambda report: far_ends_of(
                runbook, contexts(origin.now_us, report, GivenSecrets({}), folder)
            ),
        )
        conducting = asyncio.create_task(conductor.run())
        try:
            await _act(hall)
            async with asyncio.timeout(HANG_S):
                return await conducting
        finally:
            conducting.cancel()
            await asyncio.gather(conducting, return_exceptions=True)


async def _act(hall: Hall) -> None:
    await hall.until("Keynote", "Keynote", "Loop")
    assert hall.obs["backup"].world.text("Name") == "Anna"
    await hall.obs["backup"].kill()
    await hall.line("cue_ended", cue="reveal", state="done")
    warning = await hall.line("noted", about="follow/backup/reveal/0")
    assert warning["level"] == "warning"
    assert str(warning["text"]).startswith("backup: scene: ")
    await hall.obs["backup"].boot()
    await hall.until("Reveal", "Reveal", "Loop")
    await hall.until("Closing", "Closing", "Loop")


def test_main_and_backup_show_the_same_and_a_dead_backup_only_warns(
    tmp_path: Path,
) -> None:
    """SEMANTICS 6: a stage that follows gets the wanted commands, is brought up again
    after its death, and costs the show nothing; the wall is on its own.
    """
    loop = new_loop(SPEED)
    try:
        assert loop.run_until_complete(_evening(tmp_path)) == "green"
    finally:
        loop.close()
