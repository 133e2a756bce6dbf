"""The shops of a paced rehearsal: deliveries over HTTP, signed, as they fall due.

They sign by the Standard Webhooks scheme, and try again as a shop's sender does. What
they deliver is an ``Audience``'s (``buyers.py``); in virtual time ``batches.py`` feeds
the same into the ledger.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import aiohttp
from standardwebhooks import Webhook

from launchctl.clock import Origin
from launchctl.orders.model import Delivery, Happening
from launchctl.times import SECOND, format_instant

RATE_PER_S = 400
"""Requests in a real second at most: the shops share the machine with the show."""
_CONNECTIONS = 8
_CATCH_UP_S = 0.05
"""How much of a delay the pace makes good at once."""
_RETRY_S = 0.5
_FINISH_S = 2.0


@dataclass(frozen=True, slots=True)
class Hook:
    """Where an order source takes deliveries: ``http://host:port/hooks/SOURCE``, and
    the ``whsec_`` secret they are signed with.
    """

    url: str
    secret: str = field(repr=False)


@dataclass(slots=True)
class Played:
    """What the shops sent: compare it with what the ledger counted.

    Attributes:
        orders: placed, and acknowledged by the front; each counted here once.
        units: their quantities.
        deliveries: requests that were acknowledged, repeats included.
        refused: deliveries that the front refused for good, with the HTTP status.
    """

    orders: int = 0
    units: int = 0
    deliveries: int = 0
    refused: list[int] = field(default_factory=list)


async def deliver(
    coming: Sequence[Delivery],
    hooks: Mapping[str, Hook],
    origin: Origin,
    until: asyncio.Event,
) -> Played:
    """Post each delivery as it falls due on N, until ``until`` is set.

    What fell due before is sent first, as fast as the pace allows. ``coming`` is in
    the order of ``received_us``; ``hooks`` are by the name of the source.
    """
    shop = _Shop(hooks, origin)
    queue: asyncio.Queue[Delivery] = asyncio.Queue(maxsize=_CONNECTIONS)
    async with shop.session() as session:
        senders = [
            asyncio.create_task(shop.send_all(session, queue))
            for _ in range(_CONNECTIONS)
        ]
        pace = asyncio.create_task(_feed(queue, coming, origin))
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


async def _feed(
    queue: asyncio.Queue[Delivery], coming: Sequence[Delivery], origin: Origin
) -> None:
    """Put each delivery into the queue when it is due."""
    loop = asyncio.get_running_loop()
    free_s = loop.time()
    for delivery in coming:
        due_us = delivery.received_us - origin.now_us()
        due_s = loop.time() + due_us / SECOND / origin.speed
        free_s = max(free_s + 1 / RATE_PER_S, due_s, loop.time() - _CATCH_UP_S)
        if free_s > loop.time():
            await asyncio.sleep(free_s - loop.time())
        await queue.put(delivery)
    await loop.create_future()


@dataclass(slots=True)
class _Shop:
    """The sending end: signs, posts, and tries again as a shop's sender does."""

    hooks: Mapping[str, Hook]
    origin: Origin
    played: Played = field(default_factory=Played)
    acknowledged: set[str] = field(default_factory=set)

    def session(self) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=_CONNECTIONS),
            timeout=aiohttp.ClientTimeout(total=10),
            trust_env=False,
        )

    async def send_all(
        self, session: aiohttp.ClientSession, queue: asyncio.Queue[Delivery]
    ) -> None:
        while True:
            delivery = await queue.get()
            try:
                await self._send(session, delivery)
            finally:
                queue.task_done()

    async def _send(self, session: aiohttp.ClientSession, delivery: Delivery) -> None:
        hook, body = self.hooks[delivery.source], json.dumps(_body(delivery))
        event_id = delivery.event_id.replace(" ", "-")
        while True:
            status = await self._post(session, hook, event_id, body)
            if status is not None and 200 <= status < 300:
                self._acknowledged(delivery)
                return
            if status is not None and 400 <= status < 500 and status != 429:
                self.played.refused.append(status)
                return
            # Unanswered, busy or down: a shop sends the same delivery again.
            await asyncio.sleep(_RETRY_S)

    def _acknowledged(self, delivery: Delivery) -> None:
        self.played.deliveries += 1
        known = delivery.event_id in self.acknowledged
        if delivery.what is Happening.PLACED and not known:
            self.acknowledged.add(delivery.event_id)
            self.played.orders += 1
            self.played.units += delivery.quantity or 0

    async def _post(
        self, session: aiohttp.ClientSession, hook: Hook, event_id: str, body: str
    ) -> int | None:
        now_s = self.origin.now_us() // SECOND
        signed_at = datetime.fromtimestamp(now_s, tz=UTC)
        headers = {
            "content-type": "application/json",
            "webhook-id": event_id,
            "webhook-timestamp": str(now_s),
            "webhook-signature": Webhook(hook.secret).sign(event_id, signed_at, body),
        }
        try:
            async with session.post(
                hook.url, data=body.encode(), headers=headers, allow_redirects=False
            ) as answer:
                await answer.read()
                return answer.status
        except (aiohttp.ClientError, TimeoutError):
            return None


def _body(delivery: Delivery) -> dict[str, Any]:
    """The message, as kind ``webhook`` has it; what is not told is left out."""
    told = {
        "id": delivery.order_id,
        "quantity": delivery.quantity,
        "currency": delivery.currency,
        "deposit_minor": delivery.deposit_minor,
    }
    order = {key: value for key, value in told.items() if value is not None}
    if delivery.placed_us is not None:
        order["placed_at"] = format_instant(delivery.placed_us)
    return {
        "type": f"order.{delivery.what}",
        "timestamp": format_instant(delivery.occurred_us),
        "order": order,
    }
