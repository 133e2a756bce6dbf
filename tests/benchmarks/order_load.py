"""The processes of ``bench_store``: a flood, a front and a client.

``python -m tests.benchmarks.order_load flood|front|client ...``
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import gc
import hashlib
import hmac
import json
import sys
import time
from pathlib import Path
from typing import Any

from aiohttp import web

from launchctl.clock import wall_us
from launchctl.orders.model import Delivery, Happening, Verdict
from launchctl.orders.sources.webhook import WebhookSource
from launchctl.store.memory import MemoryLedger
from launchctl.store.sqlite import SqliteLedger
from launchctl.store.sqlite.files import open_writer
from launchctl.store.sqlite.ledger_tables import SCHEMA, VERSION, record_batch
from launchctl.web.hooks import hook_routes

_KEY = b"a key of this benchmark."
SECRET = "whsec_" + base64.b64encode(_KEY).decode()
FLOOD, FRONT, CLIENT = (
    ("tests.benchmarks.order_load", part) for part in ("flood", "front", "client")
)
WAYS = {
    "nothing": "doing nothing",
    "verify": "verifying only",
    "each": "one transaction each",
    "hooks": "as we do it",
}
_FLOODERS = 64


# --- flood ---------------------------------------------------------------------------


async def flood(path: str) -> None:
    """Record orders as fast as it goes between ``on`` and ``off``; prints how many."""
    loop = asyncio.get_running_loop()
    async with SqliteLedger(path, writer=True) as ledger:
        print("ready", flush=True)
        start = 0
        while await loop.run_in_executor(None, sys.stdin.readline) == "on\n":
            stopped = loop.run_in_executor(None, sys.stdin.readline)
            counters = [
                _flood_one(ledger, start + n, stopped) for n in range(_FLOODERS)
            ]
            recorded = sum(await asyncio.gather(*counters))
            start += recorded + _FLOODERS
            print(recorded, flush=True)


async def _flood_one(
    ledger: SqliteLedger, number: int, stopped: asyncio.Future[str]
) -> int:
    recorded = 0
    now_us = wall_us()
    while not stopped.done():
        key = f"{number + recorded * _FLOODERS:09}"
        await ledger.record(
            Delivery(
                source="shop",
                event_id=f"msg_{key}",
                what=Happening.PLACED,
                order_id=f"order-{key}",
                occurred_us=now_us,
                received_us=now_us,
                placed_us=now_us,
                quantity=1,
                currency="USD",
                deposit_minor=100_000,
            )
        )
        recorded += 1
    return recorded


# --- front ---------------------------------------------------------------------------


class VerifyingOnly(MemoryLedger):
    """Behind the same hook: nothing. What our way is held against."""

    async def record(self, delivery: Delivery) -> Verdict:
        """Forget it."""
        return Verdict.COUNTED


class OneTransactionEach(MemoryLedger):
    """The plain way: one durable transaction a request, in its handler."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self._connection = open_writer(Path(path), SCHEMA, VERSION)

    async def record(self, delivery: Delivery) -> Verdict:
        """Commit it alone."""
        self._connection.execute("BEGIN IMMEDIATE")
        (verdict,) = record_batch(self._connection, [delivery])
        self._connection.execute("COMMIT")
        return verdict


async def front(path: str, secret: str) -> None:
    """Serve the hook, and beside it the same with less or worse behind it."""
    sources = {"bench": WebhookSource("bench", [secret], {"USD"})}
    async with SqliteLedger(path, writer=True) as ledger:
        app = web.Application()
        app.add_routes(hook_routes(sources, ledger, wall_us))
        app.router.add_post("/nothing/{source}", _nothing)
        for way, other in (
            ("verify", VerifyingOnly()),
            ("each", OneTransactionEach(path)),
        ):
            route, _whether = hook_routes(sources, other, wall_us)
            app.router.add_post(f"/{way}/{{source}}", route.handler)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        gc.freeze()
        print(runner.addresses[0][1], flush=True)
        await asyncio.Event().wait()


async def _nothing(request: web.Request) -> web.Response:
    await request.read()
    return web.Response(body=b'{"verdict": "counted"}', content_type="application/json")


# --- client --------------------------------------------------------------------------


class Connection(asyncio.Protocol):
    """One kept connection: a request, its answer, the next request."""

    def __init__(self, requests: list[bytes], done: asyncio.Future[None]) -> None:
        self._requests = requests
        self._done = done

    def connection_made(self, transport: Any) -> None:
        """Begin."""
        self._transport = transport
        self._next()

    def data_received(self, data: bytes) -> None:
        """The answers are small: each comes whole."""
        if not data.startswith(b"HTTP/1.1 200"):
            self._done.set_exception(RuntimeError(data[:200]))
            return
        self._next()

    def _next(self) -> None:
        if self._requests:
            self._transport.write(self._requests.pop())
            return
        self._transport.close()
        if not self._done.done():
            self._done.set_result(None)


async def client(port: int, way: str, keys: str, count: int, connections: int) -> None:
    """Send signed orders; prints the acknowledged ones a second."""
    requests = [_request(way, f"{keys}-{number:06}") for number in range(count)]
    requests.reverse()
    gc.freeze()
    loop = asyncio.get_running_loop()
    done = [loop.create_future() for _ in range(connections)]
    started = time.perf_counter()
    for future in done:
        await loop.create_connection(
            lambda future=future: Connection(requests, future),  # type: ignore[misc]
            "127.0.0.1",
            port,
        )
    await asyncio.gather(*done)
    print(json.dumps(count / (time.perf_counter() - started)))


def _request(way: str, key: str) -> bytes:
    now_us = wall_us()
    stamp = f"{now_us // 1_000_000}"
    order = {"id": key, "quantity": 1, "currency": "USD", "deposit_minor": 100_000}
    filler = {"note": "x" * 280}
    body = json.dumps({"type": "order.placed", "order": order, **filler}).encode()
    signed = hmac.digest(_KEY, f"msg_{key}.{stamp}.".encode() + body, hashlib.sha256)
    head = (
        f"POST /{way}/bench HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        "Content-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\nwebhook-id: msg_{key}\r\n"
        f"webhook-timestamp: {stamp}\r\n"
        f"webhook-signature: v1,{base64.b64encode(signed).decode()}\r\n\r\n"
    )
    return head.encode() + body


def main() -> None:
    """Run the part that is named first."""
    part, *args = sys.argv[1:]
    # A benchmark that is stopped is no error of its parts.
    with contextlib.suppress(KeyboardInterrupt, BrokenPipeError):
        if part == "flood":
            asyncio.run(flood(*args))
        elif part == "front":
            asyncio.run(front(*args))
        else:
            port, way, keys, count, connections = args
            asyncio.run(client(int(port), way, keys, int(count), int(connections)))


if __name__ == "__main__":
    main()
