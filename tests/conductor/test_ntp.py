"""The wall clock against an NTP server: asked, not obeyed, and not believed blindly."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from launchctl.clock import wall_us
from launchctl.conductor import ntp
from launchctl.conductor.ntp import health_of, offset_us, parse_server
from launchctl.drivers.base import Level
from launchctl.errors import InputError
from launchctl.times import HOUR, SECOND, Micros

Reply = Callable[[bytes], bytes | None]


def stamp(at_us: Micros) -> bytes:
    """An NTP timestamp, made otherwise than the client makes it (RFC 4330, 3)."""
    since_1900 = at_us / SECOND + 70 * 365 * 86400 + 17 * 86400
    return struct.pack(">II", int(since_1900) % 2**32, int(since_1900 % 1 * 2**32))


def server_ahead_by(ahead_us: Micros, first: int = 0x24, stratum: int = 2) -> Reply:
    """A server whose clock is so far ahead of ours."""

    def reply(asked: bytes) -> bytes:
        now = stamp(wall_us() + ahead_us)
        head = bytes([first, stratum, 6, 0xEC]) + bytes(12) + bytes(8)
        return head + asked[40:48] + now + now

    return reply


@asynccontextmanager
async def serving(reply: Reply) -> AsyncIterator[tuple[str, int]]:
    """An NTP server on loopback."""

    class Server(asyncio.DatagramProtocol):
        def connection_made(self, transport):
            self.transport = transport

        def datagram_received(self, data, addr):
            answer = reply(data)
            if answer is not None:
                self.transport.sendto(answer, addr)

    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
        Server, local_addr=("127.0.0.1", 0)
    )
    try:
        yield transport.get_extra_info("sockname")
    finally:
        transport.close()


@pytest.mark.parametrize("ahead_us", [0, HOUR, -HOUR])
async def test_how_far_the_wall_is_off(ahead_us):
    """RFC 4330, 5: offset from the four instants; ours is ahead if theirs is behind."""
    async with serving(server_ahead_by(ahead_us)) as server:
        found = await offset_us(server)
    assert -ahead_us == pytest.approx(found, abs=5 * SECOND)


async def test_a_wall_that_is_off_is_a_warning():
    """A quarter second, as for a step; with its direction."""
    async with serving(server_ahead_by(HOUR)) as server:
        health = await health_of(server)
    assert Level.WARNING == health.level
    assert "behind 127.0.0.1" in health.text


async def test_a_wall_that_agrees_is_good():
    """And its words do not move, so that nothing is journaled at rate."""
    async with serving(server_ahead_by(0)) as server:
        health = await health_of(server)
    assert (Level.GOOD, "the wall clock agrees with 127.0.0.1") == (
        health.level,
        health.text,
    )


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        (server_ahead_by(0, first=0xE4), "does not know the time"),  # LI 3
        (server_ahead_by(0, first=0x23), "does not know the time"),  # a client
        (server_ahead_by(0, stratum=0), "does not know the time"),  # kiss of death
        (server_ahead_by(0, stratum=16), "does not know the time"),
        (lambda asked: asked, "another question"),
        (lambda asked: b"\x24\x02" + bytes(30), "another question"),
        (lambda asked: None, "no answer"),
    ],
)
async def test_an_answer_that_may_not_be_used(reply, why, monkeypatch):
    """A server that is not synchronised, or was not asked by us, says nothing."""
    monkeypatch.setattr(ntp, "_PATIENCE_S", 0.3)
    async with serving(reply) as server:
        health = await health_of(server)
    assert Level.OFFLINE == health.level
    assert why in health.text


async def test_nobody_listens():
    """A refused datagram is out of reach, in a sentence."""
    async with serving(server_ahead_by(0)) as server:
        pass
    health = await health_of(server)
    assert Level.OFFLINE == health.level


def test_the_era_after_2036():
    """RFC 4330, 3: seconds begin anew in February 2036, and are still read right."""
    in_2040 = 2_208_988_800 * SECOND
    assert in_2040 == ntp._micros(ntp._stamp(in_2040))
    assert in_2040 - HOUR * 24 * 365 * 20 == ntp._micros(
        ntp._stamp(in_2040 - HOUR * 24 * 365 * 20)
    )


@pytest.mark.parametrize(
    ("written", "server"),
    [
        ("pool.ntp.org", ("pool.ntp.org", 123)),
        ("10.0.0.1:1123", ("10.0.0.1", 1123)),
        ("[::1]:99", ("::1", 99)),
    ],
)
def test_servers_as_they_are_written(written, server):
    """HOST or HOST:PORT."""
    assert server == parse_server(written)


@pytest.mark.parametrize("written", ["", ":123", "a/b", "a:b", "[::1"])
def test_what_is_no_server(written):
    """Bad input names the option and what to write."""
    with pytest.raises(InputError, match="--ntp"):
        parse_server(written)
