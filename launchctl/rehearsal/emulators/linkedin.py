"""A LinkedIn that can be rehearsed against, and made to go wrong.

It is strict where the real one is: versioned headers, the author's own token, reserved
characters (an unescaped one ends the published text, and LinkedIn says that all is
well), the URN in ``x-restli-id``, a duplicate refused with the URN of the other, images
that must have arrived. Posts cannot be read: 403.

Faults ``on``: ``me``, ``post``, ``initialize``, ``upload``, ``image``, ``introspect``,
``timeline``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from launchctl.rehearsal.emulators.network import (
    Medium,
    NetworkEmulator,
    Post,
    Refusal,
    json_of,
    made,
)
from launchctl.rehearsal.emulators.web import Fault
from launchctl.times import DAY, MILLISECOND, SECOND, Micros

__all__ = ["LinkedInAccount", "LinkedInEmulator", "says"]

_RESERVED = re.compile(r"(?<!\\)(?:\\\\)*([|{}@\[\]()<>*_~]|#(?!\w))")
_LENGTH = 3_000


class LinkedInRefusal(Refusal):
    """An error of the API."""

    def __init__(self, status: int, words: str, code: str = "") -> None:
        super().__init__(words)
        self.status = status
        self.code = code

    def response(self) -> web.Response:
        """As it goes over the wire."""
        return web.json_response(
            _problem(self.status, str(self), self.code), status=self.status
        )


def _problem(status: int, words: str, code: str = "") -> dict[str, Any]:
    codes = {
        401: "INVALID_ACCESS_TOKEN",
        403: "ACCESS_DENIED",
        429: "TOO_MANY_REQUESTS",
    }
    code = code or codes.get(status, "ERROR")
    return {"message": words, "status": status, "code": code, "serviceErrorCode": 100}


def says(status: int, words: str) -> Fault:
    """LinkedIn refuses in its own words."""
    return Fault(
        f"{status}: {words}",
        status=status,
        body=json.dumps(_problem(status, words)).encode(),
        content_type="application/json",
    )


@dataclass(frozen=True, slots=True)
class LinkedInAccount:
    """A person or an organisation; ``handle`` is its URN."""

    handle: str
    access_token: str = field(repr=False)

    @classmethod
    def made(cls, handle: str) -> Self:
        """An account with credentials made from its handle: for emulators alone."""
        return cls(handle, f"AQ{made('access token', handle, 60)}")

    def values(self) -> dict[str, str]:
        """What stands behind a runbook's ``credentials`` prefix."""
        return {"ACCESS_TOKEN": self.access_token}


class _Loose(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _Image(_Loose):
    id: str
    alt: str = Field(default="", alias="altText", max_length=4_086)


class _Images(_Loose):
    images: list[_Image] = Field(min_length=2, max_length=20)


class _Content(_Loose):
    media: _Image | None = None
    many: _Images | None = Field(default=None, alias="multiImage")


class _Reshare(_Loose):
    parent: str


class _Draft(_Loose):
    author: str
    commentary: str
    visibility: str = Field(pattern="^(PUBLIC|CONNECTIONS)$")
    distribution: dict[str, Any]
    state: str = Field(alias="lifecycleState", pattern="^PUBLISHED$")
    closed: bool = Field(alias="isReshareDisabledByAuthor")
    content: _Content | None = None
    reshare: _Reshare | None = Field(default=None, alias="reshareContext")


@dataclass(slots=True)
class _Upload:
    owner: str
    data: bytes = b""


class LinkedInEmulator(NetworkEmulator[LinkedInAccount]):
    """LinkedIn with these authors.

    Attributes:
        token_lives_us: how long every token lives from now, as introspection tells.
    """

    def __init__(
        self, accounts: Sequence[LinkedInAccount], now_us: Callable[[], Micros]
    ) -> None:
        super().__init__(now_us)
        self.accounts = {account.handle: account for account in accounts}
        self.posts: list[Post] = []
        self.token_lives_us = 60 * DAY
        self._uploads: dict[str, _Upload] = {}
        self._last_id = 0

    def post_by_hand(self, handle: str, text: str) -> Post:
        """What the account's owner posts from the phone."""
        return self._add(self.accounts[handle], text)

    def make_app(self) -> web.Application:
        """The routes of the API that are emulated."""
        app = web.Application(client_max_size=16 << 20)
        for method, path, kind, act in (
            ("GET", "/v2/userinfo", "me", self._me),
            ("GET", "/rest/organizationAcls", "me", self._roles),
            ("POST", "/rest/posts", "post", self._publish),
            ("GET", "/rest/posts", "timeline", _closed),
            ("POST", "/rest/images", "initialize", self._initialize),
            ("PUT", "/dms-uploads/{id}", "upload", self._upload),
            ("GET", "/rest/images/{urn}", "image", self._image),
            ("POST", "/oauth/v2/introspectToken", "introspect", self._introspect),
        ):
            app.router.add_route(method, path, self.handler(kind, act))
        app.router.add_route("*", "/{rest:.*}", self.handler("other", _nothing))
        return app

    def who(self, request: web.Request, body: bytes) -> LinkedInAccount:
        """The account that the token is of; ``/rest`` demands its headers."""
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if request.path.endswith("/introspectToken"):
            token = body.decode().partition("token=")[2]
        account = next(
            (a for a in self.accounts.values() if a.access_token == token), None
        )
        if account is None:
            raise LinkedInRefusal(401, "Invalid access token")
        headers = request.headers
        if request.path.startswith("/rest/") and (
            headers.get("X-Restli-Protocol-Version") != "2.0.0"
            or not re.fullmatch(r"20\d{4}", headers.get("LinkedIn-Version", ""))
        ):
            words = "Requested version is not active"
            raise LinkedInRefusal(426, words, "NONEXISTENT_VERSION")
        return account

    # --- who --------------------------------------------------------------------------

    async def _me(
        self, _: web.Request, account: LinkedInAccount, __: bytes
    ) -> web.Response:
        if not account.handle.startswith("urn:li:person:"):
            raise LinkedInRefusal(403, "Not enough permissions to access: userinfo")
        return web.json_response({"sub": account.handle.rpartition(":")[2]})

    async def _roles(
        self, _: web.Request, account: LinkedInAccount, __: bytes
    ) -> web.Response:
        role = {"role": "ADMINISTRATOR", "state": "APPROVED"}
        return web.json_response(
            {"elements": [{**role, "organization": account.handle}]}
        )

    async def _introspect(
        self, _: web.Request, __: LinkedInAccount, ___: bytes
    ) -> web.Response:
        expires = (self.now_us() + self.token_lives_us) // SECOND
        return web.json_response({"active": True, "expires_at": expires})

    # --- posts ------------------------------------------------------------------------

    async def _publish(
        self, _: web.Request, account: LinkedInAccount, body: bytes
    ) -> web.Response:
        try:
            draft = _Draft.model_validate(json_of(body))
        except ValidationError as error:
            where = ".".join(str(part) for part in error.errors()[0]["loc"])
            raise LinkedInRefusal(422, f"/{where} :: not as it must be") from None
        if draft.author != account.handle:
            raise LinkedInRefusal(403, f"Author {draft.author} is not you")
        text = published(draft.commentary)
        if len(text.encode("utf-16-le")) // 2 > _LENGTH:
            raise LinkedInRefusal(422, f"commentary exceeds {_LENGTH} characters")
        parent = draft.reshare.parent if draft.reshare else None
        if parent is not None and all(post.id != parent for post in self.posts):
            raise LinkedInRefusal(404, f"{parent} is not there")
        for post in self.posts:
            if (post.handle, post.text, post.repost_of) == (
                account.handle,
                text,
                parent,
            ):
                words = f"Content is a duplicate of {post.id}"
                raise LinkedInRefusal(422, words, "DUPLICATE_POST")
        media = tuple(self._shown(account, image) for image in _images(draft))
        post = self._add(account, text, media, parent)
        return web.Response(status=201, headers={"x-restli-id": post.id})

    def _shown(self, account: LinkedInAccount, image: _Image) -> Medium:
        upload = self._uploads.get(image.id)
        if upload is None or upload.owner != account.handle or not upload.data:
            raise LinkedInRefusal(422, f"{image.id} is not an image of yours")
        return Medium(image.alt, upload.data)

    def _add(
        self,
        account: LinkedInAccount,
        text: str,
        media: tuple[Medium, ...] = (),
        repost_of: str | None = None,
    ) -> Post:
        now_us = self.now_us()
        self._last_id = max((now_us // MILLISECOND) << 22, self._last_id + 1)
        post = Post(
            id=f"urn:li:share:{self._last_id}",
            handle=account.handle,
            text=text,
            at_us=now_us,
            visible_us=now_us,
            media=media,
            repost_of=repost_of,
        )
        self.posts.append(post)
        return post

    # --- images -----------------------------------------------------------------------

    async def _initialize(
        self, request: web.Request, account: LinkedInAccount, body: bytes
    ) -> web.Response:
        asked = json_of(body)
        asked = asked if isinstance(asked, Mapping) else {}
        owner = asked.get("initializeUploadRequest", {}).get("owner")
        if request.query.get("action") != "initializeUpload" or owner != account.handle:
            raise LinkedInRefusal(400, "the owner of an image is its author")
        name = f"D4E{len(self._uploads):06d}"
        urn = f"urn:li:image:{name}"
        self._uploads[urn] = _Upload(account.handle)
        value = {"image": urn, "uploadUrl": f"{self.url}/dms-uploads/{name}"}
        return web.json_response({"value": value})

    async def _upload(
        self, request: web.Request, _: LinkedInAccount, body: bytes
    ) -> web.Response:
        upload = self._uploads.get(f"urn:li:image:{request.match_info['id']}")
        if upload is None:
            raise LinkedInRefusal(404, "there is no such upload")
        upload.data = body
        return web.Response(status=201)

    async def _image(
        self, request: web.Request, _: LinkedInAccount, __: bytes
    ) -> web.Response:
        upload = self._uploads.get(request.match_info["urn"])
        if upload is None:
            raise LinkedInRefusal(404, "there is no such image")
        status = "AVAILABLE" if upload.data else "WAITING_UPLOAD"
        return web.json_response({"id": request.match_info["urn"], "status": status})


def _images(draft: _Draft) -> list[_Image]:
    if draft.content is None:
        return []
    if draft.content.media is not None:
        return [draft.content.media]
    return draft.content.many.images if draft.content.many else []


def published(commentary: str) -> str:
    """What LinkedIn makes of a commentary: it ends at a reserved character."""
    found = _RESERVED.search(commentary)
    text = commentary[: found.start(1)] if found else commentary
    return re.sub(r"\\(.)", r"\1", text)


async def _closed(_: web.Request, __: LinkedInAccount, ___: bytes) -> web.Response:
    raise LinkedInRefusal(403, "Not enough permissions to access: posts.FINDER-author")


async def _nothing(_: web.Request, __: LinkedInAccount, ___: bytes) -> web.Response:
    raise LinkedInRefusal(404, "No virtual resource found")
