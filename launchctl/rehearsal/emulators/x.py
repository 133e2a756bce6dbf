"""An X API v2 that can be rehearsed against, and made to go wrong.

It is strict where X is: real OAuth 1.0a signatures with nonces, one identity per token,
refusal of duplicates in X's own words, weighted length, strict JSON, snowflake ids,
problem+json, rate limit headers, t.co rewriting, a timeline that may lag, and the life
cycle of media. ``faults.next(fault, on=...)`` queues trouble for the next request of a
kind: ``post``, ``me``, ``timeline``, ``initialize``, ``append``, ``finalize``,
``status``, ``metadata``.

Everything received is in ``requests``, everything published in ``posts``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from aiohttp import web

from launchctl.clock import wall_us
from launchctl.rehearsal.emulators.network import Act, NetworkEmulator, Received
from launchctl.rehearsal.emulators.x_account import (
    BadSignatureError,
    Signatures,
    XAccount,
)
from launchctl.rehearsal.emulators.x_media import Library
from launchctl.rehearsal.emulators.x_posts import PublishedPost, Publisher
from launchctl.rehearsal.emulators.x_problems import Problem
from launchctl.rehearsal.emulators.x_text import Snowflakes
from launchctl.times import SECOND, Micros

__all__ = ["Received", "XAccount", "XEmulator"]

_WINDOW_US = 900 * SECOND


class XEmulator(NetworkEmulator[XAccount]):
    """X, as far as one reveal needs it.

    Args:
        accounts: who exists, with their credentials.
        now_us: X's clock: ids, Date headers, limits, expiry.
        lag_s: how long a published post stays out of the timeline.
        posts_per_window: the limit of POST /2/tweets per account and 15 minutes.
        signed_at_us: the wall clock that signatures are stamped with.
    """

    def __init__(
        self,
        accounts: Sequence[XAccount],
        now_us: Callable[[], Micros],
        *,
        lag_s: float = 0.0,
        posts_per_window: int = 100,
        signed_at_us: Callable[[], Micros] = wall_us,
    ) -> None:
        super().__init__(now_us)
        self.accounts = {account.handle.casefold(): account for account in accounts}
        ids = Snowflakes()
        self.media = Library(now_us, ids)
        self.publisher = Publisher(now_us, ids, self.media)
        self.publisher.lag_s = lag_s
        self.posts_per_window = posts_per_window
        self._signatures = Signatures(accounts, signed_at_us)
        self._windows: dict[str, tuple[Micros, int]] = {}

    @property
    def posts(self) -> list[PublishedPost]:
        """Everything published, in order; deleted posts are gone."""
        return self.publisher.posts

    @property
    def lag_s(self) -> float:
        """How long a post published from now on stays out of the timeline."""
        return self.publisher.lag_s

    @lag_s.setter
    def lag_s(self, lag_s: float) -> None:
        self.publisher.lag_s = lag_s

    def post_by_hand(
        self, handle: str, text: str, reply_to: str | None = None
    ) -> PublishedPost:
        """What the account's owner posts, or replies, from the phone."""
        account = self.accounts[handle.casefold()]
        draft: dict[str, Any] = {"text": text}
        if reply_to is not None:
            draft["reply"] = {"in_reply_to_tweet_id": reply_to}
        return self.publisher.publish(account, draft)

    def make_app(self) -> web.Application:
        """The routes of API v2 that are emulated."""
        app = web.Application(client_max_size=8 << 20)
        upload = "/2/media/upload"
        routes: list[tuple[str, str, str, Act[XAccount]]] = [
            ("GET", "/2/users/me", "me", self._me),
            ("GET", "/2/users/{id}/tweets", "timeline", self._timeline),
            ("POST", "/2/tweets", "post", self._post),
            ("DELETE", "/2/tweets/{id}", "delete", self._delete),
            ("POST", "/2/users/{id}/retweets", "repost", self._repost),
            ("POST", f"{upload}/initialize", "initialize", self._initialize),
            ("POST", upload + "/{id}/append", "append", self._append),
            ("POST", upload + "/{id}/finalize", "finalize", self._finalize),
            ("GET", upload, "status", self._status),
            ("POST", "/2/media/metadata", "metadata", self._metadata),
        ]
        for method, path, kind, act in routes:
            app.router.add_route(method, path, self.handler(kind, act))
        app.router.add_route("*", "/{rest:.*}", self.handler("other", _nothing_there))
        return app

    def who(self, request: web.Request, body: bytes) -> XAccount:
        """The account that signed the request."""
        try:
            return self._signatures.who(request, body)
        except BadSignatureError:
            raise Problem(401, "Unauthorized") from None

    async def answered(
        self, act: Act[XAccount], request: web.Request, account: XAccount, body: bytes
    ) -> web.Response:
        """What X answers, with what the token may do."""
        response = await act(request, account, body)
        response.headers["x-access-level"] = account.access
        return response

    # --- users and posts --------------------------------------------------------------

    async def _me(self, _: web.Request, account: XAccount, __: bytes) -> web.Response:
        data = {
            "id": account.user_id,
            "name": account.handle,
            "username": account.handle,
        }
        return web.json_response({"data": data})

    async def _post(
        self, _: web.Request, account: XAccount, body: bytes
    ) -> web.Response:
        if account.access == "read":
            raise Problem(403, "Your client app is not configured to write.")
        headers = self._count(account)
        try:
            post = self.publisher.publish(account, _json(body))
        except Problem as problem:
            problem.headers = headers
            raise
        data = {"id": post.id, "text": post.shown.text}
        answer = {"data": {**data, "edit_history_tweet_ids": [post.id]}}
        return web.json_response(answer, status=201, headers=headers)

    async def _repost(
        self, request: web.Request, account: XAccount, body: bytes
    ) -> web.Response:
        if account.access == "read":
            raise Problem(403, "Your client app is not configured to write.")
        if request.match_info["id"] != account.user_id:
            raise Problem(403, "You may repost as yourself only.")
        post = self.publisher.repost(account, _json(body))
        return web.json_response({"data": {"retweeted": True, "rest_id": post.id}})

    def _count(self, account: XAccount) -> dict[str, str]:
        """Count one post against the account's window."""
        now_us = self.now_us()
        began_us, used = self._windows.get(account.handle, (now_us, 0))
        if now_us - began_us >= _WINDOW_US:
            began_us, used = now_us, 0
        reset = (began_us + _WINDOW_US) // SECOND
        headers = {
            "x-rate-limit-limit": str(self.posts_per_window),
            "x-rate-limit-remaining": str(max(0, self.posts_per_window - used - 1)),
            "x-rate-limit-reset": str(reset),
        }
        if used >= self.posts_per_window:
            raise Problem(429, "Too Many Requests", headers)
        self._windows[account.handle] = (began_us, used + 1)
        return headers

    async def _timeline(
        self, request: web.Request, account: XAccount, _: bytes
    ) -> web.Response:
        owner = request.match_info["id"]
        known = {other.user_id for other in self.accounts.values()}
        if owner not in known:
            raise Problem(404, f"Could not find user with id: [{owner}].")
        del account  # every signed account may read every public timeline
        return web.json_response(self.publisher.timeline(owner, dict(request.query)))

    async def _delete(
        self, request: web.Request, account: XAccount, _: bytes
    ) -> web.Response:
        self.publisher.delete(account, request.match_info["id"])
        return web.json_response({"data": {"deleted": True}})

    # --- media ------------------------------------------------------------------------

    async def _initialize(
        self, _: web.Request, account: XAccount, body: bytes
    ) -> web.Response:
        return web.json_response(self.media.initialize(account.user_id, _json(body)))

    async def _append(
        self, request: web.Request, account: XAccount, _: bytes
    ) -> web.Response:
        form = await request.post()
        piece, index = form.get("media"), form.get("segment_index")
        if not isinstance(piece, web.FileField) or not str(index).isdigit():
            raise Problem(400, "media and segment_index are needed")
        content = piece.file.read()
        media_id = request.match_info["id"]
        self.media.append(account.user_id, media_id, int(str(index)), content)
        return web.json_response({"data": {"expires_at": self.now_us() // SECOND}})

    async def _finalize(
        self, request: web.Request, account: XAccount, _: bytes
    ) -> web.Response:
        told = self.media.finalize(account.user_id, request.match_info["id"])
        return web.json_response(told)

    async def _status(
        self, request: web.Request, account: XAccount, _: bytes
    ) -> web.Response:
        media_id = request.query.get("media_id", "")
        return web.json_response(self.media.status(account.user_id, media_id))

    async def _metadata(
        self, _: web.Request, account: XAccount, body: bytes
    ) -> web.Response:
        return web.json_response(self.media.describe(account.user_id, _json(body)))


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        raise Problem(400, "The request body is not JSON.") from None


async def _nothing_there(
    _request: web.Request, _account: XAccount, _body: bytes
) -> web.Response:
    raise Problem(404, "Not Found")
