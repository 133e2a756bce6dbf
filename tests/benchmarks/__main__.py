"""``make bench``: run every ``bench_*`` and tell the truth about the numbers.

Ratios are measured side by side in one run, in interleaved rounds. The table goes to
standard output, the numbers to ``build/bench.json``:
``{name: {value, unit, goal, met}}``. A missed goal does not fail the build; a benchmark
that breaks does.
"""

from __future__ import annotations

import argparse
import importlib
import json
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ROOT = HERE.parent.parent


def benchmarks() -> list[Any]:
    """Every ``bench_*`` function of every ``bench_*`` module, by file and line."""
    found = []
    for file in sorted(HERE.glob("bench_*.py")):
        module = importlib.import_module(f"tests.benchmarks.{file.stem}")
        functions = [
            value
            for name, value in vars(module).items()
            if name.startswith("bench_") and value.__module__ == module.__name__
        ]
        found += sorted(functions, key=lambda each: each.__code__.co_firstlineno)
    return found


def main() -> int:
    """Run, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--short", action="store_true", help="a smoke run")
    parser.add_argument("--only", default="", help="names that contain this")
    asked = parser.parse_args()
    rows: dict[str, Any] = {}
    broken = 0
    for bench in benchmarks():
        if asked.only not in bench.__name__:
            continue
        try:
            rows |= bench(short=asked.short)
        except Exception as error:  # noqa: BLE001  the others still tell their numbers
            broken += 1
            print(f"{bench.__name__} broke: {error!r}", file=sys.stderr)
    show(rows)
    target = ROOT / "build" / "bench.json"
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps(rows, indent=1) + "\n")
    return 1 if broken else 0


def show(rows: dict[str, Any]) -> None:
    """Print the table."""
    width = max((len(name) for name in rows), default=4)
    for name, row in rows.items():
        if "skipped" in row:
            print(f"{name:<{width}}  skipped: {row['skipped']}")
            continue
        value = row["value"]
        number = f"{value:.3g}" if isinstance(value, float) else str(value)
        word = {True: "met", False: "MISSED", None: ""}[row["met"]]
        goal = row["goal"]
        print(f"{name:<{width}}  {number:>10} {row['unit']:<8} {goal:<28} {word}")


if __name__ == "__main__":
    sys.exit(main())
