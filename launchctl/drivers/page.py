"""Crew messages without a channel of their own: they stand on the crew's pages.

``notify: {to: crew}`` needs no alerting service to be true: the message is journaled,
and every page and terminal that follows the journal shows it.
"""

from __future__ import annotations

from contextlib import AsyncExitStack

from launchctl.drivers.base import Context, Health, Level, Outcome, Reading
from launchctl.show.commands import Command
from launchctl.show.inputs import Answer, Noted, Sight


class PageDriver:
    """The crew's pages as a channel (target ``notify:crew``, ``notify:ROLE``)."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def start(self, stack: AsyncExitStack) -> None:
        """Nothing to connect to."""

    async def prepare(self, command: Command) -> str | None:  # noqa: ARG002  Driver
        """Nothing to prepare."""
        return None

    async def send(self, command: Command) -> Outcome:
        """Put the message into the journal."""
        now_us = self._context.now_us()
        text = str(command.content["text"])
        self._context.report(Noted(self._context.name, text, cue=command.cue))
        return Outcome(Answer.OK, sent_us=now_us, confirmed_us=now_us)

    async def read(self, command: Command) -> Reading:  # noqa: ARG002  Driver
        """Messages may repeat; they are never read back."""
        return Reading(Sight.UNREADABLE)

    async def check(self) -> Health:
        """Always there."""
        return self.health()

    def health(self) -> Health:
        """Always there."""
        return Health(Level.GOOD, "on the crew's pages")
