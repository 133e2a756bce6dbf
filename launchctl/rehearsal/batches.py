"""Orders of a rehearsal in virtual time: into the ledger in batches, as time passes.

A front that takes one delivery after the other over HTTP costs 229 us each: 325,000 of
them 75 s. The ledger is the same, and the merge, and the sources' heartbeats; only the
hook is left out. Near a cue the batches are of a second, else of a minute.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Sequence
from pathlib import Path

from launchctl.orders.model import Delivery, why_undeclared
from launchctl.rehearsal.backstage import Backstage, Beside
from launchctl.rehearsal.buyers import Audience, Shape
from launchctl.runbook.model import Orders
from launchctl.times import MINUTE, SECOND, Micros

_BATCH_S = MINUTE / SECOND


def shops(shapes: Sequence[Shape] = (), home: Path = Path()) -> Beside:
    """Feeds what the shops deliver; a source is heard of as long as it is up.

    Args:
        shapes: of the audience; without any the shops are open and nobody buys.
        home: the folder that recorded files are relative to.
    """

    async def beside(backstage: Backstage) -> None:
        orders = backstage.show.runbook.orders
        if orders is None:
            return
        t0_us = backstage.show.runbook.t0_us
        audience = audience_of(
            orders,
            shapes,
            t0_us=backstage.clock.now_us() if t0_us is None else t0_us,
            seed=backstage.chance.seed,
            home=home,
        )
        declared = orders.deposit_minor
        coming = deque(_judged(each, declared) for each in audience.deliveries())
        while True:
            now_us = backstage.clock.now_us()
            due = _due(coming, now_us)
            if due:
                await backstage.ledger.record_all(due)
            if audience.is_up(now_us):
                for source in orders.sources:
                    await backstage.ledger.heartbeat(source.name, now_us)
            if coming:
                backstage.mean(coming[0].received_us)
            await backstage.pace.pause(1.0, at_most_s=_BATCH_S)

    return beside


def audience_of(
    orders: Orders, shapes: Sequence[Shape], *, t0_us: Micros, seed: int, home: Path
) -> Audience:
    """The buyers at a runbook's shops: what names no source goes to the first."""
    counts = [source for source in orders.sources if source.role == "counts"]
    source = counts[0].name if counts else ""
    return Audience(shapes, t0_us=t0_us, source=source, seed=seed, home=home)


def _judged(delivery: Delivery, declared: Collection[str]) -> Delivery:
    """As the hook hands it on: what is in a foreign currency, in quarantine."""
    why = why_undeclared(delivery.currency, declared)
    return delivery._replace(quarantine=why) if why else delivery


def _due(coming: deque[Delivery], now_us: Micros) -> list[Delivery]:
    """Take those that are due by now."""
    due = []
    while coming and coming[0].received_us <= now_us:
        due.append(coming.popleft())
    return due
