"""The X driver: posts and replies of one account, each sent once and told honestly.

What a post came to is decided in ``answers``; what an unknown one left behind is looked
for in the account's own timeline (``timeline``).
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AsyncExitStack
from typing import Any

from pydantic import ValidationError

from launchctl.drivers.base import Context, Outcome, Reading
from launchctl.drivers.identity import READ_S, Identity, NotReadyError
from launchctl.drivers.limits import date_us
from launchctl.drivers.message import Message
from launchctl.drivers.posting import WatchingDriver
from launchctl.drivers.uploads import Uploader
from launchctl.drivers.wire import Exchange
from launchctl.drivers.x import measure
from launchctl.drivers.x.answers import (
    answer_to_post,
    answer_to_repost,
    receipt_for,
    said_by,
)
from launchctl.drivers.x.far import Credentials, Far
from launchctl.drivers.x.identity import identity_in
from launchctl.drivers.x.media import XUploader
from launchctl.drivers.x.timeline import (
    Page,
    SeenPost,
    Wanted,
    look,
    look_for_repost,
)
from launchctl.drivers.x.watch import Watch
from launchctl.runbook.model import Account
from launchctl.show.commands import Command
from launchctl.show.inputs import Answer, PostSeen

_PAGES = 4


class XDriver(WatchingDriver):
    """One account on X (``network: x``). Credentials: ``PREFIX_CONSUMER_KEY``,
    ``_CONSUMER_SECRET``, ``_ACCESS_TOKEN``, ``_ACCESS_TOKEN_SECRET`` (OAuth 1.0a).
    """

    network = "x"

    def __init__(self, name: str, account: Account, context: Context) -> None:
        super().__init__(name, account, context)
        self._far: Far
        self._watch = Watch(name, self._handle)

    async def _open(
        self, credentials: Mapping[str, str], stack: AsyncExitStack
    ) -> Uploader:
        keys, context = Credentials.of(credentials), self._context
        self._far = Far(
            keys,
            self._account.api,
            context.now_us,
            wall_us=context.wall_us,
            chance=context.chance,
        )
        await self._far.start(stack)
        return XUploader(self._far, context.files, context.now_us)

    async def _ask_who(self) -> Exchange:
        return await self._far.me(READ_S)

    def _identity_in(self, exchange: Exchange) -> Identity | None:
        return identity_in(exchange)

    def _said_by(self, exchange: Exchange) -> str:
        return said_by(exchange)

    def _trouble_with_text(self, message: Message) -> str | None:
        return measure.trouble_with(message.text, has_media=bool(message.media))

    async def _publish(
        self, command: Command, message: Message, refs: list[Any], left_s: float
    ) -> tuple[Exchange, Outcome]:
        now_us, handle = self._context.now_us, self._handle
        if message.repost is not None:
            assert self._me is not None
            post_id = message.repost
            exchange = await self._far.repost(self._me.user_id, post_id, left_s)
            return exchange, answer_to_repost(
                exchange, handle=handle, post_id=post_id, now_us=now_us()
            )
        self._watch.ours(message, command.sent_after_us)
        exchange = await self._far.create(message.text, refs, message.reply_to, left_s)
        return exchange, answer_to_post(exchange, handle=handle, now_us=now_us())

    async def _find(self, command: Command, message: Message) -> Reading:
        self._watch.ours(message, command.sent_after_us)
        posts: list[SeenPost] = []
        page: str | None = None
        ahead_us = 0
        for _ in range(_PAGES):
            assert self._me is not None
            exchange = await self._far.timeline(
                self._me.user_id, page, READ_S, reposts=message.repost is not None
            )
            try:
                seen = Page.model_validate(exchange.json_object())
            except ValidationError:
                why = said_by(exchange) or exchange.trouble
                detail = why or f"X answered {exchange.status} without a timeline"
                raise NotReadyError(Answer.UNKNOWN, detail) from None
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

    async def _news(self) -> list[PostSeen]:
        assert self._me is not None
        exchange = await self._far.timeline(
            self._me.user_id,
            None,
            READ_S,
            since_id=self._watch.since_id,
            at_most=self._watch.at_most,
        )
        try:
            return self._watch.news(exchange, self._context.now_us())
        except ValidationError:
            why = said_by(exchange) or exchange.trouble or "no timeline came"
            raise NotReadyError(Answer.UNKNOWN, why) from None
