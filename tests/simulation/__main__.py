"""``python -m tests.simulation``: whole generated shows over the pure engine, and some
through the real conductor and its drivers in virtual time.

``--seeds N`` plays N of them, on all cores, ``--wholes N`` of them through the
conductor, and ``--references N`` each show of ``runbooks/`` in the trouble of so many
seeds. The first failures are told with the command that plays them again, made small,
and written to ``tests/simulation/kept/`` (``kept_shows/``), where the test suite plays
them for good. ``--seed N`` plays one and prints its journal, ``--whole N`` one through
the conductor (``--of NAME``: a show of ``runbooks/``), ``--case FILE`` one that was
kept.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from launchctl.rehearsal.rehearse import Rehearsed
from tests.simulation.case import KEPT, load, run, save
from tests.simulation.rule import BrokenError
from tests.simulation.shrink import shrink
from tests.simulation.simulate import ShowBrokeError, play, show_of
from tests.simulation.whole import (
    REFERENCES,
    WholeBrokeError,
    play_reference,
    play_show,
    play_whole,
)
from tests.simulation.whole_show import drawn, read
from tests.simulation.whole_shrink import keep_whole

BATCH = 25
Whole = tuple[str, int]
"""A show of runbooks/ (empty: a generated one), and the seed."""


def main() -> int:
    """Play; 1 if an invariant broke."""
    parser = argparse.ArgumentParser(prog="tests.simulation", description=__doc__)
    parser.add_argument("--seeds", type=int, default=1_000, help="how many shows")
    parser.add_argument(
        "--wholes", type=int, default=0, help="so many of them through the conductor"
    )
    parser.add_argument(
        "--references", type=int, default=0, help="so many seeds of each of runbooks/"
    )
    parser.add_argument(
        "--whole", type=int, help="play this one, and print its journal"
    )
    parser.add_argument("--of", choices=REFERENCES, help="of this show of runbooks/")
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--seed", type=int, help="play this one, and print its journal")
    parser.add_argument("--case", type=Path, help="play a kept case, and print it")
    parser.add_argument("--keep", type=int, default=3, help="failures to be made small")
    asked = parser.parse_args()
    if asked.case is not None:
        return case(asked.case)
    if asked.seed is not None:
        return one(asked.seed)
    if asked.whole is not None:
        return whole_one(asked.of, asked.whole)
    seeds = range(asked.first, asked.first + asked.wholes)
    broken = whole_shows([("", seed) for seed in seeds], asked.jobs, asked.keep)
    seeds = range(asked.first, asked.first + asked.references)
    shows = [(name, seed) for name in REFERENCES for seed in seeds]
    broken |= whole_shows(shows, asked.jobs, asked.keep)
    left = asked.seeds - asked.wholes
    return broken | engine_shows(asked.first, left, asked.jobs, asked.keep)


def engine_shows(first: int, seeds: int, jobs: int, keep: int) -> int:
    """Shows over the pure engine, from seed ``first`` on."""
    began_s = time.perf_counter()
    seen: Counter[str] = Counter()
    failures: list[tuple[int, str]] = []
    starts = range(first, first + seeds, BATCH)
    batches = [(start, min(start + BATCH, first + seeds)) for start in starts]
    with ProcessPoolExecutor(jobs) as pool:
        for events, broken in pool.map(batch, batches):
            seen.update(events)
            for failure in broken:
                print(failure[1], flush=True)
            failures += broken
    spent_s = time.perf_counter() - began_s
    print(f"events: {json.dumps(dict(seen.most_common()))}")
    print(
        f"{seeds} shows, {seen['(steps)']} steps, {sum(seen.values())} events in"
        f" {spent_s:.1f} s: {seeds / spent_s:.1f} seeds/s; {len(failures)} broken"
    )
    for seed, _ in failures[:keep]:
        print(kept(seed), flush=True)
    return 1 if failures else 0


def whole_shows(shows: Sequence[Whole], jobs: int, keep: int) -> int:
    """Shows through the conductor; 1 if one broke."""
    if not shows:
        return 0
    began_s = time.perf_counter()
    verdicts: Counter[str] = Counter()
    broken: list[Whole] = []
    with ProcessPoolExecutor(jobs) as pool:
        for show, verdict, said in pool.map(whole, shows, chunksize=5):
            verdicts[verdict] += 1
            if said:
                broken.append(show)
                print(said, flush=True)
    spent_s = time.perf_counter() - began_s
    print(
        f"{len(shows)} shows through the conductor in {spent_s:.1f} s:"
        f" {len(shows) / spent_s:.1f} seeds/s; {json.dumps(verdicts)}"
    )
    for name, seed in broken[:keep]:
        if not name:
            print(keep_whole(drawn(seed)), flush=True)
    return 1 if broken else 0


def whole(show: Whole) -> tuple[Whole, str, str]:
    """One show through the conductor: its verdict, and what broke, if anything did."""
    name, seed = show
    try:
        done = play_reference(name, seed) if name else play_whole(seed)
    except WholeBrokeError as failed:
        return show, "broken", str(failed)
    return show, done.verdict, ""


def whole_one(name: str | None, seed: int) -> int:
    """One show through the conductor, with its files and its journal."""
    if name is None:
        show = drawn(seed)
        print(show.book, show.people, show.faults, show.amended or "", sep="\n")
    return printed(lambda: play_reference(name, seed) if name else play_whole(seed))


def printed(play_it: Callable[[], Rehearsed]) -> int:
    """The journal of a whole show, or what broke."""
    try:
        done = play_it()
    except WholeBrokeError as failed:
        print(failed)
        return 1
    for line in done.lines:
        print(json.dumps(line))
    return 0


def batch(seeds: tuple[int, int]) -> tuple[Counter[str], list[tuple[int, str]]]:
    """Some shows: what happened in them, and what broke."""
    seen: Counter[str] = Counter()
    broken = []
    for seed in range(*seeds):
        try:
            world = play(seed)
        except ShowBrokeError as failed:
            broken.append((seed, str(failed)))
        else:
            seen.update(line["event"] for line in world.lines)
            seen["(steps)"] += world.steps
    return seen, broken


def kept(seed: int) -> str:
    """Make a failure small and keep it; a sentence for who reads the output."""
    try:
        play(seed)
    except ShowBrokeError as failed:
        small = shrink(failed.case) if failed.case is not None else None
    else:
        return f"seed {seed} does not fail again"
    if small is None:
        return f"seed {seed}: the script alone does not fail; keep the seed"
    path = KEPT / f"seed-{seed}.json"
    save(small, path)
    return f"seed {seed}: {len(small.ops)} steps are left, kept in {path}"


def case(path: Path) -> int:
    """A kept case, or a kept whole show, with its journal."""
    if path.suffix == ".yaml":
        return printed(lambda: play_show(read(path), f"--case {path}"))
    try:
        for line in run(load(path), prefixes=True):
            print(json.dumps(line))
    except BrokenError as error:
        print(error)
        return 1
    return 0


def one(seed: int) -> int:
    """One show, with its runbook and its journal."""
    world = show_of(seed)
    error = None
    try:
        play(seed, world)
    except ShowBrokeError as failed:
        error = failed
    print(world.runbook.model_dump_json(indent=1, exclude_defaults=True))
    for line in world.lines:
        print(json.dumps(line))
    if error is not None:
        print(error)
    return 1 if error else 0


if __name__ == "__main__":
    sys.exit(main())
