"""One network's JSON API as one account reaches it.

Posts go over a fresh connection each; everything else over kept ones.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from typing import Any

import aiohttp

from launchctl.drivers.wire import Exchange, exchange_once, open_session
from launchctl.times import Micros


class Api:
    """Sends requests and tells what came of each; raises nothing but cancellation.

    Args:
        base: the API's address.
        now_us: N.
        headers: what every request carries.
    """

    def __init__(
        self,
        base: str,
        now_us: Callable[[], Micros],
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.base = base.rstrip("/")
        self._now_us = now_us
        self._headers = dict(headers or {})
        self._kept: aiohttp.ClientSession
        self._fresh: aiohttp.ClientSession

    async def start(self, stack: AsyncExitStack) -> None:
        """Make the sessions; nothing is sent yet."""
        self._kept = await open_session(stack, self._now_us, fresh=False)
        self._fresh = await open_session(stack, self._now_us, fresh=True)

    def authorize(self, token: str) -> None:
        """From now on requests carry this token."""
        self._headers["Authorization"] = f"Bearer {token}"

    async def ask(
        self, path: str, limit_s: float, *, params: Mapping[str, str] | None = None
    ) -> Exchange:
        """GET below the API's address."""
        return await exchange_once(
            self._kept,
            "GET",
            self.base + path,
            limit_s=limit_s,
            params=dict(params or {}),
            headers=self._headers,
        )

    async def tell(  # noqa: PLR0913  what a request may carry
        self,
        path: str,
        limit_s: float,
        *,
        headers: Mapping[str, str] | None = None,
        fresh: bool = False,
        authorized: bool = True,
        base: str | None = None,
        **body: Any,
    ) -> Exchange:
        """POST below the API's address (or ``base``): ``json`` or ``data``."""
        own = self._headers if authorized else {}
        return await exchange_once(
            self._fresh if fresh else self._kept,
            "POST",
            (base or self.base).rstrip("/") + path,
            limit_s=limit_s,
            headers={**own, **(headers or {})},
            **body,
        )

    async def put(self, url: str, data: bytes, limit_s: float) -> Exchange:
        """PUT bytes to a whole address that the API itself named."""
        return await exchange_once(
            self._fresh, "PUT", url, limit_s=limit_s, data=data, headers=self._headers
        )
