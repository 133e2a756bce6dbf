"""The shops of a paced rehearsal: deliveries over HTTP, signed, tried again."""

from __future__ import annotations

import asyncio
import base64
import json
from pathlib import Path

from aiohttp import web
from aiohttp.test_utils import TestServer
from standardwebhooks import Webhook

from launchctl.clock import Origin
from launchctl.rehearsal.buyers import Audience, Shape
from launchctl.rehearsal.delivering import Hook, deliver
from launchctl.times import HOUR, parse_instant

SECRET = "whsec_" + base64.b64encode(b"a secret of the stores").decode()


def test_the_secret_is_in_no_repr():
    """A log of the stream gives nothing away."""
    assert SECRET not in repr(Hook("http://x.test", SECRET))


class CountingFront:
    """A fake front: verifies each delivery as a front must, and counts."""

    def __init__(self, answers=(), enough=60):
        self._answers = [*answers]
        self._enough = enough
        self.deliveries = []
        self.done = asyncio.Event()

    async def hook(self, request):
        """Verify and count one delivery."""
        if self._answers:
            return web.Response(status=self._answers.pop(0))
        body = await request.text()
        Webhook(SECRET).verify(body, dict(request.headers))
        self.deliveries.append((request.headers["webhook-id"], json.loads(body)))
        if len(self.deliveries) >= self._enough:
            self.done.set()
        return web.Response(status=204)


CURVE = (Shape(curve="model-3", sample=50), Shape(twice=2.5))


async def streamed(front, shapes=CURVE):
    """Deliver to a fake front until it has enough; the clock, and what was sent."""
    app = web.Application()
    app.router.add_post("/hooks/stores", front.hook)
    async with TestServer(app) as server:
        origin = Origin.here()
        audience = Audience(
            shapes,
            t0_us=origin.now_us() + HOUR,
            source="stores",
            seed=1,
            home=Path(),
        )
        hooks = {"stores": Hook(str(server.make_url("/hooks/stores")), SECRET)}
        async with asyncio.timeout(60):
            return origin, await deliver(
                audience.deliveries(), hooks, origin, front.done
            )


async def test_what_was_due_before_is_sent_signed_and_as_placed():
    """The store orders of the day come first, with the instants of the curve."""
    front = CountingFront()
    origin, played = await streamed(front)

    first = front.deliveries[0][1]
    assert "order.placed" == first["type"]
    assert parse_instant(first["order"]["placed_at"]) < origin.now_us()
    assert 100_000 * first["order"]["quantity"] == first["order"]["deposit_minor"]
    assert played.deliveries == len(front.deliveries)


async def test_the_stream_knows_what_it_sent_without_the_repeats():
    """Some deliveries come twice under one id, as shops' do; they count once."""
    front = CountingFront(enough=500)
    _, played = await streamed(front)

    by_id = {event_id: body["order"] for event_id, body in front.deliveries}
    assert len(front.deliveries) > len(by_id)
    assert len(by_id) == played.orders
    assert sum(order["quantity"] for order in by_id.values()) == played.units


async def test_an_unavailable_front_gets_the_same_delivery_again():
    """503 is no answer: the shop tries again, and nothing is lost."""
    front = CountingFront(answers=[503, 503], enough=20)
    _, played = await streamed(front)

    assert [] == played.refused
    assert played.deliveries == len(front.deliveries)


async def test_a_refusal_is_final_and_told():
    """401 will not get better; the count of the sender leaves it out."""
    front = CountingFront(answers=[401], enough=20)
    _, played = await streamed(front)

    assert [401] == played.refused
    assert len({event_id for event_id, _ in front.deliveries}) == played.orders


async def test_a_cancellation_is_delivered_as_one():
    """``cancelled`` of an audience goes over the hook by the order's id alone."""
    shapes = [
        Shape(crowd=20, at="T-2h"),
        Shape(cancelled=100, at="T-90m", within=60_000_000),
    ]
    front = CountingFront(enough=40)
    _, played = await streamed(front, shapes)

    kinds = [body["type"] for _, body in front.deliveries]
    cancelled = [b for _, b in front.deliveries if b["type"] == "order.cancelled"]
    assert 20 == kinds.count("order.placed") == played.orders
    assert 20 == len(cancelled)
    assert {"id"} == cancelled[0]["order"].keys()
