"""The shared way to send one request, and what it says about itself."""

import asyncio
import ssl
from contextlib import AsyncExitStack, asynccontextmanager, suppress

import aiohttp
import pytest

from launchctl.clock import wall_us
from launchctl.drivers.wire import (
    Exchange,
    describe,
    exchange_once,
    open_session,
    scrub,
)


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (TimeoutError(), "no answer in time"),
        (aiohttp.ServerDisconnectedError(), "the connection dropped"),
        (ConnectionResetError(), "the connection dropped"),
        (aiohttp.InvalidURL("http://u:secret@x"), "the address is no URL"),
        (ssl.SSLCertVerificationError(), "its certificate is not valid"),
        (ValueError("header with secret"), "the exchange failed (ValueError)"),
    ],
)
def test_trouble_is_told_without_what_was_sent(error, sentence):
    """Error texts of libraries hold URLs and headers: none of them is shown."""
    assert sentence == describe(error)


def test_a_far_ends_words_are_one_bounded_line_without_secrets():
    """Secrets go first, so that cutting leaves no half of one."""
    text = "line one\n\x00line two " + "s3cret" * 2 + "é" * 500

    shown = scrub(text, ["s3cret", ""], limit=40)

    assert "line one line two ******" == shown[:24]
    assert (40, "…") == (len(shown), shown[-1])


@asynccontextmanager
async def far_end(serve):
    """A raw server that meets one connection with ``serve``; gives its port."""
    over = asyncio.Event()

    async def meet(reader, writer):
        with suppress(ConnectionError):
            await serve(reader, writer)
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()
        over.set()

    server = await asyncio.start_server(meet, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]
        async with asyncio.timeout(20):
            await over.wait()


async def test_a_connection_that_never_stands_carries_nothing():
    """A handshake that hangs is not sent, however long it hung: no byte of it left."""

    async def stall(reader, _writer):
        await reader.read()

    async with far_end(stall) as port, AsyncExitStack() as stack:
        session = await open_session(stack, wall_us, fresh=True)
        url = f"https://127.0.0.1:{port}/"
        exchange = await exchange_once(session, "POST", url, limit_s=0.2, data=b"x")

    assert (None, None) == (exchange.sent_us, exchange.status)
    assert exchange.trouble


@pytest.mark.parametrize("cut", [0, 20, 60])
async def test_an_answer_that_breaks_off_is_no_answer(cut):
    """Half an answer has no status: whatever it began to say is not believed."""
    whole = b"HTTP/1.1 201 Created\r\nContent-Length: 40\r\n\r\n" + b"x" * 40

    async def break_off(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(whole[:cut])

    async with far_end(break_off) as port, AsyncExitStack() as stack:
        session = await open_session(stack, wall_us, fresh=True)
        url = f"http://127.0.0.1:{port}/"
        exchange = await exchange_once(session, "POST", url, limit_s=10, data=b"x")

    assert (True, None) == (exchange.sent_us is not None, exchange.status)
    assert exchange.trouble


def test_a_longer_secret_is_struck_out_whole():
    """A secret that begins like another is not left half."""
    assert "***" == scrub("abcd-def", ["abcd", "abcd-def"])


def test_what_is_too_short_for_a_secret_strikes_nothing_out():
    """A value of three characters would take half of every sentence along."""
    assert "the tea is ready" == scrub("the tea is ready", ["tea", "e"])


@pytest.mark.parametrize(
    ("content_type", "body", "expected"),
    [
        ("application/json", b'{"a": 1}', {"a": 1}),
        ("application/problem+json", b'{"a": 1}', {"a": 1}),
        ("text/html", b'{"a": 1}', None),
        ("application/json", b"[1]", None),
        ("application/json", b"", None),
        ("application/json", b"\xff\xfe{", None),
        ("application/json", b"[" * 100_000, None),
    ],
)
def test_only_a_json_object_is_an_answer(content_type, body, expected):
    """Everything else is garbage, and is no reason to fall over."""
    exchange = Exchange(status=200, content_type=content_type, body=body)

    assert expected == exchange.json_object()


@pytest.mark.parametrize("fresh", [True, False])
async def test_sessions_keep_no_cookies_and_read_no_environment(fresh):
    """Neither a proxy from the environment nor a cookie of before decides anything."""
    async with AsyncExitStack() as stack:
        session = await open_session(stack, wall_us, fresh=fresh)

        assert isinstance(session.cookie_jar, aiohttp.DummyCookieJar)
        assert (False, None) == (session.trust_env, session.timeout.total)
        assert fresh is session.connector.force_close
    assert session.closed
