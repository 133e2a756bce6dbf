"""The audience of the reference show: an order stream along the published curve.

Published (31 March to 7 April 2016; instants relative to T-0, 20:30 PDT):

- the first stores open, in Sydney, on 31 March at 10:00 local time: T-28.5 h;
- 115,000 reservations are announced on stage, some 20 minutes after T-0;
- 180,000 are announced on 1 April at 9:11 PDT (T+12:41 h), at a rate of up to
  250 a minute; 5 % of the buyers take the allowed maximum of two; 198,000 an hour
  later;
- 232,000 early on 2 April, 253,000 as of seven that morning (T+34.5 h), 276,000 at the
  end of that day (T+51.5 h);
- 325,000 by 7 April (T+147.5 h).

Between the announcements nothing was published. Taken here: the online shop, open from
one hour before T-0, brings the 250 a minute until the announcement on stage, what the
stores had before makes up the rest, and otherwise the curve is straight. The share of
EUR buyers (a quarter) is assumed as well.

The stream plays a **sample**: one buyer stands for ``sample`` buyers, so that a laptop
can send every single order, signed, over HTTP. Nothing multiplies them again: whoever
shows the numbers says that they are a sample.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

import aiohttp
from standardwebhooks import Webhook

from launchctl.clock import Origin
from launchctl.times import HOUR, MINUTE, SECOND, Micros, format_instant

CURVE: tuple[tuple[Micros, int], ...] = (
    (-28 * HOUR - 30 * MINUTE, 0),
    (-HOUR, 95_000),
    (20 * MINUTE, 115_000),
    (12 * HOUR + 41 * MINUTE, 180_000),
    (13 * HOUR + 41 * MINUTE, 198_000),
    (28 * HOUR, 232_000),
    (34 * HOUR + 30 * MINUTE, 253_000),
    (51 * HOUR + 30 * MINUTE, 276_000),
    (147 * HOUR + 30 * MINUTE, 325_000),
)
"""(instant relative to T-0, units reserved until then); straight in between."""

_COUNTS = [count for _, count in CURVE]

TWO_OF = 20
"""One buyer in twenty takes two: 5 %."""
EURO_OF = 4
DEPOSIT_MINOR = 100_000
"""1,000 USD or EUR per unit, in minor units."""

_REPEAT_OF = 40
"""One delivery in forty comes twice: shops do that, and it must not count twice."""
_CONNECTIONS = 8
_RATE_PER_S = 400
"""Requests in a real second at most: the stream shares the machine with the show."""
_CATCH_UP_S = 0.05
"""How much of a delay the pace makes good at once."""
_RETRY_S = 0.5
_FINISH_S = 2.0


@dataclass(frozen=True, slots=True)
class Order:
    """One buyer of the sample. ``placed_us`` is relative to T-0."""

    id: str
    placed_us: Micros
    quantity: int
    currency: str


_Delivery = tuple[Order, int]
"""An order, and whether this is its repeat (1) or not (0)."""


@dataclass(slots=True)
class Played:
    """What the stream sent: compare it with what the ledger counted.

    Attributes:
        orders: acknowledged by the front, each counted here once.
        units: their quantities.
        deliveries: requests that were acknowledged, repeats included.
        refused: deliveries that the front refused for good, with the HTTP status.
    """

    orders: int = 0
    units: int = 0
    deliveries: int = 0
    refused: list[int] = field(default_factory=list)


def instant_of(units: float) -> Micros | None:
    """When, relative to T-0, the curve reaches ``units``; None behind its end."""
    index = bisect_right(_COUNTS, units)
    if index >= len(CURVE):
        return None
    (began_us, began), (ends_us, ends) = CURVE[index - 1], CURVE[index]
    return began_us + round((ends_us - began_us) * (units - began) / (ends - began))


def orders(seed: int, sample: float) -> Iterator[Order]:
    """Every order of the sample, in order of time; the same for the same seed."""
    chance = random.Random(seed)  # noqa: S311  a rehearsal wants the same again
    units = 0
    number = 0
    while True:
        quantity = 2 if chance.randrange(TWO_OF) == 0 else 1
        currency = "EUR" if chance.randrange(EURO_OF) == 0 else "USD"
        units += quantity
        number += 1
        placed_us = instant_of(units * sample)
        if placed_us is None:
            return
        yield Order(f"m3-{seed}-{number:06}", placed_us, quantity, currency)


@dataclass(frozen=True, slots=True)
class Stream:
    """Which orders go where.

    Attributes:
        hook_url: of the front: ``http://host:port/hooks/SOURCE``.
        secret: the source's ``whsec_`` secret.
        origin: the run's clock.
        t0_us: T-0 on N.
        seed: of the sample.
        sample: how many buyers each order stands for.
    """

    hook_url: str
    secret: str = field(repr=False)
    origin: Origin
    t0_us: Micros
    seed: int = 1
    sample: int = 50


async def play_orders(stream: Stream, until: asyncio.Event) -> Played:
    """Post the orders as they fall due on N, until ``until`` is set.

    What fell due before the stream began is sent first, as fast as the pace allows.
    """
    shop = _Shop(stream)
    queue: asyncio.Queue[_Delivery] = asyncio.Queue(maxsize=_CONNECTIONS)
    async with shop.session() as session:
        senders = [
            asyncio.create_task(shop.send_all(session, queue))
            for _ in range(_CONNECTIONS)
        ]
        pace = asyncio.create_task(_feed(queue, stream))
        ending = asyncio.create_task(until.wait())
        tasks = (pace, ending, *senders)
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            pace.cancel()
            if ending.done():
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(queue.join(), _FINISH_S)
        finally:
            for task in tasks:
                task.cancel()
            results = await asyncio.gather(*tasks, return_exceptions=True)
    for result in results:
        if isinstance(result, Exception):
            raise result
    return shop.played


async def _feed(queue: asyncio.Queue[_Delivery], stream: Stream) -> None:
    """Put each order into the queue when it is due, now and then a repeat."""
    loop = asyncio.get_running_loop()
    free_s = loop.time()
    for number, order in enumerate(orders(stream.seed, stream.sample), start=1):
        for repeat in range(2 if number % _REPEAT_OF == 0 else 1):
            due_us = stream.t0_us + order.placed_us - stream.origin.now_us()
            due_s = loop.time() + due_us / SECOND / stream.origin.speed
            free_s = max(free_s + 1 / _RATE_PER_S, due_s, loop.time() - _CATCH_UP_S)
            if free_s > loop.time():
                await asyncio.sleep(free_s - loop.time())
            await queue.put((order, repeat))
    await loop.create_future()


@dataclass(slots=True)
class _Shop:
    """The sending end: signs, posts, and tries again as a shop's sender does."""

    stream: Stream
    played: Played = field(default_factory=Played)

    def session(self) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=_CONNECTIONS),
            timeout=aiohttp.ClientTimeout(total=10),
            trust_env=False,
        )

    async def send_all(
        self, session: aiohttp.ClientSession, queue: asyncio.Queue[_Delivery]
    ) -> None:
        while True:
            order, repeat = await queue.get()
            try:
                await self._send(session, order, repeat)
            finally:
                queue.task_done()

    async def _send(
        self, session: aiohttp.ClientSession, order: Order, repeat: int
    ) -> None:
        body = self._body(order)
        while True:
            status = await self._post(session, f"evt-{order.id}", body)
            if status is not None and 200 <= status < 300:
                self.played.deliveries += 1
                if not repeat:
                    self.played.orders += 1
                    self.played.units += order.quantity
                return
            if status is not None and 400 <= status < 500 and status != 429:
                self.played.refused.append(status)
                return
            # Unanswered, busy or down: a shop sends the same delivery again.
            await asyncio.sleep(_RETRY_S)

    async def _post(
        self, session: aiohttp.ClientSession, event_id: str, body: str
    ) -> int | None:
        now_s = self.stream.origin.now_us() // SECOND
        signer = Webhook(self.stream.secret)
        signed_at = datetime.fromtimestamp(now_s, tz=UTC)
        headers = {
            "content-type": "application/json",
            "webhook-id": event_id,
            "webhook-timestamp": str(now_s),
            "webhook-signature": signer.sign(event_id, signed_at, body),
        }
        try:
            async with session.post(
                self.stream.hook_url,
                data=body.encode(),
                headers=headers,
                allow_redirects=False,
            ) as answer:
                await answer.read()
                return answer.status
        except (aiohttp.ClientError, TimeoutError):
            return None

    def _body(self, order: Order) -> str:
        placed = format_instant(self.stream.t0_us + order.placed_us)
        return json.dumps(
            {
                "type": "order.placed",
                "timestamp": placed,
                "order": {
                    "id": order.id,
                    "quantity": order.quantity,
                    "currency": order.currency,
                    "deposit_minor": DEPOSIT_MINOR * order.quantity,
                    "placed_at": placed,
                },
            }
        )
