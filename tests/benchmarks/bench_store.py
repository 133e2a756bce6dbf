"""What the store costs: appends under an order flood, and orders a second.

Appends are measured in this process while another one floods the ledger beside, on the
same disk, as fast as it can. Orders a second are those that a front acknowledges to a
client in a third process, against the same server doing less. Rounds are interleaved,
so that whatever else the machine does falls on all of them.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from launchctl.store.sqlite import SqliteJournal, SqliteLedger
from tests.benchmarks.order_load import CLIENT, FLOOD, FRONT, SECRET, WAYS

_APPEND_EVERY_S = 0.004
_CONNECTIONS = 64


def bench_journal_append(*, short: bool) -> dict[str, dict[str, Any]]:
    """Rows: append p50 and p99 idle and under a flood, and the ratio of the p99s."""
    rounds, appends = (2, 100) if short else (6, 500)
    with tempfile.TemporaryDirectory() as folder:
        measured = asyncio.run(_measure_appends(Path(folder), rounds, appends))
    idle, flooded, orders_per_s = measured
    ratio = _percentile(flooded, 99) / _percentile(idle, 99)
    return {
        "journal append p50, idle": _row(_percentile(idle, 50), "ms"),
        "journal append p99, idle": _row(_percentile(idle, 99), "ms"),
        "journal append p50, order flood": _row(_percentile(flooded, 50), "ms"),
        "journal append p99, order flood": _row(_percentile(flooded, 99), "ms"),
        "flood meanwhile": _row(orders_per_s, "orders/s"),
        "journal append p99, flood / idle": _row(ratio, "x", "<= 3", met=ratio <= 3),
    }


def bench_orders(*, short: bool) -> dict[str, dict[str, Any]]:
    """Rows: durable orders a second, and as a share of the same server doing less."""
    rounds, orders = (1, 2_000) if short else (4, 8_000)
    rates: dict[str, list[float]] = {way: [] for way in WAYS}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.db"
        with _process(FRONT, str(path), SECRET) as front:
            port = _line(front)
            for number in range(rounds):
                for way in WAYS:
                    # One transaction each is so slow that fewer of them say enough.
                    count = orders // 8 if way == "each" else orders
                    keys = f"{way}-{number}"
                    told = subprocess.run(
                        [
                            *(sys.executable, "-m", *CLIENT),
                            *(port, way, keys, str(count), str(_CONNECTIONS)),
                        ],
                        check=True,
                        capture_output=True,
                        text=True,
                    )
                    rates[way].append(json.loads(told.stdout))
        placed = asyncio.run(_placed(path))
    durable = statistics.median(rates["hooks"])
    rows = {"durable orders, one front": _row(durable, "orders/s")}
    for way, least in (("nothing", 0.5), ("verify", 0.75), ("each", 4.5)):
        ratio = durable / statistics.median(rates[way])
        name = f"durable orders / {WAYS[way]}"
        rows[name] = _row(ratio, "x", f">= {least}", met=ratio >= least)
    expected = rounds * (orders + orders // 8)
    off = abs(expected - placed)
    rows["orders lost or counted twice"] = _row(off, "orders", "0", met=off == 0)
    return rows


def _row(
    value: float, unit: str, goal: str = "", *, met: bool | None = None
) -> dict[str, Any]:
    return {"value": value, "unit": unit, "goal": goal, "met": met}


def _percentile(values: list[float], percent: int) -> float:
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]


async def _measure_appends(
    folder: Path, rounds: int, appends: int
) -> tuple[list[float], list[float], float]:
    """Append times in ms without and with the flood; the flood's orders a second."""
    idle: list[float] = []
    flooded: list[float] = []
    recorded, elapsed_s = 0, 0.0
    async with SqliteJournal(folder / "journal.db", writer=True) as journal:
        with _process(FLOOD, str(folder / "ledger.db")) as flood:
            _line(flood)
            await _append(journal, appends // 5)  # warm
            for _ in range(rounds):
                idle += await _append(journal, appends)
                started = time.perf_counter()
                _tell(flood, "on")
                flooded += await _append(journal, appends)
                _tell(flood, "off")
                recorded += int(await asyncio.to_thread(_line, flood))
                elapsed_s += time.perf_counter() - started
    return idle, flooded, recorded / elapsed_s


async def _append(journal: SqliteJournal, count: int) -> list[float]:
    """Times in ms of appends of one event each, one every few milliseconds."""
    seq = await journal.head()
    took = []
    for _ in range(count):
        seq += 1
        line = {"seq": seq, "at": "2016-04-01T03:30:00.000000Z", "event": "fired"}
        started = time.perf_counter()
        await journal.append([{**line, "cue": "reveal", "t_s": 0.0, "v": 1}])
        took.append((time.perf_counter() - started) * 1_000)
        await asyncio.sleep(_APPEND_EVERY_S)
    return took


async def _placed(path: Path) -> int:
    async with SqliteLedger(path, writer=False) as ledger:
        return (await ledger.totals()).placed


@contextmanager
def _process(module: tuple[str, ...], *args: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", *module, *args],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def _line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def _tell(process: subprocess.Popen[str], word: str) -> None:
    assert process.stdin is not None
    process.stdin.write(word + "\n")
    process.stdin.flush()
