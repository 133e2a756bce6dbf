"""What is asked of an OBS over a connection of its own: before a driver starts, too."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import aiohttp
from obswebsocket import requests

from launchctl.drivers.obs.confined import live_target
from launchctl.drivers.obs.connection import Connection, open_connection
from launchctl.drivers.obs.link import CONNECT_S
from launchctl.drivers.obs.mark import put, take_away
from launchctl.drivers.obs.trouble import ObsError, in_words
from launchctl.drivers.wire import connector
from launchctl.errors import OutOfReachError


class Aside:
    """One OBS, asked now and then.

    Every method connects anew and raises ``OutOfReachError`` if OBS cannot be asked, or
    does not do it; the sentence names its address.
    """

    def __init__(self, url: str, password: Callable[[], str | None]) -> None:
        self._url = url
        self._password = password

    async def versions(self) -> str:
        """Who answers."""
        async with self._connected() as connection:
            version = await connection.call(requests.GetVersion(), CONNECT_S)
            return (
                f"OBS {version.getObsVersion()},"
                f" obs-websocket {version.getObsWebSocketVersion()}"
            )

    async def live_target(self) -> str | None:
        """Where it streams to now, if beyond this machine; None: it does not."""
        async with self._connected() as connection:
            return await live_target(lambda each: connection.call(each, CONNECT_S))

    async def mark(self, *, on: bool) -> None:
        """Put REHEARSAL on top of every scene, or take it away."""
        async with self._connected() as connection:
            do = put if on else take_away
            await do(lambda each: connection.call(each, CONNECT_S))

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[Connection]:
        try:
            async with session() as web:
                connection = await open_connection(
                    web, self._url, password=self._password(), timeout_s=CONNECT_S
                )
                try:
                    yield connection
                finally:
                    await connection.aclose()
        except (ObsError, KeyError) as error:
            raise OutOfReachError(f"OBS at {self._url}: {in_words(error)}") from None


def session() -> aiohttp.ClientSession:
    """What connections to an OBS are opened with."""
    return aiohttp.ClientSession(connector=connector(fresh=False), trust_env=False)
