"""How late a cue fires, against APScheduler in the usual one-process layout.

Ours: the show's own process (Sleeper, real-time priority where granted), while a front
in another process takes signed orders as fast as it can. Theirs: APScheduler's
AsyncIOScheduler in the loop that takes the same orders. Rounds are interleaved, so that
whatever else the machine does falls on both.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

_BODY = json.dumps({"type": "order.placed", "order": {"id": "x" * 300}}).encode()
_KEY = b"benchmark-key"
_CONNECTIONS = 64


def bench_cue_instant(*, short: bool) -> dict[str, dict[str, Any]]:
    """Rows: p50 in ms, and p99 as a share of APScheduler's p99."""
    rounds, cues = (2, 60) if short else (6, 250)
    ours: list[float] = []
    theirs: list[float] = []
    for _ in range(rounds):
        ours += _round("ours", cues)
        theirs += _round("apscheduler", cues)
    p50, p99 = _percentile(ours, 50), _percentile(ours, 99)
    rival_p50, rival_p99 = _percentile(theirs, 50), _percentile(theirs, 99)
    share = p99 / rival_p99
    return {
        "cue late_by p50 under load": _row(p50, "ms", "<= 0.1", met=p50 <= 0.1),
        "cue late_by p99 under load": _row(p99, "ms", "", met=None),
        "APScheduler late_by p50, same load": _row(rival_p50, "ms", "", met=None),
        "APScheduler late_by p99, same load": _row(rival_p99, "ms", "", met=None),
        "cue late_by p99 / APScheduler's": _row(share, "x", "<= 0.2", met=share <= 0.2),
    }


def _row(value: float, unit: str, goal: str, *, met: bool | None) -> dict[str, Any]:
    return {"value": value, "unit": unit, "goal": goal, "met": met}


def _percentile(values: list[float], percent: int) -> float:
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]


def _round(kind: str, cues: int) -> list[float]:
    """One round: a front under load, and the scheduler that is measured."""
    with_front = kind == "ours"
    front = _start("front") if with_front else None
    scheduler = _start(kind, str(cues))
    taker = front or scheduler
    port = taker.stdout.readline().strip()  # type: ignore[union-attr]
    client = _start("client", port)
    client.stdout.readline()  # type: ignore[union-attr]  # the load is on
    scheduler.stdin.write("go\n")  # type: ignore[union-attr]
    scheduler.stdin.flush()  # type: ignore[union-attr]
    answer = scheduler.stdout.readline()  # type: ignore[union-attr]
    for process in (client, scheduler, front):
        if process is not None:
            process.kill()
            process.communicate()
    late_ms: list[float] = json.loads(answer)
    return late_ms


def _start(*role: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.benchmarks.bench_clock", *role],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


# --- the processes of a round ---------------------------------------------------


async def _front() -> None:
    print(await _take_orders(), flush=True)
    await asyncio.Event().wait()


async def _take_orders() -> int:
    """Take signed orders on a free port."""
    from aiohttp import web

    async def take(request: web.Request) -> web.Response:
        raw = await request.read()
        given = bytes.fromhex(request.headers["signature"])
        if not hmac.compare_digest(hmac.digest(_KEY, raw, "sha256"), given):
            return web.Response(status=401)
        json.loads(raw)
        return web.Response()

    app = web.Application()
    app.router.add_post("/", take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    port: int = runner.addresses[0][1]
    return port


async def _client(port: str) -> None:
    import aiohttp

    signature = hmac.new(_KEY, _BODY, hashlib.sha256).hexdigest()
    connector = aiohttp.TCPConnector(limit=_CONNECTIONS)
    async with aiohttp.ClientSession(connector=connector) as session:

        async def hammer() -> None:
            while True:
                async with session.post(
                    f"http://127.0.0.1:{port}/",
                    data=_BODY,
                    headers={"signature": signature},
                ) as answer:
                    await answer.read()

        tasks = [asyncio.create_task(hammer()) for _ in range(_CONNECTIONS)]
        await asyncio.sleep(0.3)
        print("on", flush=True)
        await asyncio.gather(*tasks)


async def _told_to_go() -> None:
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)


def _gaps(cues: int) -> list[float]:
    """Seconds between cues: irregular, so that no timer's grid favours anybody."""
    return [random.uniform(0.02, 0.06) for _ in range(cues)]


async def _ours(cues: str) -> None:
    from launchctl.clock import Origin
    from launchctl.conductor.realtime import Collector, ask_for_realtime
    from launchctl.conductor.sleeper import Sleeper

    await _told_to_go()
    ask_for_realtime()
    collector = Collector()
    origin = Origin.here()
    sleeper = Sleeper(origin.now_us)
    late_ms = []
    due_us = origin.now_us()
    for gap_s in _gaps(int(cues)):
        due_us = max(due_us, origin.now_us()) + round(gap_s * 1e6)
        collector.before(due_us - origin.now_us())
        await sleeper.until(due_us)
        late_ms.append((origin.now_us() - due_us) / 1e3)
    print(json.dumps(late_ms), flush=True)


async def _apscheduler(cues: str) -> None:
    from apscheduler.schedulers.asyncio import AsyncIOScheduler

    print(await _take_orders(), flush=True)
    await _told_to_go()
    scheduler = AsyncIOScheduler(timezone="UTC")
    late_ms: list[float] = []
    done = asyncio.Event()

    async def fire(due_s: float, *, last: bool) -> None:
        late_ms.append((time.time() - due_s) * 1e3)
        if last:
            done.set()

    due_s = time.time() + 0.1
    gaps = _gaps(int(cues))
    for index, gap_s in enumerate(gaps):
        due_s += gap_s
        scheduler.add_job(
            fire,
            "date",
            run_date=datetime.fromtimestamp(due_s, UTC),
            args=[due_s],
            kwargs={"last": index == len(gaps) - 1},
            misfire_grace_time=None,
        )
    scheduler.start()
    await done.wait()
    print(json.dumps(late_ms), flush=True)


_ROLES: dict[str, Callable[..., Awaitable[None]]] = {
    "front": _front,
    "client": _client,
    "ours": _ours,
    "apscheduler": _apscheduler,
}

if __name__ == "__main__":
    asyncio.run(_ROLES[sys.argv[1]](*sys.argv[2:]))  # type: ignore[arg-type]
