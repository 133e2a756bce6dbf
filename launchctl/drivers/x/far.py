"""The way to X: tweepy builds each request, our own session signs and carries it.

tweepy 4.17's asynchronous client has no time-out, follows redirects, opens a connection
per call unless given a session, prints the Authorization header at DEBUG, cannot be
told another host, and raises whatever its reading of an unexpected answer meets. So it
gets a session of ours, which goes to ``api:`` if the runbook names one (the signature
stays over the canonical URL), and what came back is read from the ``Exchange`` and not
from tweepy's exceptions.

Posts go over a fresh connection each; everything else over kept ones.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass, field
from typing import Any, NoReturn, Self

import aiohttp
from oauthlib.oauth1 import Client as OAuthClient
from tweepy.asynchronous import AsyncClient
from yarl import URL

from launchctl.chance import Chance, SystemChance
from launchctl.clock import wall_us
from launchctl.drivers.wire import Exchange, describe, open_session, receive
from launchctl.runbook.networks import NETWORKS
from launchctl.times import SECOND, Micros

CANONICAL = "https://api.twitter.com"
"""What tweepy signs for; X accepts signatures over this host and over api.x.com."""

_TALKATIVE = (
    "tweepy",
    "tweepy.client",
    "tweepy.asynchronous.client",
    "oauthlib",
    "oauthlib.oauth1.rfc5849",
    "requests_oauthlib",
    "requests_oauthlib.oauth1_auth",
)

_POST_FIELDS = "created_at,entities,attachments,referenced_tweets"


def silence_libraries() -> None:
    """Keep the libraries from logging headers and signing material at DEBUG."""
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)


@dataclass(frozen=True, slots=True)
class Credentials:
    """The four OAuth 1.0a values of one account. Never printed."""

    consumer_key: str = field(repr=False)
    consumer_secret: str = field(repr=False)
    access_token: str = field(repr=False)
    access_token_secret: str = field(repr=False)

    @classmethod
    def of(cls, values: Mapping[str, str]) -> Self:
        """Take them from what stands behind the runbook's ``credentials``."""
        return cls(*(values[name] for name in NETWORKS["x"].credentials))

    def secrets(self) -> tuple[str, ...]:
        """All four values, to be struck out of far ends' words."""
        return (
            self.consumer_key,
            self.consumer_secret,
            self.access_token,
            self.access_token_secret,
        )


class Far:
    """X's API as one account reaches it. Methods raise nothing but cancellation."""

    def __init__(
        self,
        credentials: Credentials,
        api: str | None,
        now_us: Callable[[], Micros],
        *,
        wall_us: Callable[[], Micros] = wall_us,
        chance: Chance | None = None,
    ) -> None:
        self._credentials = credentials
        self._base = (api or CANONICAL).rstrip("/")
        self._now_us = now_us
        self._wall_us = wall_us
        self._chance = chance or SystemChance()
        self._kept: aiohttp.ClientSession
        self._fresh: aiohttp.ClientSession

    async def start(self, stack: AsyncExitStack) -> None:
        """Make the sessions; nothing is sent yet."""
        silence_libraries()
        self._kept = await open_session(stack, self._now_us, fresh=False)
        self._fresh = await open_session(stack, self._now_us, fresh=True)

    async def me(self, limit_s: float) -> Exchange:
        """GET /2/users/me: whose credentials these are."""
        return await self._ask(lambda x: x.get_me(), limit_s)

    async def create(
        self, text: str, media_ids: Sequence[str], reply_to: str | None, limit_s: float
    ) -> Exchange:
        """POST /2/tweets, over a connection of its own."""
        return await self._ask(
            lambda x: x.create_tweet(
                text=text or None,
                media_ids=list(media_ids) or None,
                in_reply_to_tweet_id=reply_to,
            ),
            limit_s,
            fresh=True,
        )

    async def repost(self, user_id: str, post_id: str, limit_s: float) -> Exchange:
        """POST /2/users/:id/retweets, over a connection of its own."""
        return await self._ask(
            lambda x: x.request(
                "POST",
                f"/2/users/{user_id}/retweets",
                params={},
                json={"tweet_id": post_id},
                user_auth=True,
            ),
            limit_s,
            fresh=True,
        )

    async def timeline(  # noqa: PLR0913  what may be asked
        self,
        user_id: str,
        page: str | None,
        limit_s: float,
        *,
        since_id: str | None = None,
        at_most: int = 100,
        reposts: bool = False,
    ) -> Exchange:
        """GET /2/users/:id/tweets: the newest posts of the account; X bills each."""
        more = {"pagination_token": page} if page else {}
        more |= {"since_id": since_id} if since_id else {}
        hidden = {} if reposts else {"exclude": ["retweets"]}
        return await self._ask(
            lambda x: x.get_users_tweets(
                user_id,
                user_auth=True,
                max_results=at_most,
                tweet_fields=_POST_FIELDS,
                **hidden,
                **more,
            ),
            limit_s,
        )

    async def call(
        self,
        method: str,
        route: str,
        limit_s: float,
        *,
        params: Mapping[str, str] | None = None,
        json: Any = None,
    ) -> Exchange:
        """Any route that tweepy has no method for (media upload, v2)."""
        return await self._ask(
            lambda x: x.request(
                method, route, params=dict(params or {}), json=json, user_auth=True
            ),
            limit_s,
        )

    async def part(
        self, route: str, form: aiohttp.FormData, limit_s: float
    ) -> Exchange:
        """POST a multipart body: of such a request only the URL is signed."""

        async def send(client: AsyncClient) -> None:
            async with client.session.request("POST", CANONICAL + route, data=form):
                pass

        return await self._ask(send, limit_s)

    async def _ask(
        self,
        call: Callable[[AsyncClient], Awaitable[Any]],
        limit_s: float,
        *,
        fresh: bool = False,
    ) -> Exchange:
        keys = self._credentials
        client = AsyncClient(
            consumer_key=keys.consumer_key,
            consumer_secret=keys.consumer_secret,
            access_token=keys.access_token,
            access_token_secret=keys.access_token_secret,
        )
        exchange = Exchange()
        session = self._fresh if fresh else self._kept
        client.session = _Carrier(session, self._base, self._sign, exchange)
        try:
            async with asyncio.timeout(limit_s):
                await call(client)
        except _AnsweredError:
            pass
        except (aiohttp.ClientError, OSError, ValueError) as error:
            if exchange.status is None:
                exchange.trouble = describe(error)
        return exchange

    def _sign(
        self, method: str, url: str, headers: Mapping[str, str]
    ) -> Mapping[str, str]:
        """The headers with a signature: by the run's clock and chance, not by what
        tweepy's library takes from the machine.
        """
        signer = OAuthClient(
            *self._credentials.secrets(),
            nonce=self._chance.hex(16),
            timestamp=str(self._wall_us() // SECOND),
        )
        unsigned = {k: v for k, v in headers.items() if k != "Authorization"}
        signed: Mapping[str, str] = signer.sign(url, method, headers=unsigned)[1]
        return signed


class _AnsweredError(Exception):
    """A whole answer is in the exchange: tweepy need not, and does not, read it."""


class _Carrier:
    """What tweepy takes for its session: one request, recorded in one exchange."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        base: str,
        sign: Callable[[str, str, Mapping[str, str]], Mapping[str, str]],
        exchange: Exchange,
    ) -> None:
        self._session = session
        self._base = base
        self._sign = sign
        self._exchange = exchange

    def request(
        self,
        method: str,
        url: URL | str,
        headers: Mapping[str, str] | None = None,
        **request: Any,
    ) -> _Sending:
        """Send to the real address what is signed for the canonical one."""
        target = URL(self._base + str(url).removeprefix(CANONICAL), encoded=True)
        sending = self._session.request(
            method,
            target,
            allow_redirects=False,
            trace_request_ctx=self._exchange,
            headers=self._sign(method, str(url), headers or {}),
            **request,
        )
        return _Sending(sending, self._exchange)


class _Sending:
    """The ``async with`` of one request."""

    def __init__(
        self,
        sending: AbstractAsyncContextManager[aiohttp.ClientResponse],
        exchange: Exchange,
    ) -> None:
        self._sending = sending
        self._exchange = exchange

    async def __aenter__(self) -> NoReturn:
        async with self._sending as response:
            await receive(response, self._exchange)
        raise _AnsweredError

    async def __aexit__(self, *_: object) -> None:
        """Nothing is open any more."""
