"""An emulated OBS: the real obs-websocket 5 protocol before an invented mixer.

For rehearsals and tests only. The real driver talks to it over loopback and cannot tell
the difference: greeting, password, subscriptions, request and close codes, the order of
events, what is lost when OBS is killed. Faults are switches: ``freeze``, ``drop``,
``slow``, ``kill`` and ``boot``. Everything that was asked is kept in ``requests``.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import secrets
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSCloseCode, WSMsgType, web

from launchctl.rehearsal.emulators.obs_requests import answer
from launchctl.rehearsal.emulators.obs_world import GENERAL, World, first_state

BAD_JSON = 4002
MISSING_FIELD = 4003
UNKNOWN_OP = 4006
NOT_IDENTIFIED = 4007
ALREADY_IDENTIFIED = 4008
WRONG_PASSWORD = 4009
WRONG_RPC_VERSION = 4010
_EVERYTHING = 1023
_KEPT = 50_000
"""Requests remembered: a week of polling must not fill the memory."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it came. ``at_s`` is the loop's time, ``at_us`` N if known."""

    name: str
    data: Mapping[str, Any]
    at_s: float
    at_us: int | None


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


class ObsEmulator:
    """One emulated OBS.

    Args:
        scenes: names to their sources; the first is on program at first.
        texts: text sources.
        audio: audio inputs.
        program: the scene on program at first.
        password: None asks for none.
        auto: accept any scene, source or input name, and make it.
        now_us: N, for the records; None keeps the loop's time alone.
        draw: random hex of so many bytes, for salts and challenges.
    """

    def __init__(  # noqa: PLR0913  an OBS is described by these
        self,
        scenes: Mapping[str, Iterable[str]] | None = None,
        *,
        texts: Iterable[str] = (),
        audio: Iterable[str] = (),
        program: str | None = None,
        password: str | None = None,
        auto: bool = False,
        now_us: Callable[[], int] | None = None,
        draw: Callable[[int], str] = secrets.token_hex,
    ) -> None:
        state = first_state(
            scenes or {"Scene": ()}, tuple(texts), tuple(audio), program
        )
        self.world = World(state, self._emit, auto=auto, now_us=now_us)
        self.requests: deque[Asked] = deque(maxlen=_KEPT)
        self.reply_after_s = 0.0
        self._password = password
        self._now_us = now_us
        self._draw = draw
        self._salt = ""
        self._sessions: set[_Session] = set()
        self._thawed = asyncio.Event()
        self._thawed.set()
        self._host = "127.0.0.1"
        self._port = 0
        self._runner: web.AppRunner | None = None

    # --- life ---------------------------------------------------------------------

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> str:
        """Boot and listen; the url. Port 0 takes a free one, kept over restarts."""
        self._host, self._port = host, port
        await self.boot()
        return self.url

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"ws://{self._host}:{self._port}"

    async def boot(self) -> None:
        """Begin a process with what was saved, on the same port."""
        self._salt = self._draw(16)
        self._thawed.set()
        self.world.boot()
        app = web.Application()
        app.router.add_get("/", self._serve)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.0)
        await self._runner.setup()
        site = web.TCPSite(self._runner, self._host, self._port, reuse_address=True)
        await site.start()
        self._port = self._runner.addresses[0][1]

    async def kill(self) -> None:
        """The process dies: every connection breaks, what was not saved is lost."""
        self.world.halt()
        self.drop()
        runner, self._runner = self._runner, None
        if runner is not None:
            await runner.cleanup()

    async def quit(self) -> None:
        """A person closes OBS: it saves, says so and closes properly."""
        self.world.save()
        self._emit("ExitStarted", {}, GENERAL)
        for session in tuple(self._sessions):
            await self._flush(session)
            await session.socket.close(code=WSCloseCode.GOING_AWAY)
        await self.kill()

    async def restart(self, after_s: float = 2.0) -> None:
        """Killed, and started again after ``after_s`` on the loop's time."""
        await self.kill()
        await asyncio.sleep(after_s)
        await self.boot()

    async def aclose(self) -> None:
        """Stop everything. Idempotent."""
        self.thaw()
        await self.kill()

    # --- faults -------------------------------------------------------------------

    def freeze(self) -> None:
        """Answer nothing and tell nothing until ``thaw``, but keep connections open."""
        self._thawed.clear()

    def thaw(self) -> None:
        """Go on where it stood still."""
        self._thawed.set()

    def slow(self, reply_after_s: float) -> None:
        """Answer every request so much later; 0 is quick again."""
        self.reply_after_s = reply_after_s

    def drop(self) -> None:
        """Break every connection without a word (close code 1006 at the other end)."""
        for session in tuple(self._sessions):
            request = session.socket._req  # noqa: SLF001  aiohttp has no public abort
            if request is not None and request.transport is not None:
                request.transport.abort()

    # --- protocol -----------------------------------------------------------------

    def _emit(self, name: str, data: dict[str, Any], intent: int) -> None:
        body: dict[str, Any] = {"eventType": name, "eventIntent": intent}
        if data:
            body["eventData"] = data
        for session in self._sessions:
            if session.identified and session.subscriptions & intent:
                session.out.put_nowait(json.dumps({"op": 5, "d": body}))

    async def _serve(self, request: web.Request) -> web.WebSocketResponse:
        await self._thawed.wait()
        socket = web.WebSocketResponse(protocols=("obswebsocket.json",))
        await socket.prepare(request)
        session = _Session(socket, self._draw(16))
        self._sessions.add(session)
        writer = asyncio.create_task(self._write(session))
        try:
            self._send(session, 0, self._hello(session))
            await self._listen(session)
        except _Close as close:
            await self._flush(session)
            await socket.close(code=close.code, message=close.reason.encode())
        finally:
            self._sessions.discard(session)
            writer.cancel()
            await asyncio.wait([writer])
        return socket

    def _hello(self, session: _Session) -> dict[str, Any]:
        hello: dict[str, Any] = {"obsWebSocketVersion": "5.1.0", "rpcVersion": 1}
        if self._password is not None:
            hello["authentication"] = {
                "challenge": session.challenge,
                "salt": self._salt,
            }
        return hello

    async def _listen(self, session: _Session) -> None:
        async for message in session.socket:
            if message.type is not WSMsgType.TEXT:
                continue
            await self._thawed.wait()
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
        if self._password is not None:
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

        return fold(fold(f"{self._password}{self._salt}") + challenge)

    async def _answer(
        self, session: _Session, body: dict[str, Any], *, is_batch: bool
    ) -> None:
        if self.reply_after_s:
            await asyncio.sleep(self.reply_after_s)
        request_id = body["requestId"]
        if not is_batch:
            reply = self._one(body, batch=False)
            self._send(session, 7, {"requestId": request_id, **reply})
            return
        results = []
        for each in body.get("requests", ()):
            results.append(self._one(each, batch=True))
            failed = not results[-1]["requestStatus"]["result"]
            if failed and body.get("haltOnFailure"):
                break
        self._send(session, 9, {"requestId": request_id, "results": results})

    def _one(self, body: Mapping[str, Any], *, batch: bool) -> dict[str, Any]:
        name, data = str(body.get("requestType")), body.get("requestData") or {}
        at_us = None if self._now_us is None else self._now_us()
        at_s = asyncio.get_running_loop().time()
        self.requests.append(Asked(name, data, at_s, at_us))
        return answer(self.world, name, data, batch=batch)

    @staticmethod
    def _send(session: _Session, op: int, body: dict[str, Any]) -> None:
        session.out.put_nowait(json.dumps({"op": op, "d": body}))

    async def _write(self, session: _Session) -> None:
        """One writer a session, so that a frozen OBS holds back events too."""
        with suppress(ConnectionError, RuntimeError):
            while (text := await session.out.get()) is not None:
                await self._thawed.wait()
                await session.socket.send_str(text)

    @staticmethod
    async def _flush(session: _Session) -> None:
        while not session.out.empty():
            text = session.out.get_nowait()
            if text is not None:
                await session.socket.send_str(text)
