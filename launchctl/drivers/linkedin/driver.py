"""The LinkedIn driver: one post, one request, and no way to look afterwards.

LinkedIn takes no key and does not let ordinary applications read their own posts: an
attempt of unknown outcome stays in doubt until a person says what became of it.

Source: learn.microsoft.com/linkedin, "Posts API".
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AsyncExitStack
from typing import Any

import aiohttp
from pydantic import BaseModel, ValidationError

from launchctl.drivers.answers import is_success, read_answer
from launchctl.drivers.api import Api
from launchctl.drivers.base import Context, Outcome, Reading
from launchctl.drivers.identity import READ_S, Identity
from launchctl.drivers.linkedin.answers import duplicate_of, receipt_in, said_by
from launchctl.drivers.linkedin.media import LinkedInUploader
from launchctl.drivers.linkedin.text import escaped
from launchctl.drivers.message import Message
from launchctl.drivers.posting import PostDriver
from launchctl.drivers.uploads import Uploader
from launchctl.drivers.wire import Exchange
from launchctl.runbook.model import Account
from launchctl.show.commands import Command
from launchctl.show.inputs import Answer, Sight
from launchctl.times import DAY, SECOND, Micros, format_instant

HOME = "https://api.linkedin.com"
API_VERSION = "202610"
"""A version lives a year; ``PREFIX_API_VERSION`` names another."""


class _Me(BaseModel):
    sub: str


class _Role(BaseModel):
    organization: str


class _Roles(BaseModel):
    elements: tuple[_Role, ...]


class LinkedInDriver(PostDriver):
    """A person or an organisation on LinkedIn (``network: linkedin``). Credentials:
    ``PREFIX_ACCESS_TOKEN`` (scopes ``openid``, ``profile`` and ``w_member_social``; for
    an organisation ``rw_organization_admin`` and ``w_organization_social``). With
    ``_CLIENT_ID`` and ``_CLIENT_SECRET`` it is asked besides when the token expires.
    """

    network = "linkedin"

    def __init__(self, name: str, account: Account, context: Context) -> None:
        super().__init__(name, account, context)
        self._far: Api
        self._token = ""
        self._client: dict[str, str] | None = None
        self._expires_us: Micros | None = None
        self._named: dict[str, str] = {}

    async def _open(
        self, credentials: Mapping[str, str], stack: AsyncExitStack
    ) -> Uploader:
        self._token = credentials["ACCESS_TOKEN"]
        self._secrets = (self._token,)
        if {"CLIENT_ID", "CLIENT_SECRET"} <= credentials.keys():
            self._client = {
                "client_id": credentials["CLIENT_ID"],
                "client_secret": credentials["CLIENT_SECRET"],
            }
            self._secrets += (credentials["CLIENT_SECRET"],)
        version = credentials.get("API_VERSION", API_VERSION)
        self._far = Api(
            self._account.api or HOME,
            self._context.now_us,
            {"LinkedIn-Version": version, "X-Restli-Protocol-Version": "2.0.0"},
        )
        self._far.authorize(self._token)
        await self._far.start(stack)
        files, now_us = self._context.files, self._context.now_us
        return LinkedInUploader(self._far, self._handle, files, now_us)

    # --- who we are -----------------------------------------------------------------

    @property
    def called(self) -> str:
        """The author's URN."""
        return self._handle

    @property
    def _is_person(self) -> bool:
        return self._handle.startswith("urn:li:person:")

    def _is_called(self, identity: Identity) -> bool:
        return self._handle in identity.names

    async def _ask_who(self) -> Exchange:
        await self._ask_expiry()
        if self._is_person:
            return await self._far.ask("/v2/userinfo", READ_S)
        return await self._far.ask(
            "/rest/organizationAcls",
            READ_S,
            params={"q": "roleAssignee", "state": "APPROVED"},
        )

    async def _ask_expiry(self) -> None:
        """Ask until when the token lives, where the client's own secret is known."""
        if self._client is None:
            return
        base = self._account.api or "https://www.linkedin.com"
        exchange = await self._far.tell(
            "/oauth/v2/introspectToken",
            READ_S,
            base=base,
            authorized=False,
            data=aiohttp.FormData({**self._client, "token": self._token}),
        )
        expires = (exchange.json_object() or {}).get("expires_at")
        if is_success(exchange) and isinstance(expires, int):
            self._expires_us = expires * SECOND

    def _identity_in(self, exchange: Exchange) -> Identity | None:
        if not is_success(exchange):
            return None
        try:
            if self._is_person:
                sub = _Me.model_validate(exchange.json_object()).sub
                names: tuple[str, ...] = (f"urn:li:person:{sub}",)
            else:
                roles = _Roles.model_validate(exchange.json_object()).elements
                names = tuple(dict.fromkeys(role.organization for role in roles))
        except ValidationError:
            return None
        name = ", ".join(names) or "nobody"
        return Identity(name, name, names, self._expiry_trouble())

    def _expiry_trouble(self) -> str:
        if self._expires_us is None:
            return ""
        if self._expires_us > self._context.now_us() + DAY:
            return ""
        return f"its token ends at {format_instant(self._expires_us)}: get a new one"

    def _said_by(self, exchange: Exchange) -> str:
        return said_by(exchange)

    # --- the post -------------------------------------------------------------------

    async def _publish(
        self, command: Command, message: Message, refs: list[Any], left_s: float
    ) -> tuple[Exchange, Outcome]:
        exchange = await self._far.tell(
            "/rest/posts", left_s, fresh=True, json=self._body(message, refs)
        )
        twin = duplicate_of(exchange)
        if twin is not None:
            self._named[command.key] = twin
            detail = f"LinkedIn says that it has this text already: {twin}"
            return exchange, Outcome(Answer.UNKNOWN, detail, exchange.sent_us)
        return exchange, read_answer(
            exchange,
            shown="LinkedIn",
            said=said_by(exchange),
            receipt=receipt_in(exchange),
            now_us=self._context.now_us(),
        )

    def _body(self, message: Message, refs: list[Any]) -> dict[str, Any]:
        body: dict[str, Any] = {
            "author": self._handle,
            "commentary": "" if message.repost else escaped(message.text),
            "visibility": "PUBLIC",
            "distribution": {
                "feedDistribution": "MAIN_FEED",
                "targetEntities": [],
                "thirdPartyDistributionChannels": [],
            },
            "lifecycleState": "PUBLISHED",
            "isReshareDisabledByAuthor": False,
        }
        images = [
            {"id": ref, "altText": medium.alt}
            for ref, medium in zip(refs, message.media, strict=True)
        ]
        if len(images) == 1:
            body["content"] = {"media": images[0]}
        elif images:
            body["content"] = {"multiImage": {"images": images}}
        if message.repost is not None:
            body["reshareContext"] = {"parent": message.repost}
        return body

    async def _find(self, command: Command, message: Message) -> Reading:  # noqa: ARG002  there is nothing to look for
        twin = self._named.get(command.key)
        detail = "LinkedIn does not show an account's posts to us: look there"
        if twin is not None:
            detail += f", at {twin} first"
        return Reading(Sight.UNREADABLE, detail=detail)
