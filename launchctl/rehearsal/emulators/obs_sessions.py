"""The protocol before an emulated OBS: greeting, password, requests, events.

obs-websocket 5 (docs/generated/protocol.md), with its close codes. What a request does
is not known here: ``answer`` says.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import secrets
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSCloseCode, WSMsgType, web

BAD_JSON = 4002
MISSING_FIELD = 4003
UNKNOWN_OP = 4006
NOT_IDENTIFIED = 4007
ALREADY_IDENTIFIED = 4008
WRONG_PASSWORD = 4009
WRONG_RPC_VERSION = 4010
_EVERYTHING = 1023


@dataclass(slots=True, eq=False)
class _Session:
    socket: web.WebSocketResponse
    challenge: str
    identified: bool = False
    subscriptions: int = _EVERYTHING
    out: asyncio.Queue[str | None] = field(default_factory=asyncio.Queue)


class _Close(Exception):  # noqa: N818  it closes, by the protocol
    def __init__(self, code: int, reason: str) -> None:
        self.code = code
        self.reason = reason
        super().__init__(code, reason)


class Sessions:
    """Everybody who is connected to one OBS.

    Attributes:
        password: None asks for none.
        salt: of the password hash; drawn anew when the process begins.
        thawed: while it is not set, nothing is answered or told.
        reply_after_s: every request is answered so much later.
    """

    def __init__(
        self,
        answer: Callable[[Mapping[str, Any], bool], dict[str, Any]],
        password: str | None,
        draw: Callable[[int], str],
    ) -> None:
        self._one = answer
        self.password = password
        self._draw = draw
        self._sessions: dict[_Session, None] = {}  # in the order they came
        self.salt = ""
        self.thawed = asyncio.Event()
        self.thawed.set()
        self.reply_after_s = 0.0

    def begin(self) -> None:
        """A new process: a new salt, and it is at work."""
        self.salt = self._draw(16)
        self.thawed.set()

    def emit(self, name: str, data: dict[str, Any], intent: int) -> None:
        """Tell an event to everybody who subscribed to its kind."""
        body: dict[str, Any] = {"eventType": name, "eventIntent": intent}
        if data:
            body["eventData"] = data
        for session in self._sessions:
            if session.identified and session.subscriptions & intent:
                session.out.put_nowait(json.dumps({"op": 5, "d": body}))

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """One client, from its connection to its end."""
        await self.thawed.wait()
        socket = web.WebSocketResponse(protocols=("obswebsocket.json",))
        try:
            await socket.prepare(request)
        except ConnectionResetError:
            return socket  # the client has not waited for it
        session = _Session(socket, self._draw(16))
        self._sessions[session] = None
        writer = asyncio.create_task(self._write(session))
        try:
            self._send(session, 0, self._hello(session))
            await self._listen(session)
        except _Close as close:
            await self._flush(session)
            await socket.close(code=close.code, message=close.reason.encode())
        finally:
            self._sessions.pop(session, None)
            writer.cancel()
            await asyncio.wait([writer])
        return socket

    def _hello(self, session: _Session) -> dict[str, Any]:
        hello: dict[str, Any] = {"obsWebSocketVersion": "5.1.0", "rpcVersion": 1}
        if self.password is not None:
            hello["authentication"] = {
                "challenge": session.challenge,
                "salt": self.salt,
            }
        return hello

    async def _listen(self, session: _Session) -> None:
        async for message in session.socket:
            if message.type is not WSMsgType.TEXT:
                continue
            await self.thawed.wait()
            try:
                content = json.loads(message.data)
            except ValueError:
                raise _Close(BAD_JSON, "no JSON") from None
            if not isinstance(content, dict) or not isinstance(content.get("d"), dict):
                raise _Close(MISSING_FIELD, "Your payload is missing a `d`.")
            await self._take(session, content.get("op"), content["d"])

    async def _take(self, session: _Session, op: object, body: dict[str, Any]) -> None:
        if op == 1:
            self._identify(session, body)
        elif not session.identified:
            raise _Close(NOT_IDENTIFIED, "You must identify yourself first.")
        elif op == 3:
            session.subscriptions = int(body.get("eventSubscriptions", _EVERYTHING))
            self._send(session, 2, {"negotiatedRpcVersion": 1})
        elif op in (6, 8):
            if "requestId" not in body:
                raise _Close(MISSING_FIELD, "Your payload is missing a `requestId`.")
            await self._answer(session, body, is_batch=op == 8)
        else:
            raise _Close(UNKNOWN_OP, f"Unknown OpCode: {op}")

    def _identify(self, session: _Session, body: dict[str, Any]) -> None:
        if session.identified:
            raise _Close(ALREADY_IDENTIFIED, "You are already identified.")
        if self.password is not None:
            given = str(body.get("authentication", ""))
            if not secrets.compare_digest(given, self._proof(session.challenge)):
                raise _Close(WRONG_PASSWORD, "Authentication failed.")
        if body.get("rpcVersion") != 1:
            raise _Close(WRONG_RPC_VERSION, "Unsupported RPC version.")
        session.subscriptions = int(body.get("eventSubscriptions", _EVERYTHING))
        session.identified = True
        self._send(session, 2, {"negotiatedRpcVersion": 1})

    def _proof(self, challenge: str) -> str:
        def fold(text: str) -> str:
            return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()

        return fold(fold(f"{self.password}{self.salt}") + challenge)

    async def _answer(
        self, session: _Session, body: dict[str, Any], *, is_batch: bool
    ) -> None:
        if self.reply_after_s:
            await asyncio.sleep(self.reply_after_s)
        request_id = body["requestId"]
        if not is_batch:
            reply = self._one(body, False)
            self._send(session, 7, {"requestId": request_id, **reply})
            return
        results = []
        for each in body.get("requests", ()):
            results.append(self._one(each, True))
            failed = not results[-1]["requestStatus"]["result"]
            if failed and body.get("haltOnFailure"):
                break
        self._send(session, 9, {"requestId": request_id, "results": results})

    @staticmethod
    def _send(session: _Session, op: int, body: dict[str, Any]) -> None:
        session.out.put_nowait(json.dumps({"op": op, "d": body}))

    async def _write(self, session: _Session) -> None:
        """One writer a session, so that a frozen OBS holds back events too."""
        with suppress(ConnectionError, RuntimeError):
            while (text := await session.out.get()) is not None:
                await self.thawed.wait()
                await session.socket.send_str(text)

    @staticmethod
    async def _flush(session: _Session) -> None:
        while not session.out.empty():
            text = session.out.get_nowait()
            if text is not None:
                await session.socket.send_str(text)

    async def close(self) -> None:
        """Close everybody's connection properly, all events told."""
        for session in tuple(self._sessions):
            await self._flush(session)
            await session.socket.close(code=WSCloseCode.GOING_AWAY)

    def drop(self) -> None:
        """Break every connection without a word."""
        for session in tuple(self._sessions):
            request = session.socket._req  # noqa: SLF001  aiohttp has no public abort
            if request is not None and request.transport is not None:
                request.transport.abort()
