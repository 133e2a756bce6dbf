"""The application as it is served: deadlines against dawdlers, and its probe."""

from __future__ import annotations

import asyncio
import contextlib

import pytest
from aiohttp import web

from launchctl.web import pages
from launchctl.web.app import SERVER_OPTIONS, make_app
from tests.web.recording_view import OneKey, RecordingInbox, RecordingView, a_site

HANG_S = 30


@pytest.mark.parametrize("sent", [b"", b"GET /healthz HTTP/1.1\r\nHost: local"])
async def test_a_request_head_that_does_not_come_is_cut_off(sent: bytes) -> None:
    """A connection without a whole request head is closed, not kept for ever."""
    view = RecordingView()
    app = make_app(view, RecordingInbox(), keys=None, address="127.0.0.1:0")
    runner = web.AppRunner(app, **(SERVER_OPTIONS | {"keepalive_timeout": 0.01}))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        reader, writer = await asyncio.open_connection(*runner.addresses[0][:2])
        writer.write(sent)
        came = b""
        # Closed with bytes unread, the kernel says so by a reset.
        with contextlib.suppress(ConnectionResetError):
            came = await asyncio.wait_for(reader.read(), HANG_S)
        writer.close()
        assert came == b""
    finally:
        await runner.cleanup()


async def test_a_login_that_does_not_come_is_cut_off(monkeypatch) -> None:
    """The form of somebody unknown is not waited for either."""
    monkeypatch.setattr(pages, "LOGIN_BODY_S", 0.01)
    async with a_site(RecordingView(), address="0.0.0.0:0") as client:
        reader, writer = await asyncio.open_connection(client.host, client.port)
        writer.write(
            b"POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n"
            b"Content-Type: application/x-www-form-urlencoded\r\n\r\nkey="
        )
        head = await asyncio.wait_for(reader.readline(), HANG_S)
        writer.close()
        assert head.split()[1] == b"408"


@pytest.mark.parametrize("public_only", [True, False])
async def test_the_probe_answers_to_any_name(*, public_only: bool) -> None:
    """Load balancers ask by address, and learn nothing but that it lives."""
    async with a_site(RecordingView(), public_only=public_only) as client:
        answer = await client.get("/healthz", headers={"Host": "10.0.0.7"})
        assert (answer.status, await answer.json()) == (200, {"ok": True})


async def test_hooks_are_served_under_any_name() -> None:
    """A shop calls by the name its settings hold, from no page of ours."""

    async def hook(request: web.Request) -> web.Response:
        return web.json_response({"source": request.match_info["source"]})

    hooks = [web.post("/hooks/{source}", hook)]
    for public_only in (True, False):
        view = RecordingView()
        async with a_site(view, hooks=hooks, public_only=public_only) as client:
            answer = await client.post(
                "/hooks/shop", data=b"{}", headers={"Host": "orders.example"}
            )
            assert await answer.json() == {"source": "shop"}


async def test_a_run_without_keys_lets_nobody_in_from_afar() -> None:
    """No keys means nobody, not everybody."""
    async with a_site(RecordingView(), keys=None, address="0.0.0.0:0") as client:
        for key in ("", "good-key"):
            bearer = {"Authorization": f"Bearer {key}"}
            assert (await client.get("/api/v1/me", headers=bearer)).status == 401


async def test_a_damaged_ring_of_keys_is_said() -> None:
    """503 with the reason, not a stack trace, and nobody gets in."""
    from launchctl.errors import InputError

    class DamagedKeys(OneKey):
        def authenticate(self, key: str) -> tuple[str, frozenset[str]] | None:
            raise InputError("the crew keys cannot be read", hint="restore them")

    async with a_site(RecordingView(), keys=DamagedKeys()) as client:
        bearer = {"Authorization": "Bearer good-key"}
        for path in ("/api/v1/me", "/crew"):
            answer = await client.get(path, headers=bearer)
            assert answer.status == 503
            assert await answer.json() == {
                "error": "the crew keys cannot be read", "hint": "restore them",
            }  # fmt: skip
