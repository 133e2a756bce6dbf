"""A front that is killed under load, again and again: no acknowledged order is lost.

The shop counts what it saw acknowledged and sends everything else again, as shops do.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from launchctl.cli.processes import Child, start_child
from launchctl.clock import Origin
from launchctl.runbook.loader import load
from launchctl.runbook.secrets import resolve_front
from launchctl.store.folder import RunFolder, RunMeta
from tests.real.shop import signed
from tests.show_rig import STORES_SECRET

_BUYERS = 16
_BETWEEN = 100
"""Orders acknowledged by a front before it is killed."""
_PAUSE_S = 0.02

RUNBOOK = """
runbook: 1
title: A shop under load
timezone: UTC
t0: 2016-03-31 20:30
stages:
  main: {driver: obs, url: "ws://127.0.0.1:9"}
orders:
  deposit: {USD: 1000}
  sources: [{kind: webhook, name: stores, secret: {env: STORES}, role: counts}]
cues:
  - {cue: doors, at: T-0, do: [{scene: Doors}]}
"""


@dataclass(slots=True)
class Sales:
    """What the shop knows.

    Attributes:
        acknowledged: numbers of orders that were answered with 200.
        unanswered: deliveries that were not, whatever became of them.
        over: nobody orders any more.
    """

    url: str
    acknowledged: set[int] = field(default_factory=set)
    unanswered: int = 0
    over: bool = False
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    async def sell(self) -> None:
        """Order until it is over, each order until it is acknowledged."""
        limit = aiohttp.ClientTimeout(total=10)
        async with aiohttp.ClientSession(timeout=limit) as session:
            await asyncio.gather(*(self._buyer(session) for _ in range(_BUYERS)))

    async def _buyer(self, session: aiohttp.ClientSession) -> None:
        while not self.over:
            number = next(self._numbers)
            while not await self._ordered(session, number):
                self.unanswered += 1
                await asyncio.sleep(_PAUSE_S)
            self.acknowledged.add(number)

    async def _ordered(self, session: aiohttp.ClientSession, number: int) -> bool:
        headers, body = signed(STORES_SECRET, f"order-{number}", time.time())
        try:
            async with session.post(self.url, data=body, headers=headers) as answer:
                return answer.status == 200
        except (aiohttp.ClientError, TimeoutError, ConnectionError):
            return False


@dataclass(frozen=True, slots=True)
class Counted:
    """What came of it."""

    kills: int
    acknowledged: int
    unanswered: int
    placed: int


async def kill_fronts(folder: Path, kills: int) -> Counted:
    """Sell while the front is killed so often; the shop's numbers and the ledger's."""
    file = folder / "runbook.yaml"
    folder.mkdir(parents=True, exist_ok=True)
    file.write_text(RUNBOOK)
    origin = Origin.here()
    runbook = load(file, now_us=origin.start_us)
    meta = RunMeta("run", runbook.title, file.name, origin, loaded_us=origin.start_us)
    run = RunFolder.create(folder / "run", meta, runbook)
    async with run.journal(writer=True), run.inbox():
        pass
    front = await _front(run, "127.0.0.1:0")
    address = front.ready["url"].removeprefix("http://")
    sales = Sales(f"{front.ready['url']}/hooks/stores")
    selling = asyncio.create_task(sales.sell())
    try:
        for _ in range(kills):
            await _sold(sales, selling)
            os.kill(front.pid, signal.SIGKILL)
            await front.stop()
            front = await _front(run, address)
        await _sold(sales, selling)
        sales.over = True
        await selling
    finally:
        selling.cancel()
        await front.stop()
    async with run.ledger(runbook.orders) as ledger:
        placed = (await ledger.totals()).placed
    return Counted(kills, len(sales.acknowledged), sales.unanswered, placed)


async def _sold(sales: Sales, selling: asyncio.Task[None]) -> None:
    until = len(sales.acknowledged) + _BETWEEN
    while len(sales.acknowledged) < until and not selling.done():
        await asyncio.sleep(_PAUSE_S)


async def _front(run: RunFolder, address: str) -> Child:
    boot = {
        "serve": address,
        "public": None,
        "allow_hosts": [],
        "secrets": resolve_front(run.runbook(), {"STORES": STORES_SECRET}),
    }
    return await start_child("front", run.path, boot)
