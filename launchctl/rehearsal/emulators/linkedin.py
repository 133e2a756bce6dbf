"""A LinkedIn that can be rehearsed against, and made to go wrong.

It is strict where the real one is: versioned headers, the author's own token, reserved
characters (an unescaped one ends the published text, and LinkedIn says that all is
well), the URN in ``x-restli-id``, a duplicate refused with the URN of the other, images
that must have arrived. Posts cannot be read: 403.

Faults ``on``: ``me``, ``post``, ``initialize``, ``upload``, ``image``, ``introspect``,
``timeline``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from aiohttp import web
from pydantic import ValidationError

from launchctl.rehearsal.emulators.linkedin_words import (
    Draft,
    Image,
    LinkedInAccount,
    LinkedInRefusal,
    images_of,
    published,
    says,
)
from launchctl.rehearsal.emulators.network import (
    Medium,
    NetworkEmulator,
    Post,
    json_of,
)
from launchctl.times import DAY, MILLISECOND, SECOND, Micros

__all__ = ["LinkedInAccount", "LinkedInEmulator", "says"]

_LENGTH = 3_000


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
            draft = Draft.model_validate(json_of(body))
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
        media = tuple(self._shown(account, image) for image in images_of(draft))
        post = self._add(account, text, media, parent)
        return web.Response(status=201, headers={"x-restli-id": post.id})

    def _shown(self, account: LinkedInAccount, image: Image) -> Medium:
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


async def _closed(_: web.Request, __: LinkedInAccount, ___: bytes) -> web.Response:
    raise LinkedInRefusal(403, "Not enough permissions to access: posts.FINDER-author")


async def _nothing(_: web.Request, __: LinkedInAccount, ___: bytes) -> web.Response:
    raise LinkedInRefusal(404, "No virtual resource found")
