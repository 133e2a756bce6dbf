"""A far end that speaks HTTP and goes wrong on demand.

``Faults`` is the queue that every HTTP emulator plays from; ``WebEmulator`` is a small
shop-like service: it takes calls, and its pages show what the calls did. All delays run
on the running loop's time, so that a paced rehearsal scales them.
"""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict, deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from email.utils import formatdate
from typing import Any, Literal

from aiohttp import web

from launchctl.times import SECOND, Micros


@dataclass(frozen=True, slots=True)
class Fault:
    """One way to go wrong.

    Attributes:
        name: for people.
        commit: the far end has done what was asked before it goes wrong.
        way: ``answer`` with status, headers and body below; ``drop`` the connection;
            ``hang`` until the emulator is closed; ``slow``: wait, then go right.
        body: bytes, or made from the request (a proxy that echoes it).
        headers: as of an instant (resets of rate limits).
        delay_s: before anything of the above, in the loop's seconds.
    """

    name: str
    commit: bool = False
    way: Literal["answer", "drop", "hang", "slow"] = "answer"
    status: int = 503
    body: bytes | Callable[[web.Request], bytes] = b""
    content_type: str = ""
    headers: Callable[[Micros], Mapping[str, str]] = lambda _now_us: {}
    delay_s: float = 0.0

    def after_commit(self) -> Fault:
        """The same trouble, but the far end has acted."""
        return replace(self, name=f"{self.name} after commit", commit=True)


_PAGE = b"<html><body><h1>503 Service Temporarily Unavailable</h1></body></html>"

DROP_BEFORE = Fault("drop before commit", way="drop")
DROP_AFTER = Fault("drop after commit", way="drop", commit=True)
HANG_BEFORE = Fault("hang before commit", way="hang")
HANG_AFTER = Fault("hang after commit", way="hang", commit=True)
EMPTY_503 = Fault("empty 503")
HTML_503 = Fault("HTML 503", body=_PAGE, content_type="text/html")
HTML_403 = Fault("HTML 403", status=403, body=_PAGE, content_type="text/html")
HTML_200 = Fault("HTML 200", status=200, body=_PAGE, content_type="text/html")
GARBAGE_200 = Fault(
    "garbage 200", status=200, body=b'{"data": {"id"', content_type="application/json"
)
REDIRECT = Fault(
    "redirect",
    status=307,
    body=b"",
    headers=lambda _now_us: {"Location": "/elsewhere"},
)


def slow(delay_s: float) -> Fault:
    """The right answer, ``delay_s`` late."""
    return Fault(f"{delay_s:g} s late", way="slow", delay_s=delay_s)


class Faults:
    """What shall go wrong next, per kind of request, first in, first out.

    Attributes:
        hanging: set once a request hangs.
        slowed: set once a request is held up.
    """

    def __init__(self) -> None:
        self._queues: defaultdict[str, deque[Fault]] = defaultdict(deque)
        self._over = asyncio.Event()
        self.hanging = asyncio.Event()
        self.slowed = asyncio.Event()

    def next(self, fault: Fault, *, on: str = "post", times: int = 1) -> None:
        """Let the next ``times`` requests of kind ``on`` meet this fault."""
        self._queues[on].extend([fault] * times)

    def left(self, fault: Fault) -> int:
        """How many times this very fault still waits for a request to meet it."""
        queues = self._queues.values()
        return sum(each is fault for queue in queues for each in queue)

    async def take(self, kind: str) -> Fault | None:
        """The fault that this request meets, if any; a slow one is over then."""
        queue = self._queues[kind]
        fault = queue.popleft() if queue else None
        if fault is not None and fault.way == "slow":
            self.slowed.set()
            await asyncio.sleep(fault.delay_s)
            return None
        return fault

    def end(self) -> None:
        """Let go of every request that hangs."""
        self._over.set()

    async def play(
        self, fault: Fault, request: web.Request, now_us: Micros
    ) -> web.Response:
        """Go wrong."""
        await asyncio.sleep(fault.delay_s)
        if fault.way == "hang":
            self.hanging.set()
            await self._over.wait()
        if fault.way in ("hang", "drop"):
            if request.transport is not None:
                request.transport.abort()
            return web.Response()
        body = fault.body if isinstance(fault.body, bytes) else fault.body(request)
        headers = dict(fault.headers(now_us))
        if fault.content_type:
            headers["Content-Type"] = fault.content_type
        return web.Response(status=fault.status, body=body, headers=headers)


class HttpFarEnd:
    """What HTTP emulators share: a server on a free port, faults, the run's clock.

    Args:
        now_us: the emulated far end's clock; also in its Date headers.
    """

    def __init__(self, now_us: Callable[[], Micros]) -> None:
        self.now_us = now_us
        self.faults = Faults()
        self.url = ""
        self._runner: web.AppRunner | None = None

    def make_app(self) -> web.Application:
        """The routes.

        Raises:
            NotImplementedError: every emulator has its own.
        """
        raise NotImplementedError

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> str:
        """Listen; the URL it returns has the port that was free."""
        app = self.make_app()
        app.on_response_prepare.append(self._date)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        site = web.TCPSite(self._runner, host, port)
        await site.start()
        bound = self._runner.addresses[0]
        self.url = f"http://{bound[0]}:{bound[1]}"
        return self.url

    async def aclose(self) -> None:
        """Stop listening, and let go of what hangs."""
        self.faults.end()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def _date(self, _request: web.Request, response: web.StreamResponse) -> None:
        seconds = self.now_us() // SECOND
        response.headers["Date"] = formatdate(seconds, usegmt=True)


@dataclass(frozen=True, slots=True)
class WebCall:
    """A request that the service received."""

    at_us: Micros
    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    def json(self) -> Any:
        """Its body as JSON; None if it is none."""
        with suppress(ValueError):
            return json.loads(self.body)
        return None


@dataclass(frozen=True, slots=True)
class _Effect:
    page: str
    shows: str
    after_s: float


class WebEmulator(HttpFarEnd):
    """A service with calls (POST) and pages (GET). Faults ``on`` are post and get.

    ``acted`` holds the POSTs that had their effect, ``calls`` everything received.
    """

    def __init__(self, now_us: Callable[[], Micros]) -> None:
        super().__init__(now_us)
        self.pages: dict[str, str] = {}
        self.calls: list[WebCall] = []
        self.acted: list[WebCall] = []
        self._effects: dict[str, _Effect] = {}

    def when_posted(
        self, path: str, *, page: str, shows: str, after_s: float = 0.0
    ) -> None:
        """Let a POST to ``path`` make ``page`` show something, ``after_s`` later."""
        self._effects[path] = _Effect(page, shows, after_s)

    def make_app(self) -> web.Application:
        """Any path."""
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._serve)
        return app

    async def _serve(self, request: web.Request) -> web.Response:
        call = WebCall(
            self.now_us(),
            request.method,
            request.path,
            dict(request.headers),
            await request.read(),
        )
        self.calls.append(call)
        fault = await self.faults.take(request.method.lower())
        if fault is not None and not fault.commit:
            return await self.faults.play(fault, request, self.now_us())
        response = self._act(call) if call.method == "POST" else self._page(call.path)
        if fault is not None:
            return await self.faults.play(fault, request, self.now_us())
        return response

    def _act(self, call: WebCall) -> web.Response:
        self.acted.append(call)
        effect = self._effects.get(call.path)
        if effect is not None and effect.after_s:
            loop = asyncio.get_running_loop()
            loop.call_later(
                effect.after_s, self.pages.__setitem__, effect.page, effect.shows
            )
        elif effect is not None:
            self.pages[effect.page] = effect.shows
        return web.json_response({"accepted": True}, status=202)

    def _page(self, path: str) -> web.Response:
        if path not in self.pages:
            return web.Response(status=404, text="nothing here")
        return web.Response(text=self.pages[path], content_type="text/html")
