"""The shops' way in, over real sockets."""

from __future__ import annotations

import asyncio
import base64
import json
import random
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from standardwebhooks.webhooks import Webhook
from structlog.testing import capture_logs

from launchctl.clock import wall_us
from launchctl.errors import JournalError
from launchctl.orders.model import Totals
from launchctl.orders.sources.webhook import WebhookSource
from launchctl.store.memory import MemoryLedger
from launchctl.store.sqlite import SqliteLedger
from launchctl.times import SECOND
from launchctl.web.hooks import MAX_BODY_BYTES, hook_routes

HANG_S = 60.0
SECRET = "whsec_" + base64.b64encode(b"a key of this test, 24 B+").decode()
SIGNER = Webhook(SECRET)
NOW_US = 1_459_481_400_000_000
FRONT = Path(__file__).with_name("orders_front.py")


def raw_order(key: str, **order: Any) -> bytes:
    """An order of one unit."""
    fields = {"id": key, "quantity": 1, "currency": "USD", "deposit_minor": 100_000}
    return json.dumps({"type": "order.placed", "order": {**fields, **order}}).encode()


def signed(raw: bytes, key: str, at_us: int = NOW_US) -> dict[str, str]:
    """The headers of a genuine message."""
    stamp = datetime.fromtimestamp(at_us // SECOND, tz=UTC)
    return {
        "webhook-id": key,
        "webhook-timestamp": str(at_us // SECOND),
        "webhook-signature": SIGNER.sign(key, stamp, raw.decode()),
    }


@asynccontextmanager
async def serving(ledger: Any, **options: Any) -> AsyncIterator[int]:
    """A front with the hook of the source ``stores``; gives its port."""
    source = WebhookSource("stores", [SECRET], {"USD"})
    app = web.Application()
    routes = hook_routes({"stores": source}, ledger, lambda: NOW_US, **options)
    app.add_routes(routes)
    runner = web.AppRunner(
        app, access_log=None, lingering_time=0.1, shutdown_timeout=0.1
    )
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


@pytest.fixture
async def ledger():
    """A ledger to count in."""
    async with MemoryLedger({"stores": 0}) as opened:
        yield opened


@pytest.fixture
async def port(ledger):
    """Where its hook is served."""
    async with serving(ledger, body_deadline_s=0.2) as bound:
        yield bound


@pytest.fixture
async def shop():
    """A shop's HTTP client."""
    timeout = aiohttp.ClientTimeout(total=HANG_S)
    async with aiohttp.ClientSession(timeout=timeout) as session:
        yield session


async def post(
    shop: aiohttp.ClientSession,
    port: int,
    raw: Any,
    headers: dict[str, str],
    source: str = "stores",
) -> tuple[int, Any]:
    """Status and JSON of the answer."""
    url = f"http://127.0.0.1:{port}/hooks/{source}"
    async with shop.post(url, data=raw, headers=headers) as answer:
        return answer.status, await answer.json()


async def say(port: int, sent: bytes) -> bytes:
    """What the server answers to these bytes alone, until it closes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(sent)
        async with asyncio.timeout(HANG_S):
            return await reader.read()
    finally:
        writer.close()


def head(headers: dict[str, str], source: str = "stores") -> bytes:
    """A request head without its body."""
    lines = [f"POST /hooks/{source} HTTP/1.1", "Host: 127.0.0.1"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode()


async def test_genuine_order_is_counted_once(ledger, port, shop):
    """200 with the verdict; the same message again is known."""
    raw = raw_order("A-1")
    headers = signed(raw, "m1")
    assert await post(shop, port, raw, headers) == (200, {"verdict": "counted"})
    assert await post(shop, port, raw, headers) == (200, {"verdict": "known"})
    assert (await ledger.totals()).units == 1


async def test_undeclared_currency_is_taken_and_kept_aside(ledger, port, shop):
    """The shop need not send it again; the counter does not count it."""
    raw = raw_order("A-1", currency="GBP")
    answer = await post(shop, port, raw, signed(raw, "m1"))
    assert answer == (200, {"verdict": "quarantined"})
    totals = await ledger.totals()
    assert (totals.placed, totals.quarantined) == (0, 1)


async def test_hook_answers_other_methods_with_405(port, shop):
    """Whoever asks whether the hook is there can tell without sending an order."""
    async with shop.get(f"http://127.0.0.1:{port}/hooks/stores") as answer:
        assert answer.status == 405


@pytest.mark.parametrize(
    ("change", "status", "sentence"),
    [
        ({"source": "nobody"}, 404, "there is no such order source"),
        ({"webhook-signature": "v1,AAAA"}, 401, "the signature is wrong"),
        ({"webhook-timestamp": "1459480000"}, 401, "webhook-timestamp is too far old"),
        (
            {"webhook-timestamp": "soon"},
            400,
            "webhook-timestamp must be whole seconds since 1970",
        ),
        ({"Content-Encoding": "gzip"}, 415, "the body must not be compressed"),
        ({"raw": b"{}"}, 422, "type: Field required"),
        ({"raw": b"garbage"}, 400, "the body is no JSON"),
        ({"raw": b" " * (MAX_BODY_BYTES + 1)}, 413, "the body is larger than 64 KiB"),
    ],
    ids=lambda value: str(value)[:40],
)
async def test_refused_message_changes_nothing(  # noqa: PLR0917  a table
    ledger, port, shop, change, status, sentence
):
    """A clear 4xx for each way to be wrong, and the ledger stays as it was."""
    raw = change.pop("raw", raw_order("A-1"))
    source = change.pop("source", "stores")
    headers = {**signed(raw, "m1"), **change}
    answer = await post(shop, port, raw, headers, source)
    assert answer == (status, {"error": sentence})
    assert await ledger.totals() == Totals()


@pytest.mark.parametrize(
    ("headers", "source", "status"),
    [
        ({"Content-Length": "50"}, "stores", b"401"),
        ({**signed(b"", "m"), "Content-Length": "50"}, "nobody", b"404"),
        ({**signed(b"", "m"), "Content-Length": "65537"}, "stores", b"413"),
        ({**signed(b"", "m"), "Content-Length": "999999999"}, "stores", b"413"),
    ],
    ids=["not signed", "unknown source", "one byte too large", "far too large"],
)
async def test_refused_before_the_body_is_read(port, headers, source, status):
    """What its head already condemns is answered without waiting for a body."""
    answer = await say(port, head(headers, source))
    assert answer.startswith(b"HTTP/1.1 " + status)


async def test_chunked_body_is_capped_while_it_is_read(ledger, port, shop):
    """A body that does not say its length is cut off at the cap."""

    async def endless() -> AsyncIterator[bytes]:
        for _ in range(8):
            yield b" " * 16_384

    headers = signed(b"", "m")
    answer = await post(shop, port, endless(), headers)
    assert answer == (413, {"error": "the body is larger than 64 KiB"})
    assert await ledger.totals() == Totals()


async def test_slow_body_is_ended(ledger, port):
    """A body that does not come is given up by the hook's own deadline: 408."""
    raw = raw_order("A-1")
    headers = {**signed(raw, "m"), "Content-Length": str(len(raw))}
    answer = await say(port, head(headers) + raw[:10])
    assert answer.startswith(b"HTTP/1.1 408")
    assert await ledger.totals() == Totals()


@pytest.mark.parametrize("chunks", [b"zz\r\nno chunk\r\n", b"2\r\n{}\r\nzz\r\n"])
async def test_broken_chunks_are_refused(ledger, port, chunks):
    """A body that is no HTTP is refused, and no stack trace leaves."""
    headers = {**signed(b"", "m"), "Transfer-Encoding": "chunked"}
    answer = await say(port, head(headers) + chunks)
    assert answer.split(b" ")[1] == b"400"
    assert b"Traceback" not in answer
    assert await ledger.totals() == Totals()


class FullLedger(MemoryLedger):
    """A ledger whose disk cannot take one more row."""

    async def record_all(self, deliveries: Any) -> Any:
        """Refuse, as a full disk does."""
        raise JournalError("ledger.db: the disk is full; nothing was written")


async def test_not_durable_is_not_acknowledged(shop):
    """A ledger that cannot write gives 503, and tells the shop nothing of our files."""
    raw = raw_order("A-1")
    async with FullLedger() as full, serving(full) as port:
        with capture_logs() as logs:
            status, answer = await post(shop, port, raw, signed(raw, "m"))
    assert (status, "ledger.db" in json.dumps(answer)) == (503, False)
    assert "ledger.db" in logs[0]["why"]


async def test_short_disk_takes_no_orders(tmp_path, shop):
    """Below the floor of free room nothing is read any more, and 503 asks for later."""
    raw = raw_order("A-1")
    async with (
        SqliteLedger(tmp_path / "ledger.db", writer=True) as ledger,
        serving(ledger, min_free_bytes=2**60) as port,
    ):
        url = f"http://127.0.0.1:{port}/hooks/stores"
        async with shop.post(url, data=raw, headers=signed(raw, "m")) as answer:
            assert answer.status == 503
            assert int(answer.headers["Retry-After"]) > 0
        assert await ledger.totals() == Totals()


async def test_a_hook_without_room_says_so_to_whoever_asks(tmp_path, shop):
    """SEMANTICS 5, Figure: it does not answer, so it does not beat, and nobody takes
    the count for complete while orders are refused.
    """
    async with (
        SqliteLedger(tmp_path / "ledger.db", writer=True) as ledger,
        serving(ledger, min_free_bytes=2**60) as port,
    ):
        for source, status in (("stores", 503), ("nobody", 404)):
            url = f"http://127.0.0.1:{port}/hooks/{source}"
            async with shop.get(url) as answer:
                assert answer.status == status


async def test_flood_of_garbage_does_not_flood_the_log(port, shop):
    """Refusals are logged at most once a second for each source and status."""
    with capture_logs() as logs:
        for number in range(30):
            await post(shop, port, b"x", {}, source=f"nobody-{number}")
    assert 1 <= len(logs) < 30
    assert {entry["source"] for entry in logs} == {"?"}


async def test_log_holds_no_body_and_no_signature(port, shop):
    """What a shop sent, and how it signed, stays out of the log."""
    raw = raw_order("ada@example.org", quantity="many")
    headers = signed(raw, "m")
    with capture_logs() as logs:
        assert (await post(shop, port, raw, headers))[0] == 422
    written = json.dumps(logs)
    assert "ada@example.org" not in written
    assert headers["webhook-signature"] not in written


# --- a front in a process of its own -------------------------------------------------


class Front:
    """The front of ``orders_front.py`` on one ledger, killed and started at will."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._process: asyncio.subprocess.Process | None = None
        self.port = 0

    async def start(self) -> None:
        """Start it; its port is another each time."""
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            str(FRONT),
            str(self._path),
            SECRET,
            stdout=asyncio.subprocess.PIPE,
        )
        async with asyncio.timeout(HANG_S):
            self.port = int(await self._process.stdout.readline())

    async def kill(self) -> None:
        """SIGKILL, and wait until it is gone."""
        if self._process and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()
            self._process._transport.close()


async def send_all(
    shop: aiohttp.ClientSession, front: Front, keys: list[str], enough: int
) -> set[str]:
    """Send an order for each key, 64 at a time; the keys that were acknowledged.

    Kills the front once ``enough`` are.
    """
    acknowledged: set[str] = set()
    waiting = iter(keys)

    async def send() -> None:
        for key in waiting:
            raw = raw_order(key)
            try:
                status, _ = await post(
                    shop, front.port, raw, signed(raw, f"msg-{key}", wall_us())
                )
            except (aiohttp.ClientError, OSError):
                return
            assert status == 200
            acknowledged.add(key)
            if len(acknowledged) == enough:
                await front.kill()

    await asyncio.gather(*(send() for _ in range(64)))
    return acknowledged


async def test_every_order_is_counted_once_though_the_front_is_killed(tmp_path, shop):
    """2,000 orders with duplicates, the front killed half-way: nothing acknowledged is
    lost, and sent again nothing is counted twice.
    """
    path = tmp_path / "ledger.db"
    keys = [f"order-{number:04}" for number in range(2_000)]
    twice = [*keys, *random.Random(7).sample(keys, 500)]
    random.Random(11).shuffle(twice)
    front = Front(path)
    try:
        await front.start()
        acknowledged = await send_all(shop, front, twice, enough=1_000)
        assert 1_000 <= len(acknowledged) < 2_000
        async with SqliteLedger(path, writer=False) as ledger:
            placed = (await ledger.totals()).placed
            kept = await ledger._reader.run(_order_ids, set())
        assert acknowledged <= kept
        assert placed == len(kept)
        await front.start()
        assert await send_all(shop, front, twice, enough=-1) == set(keys)
    finally:
        await front.kill()
    async with SqliteLedger(path, writer=False) as ledger:
        totals = await ledger.totals()
    assert (totals.placed, totals.units, totals.ledger_seq) == (2_000, 2_000, 2_000)
    assert totals.deposits_minor == {"USD": 200_000_000}


def _order_ids(connection: Any) -> set[str]:
    return {key for (key,) in connection.execute("SELECT order_id FROM orders")}
