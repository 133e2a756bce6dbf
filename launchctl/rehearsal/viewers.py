"""Viewers of the public page in a paced rehearsal: each asks as the page's script does.

They open the page, and then ask for its document again and again, with the validator of
what they have, over loopback and in real seconds. They draw nothing.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import aiohttp

from launchctl.chance import Chance

POLL_S = 2.0
"""As in ``web/static/public.js``: a quarter of it sooner, or later."""
_PATIENCE_S = 10.0


@dataclass(slots=True)
class Seen:
    """What the viewers got.

    Attributes:
        viewers: how many there were.
        served: answers they got: the page, its document, or that it is unchanged.
        failed: requests that got something else, or nothing in ten seconds.
        oldest_s: how old the newest document that one of them had was at most, in real
            seconds from when it was asked for; it may itself be half a second old.
    """

    viewers: int
    served: int = 0
    failed: int = 0
    oldest_s: float = 0.0


async def watch(url: str, seen: Seen, chance: Chance, until: asyncio.Event) -> None:
    """Let ``seen.viewers`` watch the page at ``url`` until that is set; they come
    within one interval of their asking.
    """
    timeout = aiohttp.ClientTimeout(total=_PATIENCE_S)
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(
        connector=connector, timeout=timeout, trust_env=False
    ) as session:
        viewers = [
            asyncio.create_task(_Viewer(url, seen, chance, session).watch())
            for _ in range(seen.viewers)
        ]
        ending = asyncio.create_task(until.wait())
        done, _ = await asyncio.wait(
            [ending, *viewers], return_when=asyncio.FIRST_COMPLETED
        )
        for task in [ending, *viewers]:
            task.cancel()
        await asyncio.gather(ending, *viewers, return_exceptions=True)
    for task in done - {ending}:
        task.result()


@dataclass(slots=True)
class _Viewer:
    url: str
    seen: Seen
    chance: Chance
    session: aiohttp.ClientSession
    etag: str = ""
    asked_s: float | None = None
    """When what this viewer has was asked for."""

    async def watch(self) -> None:
        await asyncio.sleep(self.chance.between(0, POLL_S))
        await self._get("/")
        try:
            while True:
                await self._look()
                await asyncio.sleep(POLL_S * self.chance.between(0.75, 1.25))
        finally:
            self._age()

    async def _look(self) -> None:
        """Ask for the document; what this viewer had until now was so old."""
        asked_s = asyncio.get_running_loop().time()
        if await self._get("/api/v1/public"):
            self._age()
            self.asked_s = asked_s

    def _age(self) -> None:
        if self.asked_s is not None:
            age_s = asyncio.get_running_loop().time() - self.asked_s
            self.seen.oldest_s = max(self.seen.oldest_s, age_s)

    async def _get(self, path: str) -> bool:
        headers = {"If-None-Match": self.etag} if self.etag else {}
        try:
            async with self.session.get(self.url + path, headers=headers) as answer:
                await answer.read()
                served = answer.status in {200, 304}
                if path != "/":
                    self.etag = answer.headers.get("ETag", "")
        except (aiohttp.ClientError, TimeoutError):
            served = False
        self.seen.served += served
        self.seen.failed += not served
        return served
