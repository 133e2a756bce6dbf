"""The Bluesky driver: each post is one record under a key chosen before it is sent.

Sending the same command again makes nothing new, and another content under its key is
refused by the server (``swapRecord: null``): so what became of an unknown attempt is
read from that key alone.

Source: docs.bsky.app (HTTP reference); raw XRPC, because the SDK leaves a null out.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AsyncExitStack
from typing import Any

from pydantic import BaseModel, ValidationError

from launchctl.drivers.answers import is_success, read_answer
from launchctl.drivers.api import Api
from launchctl.drivers.base import Context, Outcome, Reading
from launchctl.drivers.bluesky import records
from launchctl.drivers.bluesky.answers import (
    Seen,
    error_of,
    is_expired,
    receipt_for,
    receipt_in,
    said_by,
)
from launchctl.drivers.bluesky.media import BlueskyUploader
from launchctl.drivers.bluesky.watch import Watch
from launchctl.drivers.identity import READ_S, Identity, NotReadyError
from launchctl.drivers.message import Message
from launchctl.drivers.posting import WatchingDriver
from launchctl.drivers.uploads import Uploader
from launchctl.drivers.wire import Exchange
from launchctl.runbook.model import Account
from launchctl.show.commands import Command
from launchctl.show.inputs import Answer, PostSeen, Sight
from launchctl.times import HOUR, Micros

HOME = "https://bsky.social"
_XRPC = "/xrpc/com.atproto"
_SESSION_US = HOUR
"""Access tokens live two hours; a session is made anew after one."""


class _Session(BaseModel):
    did: str
    handle: str
    active: bool = True
    access: str = ""


class BlueskyDriver(WatchingDriver):
    """One account on Bluesky (``network: bluesky``). Credentials:
    ``PREFIX_IDENTIFIER`` (handle, DID or e-mail) and ``_APP_PASSWORD``. ``api`` is the
    account's own server, where that is not Bluesky's.
    """

    network = "bluesky"

    def __init__(self, name: str, account: Account, context: Context) -> None:
        super().__init__(name, account, context)
        self._far: Api
        self._login: dict[str, str] = {}
        self._session_us: Micros | None = None
        self._watch = Watch(name, self._handle)

    async def _open(
        self, credentials: Mapping[str, str], stack: AsyncExitStack
    ) -> Uploader:
        self._login = {
            "identifier": credentials["IDENTIFIER"],
            "password": credentials["APP_PASSWORD"],
        }
        self._secrets = (credentials["APP_PASSWORD"],)  # the identifier is public
        self._far = Api(self._account.api or HOME, self._context.now_us)
        await self._far.start(stack)
        return BlueskyUploader(self._far, self._context.files, self._context.now_us)

    # --- who we are -----------------------------------------------------------------

    def _is_stale(self) -> bool:
        return (
            self._session_us is None
            or self._context.now_us() - self._session_us >= _SESSION_US
        )

    async def _ask_who(self) -> Exchange:
        """Ask with the session there is; without a good one, log in."""
        if not self._is_stale():
            exchange = await self._far.ask(f"{_XRPC}.server.getSession", READ_S)
            if not is_expired(exchange):
                return exchange
        exchange = await self._far.tell(
            f"{_XRPC}.server.createSession", READ_S, json=self._login, authorized=False
        )
        token = (exchange.json_object() or {}).get("accessJwt")
        if is_success(exchange) and isinstance(token, str):
            self._far.authorize(token)
            self._secrets = (self._login["password"], token)
            self._session_us = self._context.now_us()
        return exchange

    def _identity_in(self, exchange: Exchange) -> Identity | None:
        if not is_success(exchange):
            return None
        try:
            me = _Session.model_validate(exchange.json_object())
        except ValidationError:
            return None
        trouble = "" if me.active else "the account is deactivated or taken down"
        return Identity(me.did, f"@{me.handle}", (me.handle, me.did), trouble)

    def _said_by(self, exchange: Exchange) -> str:
        return said_by(exchange)

    # --- the post -------------------------------------------------------------------

    async def _publish(
        self, command: Command, message: Message, refs: list[Any], left_s: float
    ) -> tuple[Exchange, Outcome]:
        assert self._me is not None
        try:
            hangs_on = await self._hangs_on(message, left_s)
        except NotReadyError as trouble:
            return Exchange(), Outcome(trouble.answer, str(trouble))
        record = records.record_of(
            message,
            at_us=command.sent_after_us,
            lang=self._account.lang,
            blobs=refs,
            hangs_on=hangs_on,
        )
        wanted = {
            "repo": self._me.user_id,
            "collection": records.collection_of(message),
            "rkey": records.record_key(command.key),
            "swapRecord": None,
            "record": record,
        }
        exchange = await self._far.tell(
            f"{_XRPC}.repo.putRecord", left_s, fresh=True, json=wanted
        )
        if is_expired(exchange):
            self._session_us = None
        if error_of(exchange) == "InvalidSwap":
            detail = "under the key of this post there is a record already"
            return exchange, Outcome(Answer.UNKNOWN, detail, exchange.sent_us)
        return exchange, read_answer(
            exchange,
            shown="Bluesky",
            said=said_by(exchange),
            receipt=receipt_in(exchange, self._handle),
            now_us=self._context.now_us(),
        )

    async def _hangs_on(self, message: Message, left_s: float) -> dict[str, Any] | None:
        """What a reply answers, or a repost shows again, with its content's hash.

        Raises:
            NotReadyError: it is not there, or cannot be read.
        """
        uri = message.repost or message.reply_to
        if uri is None:
            return None
        seen = await self._record(uri, left_s)
        if seen is None:
            raise NotReadyError(Answer.REFUSED, f"{uri} is no post that is there")
        parent = {"uri": seen.uri, "cid": seen.cid}
        if message.repost is not None:
            return parent
        above = seen.value.get("reply")
        root = above.get("root") if isinstance(above, dict) else None
        return {"root": root or parent, "parent": parent}

    async def _find(self, command: Command, message: Message) -> Reading:
        assert self._me is not None
        rkey = records.record_key(command.key)
        uri = f"at://{self._me.user_id}/{records.collection_of(message)}/{rkey}"
        seen = await self._record(uri, READ_S)
        if seen is None:
            return Reading(Sight.ABSENT)
        receipt = receipt_for(seen.uri, self._handle)
        if message.repost is None and seen.value.get("text") != message.text:
            return Reading(Sight.OLDER, receipt, "another text stands under its key")
        return Reading(Sight.FOUND, receipt)

    async def _record(self, uri: str, limit_s: float) -> Seen | None:
        """A record; None if it certainly is not there.

        Raises:
            NotReadyError: nobody knows.
        """
        where = records.parts_of(uri)
        if where is None:
            return None
        exchange = await self._far.ask(f"{_XRPC}.repo.getRecord", limit_s, params=where)
        if error_of(exchange) == "RecordNotFound":
            return None
        try:
            if is_success(exchange):
                return Seen.model_validate(exchange.json_object())
        except ValidationError:
            pass
        raise self._unreadable(exchange)

    def _unreadable(self, exchange: Exchange) -> NotReadyError:
        if is_expired(exchange):
            self._session_us = None
        why = said_by(exchange) or exchange.trouble
        why = why or f"Bluesky answered {exchange.status} without a record"
        return NotReadyError(Answer.NOT_SENT, why)

    async def _news(self) -> list[PostSeen]:
        assert self._me is not None
        exchange = await self._far.ask(
            f"{_XRPC}.repo.listRecords",
            READ_S,
            params={
                "repo": self._me.user_id,
                "collection": records.POST,
                "limit": "25",
            },
        )
        try:
            if is_success(exchange):
                return self._watch.news(exchange, self._context.now_us())
        except ValidationError:
            pass
        raise self._unreadable(exchange)
