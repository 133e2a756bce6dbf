"""``make crash``: kill fronts under load, and a show at every crossing.

python -m tests.crash [--jobs N] [--sample N] [--seed N] [--only WORDS] [--fronts N]

Prints a line for each broken invariant, then a table; exits with 1 if there was one.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from launchctl.clock import new_loop
from tests.crash.fronts import kill_fronts
from tests.crash.hall import SPEED
from tests.crash.nursery import Nursery, nursery
from tests.crash.points import BEFORE, first_deaths, sample, second_deaths
from tests.crash.show import Killing, Result, kill

_MEMORY = Path("/dev/shm")


def scratch() -> Path | None:
    """Where run folders go: in memory, if there is such a place."""
    return _MEMORY if _MEMORY.is_dir() else None


async def lives_of(birthplace: Nursery, folder: Path) -> list[list[str]]:
    """The crossings of two undisturbed shows: some come only now and then.

    Raises:
        AssertionError: an undisturbed show breaks an invariant already.
    """
    lives = []
    for number in range(2):
        result = await kill(birthplace, Killing(), folder / f"{number}", trace=True)
        assert not result.broken, result.broken
        lives.extend(result.lives)
    return lives


async def enumerate_all(birthplace: Nursery, folder: Path) -> list[Killing]:
    """Every death, and every death in the recovery after some of them."""
    killings = first_deaths(await lives_of(birthplace, folder / "whole"))
    for number, before in enumerate(BEFORE):
        place = folder / f"before-{number}"
        result = await kill(birthplace, Killing(before), place, trace=True)
        if result.reached:
            killings += second_deaths(before, result.lives[-1])
    return killings


async def kill_all(
    birthplace: Nursery, killings: Sequence[Killing], folder: Path, jobs: int
) -> list[Result]:
    """Play them, so many at a time; folders of broken ones are kept."""
    turns = asyncio.Semaphore(jobs)

    async def one(number: int, killing: Killing) -> Result:
        place = folder / f"{number}"
        async with turns:
            result = await kill(birthplace, killing, place)
        for sentence in result.broken:
            print(f"{killing}: {sentence}\n    {place}", flush=True)
        if not result.broken:
            shutil.rmtree(place)
        return result

    return await asyncio.gather(*(one(*each) for each in enumerate(killings)))


def table(results: Iterable[Result], took_s: float) -> str:
    """What was played and what came of it, by the place of the last death."""
    rows: dict[str, Counter[str]] = {}
    for result in results:
        at = result.killing.again or result.killing.at or "nowhere"
        row = rows.setdefault(at.partition("#")[0].partition(": ")[0], Counter())
        row["points"] += 1
        row["deaths"] += result.reached
        row["doubts"] += bool(result.doubts)
        row["broken"] += bool(result.broken)
    names = ("points", "deaths", "doubts", "broken")
    lines = [f"{'died at':<16}" + "".join(f"{name:>8}" for name in names)]
    rows["all"] = sum(rows.values(), Counter())
    for place, row in rows.items():
        lines.append(f"{place:<16}" + "".join(f"{row[name]:>8}" for name in names))
    return "\n".join([*lines, f"{took_s:.0f} s"])


async def run(asked: argparse.Namespace, folder: Path) -> int:
    """Everything that was asked for; the exit code."""
    async with nursery() as birthplace:
        killings = [
            killing
            for killing in await enumerate_all(birthplace, folder)
            if asked.only in str(killing)
        ]
        print(f"{len(killings)} killings", flush=True)
        if asked.sample:
            killings = sample(killings, asked.sample, asked.seed)
        began_s = time.monotonic()
        results = await kill_all(birthplace, killings, folder / "deaths", asked.jobs)
        print(table(results, time.monotonic() - began_s))
    if any(result.broken for result in results):
        print(f"what was broken is kept in {folder}")
        return 1
    shutil.rmtree(folder)
    return 0


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m tests.crash", description=__doc__)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--sample", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="")
    parser.add_argument("--fronts", type=int, default=50)
    # the far ends see their callers die: that is what this is about
    logging.getLogger("aiohttp.server").disabled = True
    folder = Path(tempfile.mkdtemp(prefix="launch-crash-", dir=scratch()))
    asked = parser.parse_args()
    counted = asyncio.run(kill_fronts(folder / "fronts", asked.fronts))
    print(
        f"{counted.kills} fronts killed under load: {counted.acknowledged} orders"
        f" acknowledged, {counted.placed} in the ledger,"
        f" {counted.unanswered} deliveries without an answer",
        flush=True,
    )
    loop = new_loop(SPEED)
    try:
        code = loop.run_until_complete(run(asked, folder))
    finally:
        loop.close()
    return code if counted.acknowledged == counted.placed else 1


if __name__ == "__main__":
    sys.exit(main())
