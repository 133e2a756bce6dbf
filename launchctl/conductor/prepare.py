"""Preparing what comes: a minute before, or on becoming standby.

Media uploaded, connections warm, texts rendered and measured, names asked for. Trouble
is on the page a minute early, not at the instant. Cues are prepared side by side: a far
end that takes its time must not make another cue's preparing late.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping

import structlog

from launchctl.drivers.base import Driver
from launchctl.show.commands import Command
from launchctl.show.engine import Engine
from launchctl.show.inputs import Input, Noted
from launchctl.times import MINUTE, Micros

_log = structlog.get_logger(__name__)

_LOOK_EVERY_S = 1.0
_LEAD_US = MINUTE
_PREPARE_S = 30


class Preparer:
    """Asks drivers to prepare the commands of cues that are about to fire."""

    def __init__(
        self,
        engine: Engine,
        drivers: Mapping[str, Driver],
        now_us: Callable[[], Micros],
        report: Callable[[Input], None],
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._pause = pause
        self._engine = engine
        self._drivers = drivers
        self._now_us = now_us
        self._report = report
        self._prepared: set[tuple[str, int, str]] = set()

    async def run(self) -> None:
        """Look once a second, for ever."""
        async with asyncio.TaskGroup() as group:
            while True:
                for cue in self._engine.coming(self._now_us(), _LEAD_US):
                    state = self._engine.state  # an amendment may change its text
                    seen = (cue, state.cues[cue].take, state.digest)
                    if seen not in self._prepared:
                        self._prepared.add(seen)
                        group.create_task(self._prepare(cue))
                await self._pause(_LOOK_EVERY_S)

    async def _prepare(self, cue: str) -> None:
        commands = self._engine.preview(cue, self._now_us())
        troubles = await asyncio.gather(*map(self._ask, commands))
        for command, trouble in zip(commands, troubles, strict=True):
            if trouble:
                self._report(Noted(command.target, trouble, cue=cue, level="warning"))

    async def _ask(self, command: Command) -> str | None:
        driver = self._drivers.get(command.target)
        if driver is None:
            return None
        try:
            async with asyncio.timeout(_PREPARE_S):
                return await driver.prepare(command)
        except TimeoutError:
            return f"preparing took longer than {_PREPARE_S} s"
        except Exception as error:  # noqa: BLE001  a driver's defect must not take the show down
            _log.exception("preparing failed", target=command.target, key=command.key)
            return f"preparing failed: {type(error).__name__}"
