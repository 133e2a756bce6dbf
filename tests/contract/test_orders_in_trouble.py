"""The way of orders in trouble: what the shop is answered, what is counted, and what
becomes of a cue that waits for fresh orders. The table is that of docs/far-ends.md.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import aiohttp
import pytest
from aiohttp import web

from launchctl.clock import Origin
from launchctl.orders.sources.webhook import WebhookSource
from launchctl.store.memory import MemoryLedger
from launchctl.times import SECOND
from launchctl.web.hooks import hook_routes
from launchctl.web.service import HEARTBEAT_S, ServiceTimetable
from tests.conducted import T0, Conducted, conduct, show_clock
from tests.contract.trouble_table import rows, side_by_side
from tests.real.shop import signed
from tests.show_rig import STORES_SECRET
from tests.skipping import SkippingOrigin

SHOW = """\
runbook: 1
title: A number, and its orders in trouble
timezone: UTC
t0: {t0}
orders:
  deposit: {{USD: 1000}}
  sources: [{{kind: webhook, name: stores, secret: {{env: STORES}}, role: counts}}]
cues:
  - cue: card
    at: T-0
    gate: [{{orders_fresh: 6s}}]
    wait: {{for: 20s, else: park}}
    do: [{{notify: {{to: crew, text: "so many are reserved"}}}}]
  - {{cue: close, at: T+300s, do: [{{end: show}}]}}
"""
FLOOD = 500
Headers = dict[str, str]


@dataclass
class Front:
    """The hook as the front serves it, and the shop that calls it.

    Attributes:
        room: whether the disk has any.
        answers: what the shop was answered, in order; 0: nobody was there.
    """

    show: Conducted
    origin: SkippingOrigin
    room: bool = True
    answers: list[int] = field(default_factory=list)
    url: str = ""

    async def serve(self, stack: AsyncExitStack) -> None:
        """Serve the hook, and beat once a second while it answers."""
        ledger = cast("MemoryLedger", self.show.store.ledger)
        ledger.room_bytes = lambda: (1 << 40) if self.room else 0  # type: ignore[method-assign]
        source = WebhookSource("stores", [STORES_SECRET], {"USD"})
        app = web.Application()
        app.add_routes(hook_routes({"stores": source}, ledger, self.origin.now_us))
        self.runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self.runner.setup()
        stack.push_async_callback(self.runner.cleanup)
        await web.TCPSite(self.runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self.runner.addresses[0][1]}"
        orders = self.show.conductor.engine.runbook.orders
        assert orders is not None
        timetable = ServiceTimetable(
            self.url, orders.sources, ledger, cast("Origin", self.origin)
        )
        await timetable.open(stack)
        beating = asyncio.create_task(_beats(timetable))
        stack.callback(beating.cancel)
        self.shop = await stack.enter_async_context(aiohttp.ClientSession())

    def order(self, key: str = "order-1", *, off_s: float = 0) -> tuple[Headers, str]:
        """A signed order of one; the shop's clock may be off."""
        return signed(STORES_SECRET, key, self.origin.now_us() / SECOND + off_s)

    async def post(self, headers: Headers, body: Any) -> None:
        """One delivery."""
        try:
            async with self.shop.post(
                f"{self.url}/hooks/stores", data=body, headers=headers
            ) as answer:
                self.answers.append(answer.status)
        except aiohttp.ClientError:
            self.answers.append(0)


async def _beats(timetable: ServiceTimetable) -> None:
    while True:
        await timetable.beat()
        await asyncio.sleep(HEARTBEAT_S)


async def once(front: Front) -> None:
    """One order."""
    await front.post(*front.order())


async def twice(front: Front) -> None:
    """The same delivery, two times."""
    delivery = front.order()
    await front.post(*delivery)
    await front.post(*delivery)


async def replayed(front: Front) -> None:
    """Somebody recorded it, and sends it again when its time is over."""
    headers, body = front.order()
    await front.post(headers, body)
    await asyncio.sleep(301)
    await front.post(headers, body)


def off(seconds: float) -> Callable[[Front], Awaitable[None]]:
    """A shop whose clock is so far off."""

    async def act(front: Front) -> None:
        await front.post(*front.order(off_s=seconds))

    return act


async def flood(front: Front) -> None:
    """Bad signatures by the thousand, and one order among them."""
    headers, body = front.order()
    bad = {**headers, "webhook-signature": "v1,AAAA"}
    for _ in range(FLOOD // 50):
        await asyncio.gather(*(front.post(bad, body) for _ in range(50)))
    await front.post(headers, body)


async def oversized(front: Front) -> None:
    """A body of more than 64 KiB, rightly signed or not."""
    headers, _ = front.order()
    await front.post(headers, b" " * 65_537)


async def stalled(front: Front) -> None:
    """A head, and a body that does not come."""
    headers, body = front.order()
    host, port = front.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    lines = ["POST /hooks/stores HTTP/1.1", f"Host: {host}", "Content-Length: 300"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    writer.write("\r\n".join([*lines, "", ""]).encode() + body.encode()[:10])
    answer = await reader.readline()
    writer.close()
    front.answers.append(int(answer.split()[1]))


async def foreign(front: Front) -> None:
    """A currency that the runbook does not declare."""
    headers, body = signed(
        STORES_SECRET, "order-1", front.origin.now_us() / SECOND, currency="GBP"
    )
    await front.post(headers, body)


def no_room(until_s: float | None) -> Callable[[Front], Awaitable[None]]:
    """Too little room on the disk; the shop sends it again once there is."""

    async def act(front: Front) -> None:
        front.room = False
        await front.show.at(-1)
        delivery = front.order()
        await front.post(*delivery)
        if until_s is not None:
            await front.show.at(until_s)
            front.room = True
            await asyncio.sleep(2)
            await front.post(*delivery)

    return act


async def gone(front: Front) -> None:
    """The front has died."""
    await front.runner.cleanup()
    await front.post(*front.order())


CASES: dict[str, Callable[[Front], Awaitable[None]]] = {
    "none": once,
    "the same delivery twice": twice,
    "a delivery replayed 301 s later": replayed,
    "the shop's clock 299 s slow": off(-299),
    "the shop's clock 301 s slow": off(-301),
    "the shop's clock 301 s fast": off(301),
    "500 bad signatures, then an order": flood,
    "a body over 64 KiB": oversized,
    "a body that does not come": stalled,
    "a currency that is not declared": foreign,
    "no room on the disk for 10 s": no_room(9),
    "no room on the disk": no_room(None),
    "the front is gone": gone,
}
TABLE = {row[0]: row[1:] for row in rows("orders")}


async def play(case: Callable[[Front], Awaitable[None]], folder: Path) -> list[str]:
    """Conduct the show of one case: its row, as it came out."""
    folder.mkdir()
    origin = show_clock()
    found: list[str] = []

    async def people(show: Conducted) -> None:
        async with AsyncExitStack() as stack:
            front = Front(show, origin)
            await front.serve(stack)
            await show.at(-20)
            await case(front)
            await show.at(299)
            await show.look()
            totals = await show.store.ledger.totals()
            cue = show.cue("card")
            told = dict.fromkeys(str(each or "-") for each in front.answers)
            answers = ", ".join(told)
            units, aside = str(totals.units), str(totals.quarantined)
            found.extend([answers, units, aside, cue["state"], cue["reason"] or ""])

    text = SHOW.format(t0=T0)
    await conduct(text, folder, {"STORES": STORES_SECRET}, origin, people)
    return found


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """Every case, played side by side."""
    return side_by_side(CASES, play, tmp_path_factory.mktemp("orders"))


def test_every_fault_stands_in_the_table() -> None:
    """docs/far-ends.md tells of each fault that is played here, and of no other."""
    assert list(CASES) == list(TABLE)


@pytest.mark.parametrize("fault", CASES)
def test_a_fault_has_its_outcome(fault: str, results: dict[str, list[str]]) -> None:
    """SEMANTICS 5, Figure: what was not taken is not counted, and while orders are
    refused nobody calls the count fresh.
    """
    *row, reason = results[fault]
    *told, says = TABLE[fault]
    assert told == row, reason
    assert says.strip('"-') in reason
