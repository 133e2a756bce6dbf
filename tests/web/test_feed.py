"""The event stream: resumed, encoded once, and never held up by a slow reader."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import ClientResponse

from launchctl.web import feed as feed_module
from launchctl.web.app import FEED
from tests.web.recording_view import OneKey, RecordingView, a_site

HANG_S = 30
NEVER_S = 3600.0


class Reading:
    """A stream being read, event by event."""

    def __init__(self, answer: ClientResponse) -> None:
        self.answer = answer

    async def event(self) -> dict[str, Any]:
        """The next event: its fields, data decoded."""
        fields: dict[str, Any] = {}
        while True:
            raw = await asyncio.wait_for(self.answer.content.readline(), HANG_S)
            assert raw, "the stream ended"
            text = raw.decode().rstrip("\n")
            if not text and "data" in fields:
                return fields
            name, _, value = text.partition(": ")
            if name == "data":
                fields["data"] = json.loads(value)
            elif name:
                fields[name] = value

    async def line(self) -> dict[str, Any]:
        """The next journal line."""
        while True:
            found = await self.event()
            if "id" in found:
                assert int(found["id"]) == found["data"]["seq"]
                return found["data"]

    async def named(self, name: str) -> dict[str, Any]:
        """The next event of that name."""
        while True:
            found = await self.event()
            if found.get("event") == name:
                return found["data"]


@asynccontextmanager
async def reading(client: Any, query: str = "", **options: Any) -> AsyncIterator[Any]:
    """Open the stream."""
    async with client.get(f"/api/v1/feed{query}", **options) as answer:
        assert answer.status == 200
        assert answer.headers["Content-Type"].startswith("text/event-stream")
        yield Reading(answer)


@pytest.fixture
def no_pings(monkeypatch) -> None:
    """No pings: only what changes is told."""
    monkeypatch.setattr(feed_module, "PING_S", NEVER_S)


@pytest.fixture
def quick(monkeypatch) -> None:
    """Pings (and with them the look after slow readers) follow each other at once."""
    monkeypatch.setattr(feed_module, "PING_S", 0.01)


async def until(condition: Any) -> None:
    """Give way until the condition holds; only a hang ends it otherwise."""
    async with asyncio.timeout(HANG_S):
        while not condition():
            await asyncio.sleep(0)


async def test_a_reader_gets_the_status_and_then_every_line() -> None:
    """First the whole status, then each journal line under its seq."""
    view = RecordingView()
    view.say("run_started")
    async with a_site(view) as client, reading(client) as stream:
        assert (await stream.named("status"))["cues"][3]["state"] == "standby"
        view.say("fired", cue="reveal")
        line = await stream.line()
        assert (line["seq"], line["event"], line["cue"]) == (2, "fired", "reveal")


async def test_a_change_beside_the_journal_is_told() -> None:
    """Orders move the status without a journal line."""
    view = RecordingView()
    async with a_site(view) as client, reading(client) as stream:
        await stream.named("status")
        await until(lambda: client.app[FEED].readers == 1)
        view.set(counter="frozen")
        assert (await stream.named("status"))["counter"] == "frozen"


@pytest.mark.parametrize(
    ("query", "headers", "first"),
    [
        ("", {"Last-Event-ID": "3"}, 4),
        ("?after=2", {}, 3),
        ("?tail=1", {}, 5),
        ("?after=1", {"Last-Event-ID": "4"}, 5),
        ("?tail=99", {}, 1),
    ],
)
async def test_a_reader_resumes_where_it_was(
    query: str, headers: dict[str, str], first: int
) -> None:
    """Last-Event-ID goes before the address; nothing is missed or repeated."""
    view = RecordingView()
    for number in range(5):
        view.say("noted", text=str(number))
    async with (
        a_site(view) as client,
        reading(client, query, headers=headers) as stream,
    ):
        seqs = [(await stream.line())["seq"] for _ in range(first, 6)]
        view.say("noted", text="new")
        seqs.append((await stream.line())["seq"])
    assert seqs == list(range(first, 7))


async def test_a_reader_resumes_from_before_what_is_kept(monkeypatch) -> None:
    """Lines no longer kept encoded are read from the view."""
    monkeypatch.setattr(feed_module, "KEPT_LINES", 3)
    view = RecordingView()
    for number in range(1200):
        view.say("noted", text=str(number))
    async with a_site(view) as client, reading(client, "?after=0") as stream:
        seqs = [(await stream.line())["seq"] for _ in range(1200)]
    assert seqs == list(range(1, 1201))


@pytest.mark.parametrize("query", ["?after=x", "?tail=1.5"])
async def test_a_resume_point_is_a_number(query: str) -> None:
    """400 with a sentence for anything else."""
    async with a_site(RecordingView()) as client:
        answer = await client.get(f"/api/v1/feed{query}")
        assert answer.status == 400


@pytest.mark.parametrize("count", [1, 7])
async def test_a_change_is_encoded_once_for_all(no_pings, count: int) -> None:
    """One line and one status are encoded, whether one reads or seven."""
    view = RecordingView()
    async with a_site(view) as client:
        feed = client.app[FEED]
        answers = [await client.get("/api/v1/feed") for _ in range(count)]
        streams = [Reading(answer) for answer in answers]
        for stream in streams:
            await stream.named("status")
        await until(lambda: len(feed._live()) == count)
        before = feed.encodings
        view.say("fired", cue="reveal")
        for stream in streams:
            assert (await stream.line())["cue"] == "reveal"
            await stream.named("status")
        assert feed.encodings == before + 2
        for answer in answers:
            answer.close()


async def test_a_slow_reader_is_skipped_and_misses_no_line(quick) -> None:
    """Who does not read costs the others nothing, and later gets every line."""
    view = RecordingView()
    async with a_site(view) as client, reading(client) as healthy:
        feed = client.app[FEED]
        raw = socket.socket()
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        raw.setblocking(False)
        await asyncio.get_running_loop().sock_connect(raw, (client.host, client.port))
        reader, writer = await asyncio.open_connection(sock=raw, limit=4096)
        writer.write(b"GET /api/v1/feed HTTP/1.1\r\nHost: localhost\r\n\r\n")
        await until(lambda: len(feed._live()) == 2)
        sent = 0
        while not feed.skips:
            sent = view.say("noted", text="x" * 20_000)["seq"]
            assert (await healthy.line())["seq"] == sent
        view.say("noted", text="after")
        assert (await healthy.line())["text"] == "after"
        slow = bytearray()
        async with asyncio.timeout(HANG_S):
            while b'"text":"after"' not in slow:
                slow += await reader.read(65536)
        writer.close()
        ids = [int(part.split(b"\n")[0]) for part in bytes(slow).split(b"\nid: ")[1:]]
        assert ids == list(range(1, sent + 2))


async def test_a_stuck_reader_is_let_go(quick, monkeypatch) -> None:
    """A reader that takes nothing for long is dropped; its browser comes back."""
    monkeypatch.setattr(feed_module, "STUCK_S", 0.0)
    view = RecordingView()
    async with a_site(view) as client:
        feed = client.app[FEED]
        raw = socket.create_connection((client.host, client.port))
        raw.sendall(b"GET /api/v1/feed HTTP/1.1\r\nHost: localhost\r\n\r\n")
        await until(lambda: len(feed._live()) == 1)
        async with asyncio.timeout(HANG_S):
            while feed.readers:
                view.say("noted", text="x" * 200_000)
                await asyncio.sleep(0)
        raw.close()


async def test_a_reader_that_left_is_forgotten(quick) -> None:
    """A closed page costs nothing any more."""
    async with a_site(RecordingView()) as client:
        feed = client.app[FEED]
        async with reading(client) as stream:
            await stream.named("status")
            assert feed.readers == 1
        await until(lambda: feed.readers == 0)


async def test_a_revoked_key_ends_its_streams(quick) -> None:
    """A stream lives no longer than the key it was opened with."""
    keys = OneKey()
    bearer = {"Authorization": "Bearer good-key"}
    async with (
        a_site(RecordingView(), keys=keys, address="0.0.0.0:0") as client,
        reading(client, headers=bearer) as stream,
    ):
        await stream.named("ping")
        keys.revoked = True
        async with asyncio.timeout(HANG_S):
            await stream.answer.read()


async def test_a_ping_says_the_time(quick) -> None:
    """A page that hears nothing can tell silence from death."""
    view = RecordingView()
    async with a_site(view) as client, reading(client) as stream:
        ping = await stream.named("ping")
        assert ping == {"now": "2016-04-01T03:40:00.000000Z", "seq": 0}


async def test_too_many_streams_are_refused(monkeypatch) -> None:
    """Beyond the limit 503 with a sentence, and those open go on."""
    monkeypatch.setattr(feed_module, "MAX_READERS", 1)
    async with a_site(RecordingView()) as client, reading(client) as stream:
        await stream.named("status")
        refused = await client.get("/api/v1/feed")
        assert refused.status == 503
        await stream.named("ping")


async def test_a_dead_view_ends_every_stream() -> None:
    """No page looks alive over a view that is dead, and the probe says so."""
    view = RecordingView()
    async with a_site(view) as client:
        assert (await client.get("/healthz")).status == 200
        async with reading(client) as stream:
            await stream.named("status")
            view.broken = True
            view.set(counter="frozen")
            async with asyncio.timeout(HANG_S):
                await stream.answer.read()
        assert (await client.get("/healthz")).status == 503


async def test_lines_that_were_missed_are_fetched(no_pings) -> None:
    """A gap in what the view told is filled from what it knows."""
    view = RecordingView()
    async with a_site(view) as client, reading(client) as stream:
        await stream.named("status")
        news, view._news = view._news, []
        view.say("noted", text="not told")
        view._news = news
        view.say("noted", text="told")
        texts = [(await stream.line())["text"] for _ in range(2)]
    assert texts == ["not told", "told"]


async def test_an_old_client_is_told() -> None:
    """HTTP/1.0 knows no chunks: a clear answer instead of a broken stream."""
    async with a_site(RecordingView()) as client:
        reader, writer = await asyncio.open_connection(client.host, client.port)
        writer.write(b"GET /api/v1/feed HTTP/1.0\r\nHost: localhost\r\n\r\n")
        answer = await asyncio.wait_for(reader.read(), HANG_S)
        writer.close()
        assert answer.split()[1] == b"505"
