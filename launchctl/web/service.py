"""The service timetable: what the front does by the clock, around the show.

APScheduler reads the wall clock and drops what it was late for, so no cue is ever its
job. What runs here may be late, early or doubled without harm: the heartbeat that says
a source's hook answers.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AsyncExitStack

import aiohttp
import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from launchctl.clock import Origin
from launchctl.runbook.model import OrderSource
from launchctl.store.base import Ledger

_log = structlog.get_logger(__name__)

HEARTBEAT_S = 1.0
"""A hook that cannot be listed is complete to its last heartbeat, less ``settle``."""

_FASTEST_S = 0.1


class ServiceTimetable:
    """Heartbeats of the order sources.

    Each asks the front's own listener, over the network stack, whether the hook is
    served: a front whose accept queue is full is no longer complete, and must not say
    so.
    """

    def __init__(
        self,
        url: str,
        sources: Iterable[OrderSource],
        ledger: Ledger,
        origin: Origin,
    ) -> None:
        self._url = url
        self._sources = [source.name for source in sources]
        self._ledger = ledger
        self._origin = origin

    async def open(self, stack: AsyncExitStack) -> None:
        """Be able to ask, until the stack unwinds."""
        self._session = await stack.enter_async_context(
            aiohttp.ClientSession(
                timeout=aiohttp.ClientTimeout(total=HEARTBEAT_S * self._origin.speed)
            )
        )

    async def start(self, stack: AsyncExitStack) -> None:
        """Run until the stack unwinds."""
        await self.open(stack)
        scheduler = AsyncIOScheduler(timezone="UTC")
        every_s = max(HEARTBEAT_S / self._origin.speed, _FASTEST_S)
        scheduler.add_job(
            self.beat,
            "interval",
            seconds=every_s,
            max_instances=1,
            coalesce=True,
            misfire_grace_time=None,
        )
        scheduler.start()
        stack.callback(scheduler.shutdown, wait=False)

    async def beat(self) -> None:
        """Ask each hook once, and note which takes deliveries."""
        for source in self._sources:
            at_us = self._origin.now_us()
            try:
                async with self._session.get(f"{self._url}/hooks/{source}") as answer:
                    served = answer.status == 405
            except (aiohttp.ClientError, TimeoutError):
                served = False
            if served:
                await self._ledger.heartbeat(source, at_us)
            else:
                _log.warning("hook does not answer", source=source)
