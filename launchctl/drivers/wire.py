"""HTTP for drivers: one request, sent once, and an honest record of what came of it.

A driver that publishes must know three things that HTTP clients hide: whether a byte
may have left, whether a whole answer came back, and that nobody sent anything twice.
So sessions made here follow no redirects, read no proxies from the environment, keep
no cookies and have no time-out of their own (the command's deadline rules); and every
request fills an ``Exchange``.

aiohttp sends idempotent methods again when a kept connection drops; it never does so
with a POST. A ``fresh`` session opens a connection per request besides, so that a
connection which died while idle cannot turn a post into one of unknown outcome.
"""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import Callable, Collection, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import aiohttp

from launchctl.crossings import crossing
from launchctl.runbook.secrets import MIN_SECRET
from launchctl.times import SECOND, Micros
from launchctl.virtual import network_of

MAX_BODY = 1 << 20
"""Bytes of an answer that are read at most; all answers we understand are smaller."""

_DETAIL = 300


@dataclass(slots=True)
class Exchange:
    """What is known about one request.

    Attributes:
        sent_us: N when the request was handed to an open connection. None: certainly
            not one byte of it left (headers are written after this is noted).
        status: of a whole answer; None if none came.
        trouble: why no whole answer came, for people; never a secret or a URL.
    """

    sent_us: Micros | None = None
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = ""
    body: bytes = b""
    trouble: str = ""

    def json_object(self) -> dict[str, Any] | None:
        """The answer as a JSON object; None if it is anything else."""
        if "json" not in self.content_type:
            return None
        try:
            value = json.loads(self.body)
        except (ValueError, RecursionError):
            return None
        return value if isinstance(value, dict) else None

    def text(self) -> str:
        """The answer as text, whatever it is."""
        return self.body.decode("utf-8", errors="replace")


async def open_session(
    stack: AsyncExitStack, now_us: Callable[[], Micros], *, fresh: bool
) -> aiohttp.ClientSession:
    """A session for one far end, closed with the stack.

    Args:
        stack: unwound when the driver ends.
        now_us: the clock that ``Exchange.sent_us`` is read from.
        fresh: open a new connection for every request.
    """
    session = aiohttp.ClientSession(
        connector=connector(fresh=fresh),
        cookie_jar=aiohttp.DummyCookieJar(),
        trust_env=False,
        timeout=aiohttp.ClientTimeout(total=None, connect=None, sock_connect=None),
        trace_configs=[_trace(now_us)],
    )
    return await stack.enter_async_context(session)


def connector(*, fresh: bool) -> aiohttp.BaseConnector:
    """TCP; in virtual time whatever the loop's own network reaches, and nothing else.

    Every connection of a driver is made through this, so that a rehearsal cannot leave
    the process. ``fresh``: a new connection for every request.
    """
    network = network_of(asyncio.get_running_loop())
    if network is not None:
        found: aiohttp.BaseConnector = network.connector(force_close=fresh)
        return found
    return aiohttp.TCPConnector(
        force_close=fresh, ttl_dns_cache=300, enable_cleanup_closed=False
    )


def _trace(now_us: Callable[[], Micros]) -> aiohttp.TraceConfig:
    async def headers_leave(
        _session: aiohttp.ClientSession, context: SimpleNamespace, _params: object
    ) -> None:
        crossing("http", "headers leave")
        exchange = context.trace_request_ctx
        if isinstance(exchange, Exchange):
            exchange.sent_us = now_us()

    async def body_leaves(*_: object) -> None:
        # aiohttp writes the body in a task of its own, and the headers with it.
        crossing("http", "body leaves")

    trace = aiohttp.TraceConfig()
    trace.on_request_headers_sent.append(headers_leave)
    trace.on_request_chunk_sent.append(body_leaves)
    return trace


async def exchange_once(
    session: aiohttp.ClientSession,
    method: str,
    url: str,
    *,
    limit_s: float,
    **request: Any,
) -> Exchange:
    """Send one request and tell what came of it. Raises nothing but cancellation.

    Args:
        session: from ``open_session``.
        method: ``GET`` or ``POST``.
        url: absolute.
        limit_s: seconds of loop time until the exchange is given up.
        request: ``json``, ``data``, ``headers`` as aiohttp takes them.
    """
    exchange = Exchange()
    try:
        async with (
            asyncio.timeout(limit_s),
            session.request(
                method,
                url,
                allow_redirects=False,
                trace_request_ctx=exchange,
                **request,
            ) as response,
        ):
            await receive(response, exchange)
    except (aiohttp.ClientError, OSError, ValueError) as error:
        exchange.trouble = describe(error)
    return exchange


async def receive(response: aiohttp.ClientResponse, exchange: Exchange) -> None:
    """Read an answer into its exchange; its status is set once the whole body is there.

    Raises:
        aiohttp.ClientError: the body broke off, or is over ``MAX_BODY``.
    """
    crossing("http", "answer comes")
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > MAX_BODY:
            raise aiohttp.ClientPayloadError("the answer is too long")
    exchange.body = bytes(body)
    exchange.headers = {key.lower(): value for key, value in response.headers.items()}
    exchange.content_type = response.content_type
    exchange.status = response.status


def describe(error: BaseException) -> str:
    """What went wrong, in a sentence that cannot hold a URL or a header."""
    table: tuple[tuple[type[BaseException], str], ...] = (
        (aiohttp.ClientConnectorDNSError, "its name cannot be resolved"),
        (aiohttp.ClientConnectorCertificateError, "its certificate is not valid"),
        (ssl.SSLCertVerificationError, "its certificate is not valid"),
        (aiohttp.ClientSSLError, "no TLS connection could be made"),
        (TimeoutError, "no answer in time"),
        (aiohttp.ClientConnectorError, "no connection could be made"),
        (aiohttp.ServerDisconnectedError, "the connection dropped"),
        (ConnectionError, "the connection dropped"),
        (aiohttp.ClientPayloadError, "the answer broke off or is too long"),
        (aiohttp.InvalidURL, "the address is no URL"),
        (aiohttp.ContentTypeError, "the answer is not JSON"),
        (json.JSONDecodeError, "the answer is not JSON"),
    )
    for kind, sentence in table:
        if isinstance(error, kind):
            return sentence
    return f"the exchange failed ({type(error).__name__})"


def seconds_left(deadline_us: Micros, now_us: Micros) -> float:
    """Seconds until a deadline on N; zero or less once it has passed."""
    return (deadline_us - now_us) / SECOND


def scrub(text: str, secrets: Collection[str], limit: int = _DETAIL) -> str:
    """A far end's words, fit to be shown: one line, bounded, secrets struck out.

    A far end (or a proxy before it) may echo what it was sent. What is shorter than a
    secret can be (``MIN_SECRET``) is a word among words, and stays.
    """
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= MIN_SECRET:
            text = text.replace(secret, "***")
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= limit else line[: limit - 1] + "…"
