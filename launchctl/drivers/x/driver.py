"""The X driver: posts and replies of one account, each sent once and told honestly.

Before anything is published, GET /2/users/me must have named the handle that the
runbook names: credentials of another account are refused, not used. Media are uploaded
while preparing. What a post came to is decided in ``answers``; what an unknown one left
behind is looked for in the account's own timeline (``timeline``).
"""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from dataclasses import replace

from pydantic import ValidationError

from launchctl.drivers.base import Context, Health, Level, Outcome, Reading
from launchctl.drivers.wire import Exchange, scrub, seconds_left
from launchctl.drivers.x import measure
from launchctl.drivers.x.answers import (
    answer_to_post,
    answer_to_repost,
    receipt_for,
    said_by,
)
from launchctl.drivers.x.far import Credentials, Far
from launchctl.drivers.x.identity import Identity, identity_in
from launchctl.drivers.x.limits import Limits, date_us
from launchctl.drivers.x.media import MediaTroubleError
from launchctl.drivers.x.message import Message
from launchctl.drivers.x.timeline import (
    Page,
    SeenPost,
    Wanted,
    look,
    look_for_repost,
)
from launchctl.drivers.x.uploads import Uploads
from launchctl.drivers.x.watch import Watch
from launchctl.errors import SecretMissingError
from launchctl.runbook.model import Account
from launchctl.show.commands import Command
from launchctl.show.inputs import Answer, PostSeen, Sight
from launchctl.times import MINUTE, SECOND, Micros

_POST_S = 10.0
_READ_S = 8.0
_PREPARE_S = 25.0
_PAGES = 4
_RENEW_AHEAD_US = 10 * MINUTE
_SPARE_US = 30 * SECOND
_READ_ONLY = "X lets its token only read; make a new one with write access"


class _NotReadyError(Exception):
    """Something that must come before the post did not succeed: nothing was posted."""

    def __init__(self, answer: Answer, sentence: str) -> None:
        super().__init__(sentence)
        self.answer = answer


class XDriver:
    """One account on X (``network: x``).

    Args:
        name: of the account in the runbook.
        account: handle, credentials (``PREFIX_CONSUMER_KEY``, ``_CONSUMER_SECRET``,
            ``_ACCESS_TOKEN``, ``_ACCESS_TOKEN_SECRET``), and ``api`` to reach an
            emulator or a proxy.
        context: what the conductor gives.
    """

    def __init__(self, name: str, account: Account, context: Context) -> None:
        self.name = name
        self._handle = account.handle.removeprefix("@")
        self._account = account
        self._context = context
        self._far: Far | None = None
        self._secrets: tuple[str, ...] = ()
        self._me: Identity | None = None
        self._identity_lock = asyncio.Lock()
        self._uploads: Uploads | None = None
        self._limits = Limits()
        self._watch = Watch(name, self._handle)
        self._health = Health(Level.OFFLINE, f"@{self._handle}: not asked yet")

    async def start(self, stack: AsyncExitStack) -> None:
        """Take the credentials; X is first asked by ``check`` or ``prepare``."""
        ref = self._account.credentials
        try:
            values = self._context.secrets.with_prefix(ref)
            credentials = Credentials.of(values, str(ref))
        except SecretMissingError as error:
            self._say(Level.BAD, str(error))
            return
        self._secrets = credentials.secrets()
        far = Far(credentials, self._account.api, self._context.now_us)
        await far.start(stack)
        self._uploads = Uploads(far, self._context.files, self._context.now_us)
        stack.callback(self._uploads.forget)
        self._far = far

    async def prepare(self, command: Command) -> str | None:
        """Ask who we are, measure the text, upload the media. All troubles at once."""
        message = Message.of(command)
        troubles = [
            None
            if message.repost
            else measure.trouble_with(message.text, has_media=bool(message.media)),
            await self._trouble_getting_ready(command, message),
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
        """Look for the post in the account's newest posts, now."""
        message = Message.of(command)
        try:
            async with asyncio.timeout(_READ_S):
                far = await self._identified()
                return await self._look(far, command, message)
        except _NotReadyError as trouble:
            detail = str(trouble)
        except TimeoutError:
            detail = f"X did not answer within {_READ_S:g} s"
        return Reading(Sight.UNREADABLE, detail=self._shown(detail))

    async def look(self) -> list[PostSeen]:
        """What the account's owner posted by hand, each once; one request."""
        try:
            async with asyncio.timeout(_READ_S):
                far = await self._identified()
                assert self._me is not None
                exchange = await far.timeline(
                    self._me.user_id,
                    None,
                    _READ_S,
                    since_id=self._watch.since_id,
                    at_most=self._watch.at_most,
                )
                return self._watch.news(exchange, self._context.now_us())
        except (_NotReadyError, TimeoutError) as trouble:
            why = str(trouble) or f"X did not answer within {_READ_S:g} s"
        except ValidationError:
            why = said_by(exchange) or exchange.trouble or "no timeline came"
        text = f"@{self._handle}: posts made by hand cannot be seen: {why}"
        self._say(Level.WARNING, text)
        return []

    async def check(self) -> Health:
        """Ask X whose credentials these are."""
        try:
            async with asyncio.timeout(_READ_S):
                await self._identified(again=True)
        except (_NotReadyError, TimeoutError):
            pass
        return self._health

    def health(self) -> Health:
        """The last known health."""
        return self._health

    # --- before the post ------------------------------------------------------------

    async def _identified(self, *, again: bool = False) -> Far:
        """The way to X, once X has named the runbook's handle.

        Raises:
            _NotReadyError: it named another, or did not answer.
        """
        if self._far is None:
            raise _NotReadyError(Answer.NOT_SENT, self._health.text)
        async with self._identity_lock:
            if again or self._me is None:
                exchange = await self._far.me(_READ_S)
                self._me = self._take_identity(exchange)
        return self._far

    def _take_identity(self, exchange: Exchange) -> Identity:
        me = identity_in(exchange)
        if me is None:
            raise self._unidentified(exchange)
        if not me.is_called(self._handle):
            self._me = None
            sentence = (
                f"The credentials of account {self.name} are @{me.handle}'s, "
                f"the runbook says @{self._handle}: nothing is posted with them."
            )
            self._say(Level.BAD, sentence)
            raise _NotReadyError(Answer.REFUSED, sentence)
        if me.read_only:
            self._say(Level.BAD, f"@{me.handle} answers, but {_READ_ONLY}")
        else:
            self._say(Level.GOOD, f"@{me.handle} answers")
        return me

    def _unidentified(self, exchange: Exchange) -> _NotReadyError:
        said = said_by(exchange)
        certain = exchange.status in (401, 402, 403) and said
        why = said or exchange.trouble or f"X answered {exchange.status} without a name"
        self._say(Level.BAD if certain else Level.OFFLINE, f"@{self._handle}: {why}")
        # a passing failure of asking takes nothing away from what was known before
        if certain:
            self._me = None
        sentence = f"X did not say whose credentials these are: {why}."
        return _NotReadyError(Answer.REFUSED if certain else Answer.NOT_SENT, sentence)

    async def _trouble_getting_ready(
        self, command: Command, message: Message
    ) -> str | None:
        try:
            async with asyncio.timeout(_PREPARE_S):
                await self._identified(again=True)
                await self._media_ids(command, message, _RENEW_AHEAD_US)
        except _NotReadyError as trouble:
            return str(trouble)
        except TimeoutError:
            return "X is still taking the media; the upload goes on."
        if self._me is not None and self._me.read_only:
            return f"The post will be refused: {_READ_ONLY}."
        return None

    def _trouble_with_limits(self) -> str | None:
        now_us = self._context.now_us()
        reset_us = self._limits.reset_us
        if self._limits.remaining == 0 and reset_us is not None and reset_us > now_us:
            return f"X's limit is used up: {self._limits.sentence()}."
        return None

    async def _media_ids(
        self, command: Command, message: Message, ahead_us: Micros
    ) -> list[str]:
        """Ids that X still has at ``now + ahead_us``.

        Raises:
            _NotReadyError: a medium cannot be uploaded.
        """
        assert self._uploads is not None
        try:
            return await self._uploads.ids(
                command.key, message.media, ahead_us=ahead_us
            )
        except MediaTroubleError as trouble:
            raise _NotReadyError(Answer.NOT_SENT, str(trouble)) from None

    # --- the post -------------------------------------------------------------------

    async def _attempt(self, command: Command, message: Message) -> Outcome:
        now_us = self._context.now_us
        deadline_us = command.deadline_us or now_us() + round(_POST_S * SECOND)
        left_s = seconds_left(deadline_us, now_us())
        if left_s <= 0:
            return Outcome(
                Answer.NOT_SENT, "its deadline had passed before it was sent"
            )
        try:
            async with asyncio.timeout(left_s):
                far = await self._identified()
                ids = await self._media_ids(command, message, _SPARE_US)
        except _NotReadyError as trouble:
            return Outcome(trouble.answer, str(trouble))
        except TimeoutError:
            return Outcome(Answer.NOT_SENT, "X was not ready before the deadline")
        left_s = seconds_left(deadline_us, now_us())
        if left_s <= 0:
            return Outcome(Answer.NOT_SENT, "X was not ready before the deadline")
        exchange, outcome = await self._publish(far, command, message, ids, left_s)
        if exchange.status == 400 and self._uploads is not None:
            self._uploads.forget(command.key)  # expired or not ours: upload them anew
        self._note(outcome, exchange)
        return outcome

    async def _publish(
        self,
        far: Far,
        command: Command,
        message: Message,
        ids: list[str],
        left_s: float,
    ) -> tuple[Exchange, Outcome]:
        now_us, handle = self._context.now_us, self._handle
        if message.repost is not None:
            assert self._me is not None
            post_id = message.repost
            exchange = await far.repost(self._me.user_id, post_id, left_s)
            return exchange, answer_to_repost(
                exchange, handle=handle, post_id=post_id, now_us=now_us()
            )
        self._watch.ours(message, command.sent_after_us)
        exchange = await far.create(message.text, ids, message.reply_to, left_s)
        return exchange, answer_to_post(exchange, handle=handle, now_us=now_us())

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
        self._say(level, f"@{self._handle}: {said}")

    # --- after the post -------------------------------------------------------------

    async def _look(self, far: Far, command: Command, message: Message) -> Reading:
        self._watch.ours(message, command.sent_after_us)
        posts: list[SeenPost] = []
        page: str | None = None
        ahead_us = 0
        for _ in range(_PAGES):
            assert self._me is not None
            exchange = await far.timeline(
                self._me.user_id, page, _READ_S, reposts=message.repost is not None
            )
            try:
                seen = Page.model_validate(exchange.json_object())
            except ValidationError:
                why = said_by(exchange) or exchange.trouble
                detail = why or f"X answered {exchange.status} without a timeline"
                raise _NotReadyError(Answer.UNKNOWN, detail) from None
            there_us = date_us(exchange.headers)
            if there_us is not None:
                ahead_us = there_us - self._context.now_us()
            posts.extend(seen.data)
            page = seen.meta.next_token
            after_us = command.sent_after_us + ahead_us
            if page is None or (seen.data and seen.data[-1].at_us < after_us):
                break
        wanted = Wanted(message.text, bool(message.media), message.reply_to, after_us)
        found = (
            look(posts, wanted)
            if message.repost is None
            else look_for_repost(posts, message.repost, after_us)
        )
        receipt = receipt_for(found.post_id, self._handle) if found.post_id else None
        return Reading(found.sight, receipt, found.detail)

    # --- words ----------------------------------------------------------------------

    def _say(self, level: Level, text: str) -> None:
        details = {"handle": self._handle, "limits": self._limits.sentence()}
        self._health = Health(level, self._shown(text), details)

    def _shown(self, text: str) -> str:
        return scrub(text, self._secrets)
