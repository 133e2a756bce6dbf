"""The Mastodon driver: each post carries its command's key as ``Idempotency-Key``.

The server remembers a key for an hour, and answers it again with the post that it made.
That a key is answered by a 500 has been seen: then, as after every answer that is not
clear, the account's own posts tell.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AsyncExitStack
from typing import Any

from pydantic import BaseModel, ValidationError

from launchctl.drivers.answers import is_success, read_answer
from launchctl.drivers.api import Api
from launchctl.drivers.base import Context, Outcome, Reading
from launchctl.drivers.identity import READ_S, Identity, NotReadyError
from launchctl.drivers.mastodon.answers import Status, receipt_in, said_by
from launchctl.drivers.mastodon.media import MastodonUploader
from launchctl.drivers.mastodon.server import server_in
from launchctl.drivers.mastodon.timeline import (
    CLOCK_ALLOWANCE_US,
    Watch,
    ahead_us,
    is_same,
    made_us,
    statuses_in,
)
from launchctl.drivers.message import Message
from launchctl.drivers.posting import WatchingDriver
from launchctl.drivers.uploads import Uploader
from launchctl.drivers.wire import Exchange
from launchctl.runbook.model import Account
from launchctl.show.commands import Command
from launchctl.show.inputs import Answer, PostSeen, Sight

_PAGES = 4
_PAGE = 40


class _Me(BaseModel):
    id: str
    username: str


class MastodonDriver(WatchingDriver):
    """One account on a Mastodon server (``network: mastodon``). Credentials:
    ``PREFIX_ACCESS_TOKEN``, with the scopes ``read:accounts``, ``read:statuses``,
    ``write:media``, ``write:statuses``. The server is the handle's, or ``api``.
    """

    network = "mastodon"

    def __init__(self, name: str, account: Account, context: Context) -> None:
        super().__init__(name, account, context)
        self._far: Api
        self._uploader: MastodonUploader
        self._watch = Watch(name)

    async def _open(
        self, credentials: Mapping[str, str], stack: AsyncExitStack
    ) -> Uploader:
        home = self._account.api or f"https://{self._handle.rpartition('@')[2]}"
        self._far = Api(home, self._context.now_us)
        self._far.authorize(credentials["ACCESS_TOKEN"])
        await self._far.start(stack)
        files, now_us = self._context.files, self._context.now_us
        self._uploader = MastodonUploader(self._far, files, now_us)
        return self._uploader

    async def _ask_who(self) -> Exchange:
        """Who we are; and first, once, what the server allows."""
        if not self._uploader.server.domain:
            told = await self._far.ask("/api/v2/instance", READ_S)
            self._uploader.server = server_in(told) or self._uploader.server
        return await self._far.ask("/api/v1/accounts/verify_credentials", READ_S)

    def _identity_in(self, exchange: Exchange) -> Identity | None:
        if not is_success(exchange):
            return None
        try:
            me = _Me.model_validate(exchange.json_object())
        except ValidationError:
            return None
        there = self._uploader.server.domain or self._handle.rpartition("@")[2]
        name = f"{me.username}@{there}"
        return Identity(me.id, f"@{name}", (name,))

    def _said_by(self, exchange: Exchange) -> str:
        return said_by(exchange)

    def _trouble_with_text(self, message: Message) -> str | None:
        server = self._uploader.server
        return server.trouble_with(message.text, has_media=bool(message.media))

    # --- the post -------------------------------------------------------------------

    async def _publish(
        self, command: Command, message: Message, refs: list[Any], left_s: float
    ) -> tuple[Exchange, Outcome]:
        self._watch.ours(message, command.sent_after_us)
        path, body = "/api/v1/statuses", self._body(message, refs)
        if message.repost is not None:
            path, body = f"/api/v1/statuses/{message.repost}/reblog", {}
        exchange = await self._far.tell(
            path,
            left_s,
            fresh=True,
            json=body,
            headers={"Idempotency-Key": command.key},
        )
        return exchange, read_answer(
            exchange,
            shown="Mastodon",
            said=said_by(exchange),
            receipt=receipt_in(exchange),
            now_us=self._context.now_us(),
        )

    def _body(self, message: Message, refs: list[Any]) -> dict[str, Any]:
        body: dict[str, Any] = {"status": message.text}
        if refs:
            body["media_ids"] = refs
        if message.reply_to is not None:
            body["in_reply_to_id"] = message.reply_to
        if self._account.lang:
            body["language"] = self._account.lang.partition("_")[0]
        return body

    async def _find(self, command: Command, message: Message) -> Reading:
        self._watch.ours(message, command.sent_after_us)
        after_us = command.sent_after_us - CLOCK_ALLOWANCE_US
        oldest: str | None = None
        for _ in range(_PAGES):
            exchange, page = await self._page({"max_id": oldest} if oldest else {})
            ahead = ahead_us(exchange, self._context.now_us())
            for status in page:
                if made_us(status, ahead) < after_us:
                    return Reading(Sight.ABSENT)
                if is_same(status, message):
                    return Reading(Sight.FOUND, status.receipt)
            if len(page) < _PAGE:
                break
            oldest = page[-1].id
        return Reading(Sight.ABSENT)

    async def _page(
        self, query: Mapping[str, str]
    ) -> tuple[Exchange, tuple[Status, ...]]:
        """The account's newest posts.

        Raises:
            NotReadyError: they cannot be read.
        """
        assert self._me is not None
        exchange = await self._far.ask(
            f"/api/v1/accounts/{self._me.user_id}/statuses",
            READ_S,
            params={"limit": str(_PAGE), **query},
        )
        page = statuses_in(exchange)
        if page is None:
            why = said_by(exchange) or exchange.trouble
            why = why or f"Mastodon answered {exchange.status} without posts"
            raise NotReadyError(Answer.UNKNOWN, why)
        return exchange, page

    async def _news(self) -> list[PostSeen]:
        query = {"exclude_reblogs": "true"}
        if self._watch.since_id is not None:
            query["since_id"] = self._watch.since_id
        exchange, page = await self._page(query)
        now_us = self._context.now_us()
        return self._watch.news(page, ahead_us(exchange, now_us), now_us)
