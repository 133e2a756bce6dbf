"""Where people and shops meet the show, and what can go wrong on the way there."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace

from launchctl.orders.model import Delivery, Verdict
from launchctl.show.inputs import Call
from launchctl.store.memory import MemoryInbox, MemoryLedger
from launchctl.times import SECOND, Micros


class SlippingInbox(MemoryInbox):
    """An inbox that a call may reach late, or otherwise than it was meant.

    Attributes:
        slips: what shall happen to the next call of a verb.
    """

    def __init__(self) -> None:
        super().__init__()
        self.slips: dict[str, Slip] = {}

    async def put(self, call: Call) -> int:
        """Its position; raises as ``MemoryInbox.put``."""
        slip = self.slips.pop(call.verb, None)
        if slip is not None:
            call = await slip.happen(call)
        return await super().put(call)


class Slip:
    """What happens to a call on its way. Nothing: it arrives."""

    async def happen(self, call: Call) -> Call:
        """Let it happen; what arrives."""
        return call


class Delayed(Slip):
    """It was pressed in time, and the network held it up."""

    def __init__(self, by_us: Micros) -> None:
        self.by_us = by_us

    async def happen(self, call: Call) -> Call:
        """It arrives later."""
        await asyncio.sleep(self.by_us / SECOND)
        return call


class Hesitated(Delayed):
    """The person pressed so much later."""

    async def happen(self, call: Call) -> Call:
        """It is pressed later."""
        await super().happen(call)
        return replace(call, at_us=call.at_us + self.by_us)


class SaysNo(Slip):
    """Who is asked says no."""

    async def happen(self, call: Call) -> Call:
        """A vote of no."""
        return replace(call, args={**call.args, "vote": "no-go", "why": "not ready"})


class SlippingLedger(MemoryLedger):
    """A ledger whose sources may be out of reach: what they deliver comes later, all
    of it at once.
    """

    def __init__(
        self, sources: Mapping[str, Micros] | None = None, limit: int | None = None
    ) -> None:
        super().__init__(sources, limit)
        self._waiting: dict[str, list[Delivery]] = {}

    def lose(self, source: str) -> bool:
        """Nothing of this source arrives any more. False: it is lost already."""
        if source in self._waiting:
            return False
        self._waiting[source] = []
        return True

    def waiting(self, source: str) -> Sequence[Delivery]:
        """What the source could not deliver yet."""
        return self._waiting.get(source, ())

    async def find(self, source: str, now_us: Micros) -> int:
        """All that waited arrives now; how much it was."""
        flood = [
            delivery._replace(received_us=now_us)
            for delivery in self._waiting.pop(source, ())
        ]
        await super().record_all(flood)
        return len(flood)

    async def record_all(self, deliveries: Sequence[Delivery]) -> list[Verdict]:
        """Merge what arrives; the rest waits with its source. The verdicts are of what
        arrived; raises as ``MemoryLedger.record_all``.
        """
        if not self._waiting:
            return await super().record_all(deliveries)
        arrived: list[Delivery] = []
        for delivery in deliveries:
            waiting = self._waiting.get(delivery.source)
            (arrived if waiting is None else waiting).append(delivery)
        return await super().record_all(arrived)

    async def heartbeat(self, source: str, at_us: Micros) -> None:
        """Only of a source that is in reach."""
        if source not in self._waiting:
            await super().heartbeat(source, at_us)
