"""An emulated OBS: the real obs-websocket 5 protocol before an invented mixer.

For rehearsals and tests only. The real driver talks to it over loopback and cannot tell
the difference: greeting, password, subscriptions, request and close codes, the order of
events, what is lost when OBS is killed. Faults are switches: ``freeze``, ``drop``,
``slow``, ``kill`` and ``boot``. Everything that was asked is kept in ``requests``.
"""

from __future__ import annotations

import asyncio
import secrets
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from launchctl.rehearsal.emulators.obs_outputs import GENERAL
from launchctl.rehearsal.emulators.obs_requests import answer
from launchctl.rehearsal.emulators.obs_sessions import Sessions
from launchctl.rehearsal.emulators.obs_world import World, first_state

_KEPT = 50_000
"""Requests remembered: a week of polling must not fill the memory."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it came. ``at_s`` is the loop's time, ``at_us`` N if known."""

    name: str
    data: Mapping[str, Any]
    at_s: float
    at_us: int | None


class ObsEmulator:
    """One emulated OBS.

    Args:
        scenes: names to their sources; the first is on program at first.
        texts: text sources.
        audio: audio inputs.
        films: media sources: their file, and its length in seconds.
        program: the scene on program at first.
        password: None asks for none.
        auto: accept any scene, source or input name, and make it.
        now_us: N, for the records; None keeps the loop's time alone.
        draw: random hex of so many bytes, for salts and challenges.
    """

    def __init__(  # noqa: PLR0913  an OBS is described by these
        self,
        scenes: Mapping[str, Iterable[str]] | None = None,
        *,
        texts: Iterable[str] = (),
        audio: Iterable[str] = (),
        films: Mapping[str, tuple[str, float]] | None = None,
        program: str | None = None,
        password: str | None = None,
        auto: bool = False,
        now_us: Callable[[], int] | None = None,
        draw: Callable[[int], str] = secrets.token_hex,
    ) -> None:
        state = first_state(
            scenes or {"Scene": ()}, tuple(texts), tuple(audio), program
        )
        self._sessions = Sessions(self._answer, password, draw)
        self.world = World(state, self._sessions.emit, auto=auto, now_us=now_us)
        for name, (file, length_s) in (films or {}).items():
            self.world.add_film(name, file, length_s)
        self.world.save()
        self.requests: deque[Asked] = deque(maxlen=_KEPT)
        self._now_us = now_us
        self._host = "127.0.0.1"
        self._port = 0
        self._runner: web.AppRunner | None = None

    # --- life ---------------------------------------------------------------------

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> str:
        """Boot and listen; the url. Port 0 takes a free one, kept over restarts."""
        self._host, self._port = host, port
        await self.boot()
        return self.url

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"ws://{self._host}:{self._port}"

    @property
    def password(self) -> str | None:
        """The password that new connections have to prove; may be set."""
        return self._sessions.password

    @password.setter
    def password(self, password: str | None) -> None:
        self._sessions.password = password

    async def boot(self) -> None:
        """Begin a process with what was saved, on the same port."""
        self._sessions.begin()
        self.world.boot()
        app = web.Application()
        app.router.add_get("/", self._sessions.serve)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.0)
        await self._runner.setup()
        site = web.TCPSite(self._runner, self._host, self._port, reuse_address=True)
        await site.start()
        self._port = self._runner.addresses[0][1]

    async def kill(self) -> None:
        """The process dies: every connection breaks, what was not saved is lost."""
        self.world.halt()
        self.drop()
        runner, self._runner = self._runner, None
        if runner is not None:
            await runner.cleanup()

    async def quit(self) -> None:
        """A person closes OBS: it saves, says so and closes properly."""
        self.world.save()
        self._sessions.emit("ExitStarted", {}, GENERAL)
        await self._sessions.close()
        await self.kill()

    async def restart(self, after_s: float = 2.0) -> None:
        """Killed, and started again after ``after_s`` on the loop's time."""
        await self.kill()
        await asyncio.sleep(after_s)
        await self.boot()

    async def aclose(self) -> None:
        """Stop everything. Idempotent."""
        self.thaw()
        await self.kill()

    @property
    def is_up(self) -> bool:
        """True while its process runs."""
        return self._runner is not None

    # --- faults -------------------------------------------------------------------

    def freeze(self) -> None:
        """Answer nothing and tell nothing until ``thaw``, but keep connections open."""
        self._sessions.thawed.clear()

    def thaw(self) -> None:
        """Go on where it stood still."""
        self._sessions.thawed.set()

    def slow(self, reply_after_s: float) -> None:
        """Answer every request so much later; 0 is quick again."""
        self._sessions.reply_after_s = reply_after_s

    def drop(self) -> None:
        """Break every connection without a word (close code 1006 at the other end)."""
        self._sessions.drop()

    # --- requests ------------------------------------------------------------------

    def ask(self, name: str, data: Mapping[str, Any]) -> dict[str, Any]:
        """Ask as a person's own client would; the protocol's answer."""
        return self._answer({"requestType": name, "requestData": data}, False)

    def _answer(self, body: Mapping[str, Any], batch: bool) -> dict[str, Any]:  # noqa: FBT001  the shape that ``Sessions`` calls
        name, data = str(body.get("requestType")), body.get("requestData") or {}
        at_us = None if self._now_us is None else self._now_us()
        at_s = asyncio.get_running_loop().time()
        self.requests.append(Asked(name, data, at_s, at_us))
        return answer(self.world, name, data, batch=batch)
