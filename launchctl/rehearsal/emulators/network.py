"""What emulated networks share: who asks, what went wrong, what was received.

``faults.next(fault, on=...)`` queues trouble for the next request of a kind. Everything
received is in ``requests``.
"""

from __future__ import annotations

import base64
import hashlib
import json
from abc import abstractmethod
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

from aiohttp import web

from launchctl.rehearsal.emulators.web import HttpFarEnd
from launchctl.times import Micros


class _Account(Protocol):
    @property
    def handle(self) -> str:
        """What it is called."""
        ...


A = TypeVar("A", bound=_Account)
Act = Callable[[web.Request, A, bytes], Awaitable[web.Response]]
"""What a route does, for whom, with which body."""


class Refusal(Exception):  # noqa: N818  a network's no, in its own words
    """A refusal, as the network would word it."""

    def response(self) -> web.Response:
        """As it goes over the wire.

        Raises:
            NotImplementedError: every network has its own.
        """
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Received:
    """One request: when it was whole, what it was, what it met, the client's port."""

    at_us: Micros
    kind: str
    path: str
    handle: str
    fault: str
    port: int


class NetworkEmulator(HttpFarEnd, Generic[A]):
    """A network that knows who asks."""

    def __init__(self, now_us: Callable[[], Micros]) -> None:
        super().__init__(now_us)
        self.requests: list[Received] = []

    @abstractmethod
    def who(self, request: web.Request, body: bytes) -> A:
        """The account that asks.

        Raises:
            Refusal: it is nobody's, or nobody known.
        """

    async def answered(
        self, act: Act[A], request: web.Request, account: A, body: bytes
    ) -> web.Response:
        """What the network answers."""
        return await act(request, account, body)

    def handler(
        self, what: str | Callable[[bytes], str], act: Act[A]
    ) -> Callable[[web.Request], Awaitable[web.Response]]:
        """A route's handler: faults, who asks, then the act. ``what`` kind of request
        it is may depend on its body.
        """

        async def handle(request: web.Request) -> web.Response:
            body = await _body(request)
            kind = what if isinstance(what, str) else what(body)
            fault = await self.faults.take(kind)
            name = fault.name if fault else ""
            if fault is not None and not fault.commit:
                self._record(kind, request, "", name)
                return await self.faults.play(fault, request, self.now_us())
            handle = ""
            try:
                account = self.who(request, body)
                handle = account.handle
                response = await self.answered(act, request, account, body)
            except Refusal as refusal:
                response = refusal.response()
            self._record(kind, request, handle, name)
            if fault is not None and fault.commit:
                return await self.faults.play(fault, request, self.now_us())
            return response

        return handle

    def _record(self, kind: str, request: web.Request, handle: str, fault: str) -> None:
        peer = request.transport and request.transport.get_extra_info("peername")
        port = peer[1] if peer else 0
        received = Received(self.now_us(), kind, request.path, handle, fault, port)
        self.requests.append(received)


async def _body(request: web.Request) -> bytes:
    if request.content_type.startswith("multipart/"):
        await request.post()  # aiohttp reads a body once: as a form, or as bytes
        return b""
    return await request.read()


@dataclass(frozen=True, slots=True)
class Medium:
    """A picture that a post shows."""

    alt: str
    data: bytes = field(repr=False)

    def content(self) -> bytes:
        """Its bytes."""
        return self.data


@dataclass(frozen=True, slots=True)
class Post:
    """One published post, as its network's API names it.

    Attributes:
        id: what a receipt names it by.
        handle: of who posted it.
        text: as it was sent.
        at_us: when it was made.
        visible_us: since when a timeline shows it.
        media: its pictures.
        reply_to: the id of what it answers.
        repost_of: the id of what it shows again.
    """

    id: str
    handle: str
    text: str
    at_us: Micros
    visible_us: Micros
    media: tuple[Medium, ...] = ()
    reply_to: str | None = None
    repost_of: str | None = None


def made(what: str, handle: str, length: int = 40) -> str:
    """A credential made from a handle: for emulators alone."""
    digest = hashlib.sha512(f"emulated {what} of {handle}".encode()).digest()
    return base64.b32encode(digest).decode().lower()[:length]


def json_of(body: bytes) -> Any:
    """A body as JSON; None if it is none."""
    try:
        return json.loads(body)
    except ValueError:
        return None
