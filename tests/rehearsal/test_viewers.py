"""Viewers of the public page as load: what they ask for, and what is said of it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from launchctl.chance import SeededChance
from launchctl.errors import RunbookError
from launchctl.rehearsal.script import parse_script
from launchctl.rehearsal.viewers import Seen, watch

HANG_S = 60


class CountingPage:
    """A fake public page that counts; its document changes once, and may fail."""

    def __init__(self, *, enough: int, failing: bool = False) -> None:
        self.asked: list[tuple[str, str | None]] = []
        self.enough = asyncio.Event()
        self._enough = enough
        self._failing = failing

    async def page(self, request: web.Request) -> web.Response:
        """The page itself."""
        self.asked.append(("/", None))
        return web.Response(text="<html>")

    async def document(self, request: web.Request) -> web.Response:
        """200 with a validator, 304 to who has it; or 503."""
        condition = request.headers.get("If-None-Match")
        self.asked.append(("document", condition))
        if len(self.asked) >= self._enough:
            self.enough.set()
        if self._failing:
            return web.Response(status=503)
        if condition == '"one"':
            return web.Response(status=304, headers={"ETag": '"one"'})
        return web.json_response({}, headers={"ETag": '"one"'})


async def seen_of(page: CountingPage, viewers: int) -> Seen:
    """Let them watch until the page has enough."""
    app = web.Application()
    app.router.add_get("/", page.page)
    app.router.add_get("/api/v1/public", page.document)
    seen = Seen(viewers)
    async with TestServer(app) as server, asyncio.timeout(HANG_S):
        url = str(server.make_url("")).rstrip("/")
        await watch(url, seen, SeededChance(1, "viewers"), page.enough)
    return seen


async def test_each_viewer_opens_the_page_and_asks_as_its_script_does():
    """The document with the validator of what they have; every answer is counted."""
    page = CountingPage(enough=30)
    began_s = asyncio.get_running_loop().time()
    seen = await seen_of(page, 10)
    took_s = asyncio.get_running_loop().time() - began_s

    asked = [what for what, _ in page.asked]
    assert 10 == asked.count("/")
    assert {None, '"one"'} == {condition for _, condition in page.asked}
    assert 30 - 10 <= seen.served <= len(asked)  # who leaves does not wait
    assert 0 == seen.failed
    assert 0.0 < seen.oldest_s <= took_s


async def test_what_is_not_served_is_counted_apart():
    """Nobody has a document then, so that none is old."""
    seen = await seen_of(CountingPage(enough=20, failing=True), 5)

    assert 5 == seen.served, "the page itself"
    assert seen.failed >= 20 - 5 - 5
    assert 0.0 == seen.oldest_s


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{viewers: 501}", "s.yaml:4:5: viewers: "),
        ("{viewers: many}", "s.yaml:4:5: viewers: "),
        ("{viewers: 5, crowd: 5, at: T-0}", "found crowd and viewers"),
        ("{viewers: 5, at: T-0}", "`at` stands beside"),
    ],
)
def test_what_no_viewers_are_is_said_with_its_place(line: str, said: str):
    """Line and column; at most 500, for they share the machine with the show."""
    text = f"people: 1\nscript: []\naudience:\n  - {line}\n"
    with pytest.raises(RunbookError) as raised:
        parse_script(text, "s.yaml")
    assert said in "\n".join(str(problem) for problem in raised.value.problems)
    assert "s.yaml:4:" in str(raised.value.problems[0])


def test_they_make_no_orders(tmp_path: Path):
    """They buy nothing: the same deliveries come with them and without."""
    from launchctl.rehearsal.buyers import Audience, Shape

    def deliveries(*shapes: Shape) -> list[object]:
        return [
            *Audience(
                shapes, t0_us=0, source="shop", seed=1, home=tmp_path
            ).deliveries()
        ]

    crowd = Shape(crowd=50, at="T-0")
    assert deliveries(crowd) == deliveries(crowd, Shape(viewers=9))
