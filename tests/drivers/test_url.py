"""Asking whether a page is up (SEMANTICS 5)."""

from __future__ import annotations

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from launchctl.drivers.url import look_at


async def _answer(request: web.Request) -> web.Response:
    status = int(request.match_info["status"])
    headers = {"Location": "/200"} if status == 302 else {}
    return web.Response(status=status, headers=headers)


@pytest.mark.parametrize(
    ("status", "up"),
    [(200, 1), (204, 1), (302, 1), (404, 0), (503, 0)],
)
async def test_a_page_is_up_if_it_answers_2xx(status: int, up: int) -> None:
    """2xx, also behind a redirect, is up; everything else is not."""
    app = web.Application()
    app.router.add_get("/{status}", _answer)
    async with TestServer(app) as server:
        seen = await look_at(str(server.make_url(f"/{status}")), lambda: 0)
    assert seen.ok is bool(up)
    assert seen.detail == f"it answers {200 if status == 302 else status}"


async def test_a_page_that_cannot_be_reached_is_not_up() -> None:
    """No answer is an answer too: the reason is told, and nothing is raised."""
    seen = await look_at("http://127.0.0.1:1/", lambda: 0)
    assert not seen.ok
    assert seen.detail
