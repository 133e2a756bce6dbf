"""``python -m tests.simulation``: whole generated shows over the pure engine, and some
through the real conductor and its drivers in virtual time.

``--seeds N`` plays N of them, on all cores, ``--wholes N`` of them through the
conductor; the first failures are told with their seed, made small, and written to
``tests/simulation/kept/`` (``kept_shows/``), where the test suite plays them for good.
``--seed N`` plays one and prints its journal, ``--case FILE`` one that was kept,
``--whole N`` one through the conductor.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from tests.simulation.case import KEPT, load, run, save
from tests.simulation.rule import BrokenError
from tests.simulation.shrink import shrink
from tests.simulation.simulate import ShowBrokeError, play, show_of
from tests.simulation.whole import WholeBrokeError, keep_whole, play_whole
from tests.simulation.whole_books import whole_book

BATCH = 25


def main() -> int:
    """Play; 1 if an invariant broke."""
    parser = argparse.ArgumentParser(prog="tests.simulation", description=__doc__)
    parser.add_argument("--seeds", type=int, default=1_000, help="how many shows")
    parser.add_argument(
        "--wholes", type=int, default=0, help="so many of them through the conductor"
    )
    parser.add_argument(
        "--whole", type=int, help="play this one, and print its journal"
    )
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
        return whole_one(asked.whole)
    wholes = whole_shows(asked.first, asked.wholes, asked.jobs, asked.keep)
    shows = asked.seeds - asked.wholes
    return engine_shows(asked.first, shows, asked.jobs, asked.keep) or wholes


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


def whole_shows(first: int, seeds: int, jobs: int, keep: int) -> int:
    """Shows through the conductor, from seed ``first`` on; 1 if one broke."""
    if not seeds:
        return 0
    began_s = time.perf_counter()
    verdicts: Counter[str] = Counter()
    broken: list[int] = []
    with ProcessPoolExecutor(jobs) as pool:
        for seed, verdict, said in pool.map(
            whole, range(first, first + seeds), chunksize=5
        ):
            verdicts[verdict] += 1
            if said:
                broken.append(seed)
                print(said, flush=True)
    spent_s = time.perf_counter() - began_s
    print(
        f"{seeds} shows through the conductor in {spent_s:.1f} s:"
        f" {seeds / spent_s:.1f} seeds/s; {json.dumps(verdicts)}"
    )
    for seed in broken[:keep]:
        print(keep_whole(seed), flush=True)
    return 1 if broken else 0


def whole(seed: int) -> tuple[int, str, str]:
    """One show through the conductor: its verdict, and what broke, if anything did."""
    try:
        return seed, play_whole(seed).verdict, ""
    except WholeBrokeError as failed:
        return seed, "broken", str(failed)


def whole_one(seed: int) -> int:
    """One show through the conductor, with its runbook and its journal."""
    print(whole_book(seed))
    try:
        done = play_whole(seed)
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
    """A kept case, with its journal."""
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
