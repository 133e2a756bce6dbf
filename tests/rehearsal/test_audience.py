"""The order stream: the published curve, the same for the same seed, signed."""

from __future__ import annotations

import asyncio
import base64
import json
from itertools import islice

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from standardwebhooks import Webhook

from launchctl.clock import Origin
from launchctl.rehearsal.audience import Stream, instant_of, orders, play_orders
from launchctl.times import HOUR, MINUTE, parse_instant

SECRET = "whsec_" + base64.b64encode(b"a secret of the stores").decode()


@pytest.mark.parametrize(
    ("units", "t_us"),
    [
        (0, -28 * HOUR - 30 * MINUTE),
        (95_000, -HOUR),
        (115_000, 20 * MINUTE),
        (180_000, 12 * HOUR + 41 * MINUTE),
        (253_000, 34 * HOUR + 30 * MINUTE),
        (276_000, 51 * HOUR + 30 * MINUTE),
        (325_000, None),
    ],
)
def test_the_curve_passes_through_what_was_published(units, t_us):
    """115,000 on stage; behind the last announcement there is no curve."""
    assert t_us == instant_of(units)


@pytest.mark.parametrize("sample", [10, 50, 500])
def test_the_sample_times_its_size_is_the_curve(sample):
    """Whatever the sample: at the announcement it stands for 115,000."""
    placed = [o for o in orders(1, sample) if o.placed_us <= 20 * MINUTE]

    units = sum(order.quantity for order in placed) * sample

    assert abs(115_000 - units) <= 2 * sample


def test_one_buyer_in_twenty_takes_two():
    """5 % ordered the maximum of two, nobody more."""
    quantities = [order.quantity for order in orders(3, 10)]

    assert {1, 2} == set(quantities)
    assert 0.04 < quantities.count(2) / len(quantities) < 0.06


def test_the_same_seed_is_the_same_audience():
    """Ids, instants, quantities and currencies."""
    assert list(orders(7, 100)) == list(orders(7, 100))
    assert list(islice(orders(7, 100), 50)) != list(islice(orders(8, 100), 50))


def test_orders_come_in_order_of_time_with_ids_of_their_own():
    """A shop numbers its orders."""
    stream = list(orders(1, 50))

    assert sorted(stream, key=lambda order: order.placed_us) == stream
    assert len({order.id for order in stream}) == len(stream)
    assert {"USD", "EUR"} == {order.currency for order in stream}


def test_the_secret_is_in_no_repr():
    """A log of the stream gives nothing away."""
    assert SECRET not in repr(Stream("http://x.test", SECRET, Origin.here(), 0))


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


async def streamed(front, **more):
    """Stream to a fake front until it has enough; what the stream says it sent."""
    app = web.Application()
    app.router.add_post("/hooks/stores", front.hook)
    async with TestServer(app) as server:
        origin = Origin.here()
        stream = Stream(
            str(server.make_url("/hooks/stores")),
            SECRET,
            origin,
            origin.now_us() + HOUR,
            **more,
        )
        async with asyncio.timeout(60):
            return stream, await play_orders(stream, front.done)


async def test_what_was_due_before_is_sent_signed_and_as_placed():
    """The store orders of the day come first, with the instants of the curve."""
    front = CountingFront()
    stream, played = await streamed(front)

    first = front.deliveries[0][1]
    assert "order.placed" == first["type"]
    assert parse_instant(first["order"]["placed_at"]) < stream.origin.now_us()
    assert 100_000 * first["order"]["quantity"] == first["order"]["deposit_minor"]
    assert played.deliveries == len(front.deliveries)


async def test_the_stream_knows_what_it_sent_without_the_repeats():
    """Some deliveries come twice under one id, as shops' do; they count once."""
    front = CountingFront(enough=100)
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
