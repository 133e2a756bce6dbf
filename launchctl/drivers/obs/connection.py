"""One WebSocket connection to obs-websocket 5, and nothing that can hang.

Protocol (obsproject/obs-websocket, docs/generated/protocol.md, RPC version 1): the
server greets (op 0), the client identifies itself (op 1), the server accepts (op 2) or
closes with a code of its own; then requests (op 6, batches op 8) are answered by id (op
7, op 9) in any order, and events (op 5) arrive if they were subscribed to.

Why not the client of obs-websocket-py, whose request and event classes are the
vocabulary here: it loses status codes, hangs on a frozen OBS and waits out a whole
timeout when OBS dies. Here connecting, identifying and every call have a deadline; a
closed connection fails everything that waits at once; an answer that comes late is
dropped, never given to another call.

Small messages in both directions meet Nagle's algorithm and delayed acknowledgements:
an event right before a reply held that reply back for 44 ms. Two cures, both needed:
commands and events go over two connections, and this end acknowledges at once.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

import aiohttp

from launchctl.crossings import crossing
from launchctl.drivers.obs.protocol import (
    FATAL,
    RPC_VERSION,
    Events,
    OnEvent,
    Request,
    fill,
    prove,
)
from launchctl.drivers.obs.trouble import (
    NotConnectedError,
    ObsError,
    UnansweredError,
    UnreachableError,
    UnwelcomeError,
)

_MAX_MESSAGE = 16 * 1024 * 1024


class Connection:
    """An identified connection. Made by ``open_connection``.

    Attributes:
        salt: of the password hash; OBS draws it when its server starts, so the same
            salt proves the same OBS process. None without a password.
        closed: done once the connection is gone; its result says why, for people.
    """

    def __init__(self, socket_: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket_
        self._pending: dict[str, asyncio.Future[Mapping[str, Any]]] = {}
        self._count = 0
        self._reader: asyncio.Task[None] | None = None
        self._on_event: OnEvent | None = None
        self.salt: str | None = None
        self.closed: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._raw = socket_.get_extra_info("socket")
        if self._raw is not None:
            self._raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._acknowledge_now()

    @property
    def alive(self) -> bool:
        """True until the connection is known to be gone."""
        return not self.closed.done()

    async def identify(
        self, password: str | None, subscriptions: Events, on_event: OnEvent | None
    ) -> None:
        """Greet, prove the password, subscribe.

        Raises:
            UnwelcomeError: wrong or missing password, or another RPC version.
            UnreachableError: whoever listens there is no obs-websocket.
        """
        hello = await self._expect(0)
        proof: dict[str, Any] = {
            "rpcVersion": RPC_VERSION,
            "eventSubscriptions": int(subscriptions),
        }
        challenge = hello.get("authentication")
        if challenge is not None:
            if not password:
                raise UnwelcomeError("OBS asks for a password and none is given")
            self.salt = str(challenge["salt"])
            proof["authentication"] = prove(password, challenge)
        await self._socket.send_str(json.dumps({"op": 1, "d": proof}))
        await self._expect(2)
        self._on_event = on_event
        self._reader = asyncio.create_task(self._read(), name="obs-websocket reader")

    async def call(self, request: Request, timeout_s: float) -> Request:
        """Send one request and wait for its answer; the request is returned, filled.

        Raises:
            NotConnectedError: certain, nothing was sent.
            UnansweredError: sent; no answer within ``timeout_s`` or before the drop.
            RefusedByObsError: OBS said no.
        """
        body = {"requestType": request.name, "requestData": request.data()}
        answer = await self._exchange(6, request.name, body, timeout_s)
        fill(request, answer)
        return request

    async def batch(self, requests: Sequence[Request], timeout_s: float) -> None:
        """Send requests in one message; OBS runs them in order and stops at the first
        that fails. Raises as ``call`` does.
        """
        body = {
            "haltOnFailure": True,
            "executionType": 0,  # SerialRealtime: one after the other, at once
            "requests": [
                {"requestType": each.name, "requestData": each.data()}
                for each in requests
            ],
        }
        answer = await self._exchange(8, requests[-1].name, body, timeout_s)
        for request, result in zip(requests, answer.get("results", ()), strict=False):
            fill(request, result)

    async def aclose(self, why: str = "closed by us") -> None:
        """Close without waiting for a peer that may be frozen. Idempotent."""
        self._end(why)
        if self._reader is not None and self._reader is not asyncio.current_task():
            self._reader.cancel()
            await asyncio.wait([self._reader])
        with suppress(TimeoutError, aiohttp.ClientError, ConnectionError):
            async with asyncio.timeout(0.2):
                await self._socket.close()

    async def _exchange(
        self, op: int, name: str, body: dict[str, Any], timeout_s: float
    ) -> Mapping[str, Any]:
        if not self.alive or self._socket.closed:
            raise NotConnectedError(self._why() or "the connection to OBS is closed")
        self._count += 1
        request_id = str(self._count)
        future: asyncio.Future[Mapping[str, Any]] = (
            asyncio.get_running_loop().create_future()
        )
        self._pending[request_id] = future
        text = json.dumps({"op": op, "d": {"requestId": request_id, **body}})
        try:
            async with asyncio.timeout(timeout_s):
                self._acknowledge_now()
                crossing("obs", f"{name} leaves")
                await self._socket.send_str(text)
                answer = await future
                crossing("obs", f"{name} answered")
                return answer
        except TimeoutError:
            raise UnansweredError(
                f"OBS did not answer {name} within {timeout_s:.1f} s"
            ) from None
        except (ConnectionError, aiohttp.ClientError) as error:
            # part of the message may have left before the connection broke
            raise UnansweredError(f"{name}: {error}") from None
        finally:
            self._pending.pop(request_id, None)
            if not future.done():
                future.cancel()

    async def _expect(self, op: int) -> Mapping[str, Any]:
        message = await self._socket.receive()
        if message.type is not aiohttp.WSMsgType.TEXT:
            raise self._unwelcome()
        try:
            content = json.loads(message.data)
            if content["op"] == op:
                body: Mapping[str, Any] = content["d"]
                return body
        except (ValueError, KeyError, TypeError):
            pass
        raise UnreachableError("what answers there is no obs-websocket 5")

    def _unwelcome(self) -> ObsError:
        code = self._socket.close_code
        if code in FATAL:
            return UnwelcomeError(f"{FATAL[code]} (close code {code})")
        return UnreachableError(f"OBS closed the connection (code {code})")

    async def _read(self) -> None:
        why = "OBS dropped the connection"
        try:
            async for message in self._socket:
                self._acknowledge_now()
                if message.type is aiohttp.WSMsgType.TEXT:
                    self._take(message.data)
            why = f"OBS dropped the connection (code {self._socket.close_code})"
        except (ConnectionError, aiohttp.ClientError) as error:
            why = f"the connection to OBS broke: {error}"
        finally:
            self._end(why)

    def _take(self, text: str) -> None:
        try:
            message = json.loads(text)
            op, body = message["op"], message["d"]
        except (ValueError, KeyError, TypeError):
            return
        if op == 5 and self._on_event is not None:
            self._on_event(str(body.get("eventType")), body.get("eventData") or {})
        elif op in (7, 9):
            waiting = self._pending.pop(str(body.get("requestId")), None)
            if waiting is not None and not waiting.done():
                waiting.set_result(body)

    def _end(self, why: str) -> None:
        if not self.closed.done():
            self.closed.set_result(why)
        pending, self._pending = self._pending, {}
        for future in pending.values():
            if not future.done():
                future.set_exception(UnansweredError(self._why()))

    def _why(self) -> str:
        return self.closed.result() if self.closed.done() else ""

    def _acknowledge_now(self) -> None:
        """Ask the kernel not to delay acknowledgements; Linux forgets it, so again."""
        quick = getattr(socket, "TCP_QUICKACK", None)
        if self._raw is not None and quick is not None:
            with suppress(OSError):
                self._raw.setsockopt(socket.IPPROTO_TCP, quick, 1)


async def open_connection(  # noqa: PLR0913  one connection is described by these
    session: aiohttp.ClientSession,
    url: str,
    *,
    password: str | None,
    subscriptions: Events = Events.NONE,
    on_event: OnEvent | None = None,
    timeout_s: float = 2.0,
) -> Connection:
    """Connect and identify within ``timeout_s``.

    Raises:
        UnreachableError: nobody listens, it is frozen, or it is no obs-websocket.
        UnwelcomeError: wrong password or protocol; do not try again.
    """
    connection: Connection | None = None
    try:
        async with asyncio.timeout(timeout_s):
            connection = Connection(
                await session.ws_connect(
                    url,
                    protocols=("obswebsocket.json",),
                    autoping=True,
                    max_msg_size=_MAX_MESSAGE,
                )
            )
            await connection.identify(password, subscriptions, on_event)
            return connection
    except BaseException as error:
        if connection is not None:
            await connection.aclose()
        if isinstance(error, TimeoutError):
            raise UnreachableError(
                f"OBS did not answer within {timeout_s:.1f} s: it may be frozen"
            ) from None
        if isinstance(error, aiohttp.ClientError | OSError | ValueError):
            raise UnreachableError(_plain(error)) from None
        raise


def _plain(error: Exception) -> str:
    if isinstance(error, aiohttp.ClientConnectorError):
        # the loop's own words name every address it tried; people need the reason
        number = error.os_error.errno
        return os.strerror(number).lower() if number else str(error.os_error)
    if isinstance(error, aiohttp.InvalidURL):
        return "the url is no WebSocket address"
    return str(error) or type(error).__name__
