"""What the drivers of all networks do alike: post once, and tell honestly.

Before anything is published the network must have named the account that the runbook
names: credentials of another one are refused, not used. Media are uploaded while
preparing. A network's own part is how it is asked, what its answers mean, and how a
post of unknown outcome is looked for.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from launchctl.drivers.base import Context, Health, Level, Outcome, Reading
from launchctl.drivers.limits import Limits
from launchctl.drivers.media import MediaTroubleError
from launchctl.drivers.message import Message
from launchctl.drivers.uploads import Uploader, Uploads
from launchctl.drivers.wire import Exchange, scrub, seconds_left
from launchctl.errors import SecretMissingError
from launchctl.runbook.model import Account
from launchctl.runbook.networks import NETWORKS
from launchctl.show.commands import Command
from launchctl.show.inputs import Answer, PostSeen, Sight
from launchctl.times import MINUTE, SECOND, Micros

READ_S = 8.0
_POST_S = 10.0
_PREPARE_S = 25.0
_RENEW_AHEAD_US = 10 * MINUTE
_SPARE_US = 30 * SECOND
_NO_ENTRY = frozenset({401, 402, 403})


class NotReadyError(Exception):
    """Something that must come first did not succeed: nothing was posted."""

    def __init__(self, answer: Answer, sentence: str) -> None:
        super().__init__(sentence)
        self.answer = answer


@dataclass(frozen=True, slots=True)
class Identity:
    """Whose credentials these are, as the network says.

    Attributes:
        user_id: the network's own.
        name: as people write it: ``@nordwerk``.
        names: what the runbook may call it.
        trouble: what will keep it from posting, or will soon; "" if nothing does.
    """

    user_id: str
    name: str
    names: tuple[str, ...]
    trouble: str = ""


class PostDriver(ABC):
    """One account on a network.

    Args:
        name: of the account in the runbook.
        account: handle, credentials, and ``api`` to reach an emulator or a proxy.
        context: what the conductor gives.
    """

    network: ClassVar[str]

    def __init__(self, name: str, account: Account, context: Context) -> None:
        self.name = name
        self._handle = account.handle.removeprefix("@")
        self._account = account
        self._context = context
        self._shown_name = NETWORKS[self.network].shown
        self._secrets: tuple[str, ...] = ()
        self._uploads: Uploads | None = None
        self._me: Identity | None = None
        self._identity_lock = asyncio.Lock()
        self._limits = Limits()
        self._health = Health(Level.OFFLINE, f"{self.called}: not asked yet")

    # --- a network's own part -------------------------------------------------------

    @abstractmethod
    async def _open(
        self, credentials: Mapping[str, str], stack: AsyncExitStack
    ) -> Uploader:
        """Take the credentials and make the sessions; nobody is asked yet."""

    @abstractmethod
    async def _ask_who(self) -> Exchange:
        """Ask the network whose credentials these are."""

    @abstractmethod
    def _identity_in(self, exchange: Exchange) -> Identity | None:
        """The account that the answer names; None if it names none."""

    @abstractmethod
    def _said_by(self, exchange: Exchange) -> str:
        """The network's own words for a refusal; "" if the body is not its own."""

    @abstractmethod
    def _trouble_with_text(self, message: Message) -> str | None:
        """A sentence if the network will refuse the text, or may."""

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

    def _is_stale(self) -> bool:
        """Whether to ask again who we are, though it is known."""
        return False

    @property
    def called(self) -> str:
        """The account, for people."""
        return f"@{self._handle}"

    def _is_called(self, identity: Identity) -> bool:
        """Whether the runbook means this account; case does not matter."""
        return self._handle.casefold() in {name.casefold() for name in identity.names}

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

    async def check(self) -> Health:
        """Ask the network whose credentials these are."""
        try:
            async with asyncio.timeout(READ_S):
                await self._identified(again=True)
        except (NotReadyError, TimeoutError):
            pass
        return self._health

    def health(self) -> Health:
        """The last known health."""
        return self._health

    # --- before the post ------------------------------------------------------------

    def _credentials(self, values: Mapping[str, str], source: str) -> dict[str, str]:
        """What the network needs, and what else stands behind the prefix.

        Raises:
            SecretMissingError: naming what is missing or empty.
        """
        known = NETWORKS[self.network]
        found = {name: value.strip() for name, value in values.items() if value.strip()}
        missing = [name for name in known.credentials if name not in found]
        if missing:
            raise SecretMissingError(
                f"the {known.shown} credentials ({source}) lack {', '.join(missing)}",
                hint=f"{known.shown} needs "
                + ", ".join(f"..._{name}" for name in known.credentials),
            )
        return found

    async def _identified(self, *, again: bool = False) -> Identity:
        """Who we are, once the network has named the runbook's handle.

        Raises:
            NotReadyError: it named another, or did not answer.
        """
        if self._uploads is None:
            raise NotReadyError(Answer.NOT_SENT, self._health.text)
        async with self._identity_lock:
            if again or self._me is None or self._is_stale():
                self._me = self._take_identity(await self._ask_who())
            return self._me

    def _take_identity(self, exchange: Exchange) -> Identity:
        me = self._identity_in(exchange)
        if me is None:
            raise self._unidentified(exchange)
        if not self._is_called(me):
            self._me = None
            sentence = (
                f"The credentials of account {self.name} are {me.name}'s, "
                f"the runbook says {self.called}: nothing is posted with them."
            )
            self._say(Level.BAD, sentence)
            raise NotReadyError(Answer.REFUSED, sentence)
        if me.trouble:
            self._say(Level.BAD, f"{me.name} answers, but {me.trouble}")
        else:
            self._say(Level.GOOD, f"{me.name} answers")
        return me

    def _unidentified(self, exchange: Exchange) -> NotReadyError:
        network, said = self._shown_name, self._said_by(exchange)
        certain = exchange.status in _NO_ENTRY and said
        why = (
            said
            or exchange.trouble
            or f"{network} answered {exchange.status} without a name"
        )
        self._say(Level.BAD if certain else Level.OFFLINE, f"{self.called}: {why}")
        # a passing failure of asking takes nothing away from what was known before
        if certain:
            self._me = None
        sentence = f"{network} did not say whose credentials these are: {why}."
        return NotReadyError(Answer.REFUSED if certain else Answer.NOT_SENT, sentence)

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

    # --- words ----------------------------------------------------------------------

    def _silence(self) -> str:
        return f"{self._shown_name} did not answer within {READ_S:g} s"

    def _say(self, level: Level, text: str) -> None:
        details = {"handle": self._handle, "limits": self._limits.sentence()}
        self._health = Health(level, self._shown(text), details)

    def _shown(self, text: str) -> str:
        return scrub(text, self._secrets)


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
