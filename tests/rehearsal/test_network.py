"""The network in memory: real clients and servers of aiohttp, and no socket."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest
from aiohttp import web

from launchctl.rehearsal.network import MemoryNetwork
from launchctl.virtual import run_virtually


async def _app():
    async def slow(request):
        await asyncio.sleep(30)
        return web.Response(text=request.query.get("say", "hello"))

    async def drop(request):
        request.transport.abort()
        return web.Response()

    async def big(_request):
        return web.Response(body=b"x" * 3_000_000)

    async def shout(request):
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        async for message in socket:
            await socket.send_str(message.data.upper())
        return socket

    app = web.Application()
    app.add_routes(
        [
            web.get("/", slow),
            web.get("/drop", drop),
            web.get("/big", big),
            web.get("/ws", shout),
        ]
    )
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    return runner


def joined(test, *, fresh=False):
    """Run ``test(session, url, network)`` against a server in memory."""
    network = MemoryNetwork()

    async def main():
        runner = await _app()
        host, port = runner.addresses[0]
        connector = network.connector(force_close=fresh)
        try:
            async with aiohttp.ClientSession(connector=connector) as session:
                return await test(session, f"http://{host}:{port}", network)
        finally:
            await runner.cleanup()

    return run_virtually(main, network)


@pytest.mark.parametrize("fresh", [True, False])
def test_requests_are_answered_in_virtual_time(fresh):
    """Thirty seconds of a slow server take no time, twice over one session."""

    async def ask(session, url, _network):
        loop = asyncio.get_running_loop()
        said = []
        for word in ("one", "two"):
            async with session.get(f"{url}/?say={word}") as answer:
                said.append((await answer.text(), loop.time()))
        return said

    assert [("one", 30.0), ("two", 60.0)] == joined(ask, fresh=fresh)


def test_large_bodies_arrive_whole():
    """Flow control pauses and resumes reading; nothing is lost."""

    async def ask(session, url, _network):
        async with session.get(f"{url}/big") as answer:
            await asyncio.sleep(1)
            return len(await answer.read())

    assert 3_000_000 == joined(ask)


def test_websockets_talk_and_close():
    """Messages in order, both ways, and a proper end."""

    async def talk(session, url, _network):
        async with session.ws_connect(f"{url}/ws") as socket:
            heard = []
            for word in ("a", "b"):
                await socket.send_str(word)
                heard.append((await socket.receive()).data)
        return heard, socket.close_code

    assert (["A", "B"], 1000) == joined(talk)


def test_a_dropped_connection_is_an_error():
    """As on a real network."""

    async def ask(session, url, _network):
        with pytest.raises(aiohttp.ServerDisconnectedError):
            await session.get(f"{url}/drop")

    joined(ask)


def test_what_nobody_emulates_is_out_of_reach_and_named():
    """It fails closed, naming what it would have done."""

    async def ask(session, _url, network):
        with pytest.raises(aiohttp.ClientConnectorError, match="nothing is emulated"):
            await session.get("https://api.x.com/2/tweets")
        return list(network.missed)

    assert ["api.x.com:443"] == joined(ask)
