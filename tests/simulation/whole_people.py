"""Who plays beside a whole show, besides the crew that says yes: buyers."""

from __future__ import annotations

from random import Random

from launchctl.orders.model import Delivery, Happening
from launchctl.rehearsal.backstage import Backstage
from launchctl.times import SECOND


async def buyers(seed: int, sold: list[Delivery], backstage: Backstage) -> None:
    """Some orders, late, twice and out of order, until nothing else goes on."""
    rng = Random(f"buyers {seed}")
    for number in range(rng.choice((0, 20, 60))):
        now_us = backstage.clock.now_us()
        order = Delivery(
            source="shop",
            event_id=f"e{number}",
            what=Happening.PLACED,
            order_id=f"o{rng.randrange(40)}",
            occurred_us=now_us - rng.choice((0, 5, 600)) * SECOND,
            received_us=now_us,
            placed_us=now_us,
            quantity=rng.randint(1, 3),
            currency="USD",
            deposit_minor=100_000,
        )
        batch = [order] * rng.choice((1, 1, 2))
        sold += batch
        await backstage.ledger.record_all(batch)
        await backstage.show.wait(rng.choice((1, 20, 90)))
