"""``POST /hooks/{source}``: the shops' way in.

What cannot be genuine is turned away before its body is read: an unknown source, no
signature, a stale timestamp, a body said to be too large or compressed. The body is
read raw, with a cap and a deadline of its own, verified, recorded; only what is durable
is answered with 2xx. Concurrent deliveries share a commit.

Answers: 200 recorded (or known, or in quarantine), 400 malformed, 401 not genuine, 404
unknown source, 408 too slow, 413 too large, 415 compressed, 422 no order message, 503
not durable: send it again later. Every other than 200 has changed nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping

import structlog
from aiohttp import web

from launchctl.errors import InputError, JournalError
from launchctl.orders.model import Verdict
from launchctl.orders.sources.webhook import (
    DeliveryRefusedError,
    Envelope,
    WebhookSource,
)
from launchctl.store.base import MIN_FREE_BYTES, Ledger
from launchctl.times import Micros

MAX_BODY_BYTES = 64 * 1024
BODY_DEADLINE_S = 10.0
RETRY_AFTER_S = 5
_ANSWERS = {each: b'{"verdict": "%s"}' % each.value.encode() for each in Verdict}
_LOOK_AT_DISK_EVERY_S = 1.0
_LOG_EVERY_S = 1.0

_log = structlog.get_logger(__name__)


class Hooks:
    """The handler of all sources of one ledger.

    Args:
        sources: by name, as in the path.
        ledger: open for writing.
        now_us: N.
        body_deadline_s: how long a body may take, in seconds of the serving loop.
        min_free_bytes: below it on the ledger's disk nothing is taken any more.
    """

    def __init__(
        self,
        sources: Mapping[str, WebhookSource],
        ledger: Ledger,
        now_us: Callable[[], Micros],
        *,
        body_deadline_s: float = BODY_DEADLINE_S,
        min_free_bytes: int = MIN_FREE_BYTES,
    ) -> None:
        self._sources = dict(sources)
        self._ledger = ledger
        self._now_us = now_us
        self._body_deadline_s = body_deadline_s
        self._min_free_bytes = min_free_bytes
        self._looked_at = float("-inf")
        self._has_room = True
        self._refusals = _Refusals()

    async def handle(self, request: web.Request) -> web.Response:
        """Take one delivery, or say why not."""
        name = request.match_info["source"]
        try:
            source, envelope = self._admit(name, request)
            raw = await self._read(request)
            delivery = source.read(envelope, raw, self._now_us())
            verdict = await self._ledger.record(delivery)
        except DeliveryRefusedError as refusal:
            self._refusals.note(name, refusal.status, str(refusal))
            return _refused(refusal.status, str(refusal))
        except InputError as error:
            # Sent again it would be no better: a 5xx would have the shop try for days.
            self._refusals.note(name, 422, str(error))
            return _refused(422, "the order is out of all bounds")
        except JournalError as error:
            # The sentence names files of ours: it is for the log, not for the shop.
            self._refusals.note(name, 503, str(error))
            return _refused(503, "the delivery could not be kept; send it again")
        return web.Response(body=_ANSWERS[verdict], content_type="application/json")

    async def whether(self, request: web.Request) -> web.Response:
        """Say whether deliveries are taken now: 405 (they are POSTed), or 503.

        The heartbeat asks this: a hook that refuses all orders is not complete.
        """
        if request.match_info["source"] not in self._sources:
            return _refused(404, "there is no such order source")
        if not self._room():
            return _refused(503, "no room for orders")
        raise web.HTTPMethodNotAllowed(request.method, ["POST"])

    def _admit(self, name: str, request: web.Request) -> tuple[WebhookSource, Envelope]:
        """Everything that can be said before the body is read."""
        source = self._sources.get(name)
        if source is None:
            raise DeliveryRefusedError(404, "there is no such order source")
        envelope = source.admit(request.headers, self._now_us())
        if (request.content_length or 0) > MAX_BODY_BYTES:
            raise DeliveryRefusedError(413, "the body is larger than 64 KiB")
        encoding = request.headers.get("Content-Encoding", "identity")
        if encoding.strip().lower() != "identity":
            # The signature is over the raw body, and a small one may unpack to a bomb.
            raise DeliveryRefusedError(415, "the body must not be compressed")
        if not self._room():
            raise DeliveryRefusedError(503, "no room for orders; send it again later")
        return source, envelope

    async def _read(self, request: web.Request) -> bytes:
        if request.content.is_eof():
            # Nearly always: an order is small, and came whole with its head.
            whole = request.content.read_nowait()
            if len(whole) > MAX_BODY_BYTES:
                raise DeliveryRefusedError(413, "the body is larger than 64 KiB")
            return whole
        body = bytearray()
        try:
            async with asyncio.timeout(self._body_deadline_s):
                async for chunk in request.content.iter_any():
                    body += chunk
                    if len(body) > MAX_BODY_BYTES:
                        raise DeliveryRefusedError(
                            413, "the body is larger than 64 KiB"
                        )
        except TimeoutError:
            raise DeliveryRefusedError(408, "the body came too slowly") from None
        except web.RequestPayloadError:
            raise DeliveryRefusedError(400, "the body is malformed") from None
        return bytes(body)

    def _room(self) -> bool:
        now = asyncio.get_running_loop().time()
        if now - self._looked_at >= _LOOK_AT_DISK_EVERY_S:
            self._looked_at = now
            free = self._ledger.room_bytes()
            self._has_room = free is None or free >= self._min_free_bytes
        return self._has_room


def hook_routes(
    sources: Mapping[str, WebhookSource],
    ledger: Ledger,
    now_us: Callable[[], Micros],
    *,
    body_deadline_s: float = BODY_DEADLINE_S,
    min_free_bytes: int = MIN_FREE_BYTES,
) -> list[web.RouteDef]:
    """The routes of the shops' hooks; arguments as for ``Hooks``.

    Slow headers are the server's to end: give its runner a ``keepalive_timeout``, which
    in aiohttp also bounds how long a connection may take to send a whole request head.
    """
    hooks = Hooks(
        sources,
        ledger,
        now_us,
        body_deadline_s=body_deadline_s,
        min_free_bytes=min_free_bytes,
    )
    handler: Callable[[web.Request], Awaitable[web.Response]] = hooks.handle
    return [
        web.post("/hooks/{source}", handler),
        web.get("/hooks/{source}", hooks.whether, allow_head=False),
    ]


class _Refusals:
    """Logs refusals, at most one line a second for each source and status.

    Whoever sends garbage by the thousand must not fill the disk with our log of it.
    """

    def __init__(self) -> None:
        self._logged: dict[tuple[str, int], float] = {}
        self._unlogged: dict[tuple[str, int], int] = {}

    def note(self, source: str, status: int, why: str) -> None:
        # Unknown names come from outside, in any number: they share one entry.
        key = ("?" if status == 404 else source, status)
        now = asyncio.get_running_loop().time()
        if now - self._logged.get(key, float("-inf")) < _LOG_EVERY_S:
            self._unlogged[key] = self._unlogged.get(key, 0) + 1
            return
        self._logged[key] = now
        more = self._unlogged.pop(key, 0)
        _log.warning(
            "delivery refused", source=key[0], status=status, why=why, more=more
        )


def _refused(status: int, why: str) -> web.Response:
    headers = {"Retry-After": str(RETRY_AFTER_S)} if status == 503 else {}
    response = web.json_response({"error": why}, status=status, headers=headers)
    # The body may not have been read: the connection is of no further use.
    response.force_close()
    return response
