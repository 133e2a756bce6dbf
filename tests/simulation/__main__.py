"""``python -m tests.simulation``: play one seed and tell, or many until one breaks."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter

from tests.simulation.simulate import play
from tests.simulation.world import BrokenError


def main() -> int:
    """Play; 1 if an invariant broke."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, help="play this one, and print its journal")
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--count", type=int, default=1_000)
    parser.add_argument("--go-on", action="store_true", help="after a failure, too")
    asked = parser.parse_args()
    if asked.seed is not None:
        return one(asked.seed)
    began = time.perf_counter()
    seen: Counter[str] = Counter()
    broken = 0
    for seed in range(asked.first, asked.first + asked.count):
        try:
            seen.update(line["event"] for line in play(seed).lines)
        except BrokenError as error:
            print(error)
            broken += 1
            if not asked.go_on:
                return 1
    print(
        f"{asked.count} shows in {time.perf_counter() - began:.1f} s, {broken} broken"
    )
    print(json.dumps(dict(seen.most_common())))
    return 1 if broken else 0


def one(seed: int) -> int:
    """One show, with its journal."""
    try:
        world = play(seed)
    except BrokenError as error:
        trail = error.__traceback__
        while trail is not None:
            found = trail.tb_frame.f_locals.get("world")
            if found is not None:
                print(found.runbook.model_dump_json(indent=1, exclude_defaults=True))
                for line in found.lines:
                    print(json.dumps(line))
                break
            trail = trail.tb_next
        print(error)
        return 1
    for line in world.lines:
        print(json.dumps(line))
    return 0


if __name__ == "__main__":
    sys.exit(main())
