"""One attempt at one command: its deadline, its first byte, its waiting."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from launchctl.drivers.base import Outcome
from launchctl.drivers.obs.link import Pair, wait_until
from launchctl.drivers.obs.protocol import Request
from launchctl.drivers.obs.trouble import (
    NotConnectedError,
    ObsError,
    RefusedByObsError,
    RefusedHereError,
    UnansweredError,
)
from launchctl.drivers.obs.wanted import Told
from launchctl.drivers.obs.watch import Watch
from launchctl.runbook.actions import Action
from launchctl.show.commands import Command
from launchctl.show.inputs import Answer
from launchctl.times import SECOND, Micros

_LEAST_S = 0.001
_Kind = TypeVar("_Kind", bound=Action)


class Attempt:
    """One attempt. ``sent_us`` is when the first byte left that changes anything."""

    def __init__(
        self,
        pair: Pair,
        watch: Watch,
        now_us: Callable[[], Micros],
        deadline_us: Micros,
    ) -> None:
        self._pair = pair
        self.watch = watch
        self.now_us = now_us
        self._deadline_us = deadline_us
        self.sent_us: Micros | None = None

    @property
    def left_s(self) -> float:
        """Seconds until the deadline; never zero, so that a call fails as late."""
        return max(_LEAST_S, (self._deadline_us - self.now_us()) / SECOND)

    async def ask(self, request: Request) -> Request:
        """A question: it changes nothing, so it is not counted as sent."""
        return await self._pair.commands.call(request, self.left_s)

    async def tell(self, *requests: Request) -> None:
        """A command, or several in one message that stop at the first refusal."""
        before = self.sent_us
        if before is None:
            self.sent_us = self.now_us()
        try:
            if len(requests) == 1:
                await self._pair.commands.call(requests[0], self.left_s)
            else:
                await self._pair.commands.batch(requests, self.left_s)
        except NotConnectedError:
            self.sent_us = before
            raise

    async def reconnected(self) -> None:
        """Wait for a connection to go on with.

        Raises:
            UnansweredError: there was none before the deadline.
        """

        async def back() -> None:
            while (pair := self.watch.pair) is None or not pair.alive:
                await self.watch.changed()
            self._pair = pair

        if not await wait_until(back, self.left_s):
            raise UnansweredError("the connection was lost and did not come back")

    async def until(
        self, condition: Callable[[], bool], at_most_s: float | None = None
    ) -> bool:
        """Wait for OBS's own word; False if ``at_most_s`` passed without it.

        Raises:
            UnansweredError: the deadline passed, or the connection is gone.
        """
        wait_s = self.left_s if at_most_s is None else min(at_most_s, self.left_s)

        async def heard() -> None:
            while not condition():
                if not self._pair.alive:
                    raise UnansweredError(
                        "the connection was lost before OBS confirmed"
                    )
                await self.watch.changed()

        if await wait_until(heard, wait_s):
            return True
        if self.left_s <= _LEAST_S:
            raise UnansweredError("OBS did not confirm in time")
        return False


async def tell_once(attempt: Attempt, told: Told, *commands: Request) -> None:
    """Send; a refusal takes back what was told, an unknown end leaves a doubt."""
    try:
        await attempt.tell(*commands)
    except RefusedByObsError:
        told.failed()
        raise
    except ObsError:
        if attempt.sent_us is None:
            told.failed()
        else:
            told.doubt()
        raise


def demand_turn(attempt: Attempt, what: str, turn: int) -> None:
    """Right before the first byte: nothing is done any more that was overtaken.

    Raises:
        RefusedHereError: a later command about ``what`` has begun.
    """
    if attempt.watch.wanted.overtaken(what, turn):
        raise RefusedHereError("a later command overtook it")


def ok(attempt: Attempt, confirmed_us: Micros, detail: str = "") -> Outcome:
    """It is so, as of ``confirmed_us``."""
    return Outcome(
        Answer.OK, detail, sent_us=attempt.sent_us, confirmed_us=confirmed_us
    )


def expect(command: Command, kind: type[_Kind]) -> _Kind:
    """The command's action, which the table of performers chose by its class."""
    assert isinstance(command.action, kind)
    return command.action
