"""``launch rehearse --cue-to-cue``: the caller steps through the cues at the console.

Stages are emulated, but for those whose address is given with ``--set``: these are
real, and are opened with the runbook's own secrets. Nothing else is started, so that
nothing else can be reached.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import sys
import threading
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from launchctl.chance import SeededChance
from launchctl.cli.cue_lines import print_list, print_step, step_json
from launchctl.cli.options import parse_t0
from launchctl.cli.output import print_json
from launchctl.cli.run import parse_sets
from launchctl.clock import Origin, wall_us
from launchctl.drivers import registry
from launchctl.drivers.base import Context, Driver
from launchctl.errors import InputError
from launchctl.rehearsal.cue_to_cue import Stages
from launchctl.rehearsal.emulators.networks import Surroundings
from launchctl.rehearsal.invented import INVENTED, UNDATED_US, first_look
from launchctl.rehearsal.world import emulated
from launchctl.runbook.loader import load
from launchctl.runbook.model import Runbook
from launchctl.runbook.secrets import GivenSecrets, Need, resolve
from launchctl.show.cue_to_cue import CueToCue
from launchctl.show.inputs import Input, StageSeen

_HELP = "next, back, jump CUE, list, quit"


def run_cue_to_cue(
    file: Path, *, t0: str | None, sets: Sequence[str], as_json: bool
) -> int:
    """Step through; 0, or 1 if a stage did not do what it was told.

    Raises:
        LaunchError: the runbook does not load, or a secret of a real stage is missing.
    """
    return asyncio.run(_run(file, t0, parse_sets(sets), as_json=as_json))


async def _run(
    file: Path, t0: str | None, sets: list[tuple[str, str]], *, as_json: bool
) -> int:
    t0_us = parse_t0(t0, UNDATED_US)
    first = first_look(file, t0_us=t0_us, sets=sets)
    real = [name for name in first.stages if f"stages.{name}.url" in dict(sets)]
    async with _emulated_stages(first, real) as (addresses, given):
        runbook = load(
            file,
            t0_us=t0_us,
            sets=[*sets, *addresses],
            environ=INVENTED,
            now_us=UNDATED_US,
        )
        keys = dict.fromkeys(runbook.stages, GivenSecrets(given))
        keys |= {name: _own_secrets(runbook, name) for name in real}
        now_us = UNDATED_US if runbook.t0_us is None else runbook.t0_us
        book = CueToCue(runbook, now_us)
        async with _stage_drivers(runbook, keys, book) as drivers:
            stages = Stages(runbook, book, drivers)
            console = _Console(runbook, book, stages, real, as_json)
            return await console.run()


@asynccontextmanager
async def _emulated_stages(
    runbook: Runbook, real: list[str]
) -> AsyncIterator[tuple[list[tuple[str, str]], dict[str, str]]]:
    """Emulate the stages that are not real: their addresses, and what opens them."""
    alone = runbook.model_copy(
        update={
            "stages": {n: s for n, s in runbook.stages.items() if n not in real},
            "outputs": {},
            "accounts": {},
            "groups": {},
            "osc": {},
            "notify": {},
        }
    )
    chance = SeededChance(secrets.randbits(64))
    async with emulated(alone, Surroundings(wall_us, wall_us, chance)) as world:
        sets = [each for each in world.sets if each[0].startswith("stages.")]
        yield sets, world.show_secrets


def _own_secrets(runbook: Runbook, stage: str) -> GivenSecrets:
    password = runbook.stages[stage].password
    needs = [] if password is None else [Need(password, f"stage {stage}")]
    return GivenSecrets(resolve(needs, os.environ, Path(runbook.path).parent))


@asynccontextmanager
async def _stage_drivers(
    runbook: Runbook, keys: dict[str, GivenSecrets], book: CueToCue
) -> AsyncIterator[dict[str, Driver]]:
    """The drivers of the stages, connected or trying to."""

    def report(given: Input) -> None:
        if isinstance(given, StageSeen):
            book.see(given)

    clock = Origin.here()
    drivers: dict[str, Driver] = {}
    async with AsyncExitStack() as stack:
        for name, stage in runbook.stages.items():
            target = f"stage:{name}"
            context = Context(target, clock.now_us, report, keys[name])
            drivers[target] = registry.stage_driver(stage, context)
        await asyncio.gather(*(each.start(stack) for each in drivers.values()))
        yield drivers


class _Lines:
    """Lines of standard input, without keeping the loop or the end waiting."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[str | None] = asyncio.Queue()
        self._loop = asyncio.get_running_loop()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        for line in sys.stdin:
            self._put(line.strip())
        self._put(None)

    def _put(self, line: str | None) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._queue.put_nowait, line)

    async def next(self) -> str | None:
        """The next line; None, for ever, behind the last."""
        line = await self._queue.get()
        if line is None:
            self._queue.put_nowait(None)
        return line


@dataclass
class _Console:
    """Where the caller stands, and what the caller says."""

    runbook: Runbook
    book: CueToCue
    stages: Stages
    real: list[str]
    as_json: bool
    _at: int = 0
    _failed: bool = False

    async def run(self) -> int:
        """Until ``quit``, or the end of the input."""
        self._lines = _Lines()
        if not self.as_json:
            print(f"CUE TO CUE  {self.runbook.title}: nothing is sent")
            for name in self.runbook.stages:
                print(f"stage {name}: {'REAL' if name in self.real else 'emulated'}")
            print(f"{_HELP}\n")
        await self._step("start")
        while (line := await self._ask_line("> ")) not in {None, "quit", "q"}:
            try:
                await self._obey(line or "")
            except InputError as error:
                self._refuse(line or "", str(error))
        if not self.as_json and self.real:
            print(f"left as they stand: {', '.join(self.real)}")
        return 1 if self._failed else 0

    async def _obey(self, line: str) -> None:
        word, _, name = line.partition(" ")
        match word, name.strip():
            case "next" | "n", "":
                if self._at == len(self.book.cues):
                    raise InputError("this is the end")
                self._at += 1
            case "back" | "b", "":
                if self._at == 0:
                    raise InputError("this is the first cue")
                self._at -= 1
            case "jump" | "j", wanted if wanted:
                self._at = self._place(wanted)
            case "list" | "l", "":
                print_list(self.runbook, self.book.cues, self._at, self.as_json)
                return
            case _:
                raise InputError(f"say {_HELP}")
        await self._step(line)

    def _place(self, name: str) -> int:
        if name not in self.book.cues:
            raise InputError(f"there is no cue {name} to jump to: see list")
        return self.book.cues.index(name)

    async def _step(self, said: str) -> None:
        cues = self.book.cues
        cue = cues[self._at] if self._at < len(cues) else None
        step = await self.stages.stand(cue, self._may)
        self._failed |= bool(step.failed)
        if self.as_json:
            print_json({"said": said, **step_json(self.runbook, self.book, step)})
        else:
            print_step(self.runbook, self.book, step)

    async def _may(self, question: str) -> bool:
        if self.as_json:
            print_json({"asks": question})
        answer = await self._ask_line(f"{question} [y/N] ")
        return answer in {"y", "yes"}

    async def _ask_line(self, prompt: str) -> str | None:
        if not self.as_json:
            print(prompt, end="", flush=True)
        line = await self._lines.next()
        if not self.as_json and not sys.stdin.isatty():
            print(line or "")
        return line

    def _refuse(self, said: str, why: str) -> None:
        if self.as_json:
            print_json({"said": said, "refused": why})
        else:
            print(why)
