"""The two connections of a stage, and the loop that keeps them standing.

Commands go over a connection without events, events over their own (``connection``
says why). Both are pinged once a second by questions whose answers are wanted anyway;
one that is not answered in time means that OBS is frozen, and both are closed. Then,
and after every drop, the loop tries again, quickly at first, every second at the
latest. A wrong password or protocol is tried again once a minute: only a person can put
it right, and nobody shall have to tell two programs of it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import aiohttp

from launchctl.drivers.obs.connection import Connection, open_connection
from launchctl.drivers.obs.protocol import Events
from launchctl.drivers.obs.trouble import ObsError, UnreachableError, UnwelcomeError

SUBSCRIPTIONS = (
    Events.GENERAL
    | Events.CONFIG
    | Events.SCENES
    | Events.INPUTS
    | Events.TRANSITIONS
    | Events.OUTPUTS
    | Events.SCENE_ITEMS
    | Events.MEDIA
)
CONNECT_S = 2.0
ANSWER_S = 4.0
"""OBS is held to be frozen when a question stays unanswered for so long."""
_BEAT_S = 1.0
_FIRST_DELAY_S = 0.1
_LONGEST_DELAY_S = 1.0
_UNWELCOME_S = 60.0


@dataclass(frozen=True, slots=True)
class Pair:
    """Both connections."""

    commands: Connection
    events: Connection

    @property
    def alive(self) -> bool:
        """True until either is known to be gone."""
        return self.commands.alive and self.events.alive

    async def aclose(self, why: str) -> None:
        """Close both."""
        await asyncio.gather(self.commands.aclose(why), self.events.aclose(why))


class Observer(Protocol):
    """Who is told what the link hears."""

    def event(self, name: str, data: Mapping[str, Any]) -> None:
        """OBS sent an event."""
        ...

    async def up(self, pair: Pair) -> None:
        """Both connections stand: look at everything. May raise ``ObsError``."""
        ...

    async def beat(self, pair: Pair) -> None:
        """A second has passed: ask both connections. May raise ``ObsError``."""
        ...

    def down(self, why: str, *, fatal: bool) -> None:
        """The connections are gone, or could not be made."""
        ...


class Link:
    """Keeps a pair of connections to one OBS, for as long as ``run`` runs."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        url: str,
        password: str | None,
        observer: Observer,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._pause = pause
        self._session = session
        self._url = url
        self._password = password
        self._observer = observer
        self._pair: Pair | None = None
        self._asked = asyncio.Event()
        self.tried = asyncio.Event()

    @property
    def pair(self) -> Pair | None:
        """Both connections, looked through and standing; or None."""
        pair = self._pair
        return pair if pair is not None and pair.alive else None

    def try_again(self) -> None:
        """Somebody has acted: a refused password is tried again, a delay cut short."""
        self._asked.set()

    async def run(self) -> None:
        """Connect, serve until the drop, connect again; until cancelled."""
        delay_s = _FIRST_DELAY_S
        while True:
            try:
                pair = await self._open()
            except UnwelcomeError as error:
                self._observer.down(str(error), fatal=True)
                self.tried.set()
                await self._wait(_UNWELCOME_S)
            except UnreachableError as error:
                self._observer.down(str(error), fatal=False)
                self.tried.set()
                await self._wait(delay_s)
                delay_s = min(delay_s * 2, _LONGEST_DELAY_S)
            else:
                if await self._serve(pair):
                    delay_s = _FIRST_DELAY_S
                await self._wait(delay_s)

    async def _open(self) -> Pair:
        events = await self._connect(SUBSCRIPTIONS, self._observer.event)
        try:
            commands = await self._connect(Events.NONE, None)
        except BaseException:
            await events.aclose()
            raise
        return Pair(commands, events)

    async def _connect(
        self,
        subscriptions: Events,
        on_event: Callable[[str, Mapping[str, Any]], None] | None,
    ) -> Connection:
        return await open_connection(
            self._session,
            self._url,
            password=self._password,
            subscriptions=subscriptions,
            on_event=on_event,
            timeout_s=CONNECT_S,
        )

    async def _serve(self, pair: Pair) -> bool:
        """Serve one pair until it is gone; True if it ever stood."""
        why = "the driver was stopped"
        stood = False
        try:
            await self._observer.up(pair)
            stood = True
            self._pair = pair
            self.tried.set()
            why = await self._beat(pair)
        except ObsError as error:
            why = str(error)
        except KeyError as error:  # obs-websocket-py's word for a missing field
            why = f"OBS's answer lacks {error}"
        finally:
            self._pair = None
            await pair.aclose(why)
            self._observer.down(why, fatal=False)
            self.tried.set()
        return stood

    async def _beat(self, pair: Pair) -> str:
        gone = (pair.commands.closed, pair.events.closed)
        while True:
            beat = asyncio.ensure_future(self._pause(_BEAT_S))
            try:
                await asyncio.wait((*gone, beat), return_when=asyncio.FIRST_COMPLETED)
            finally:
                beat.cancel()
            for connection in (pair.events, pair.commands):
                if not connection.alive:
                    return connection.closed.result()
            await self._observer.beat(pair)

    async def _wait(self, delay_s: float | None) -> None:
        self._asked.clear()
        await wait_until(self._asked.wait, delay_s)


async def wait_until(
    condition: Callable[[], Awaitable[object]], timeout_s: float | None
) -> bool:
    """Wait for a condition, at most ``timeout_s``; False if the time ran out."""
    try:
        async with asyncio.timeout(timeout_s):
            await condition()
    except TimeoutError:
        return False
    return True
