"""Asking whether a page is up: one GET, with a deadline, redirects followed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack

import aiohttp

from launchctl.drivers.wire import describe, open_session
from launchctl.show.inputs import UrlSeen
from launchctl.times import Micros

LIMIT_S = 5.0
_HOPS = 5
_FRESH = {"Cache-Control": "no-cache"}


async def look_at(url: str, now_us: Callable[[], Micros]) -> UrlSeen:
    """Ask once. Raises nothing but cancellation."""
    async with AsyncExitStack() as stack:
        session = await open_session(stack, now_us, fresh=True)
        try:
            async with (
                asyncio.timeout(LIMIT_S),
                session.get(url, headers=_FRESH, max_redirects=_HOPS) as response,
            ):
                status = response.status
        except (aiohttp.ClientError, OSError, ValueError) as error:
            return UrlSeen(url, ok=False, detail=describe(error))
    return UrlSeen(url, ok=200 <= status < 300, detail=f"it answers {status}")
