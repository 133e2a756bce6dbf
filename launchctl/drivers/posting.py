"""What the drivers of all networks do alike: post once, and tell honestly.

Before anything is published the network must have named the account (``identity``).
Media are uploaded while preparing. A network's own part is how it is asked, what its
answers mean, and how a post of unknown outcome is looked for.
"""

from __future__ import annotations

import asyncio
from abc import abstractmethod
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import Any

from launchctl.drivers.base import Context, Level, Outcome, Reading
from launchctl.drivers.identity import READ_S, IdentifiedDriver, NotReadyError
from launchctl.drivers.limits import Limits
from launchctl.drivers.media import MediaTroubleError
from launchctl.drivers.message import Message
from launchctl.drivers.uploads import Uploader, Uploads
from launchctl.drivers.wire import Exchange, seconds_left
from launchctl.errors import SecretMissingError
from launchctl.runbook.model import Account
from launchctl.runbook.networks import NETWORKS
from launchctl.show.commands import Command
from launchctl.show.inputs import Answer, PostSeen, Sight
from launchctl.times import MINUTE, SECOND, Micros

_POST_S = 10.0
_PREPARE_S = 25.0
_RENEW_AHEAD_US = 10 * MINUTE
_SPARE_US = 30 * SECOND


class PostDriver(IdentifiedDriver):
    """One account on a network, that posts."""

    def __init__(self, name: str, account: Account, context: Context) -> None:
        super().__init__(name, account, context)
        self._uploads: Uploads | None = None

    # --- a network's own part -------------------------------------------------------

    @abstractmethod
    async def _open(
        self, credentials: Mapping[str, str], stack: AsyncExitStack
    ) -> Uploader:
        """Take the credentials and make the sessions; nobody is asked yet."""

    def _trouble_with_text(self, message: Message) -> str | None:
        """A sentence if the network will refuse the text, or may."""
        known = NETWORKS[self.network]
        length = known.measure(message.text)
        if length > known.length:
            return (
                f"The text is {length - known.length} too long for {known.shown}: it "
                f"has {length} {known.counts}, {known.length} fit."
            )
        if not message.text.strip() and not message.media:
            return "The text is empty."
        return None

    @abstractmethod
    async def _publish(
        self, command: Command, message: Message, refs: list[Any], left_s: float
    ) -> tuple[Exchange, Outcome]:
        """One attempt, within ``left_s`` seconds.

        Args:
            command: key and instant of the intent.
            message: what to publish.
            refs: what names its media, in order.
            left_s: seconds of loop time until the deadline.
        """

    @abstractmethod
    async def _find(self, command: Command, message: Message) -> Reading:
        """Look for what an attempt may have left, now.

        Raises:
            NotReadyError: the network cannot be read.
        """

    # --- the driver -----------------------------------------------------------------

    async def start(self, stack: AsyncExitStack) -> None:
        """Take the credentials; nobody is asked before ``check`` or ``prepare``."""
        ref = self._account.credentials
        try:
            values = self._context.secrets.with_prefix(ref)
            credentials = self._credentials(values, str(ref))
        except SecretMissingError as error:
            self._say(Level.BAD, str(error))
            return
        self._secrets = tuple(credentials.values())
        uploader = await self._open(credentials, stack)
        context = self._context
        self._uploads = Uploads(uploader, context.files, context.now_us)
        stack.callback(self._uploads.forget)
        self._opened = True

    async def prepare(self, command: Command) -> str | None:
        """Ask who we are, measure the text, upload the media. All troubles at once."""
        if self._uploads is None:
            return self._health.text
        message = Message.of(command)
        troubles = [
            await self._trouble_getting_ready(command, message),
            None if message.repost else self._trouble_with_text(message),
            self._trouble_with_limits(),
        ]
        found = " ".join(sentence for sentence in troubles if sentence)
        return self._shown(found) or None

    async def send(self, command: Command) -> Outcome:
        """One attempt to publish. Cancelled, its outcome is unknown to the caller."""
        outcome = await self._attempt(command, Message.of(command))
        outcome = replace(outcome, detail=self._shown(outcome.detail))
        if outcome.answer is Answer.OK and self._uploads is not None:
            self._uploads.forget(command.key)
        return outcome

    async def read(self, command: Command) -> Reading:
        """Look for the post, now."""
        try:
            async with asyncio.timeout(READ_S):
                await self._identified()
                reading = await self._find(command, Message.of(command))
        except NotReadyError as trouble:
            detail = str(trouble)
        except TimeoutError:
            detail = self._silence()
        else:
            if reading.sight is Sight.FOUND:
                self._say(Level.GOOD, f"{self.called} answers; the last post is there")
            return reading
        return Reading(Sight.UNREADABLE, detail=self._shown(detail))

    # --- before the post ------------------------------------------------------------

    async def _trouble_getting_ready(
        self, command: Command, message: Message
    ) -> str | None:
        try:
            async with asyncio.timeout(_PREPARE_S):
                me = await self._identified(again=True)
                await self._media_refs(command, message, _RENEW_AHEAD_US)
        except NotReadyError as trouble:
            return str(trouble)
        except TimeoutError:
            return f"{self._shown_name} is still taking the media; the upload goes on."
        return f"{me.name} answers, but {me.trouble}." if me.trouble else None

    def _trouble_with_limits(self) -> str | None:
        now_us = self._context.now_us()
        reset_us = self._limits.reset_us
        if self._limits.remaining == 0 and reset_us is not None and reset_us > now_us:
            return f"{self._shown_name}'s limit is used up: {self._limits.sentence()}."
        return None

    async def _media_refs(
        self, command: Command, message: Message, ahead_us: Micros
    ) -> list[Any]:
        """What names the media, good until ``now + ahead_us``.

        Raises:
            NotReadyError: a medium cannot be uploaded.
        """
        assert self._uploads is not None
        try:
            return await self._uploads.refs(
                command.key, message.media, ahead_us=ahead_us
            )
        except MediaTroubleError as trouble:
            raise NotReadyError(Answer.NOT_SENT, str(trouble)) from None

    # --- the post -------------------------------------------------------------------

    async def _attempt(self, command: Command, message: Message) -> Outcome:
        now_us, network = self._context.now_us, self._shown_name
        deadline_us = command.deadline_us or now_us() + round(_POST_S * SECOND)
        left_s = seconds_left(deadline_us, now_us())
        if left_s <= 0:
            return Outcome(
                Answer.NOT_SENT, "its deadline had passed before it was sent"
            )
        try:
            async with asyncio.timeout(left_s):
                await self._identified()
                refs = await self._media_refs(command, message, _SPARE_US)
        except NotReadyError as trouble:
            return Outcome(trouble.answer, str(trouble))
        except TimeoutError:
            return Outcome(
                Answer.NOT_SENT, f"{network} was not ready before the deadline"
            )
        left_s = seconds_left(deadline_us, now_us())
        if left_s <= 0:
            return Outcome(
                Answer.NOT_SENT, f"{network} was not ready before the deadline"
            )
        exchange, outcome = await self._publish(command, message, refs, left_s)
        if exchange.status == 400 and self._uploads is not None:
            self._uploads.forget(command.key)  # expired or not ours: upload them anew
        self._note(outcome, exchange)
        return outcome

    def _note(self, outcome: Outcome, exchange: Exchange) -> None:
        limits = Limits.of(exchange.headers)
        if limits.limit is not None:
            self._limits = limits
        level = {
            Answer.OK: Level.WARNING if limits.exhausted else Level.GOOD,
            Answer.REFUSED: Level.WARNING,
            Answer.UNKNOWN: Level.WARNING,
            Answer.NOT_SENT: Level.OFFLINE,
        }[outcome.answer]
        if exchange.status in (401, 402):
            level = Level.BAD
        said = outcome.detail or self._limits.sentence() or "posted"
        self._say(level, f"{self.called}: {said}")


class WatchingDriver(PostDriver):
    """A driver whose network shows what the account's owner posts by hand."""

    @abstractmethod
    async def _news(self) -> list[PostSeen]:
        """Posts of the last half hour that this driver did not send, each once.

        Raises:
            NotReadyError: the network cannot be read.
        """

    async def look(self) -> list[PostSeen]:
        """What the account's owner posted by hand, each once; one request."""
        try:
            async with asyncio.timeout(READ_S):
                await self._identified()
                return await self._news()
        except (NotReadyError, TimeoutError) as trouble:
            why = str(trouble) or self._silence()
        text = f"{self.called}: posts made by hand cannot be seen: {why}"
        self._say(Level.WARNING, text)
        return []
