"""Looking for what people post by hand, where the runbook says ``by_hand: watch``.

An account is looked at only while one of its unsent posts is due, or expected within
half an hour: networks bill what is read. Every look is one request of at most some
seconds, beside the loop.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping

import structlog

from launchctl.conductor.sleeper import out_of_the_way
from launchctl.drivers.base import Driver, Watching
from launchctl.show.engine import Engine
from launchctl.show.inputs import Input
from launchctl.times import Micros

_log = structlog.get_logger(__name__)

LOOK_EVERY_S = 5.0
_LOOK_S = 10.0
"""A driver keeps its own deadline; this only bounds one that does not."""


class HandWatch:
    """Feeds the conductor with posts made by hand."""

    def __init__(  # noqa: PLR0913, PLR0917  what the conductor gives
        self,
        engine: Engine,
        drivers: Mapping[str, Driver],
        now_us: Callable[[], Micros],
        report: Callable[[Input], None],
        left_us: Callable[[], Micros | None],
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._pause = pause
        self._engine = engine
        self._left_us = left_us
        self._now_us = now_us
        self._report = report
        self._watching: dict[str, Watching] = {}
        for name, account in engine.runbook.accounts.items():
            driver: object = drivers.get(f"account:{name}")
            if account.by_hand == "watch" and isinstance(driver, Watching):
                self._watching[name] = driver

    @property
    def needed(self) -> bool:
        """True if there is an account to watch at all."""
        return bool(self._watching)

    async def run(self) -> None:
        """Look, for ever; accounts side by side."""
        while True:
            # which posts are near takes a walk over the plan: not just before a cue
            await out_of_the_way(self._left_us)
            names = self._engine.watched(self._now_us())
            await asyncio.gather(*(self._look(n) for n in names if n in self._watching))
            await self._pause(LOOK_EVERY_S)

    async def _look(self, name: str) -> None:
        try:
            async with asyncio.timeout(_LOOK_S):
                posts = await self._watching[name].look()
        except TimeoutError:
            return
        except Exception:  # noqa: BLE001  a driver's defect must not take the show down
            _log.exception("looking for posts made by hand failed", account=name)
            return
        for post in posts:
            self._report(post)
