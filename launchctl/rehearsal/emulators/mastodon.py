"""A Mastodon server that can be rehearsed against, and made to go wrong.

It is strict where the real one is: bearer tokens, Idempotency-Key for an hour (and, if
``key_breaks``, a 500 for a key that is used again, as has been seen), its own limits,
texts given back as HTML, media that are digested after they were taken, rate limits.

Faults ``on``: ``instance``, ``me``, ``post``, ``repost``, ``timeline``, ``upload``,
``media``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from aiohttp import web
from pydantic import ValidationError

from launchctl.rehearsal.emulators.mastodon_words import (
    Draft,
    MastodonAccount,
    MastodonRefusal,
    instant,
    length_of,
    shown,
)
from launchctl.rehearsal.emulators.network import (
    Medium,
    NetworkEmulator,
    Post,
    json_of,
)
from launchctl.times import HOUR, MILLISECOND, SECOND, Micros, micros

__all__ = ["MastodonAccount", "MastodonEmulator"]

_WINDOW_US = 3 * HOUR
_TYPES = ("image/jpeg", "image/png", "image/gif", "image/webp", "video/mp4")


@dataclass(slots=True)
class _Upload:
    owner: str
    medium: Medium
    ready_us: Micros


class MastodonEmulator(NetworkEmulator[MastodonAccount]):
    """A server with these accounts on it.

    Attributes:
        lag_s: how long a published post stays out of the account's posts.
        max_characters: the server's own limit.
        digest_s: how long media take to be digested.
        key_breaks: a key used again is answered by a 500.
        posts_per_window: how many posts an account has in three hours.
    """

    def __init__(
        self, accounts: Sequence[MastodonAccount], now_us: Callable[[], Micros]
    ) -> None:
        super().__init__(now_us)
        self.accounts = {account.handle.casefold(): account for account in accounts}
        self.posts: list[Post] = []
        self.lag_s = 0.0
        self.max_characters = 500
        self.digest_s = 0.0
        self.key_breaks = False
        self.posts_per_window = 300
        self._last_id = 0
        self._keys: dict[tuple[str, str], tuple[Post, Micros]] = {}
        self._uploads: dict[str, _Upload] = {}
        self._windows: dict[str, tuple[Micros, int]] = {}

    def post_by_hand(self, handle: str, text: str, reply_to: str | None = None) -> Post:
        """What the account's owner posts, or replies, from the phone."""
        return self._add(self.accounts[handle.casefold()], text, reply_to=reply_to)

    def make_app(self) -> web.Application:
        """The routes of the API that are emulated."""
        app = web.Application(client_max_size=32 << 20)
        v1 = "/api/v1"
        for method, path, kind, act in (
            ("GET", "/api/v2/instance", "instance", self._instance),
            ("GET", f"{v1}/accounts/verify_credentials", "me", self._me),
            ("GET", v1 + "/accounts/{id}/statuses", "timeline", self._statuses),
            ("POST", f"{v1}/statuses", "post", self._publish),
            ("POST", v1 + "/statuses/{id}/reblog", "repost", self._reblog),
            ("POST", "/api/v2/media", "upload", self._upload),
            ("GET", v1 + "/media/{id}", "media", self._media),
        ):
            app.router.add_route(method, path, self.handler(kind, act))
        app.router.add_route("*", "/{rest:.*}", self.handler("other", _nothing))
        return app

    def who(self, request: web.Request, body: bytes) -> MastodonAccount:  # noqa: ARG002  only its token tells
        """The account that the token is of."""
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        for account in self.accounts.values():
            if token == account.access_token:
                return account
        raise MastodonRefusal(401, "The access token is invalid")

    # --- who and where ----------------------------------------------------------------

    async def _instance(
        self, _: web.Request, account: MastodonAccount, __: bytes
    ) -> web.Response:
        statuses = {
            "max_characters": self.max_characters,
            "max_media_attachments": 4,
            "characters_reserved_per_url": 23,
        }
        media = {
            "supported_mime_types": list(_TYPES),
            "image_size_limit": 16_777_216,
            "video_size_limit": 103_809_024,
            "description_limit": 1_500,
        }
        told = {"statuses": statuses, "media_attachments": media}
        domain = account.handle.rpartition("@")[2]
        return web.json_response({"domain": domain, "configuration": told})

    async def _me(
        self, _: web.Request, account: MastodonAccount, __: bytes
    ) -> web.Response:
        told = {"id": account.user_id, "username": account.username}
        return web.json_response({**told, "acct": account.username})

    # --- posts ------------------------------------------------------------------------

    async def _publish(
        self, request: web.Request, account: MastodonAccount, body: bytes
    ) -> web.Response:
        headers = self._count(account)
        key = request.headers.get("Idempotency-Key", "")
        known, until_us = self._keys.get((account.handle, key), (None, 0))
        if known is not None and self.now_us() < until_us:
            if self.key_breaks:
                raise MastodonRefusal(500, "Something went wrong on our end")
            return web.json_response(self._told(known), headers=headers)
        post = self._published(account, body)
        if key:
            self._keys[account.handle, key] = (post, self.now_us() + HOUR)
        return web.json_response(self._told(post), headers=headers)

    def _published(self, account: MastodonAccount, body: bytes) -> Post:
        try:
            draft = Draft.model_validate(json_of(body))
        except ValidationError as error:
            words = str(error.errors()[0]["msg"])
            raise MastodonRefusal(422, f"Validation failed: {words}") from None
        if not draft.status.strip() and not draft.media_ids:
            raise MastodonRefusal(422, "Validation failed: Text can't be blank")
        if length_of(draft.status) > self.max_characters:
            words = f"Text character limit of {self.max_characters} exceeded"
            raise MastodonRefusal(422, f"Validation failed: {words}")
        answered = draft.in_reply_to_id
        if answered is not None and all(post.id != answered for post in self.posts):
            raise MastodonRefusal(404, "Record not found")
        media = tuple(self._postable(account, one) for one in draft.media_ids)
        return self._add(account, draft.status, media, answered)

    def _postable(self, account: MastodonAccount, media_id: str) -> Medium:
        upload = self._uploads.get(media_id)
        if upload is None or upload.owner != account.handle:
            raise MastodonRefusal(422, "Validation failed: Media not found")
        if self.now_us() < upload.ready_us:
            words = "Cannot attach files that have not finished processing."
            raise MastodonRefusal(422, words)
        return upload.medium

    def _add(
        self,
        account: MastodonAccount,
        text: str,
        media: tuple[Medium, ...] = (),
        reply_to: str | None = None,
    ) -> Post:
        now_us = self.now_us()
        self._last_id = max((now_us // MILLISECOND) << 16, self._last_id + 1)
        visible_us = now_us + micros(self.lag_s)
        post = Post(
            str(self._last_id),
            account.handle,
            text.strip(),
            now_us,
            visible_us,
            media,
            reply_to,
        )
        self.posts.append(post)
        return post

    async def _reblog(
        self, request: web.Request, account: MastodonAccount, _: bytes
    ) -> web.Response:
        wanted = request.match_info["id"]
        if all(post.id != wanted for post in self.posts):
            raise MastodonRefusal(404, "Record not found")
        for post in self.posts:
            if (post.handle, post.repost_of) == (account.handle, wanted):
                return web.json_response(self._told(post))
        self._add(account, "")
        self.posts[-1] = replace(self.posts[-1], repost_of=wanted)
        return web.json_response(self._told(self.posts[-1]))

    def _count(self, account: MastodonAccount) -> dict[str, str]:
        now_us = self.now_us()
        began_us, used = self._windows.get(account.handle, (now_us, 0))
        if now_us - began_us >= _WINDOW_US:
            began_us, used = now_us, 0
        headers = {
            "X-RateLimit-Limit": str(self.posts_per_window),
            "X-RateLimit-Remaining": str(max(0, self.posts_per_window - used - 1)),
            "X-RateLimit-Reset": instant(began_us + _WINDOW_US),
        }
        if used >= self.posts_per_window:
            raise MastodonRefusal(429, "Too many requests", headers)
        self._windows[account.handle] = (began_us, used + 1)
        return headers

    async def _statuses(
        self, request: web.Request, _: MastodonAccount, __: bytes
    ) -> web.Response:
        query = request.query
        owner = request.match_info["id"]
        handle = next(
            (a.handle for a in self.accounts.values() if a.user_id == owner), None
        )
        if handle is None:
            raise MastodonRefusal(404, "Record not found")
        found = [
            post
            for post in reversed(self.posts)
            if post.handle == handle
            and post.visible_us <= self.now_us()
            and int(post.id) > int(query.get("since_id", "0"))
            and int(post.id) < int(query.get("max_id", str(1 << 63)))
            and not (query.get("exclude_reblogs") == "true" and post.repost_of)
        ]
        page = found[: min(int(query.get("limit", "20")), 40)]
        return web.json_response([self._told(post) for post in page])

    def _told(self, post: Post) -> dict[str, Any]:
        user, _, domain = post.handle.partition("@")
        source = next((one for one in self.posts if one.id == post.repost_of), None)
        where = f"https://{domain}/@{user}/{post.id}"
        return {
            "id": post.id,
            "uri": where,
            "url": None if post.repost_of else where,
            "created_at": instant(post.at_us),
            "content": shown(post.text),
            "in_reply_to_id": post.reply_to,
            "reblog": self._told(source) if source else None,
            "media_attachments": [
                {"type": "image", "description": medium.alt} for medium in post.media
            ],
        }

    # --- media ------------------------------------------------------------------------

    async def _upload(
        self, request: web.Request, account: MastodonAccount, _: bytes
    ) -> web.Response:
        form = await request.post()
        file = form.get("file")
        if not isinstance(file, web.FileField) or file.content_type not in _TYPES:
            raise MastodonRefusal(422, "Validation failed: File content type is wrong")
        medium = Medium(str(form.get("description", "")), file.file.read())
        media_id = f"9{len(self._uploads):017d}"
        ready_us = self.now_us() + round(self.digest_s * SECOND)
        self._uploads[media_id] = _Upload(account.handle, medium, ready_us)
        return self._progress(media_id, 202)

    async def _media(
        self, request: web.Request, account: MastodonAccount, _: bytes
    ) -> web.Response:
        media_id = request.match_info["id"]
        upload = self._uploads.get(media_id)
        if upload is None or upload.owner != account.handle:
            raise MastodonRefusal(404, "Record not found")
        return self._progress(media_id, 206)

    def _progress(self, media_id: str, status: int) -> web.Response:
        ready = self.now_us() >= self._uploads[media_id].ready_us
        url = f"{self.url}/files/{media_id}" if ready else None
        told = {"id": media_id, "type": "image", "url": url}
        return web.json_response(told, status=200 if ready else status)


async def _nothing(_: web.Request, __: MastodonAccount, ___: bytes) -> web.Response:
    raise MastodonRefusal(404, "Record not found")
