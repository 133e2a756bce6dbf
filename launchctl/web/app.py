"""The web application: one function makes it, for the crew or for the public.

The crew's application serves everything and asks who comes; the public one serves the
open page, the shops' hooks and the public document, and knows nobody. Both only read
the view; what people want is put into the inbox.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
from collections.abc import AsyncIterator, Collection, Iterable
from typing import Any

from aiohttp import web

from launchctl.errors import InputError
from launchctl.store.base import Inbox
from launchctl.times import format_instant
from launchctl.web import pages
from launchctl.web.auth import Access, guard, needs_person
from launchctl.web.base import PERSON, KeyRing, View
from launchctl.web.calls import MAX_BODY, calls_handler
from launchctl.web.feed import Feed
from launchctl.web.public import PublicDocument, matches, public_handler
from launchctl.web.reader import encode

SERVER_OPTIONS: dict[str, Any] = {
    "keepalive_timeout": 20.0,
    "access_log": None,
    "max_line_size": 4096,
    "max_headers": 64,
    "lingering_time": 2.0,
    "shutdown_timeout": 2.0,
}
"""For ``web.AppRunner(app, **SERVER_OPTIONS)``: a connection that has not sent a whole
request head after 20 s is closed, and no request is logged (a log must hold no key).
"""

FEED: web.AppKey[Feed] = web.AppKey("feed", Feed)


def make_app(  # noqa: PLR0913  the parts of a front, each named
    viewer: View,
    inbox: Inbox,
    *,
    keys: KeyRing | None,
    address: str,
    allowed_hosts: Collection[str] = (),
    hooks: Iterable[web.RouteDef] = (),
    public_only: bool = False,
) -> web.Application:
    """Make the application of one listening address.

    Args:
        viewer: the run, read-only.
        inbox: where calls go.
        keys: who holds which key; None: nobody.
        address: ``HOST:PORT`` it listens on. Loopback: whoever comes without a key, and
            not through a proxy, acts as the OS user with all roles. Else a key is
            demanded.
        allowed_hosts: further host names that it answers to, ``*`` for any.
        hooks: the shops' routes, below ``/hooks/``.
        public_only: serve only ``/``, hooks, the public document and ``/healthz``.

    Serve it on a loop in real time, also for a paced rehearsal.
    """
    access = Access.of(
        address,
        keys=keys,
        hosts=allowed_hosts,
        # A runbook without a crew has one role, caller, that may everything.
        all_roles=frozenset(viewer.runbook.crew) or frozenset({"caller"}),
        public_only=public_only,
    )
    app = web.Application(middlewares=[guard(access)], client_max_size=MAX_BODY)
    app.add_routes(list(hooks))
    app.add_routes(_public_routes(viewer, public_only=public_only))
    app.add_routes(pages.static_routes(public_only=public_only))
    if public_only:
        app.router.add_get("/healthz", _healthy)
        return app
    feed = Feed(viewer)
    app[FEED] = feed
    app.cleanup_ctx.append(_feeding)
    app.on_shutdown.append(_end_streams)
    app.add_routes(_crew_routes(viewer, inbox, access, feed))
    return app


async def _feeding(app: web.Application) -> AsyncIterator[None]:
    await app[FEED].start()
    yield
    await app[FEED].aclose()


async def _end_streams(app: web.Application) -> None:
    # Before the server waits for its handlers: an event stream never ends by itself.
    await app[FEED].aclose()


def _loop_time() -> float:
    return asyncio.get_running_loop().time()


def _public_routes(viewer: View, *, public_only: bool) -> list[web.RouteDef]:
    document = PublicDocument(viewer)
    return [
        web.get("/", pages.public_page(viewer, public_only=public_only)),
        web.get("/api/v1/public", public_handler(document, _loop_time)),
    ]


def _crew_routes(
    viewer: View, inbox: Inbox, access: Access, feed: Feed
) -> list[web.RouteDef]:
    def crew(handler: Any) -> Any:
        return needs_person(access, handler)

    return [
        web.get("/healthz", _health(feed)),
        web.get("/crew", pages.crew_page(viewer, access)),
        web.get("/stage", pages.stage_page(viewer, access)),
        web.get("/login", pages.login_page(access)),
        web.post("/login", pages.login(access)),
        web.post("/logout", pages.logout),
        web.get("/api/v1/me", crew(_me(viewer))),
        web.get("/api/v1/clock", crew(_clock(viewer))),
        web.get("/api/v1/state", crew(_state(viewer))),
        web.get("/api/v1/feed", crew(_stream(feed, access)), allow_head=False),
        web.post("/api/v1/calls", crew(calls_handler(viewer, inbox, feed))),
    ]


async def _healthy(request: web.Request) -> web.Response:  # noqa: ARG001  a handler
    return web.json_response({"ok": True}, headers={"Cache-Control": "no-store"})


def _health(feed: Feed) -> Any:
    async def get(request: web.Request) -> web.Response:
        if feed.alive:
            return await _healthy(request)
        return web.json_response({"ok": False}, status=503)

    return get


def _me(viewer: View) -> Any:
    async def get(request: web.Request) -> web.Response:
        person = request[PERSON]
        may = sorted(pages.may_of(viewer.runbook, person.roles))
        body = {"name": person.name, "roles": sorted(person.roles), "may": may}
        return web.json_response(body, headers={"Cache-Control": "no-store"})

    return get


def _clock(viewer: View) -> Any:
    async def get(request: web.Request) -> web.Response:  # noqa: ARG001  a handler
        body = {"now": format_instant(viewer.now_us()), "speed": viewer.speed}
        return web.json_response(body, headers={"Cache-Control": "no-store"})

    return get


def _state(viewer: View) -> Any:
    async def get(request: web.Request) -> web.Response:
        status = viewer.status()
        # The clocks run on by themselves: what matters is what they are read beside.
        still = {k: v for k, v in status.items() if k not in {"at", "t_s", "l_s"}}
        etag = f'W/"{hashlib.sha256(encode(still)).hexdigest()[:24]}"'
        headers = {"ETag": etag, "Cache-Control": "private, no-cache"}
        if matches(request.headers.get("If-None-Match", ""), etag):
            return web.Response(status=304, headers=headers)
        return web.Response(
            body=encode(status), content_type="application/json", headers=headers
        )

    return get


def _stream(feed: Feed, access: Access) -> Any:
    async def get(request: web.Request) -> web.StreamResponse:
        def still_allowed() -> bool:
            with contextlib.suppress(InputError):
                return access.who(request) == request[PERSON]
            return False

        return await feed.serve(request, still_allowed)

    return get
