"""Orders of a rehearsal in virtual time: into the ledger in batches, as time passes.

A front that takes one delivery after the other over HTTP costs 229 us each: 325,000 of
them 75 s. The ledger is the same, and the merge, and the sources' heartbeats; only the
hook is left out. Near a cue the batches are of a second, else of a minute.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from heapq import merge

from launchctl.orders.model import Delivery
from launchctl.rehearsal.backstage import Backstage, Beside
from launchctl.times import MINUTE, SECOND

_BATCH_S = MINUTE / SECOND

Arrivals = Callable[[Backstage], Iterable[Delivery]]
"""Deliveries by the instant that the front has them (``received_us``)."""


def shops(*arrivals: Arrivals) -> Beside:
    """Feeds what the shops deliver; a source is heard of as long as it is up."""

    async def beside(backstage: Backstage) -> None:
        orders = backstage.show.runbook.orders
        if orders is None:
            return
        streams = (each(backstage) for each in arrivals)
        queue = _Queue(merge(*streams, key=lambda delivery: delivery.received_us))
        while True:
            now_us = backstage.clock.now_us()
            due = queue.until(now_us)
            if due:
                await backstage.ledger.record_all(due)
            for source in orders.sources:
                await backstage.ledger.heartbeat(source.name, now_us)
            if queue.next is not None:
                backstage.mean(queue.next.received_us)
            await backstage.pace.pause(1.0, at_most_s=_BATCH_S)

    return beside


class _Queue:
    """Deliveries in order of their instant, taken as they come due."""

    def __init__(self, coming: Iterator[Delivery]) -> None:
        self._coming = coming
        self.next = next(coming, None)

    def until(self, now_us: int) -> list[Delivery]:
        """Those that are due by now."""
        due = []
        while self.next is not None and self.next.received_us <= now_us:
            due.append(self.next)
            self.next = next(self._coming, None)
        return due
