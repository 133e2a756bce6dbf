"""The wall clock against an NTP server, by SNTP (RFC 4330): asked, never obeyed.

N does not hang on the wall, but pinned cues, embargoes and networks' signatures do. A
machine whose clock is wrong from the start has no step that could be noticed.
"""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Callable
from urllib.parse import urlsplit

from launchctl.clock import wall_us
from launchctl.drivers.base import Health, Level
from launchctl.errors import InputError
from launchctl.show.inputs import HealthSeen, Input
from launchctl.times import MILLISECOND, SECOND, Micros

PORT = 123
WITHIN_US = 250 * MILLISECOND
"""A wall clock this far off is wrong: the same bound as for a step (SEMANTICS 1)."""

_EVERY_S = 64.0  # RFC 4330, 10: a client asks no more often than each minute or so
_PATIENCE_S = 2.0
_CLIENT = 0x23
"""First byte of a request: no leap warning, version 4, mode 3 (client)."""
_SERVER_MODE, _UNSYNCHRONISED = 4, 3
_MAX_STRATUM = 15
_UNIX_FROM_1900_S = 2_208_988_800


def parse_server(written: str) -> tuple[str, int]:
    """``HOST`` or ``HOST:PORT``.

    Raises:
        InputError: it is neither.
    """
    try:
        parts = urlsplit(f"//{written}")
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if not host or parts.path or parts.query:
        raise InputError(
            f"--ntp {written}: this is no server", hint="write HOST or HOST:PORT"
        )
    return host, PORT if port is None else port


async def offset_us(server: tuple[str, int]) -> Micros:
    """How far the wall clock is ahead of the server's.

    Raises:
        OSError: no answer, or none that may be used (TimeoutError among them).
    """
    loop = asyncio.get_running_loop()
    answered: asyncio.Future[tuple[bytes, Micros]] = loop.create_future()
    async with asyncio.timeout(_PATIENCE_S):
        transport, _ = await loop.create_datagram_endpoint(
            lambda: _Answer(answered), remote_addr=server
        )
        try:
            asked_us = wall_us()
            asked = _stamp(asked_us)
            transport.sendto(bytes([_CLIENT]) + bytes(39) + asked)
            data, heard_us = await answered
        finally:
            transport.close()
    received_us, sent_us = _read(data, asked)
    return ((asked_us - received_us) + (heard_us - sent_us)) // 2


async def health_of(server: tuple[str, int]) -> Health:
    """The wall clock as the server sees it."""
    host = server[0]
    try:
        ahead_us = await offset_us(server)
    except OSError as error:
        return Health(Level.OFFLINE, f"{host} cannot be asked: {_why(error)}")
    if abs(ahead_us) < WITHIN_US:
        return Health(Level.GOOD, f"the wall clock agrees with {host}")
    way = "ahead of" if ahead_us > 0 else "behind"
    off_s = abs(ahead_us) / SECOND
    return Health(Level.WARNING, f"the wall clock is {off_s:,.1f} s {way} {host}")


async def watch_ntp(server: tuple[str, int], report: Callable[[Input], None]) -> None:
    """Ask about once a minute, for ever; journaled on change only."""
    while True:
        health = await health_of(server)
        report(HealthSeen("ntp", str(health.level), health.text))
        await asyncio.sleep(_EVERY_S)


class _Answer(asyncio.DatagramProtocol):
    """The first datagram that comes back, and when."""

    def __init__(self, answered: asyncio.Future[tuple[bytes, Micros]]) -> None:
        self._answered = answered

    def datagram_received(self, data: bytes, addr: object) -> None:  # noqa: ARG002
        if not self._answered.done():
            self._answered.set_result((data, wall_us()))

    def error_received(self, exc: Exception) -> None:
        if not self._answered.done():
            self._answered.set_exception(exc)


def _read(data: bytes, asked: bytes) -> tuple[Micros, Micros]:
    """When the server received the question, and when it sent the answer."""
    if len(data) < 48 or data[24:32] != asked:
        raise OSError("its answer is to another question")
    leap, mode, stratum = data[0] >> 6, data[0] & 7, data[1]
    if (
        mode != _SERVER_MODE
        or leap == _UNSYNCHRONISED
        or not 0 < stratum <= _MAX_STRATUM
    ):
        raise OSError("it does not know the time itself")
    return _micros(data[32:40]), _micros(data[40:48])


def _stamp(at_us: Micros) -> bytes:
    """An NTP timestamp: seconds since 1900 (mod 2^32), and 2^-32 parts."""
    seconds, rest_us = divmod(at_us, SECOND)
    return struct.pack(
        ">II", (seconds + _UNIX_FROM_1900_S) % 2**32, (rest_us << 32) // SECOND
    )


def _micros(stamp: bytes) -> Micros:
    seconds, parts = struct.unpack(">II", stamp)
    # From 7 February 2036 on the seconds have begun anew (RFC 4330, 3).
    era = 0 if seconds & 0x8000_0000 else 2**32
    return int((seconds + era - _UNIX_FROM_1900_S) * SECOND + (parts * SECOND >> 32))


def _why(error: OSError) -> str:
    if isinstance(error, TimeoutError):
        return "no answer"
    return (error.strerror or str(error)).lower()
