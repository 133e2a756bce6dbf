"""Sending commands: one attempt each, and always an outcome.

Wanted commands leave at once. A once-command waits until its intent is durable, reads
its gates once more, and only then leaves: what a person closed in between stays in.
Whatever happens to a driver, the engine hears exactly one ``Ended`` or ``Stopped`` for
every command, at its deadline at the latest.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from contextlib import suppress
from typing import Any

import structlog

from launchctl.conductor.circuits import Circuits
from launchctl.crossings import crossing
from launchctl.drivers.base import Driver, Outcome
from launchctl.errors import FencedError
from launchctl.runbook.actions import Effect
from launchctl.show.commands import Command
from launchctl.show.inputs import Answer, Ended, Input, Stopped
from launchctl.times import SECOND, Micros

_log = structlog.get_logger(__name__)

_GRACE_S = 0.25
"""A driver answers by the deadline itself; this only bounds one that does not."""


class Dispatcher:
    """Hands commands to drivers and their outcomes back to the engine.

    Attributes:
        drivers: by target: ``stage:main``, ``account:ceo``, ``http``, ``notify:crew``.
        circuits: of the far ends behind them.
    """

    def __init__(
        self,
        drivers: Mapping[str, Driver],
        now_us: Callable[[], Micros],
        may_send: Callable[[Command], str | None],
        report: Callable[[Input], None],
    ) -> None:
        self.drivers = drivers
        self.circuits = Circuits(now_us)
        self._now_us = now_us
        self._may_send = may_send
        self._report = report
        self._attempts: set[asyncio.Task[None]] = set()
        self._looks: set[asyncio.Task[None]] = set()

    @property
    def busy(self) -> bool:
        """True while anything is on the wire."""
        return bool(self._attempts)

    def send(self, command: Command, durable: Awaitable[None]) -> None:
        """Begin one attempt; ``durable`` ends once the command's events are on disk."""
        _spawn(self._attempt(command, durable), self._attempts)

    def look(self, work: Coroutine[Any, Any, None]) -> None:
        """Run work that only reads until it ends, or the conductor does."""
        _spawn(work, self._looks)

    async def drain(self) -> None:
        """Wait for all that is on the wire. Reading is not waited for: it may last for
        as long as its source is silent, and a finished show has no use for it.
        """
        while self._attempts:
            await asyncio.wait(self._attempts)

    async def cancel(self) -> None:
        """Stop all that is under way: the conductor is going down."""
        tasks = self._attempts | self._looks
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _attempt(self, command: Command, durable: Awaitable[None]) -> None:
        with suppress(FencedError):  # the loop meets it as well, and ends the show
            await self._attempt_once(command, durable)

    async def _attempt_once(self, command: Command, durable: Awaitable[None]) -> None:
        if command.effect is Effect.ONCE:
            await durable
            crossing(command.target, "intent is durable")
            why = self._may_send(command)
            if why is not None:
                self._report(Stopped(command.key, command.attempt, why))
                return
        outcome = self.circuits.not_yet(command)
        if outcome is None:
            outcome = await self._send(command)
            self.circuits.took(command, outcome)
        crossing(command.target, "answered")
        self._report(
            Ended(
                key=command.key,
                attempt=command.attempt,
                answer=outcome.answer,
                detail=outcome.detail,
                sent_us=outcome.sent_us,
                confirmed_us=outcome.confirmed_us,
                receipt=outcome.receipt,
                retry_at_us=outcome.retry_at_us,
            )
        )

    async def _send(self, command: Command) -> Outcome:
        driver = self.drivers.get(command.target)
        if driver is None:
            return Outcome(Answer.NOT_SENT, f"there is no {command.target} in this run")
        left_s = (command.deadline_us - self._now_us()) / SECOND
        try:
            async with asyncio.timeout(max(left_s, 0.0) + _GRACE_S):
                crossing(command.target, "is sent to")
                return await driver.send(command)
        except FencedError:
            raise
        except TimeoutError:
            return Outcome(Answer.UNKNOWN, f"no answer within {left_s:.1f} s")
        except Exception as error:  # noqa: BLE001  a driver's defect must not take the show down
            _log.exception("driver failed", target=command.target, key=command.key)
            return Outcome(Answer.UNKNOWN, f"driver failed: {type(error).__name__}")


def _spawn(work: Coroutine[Any, Any, None], among: set[asyncio.Task[None]]) -> None:
    task = asyncio.get_running_loop().create_task(work)
    among.add(task)
    task.add_done_callback(among.discard)
