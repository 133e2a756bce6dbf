"""The counter on the stream: the ledger's totals as a text source.

A projection, not a decision: the engine says whether the counter is open, frozen or
hidden, and what it says is journaled; the text follows the ledger, latest wins, at most
ten times a second (OBS shows 30 a second at best, and renders each).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import asdict

from launchctl.orders.model import Totals
from launchctl.runbook.model import Runbook, ShowOn
from launchctl.runbook.templates import Template

_PAUSE_S = 0.1

ShowText = Callable[[str, str], Awaitable[object]]
"""Sets a text source: (source, text)."""


class CounterText:
    """Follows the ledger and keeps the text source right."""

    def __init__(self, runbook: Runbook, show_on: ShowOn, show_text: ShowText) -> None:
        self._runbook = runbook
        self._source = show_on.source
        self._template = Template(source=show_on.text)
        self._show_text = show_text
        self._totals = Totals()
        self._state = "hidden"
        self._shown: str | None = None
        self._news = asyncio.Event()

    def totals(self, totals: Totals) -> None:
        """The ledger moved."""
        self._totals = totals
        self._news.set()

    def state(self, state: str) -> None:
        """The engine's word: open, frozen or hidden."""
        if state != self._state:
            self._state = state
            self._news.set()

    def again(self) -> None:
        """The device lost its state: set the text again, whatever we believe."""
        self._shown = None
        self._news.set()

    async def run(self) -> None:
        """Keep the text right, for ever."""
        while True:
            await self._news.wait()
            self._news.clear()
            text = self._text()
            if text is not None and text != self._shown:
                await self._show_text(self._source, text)
                self._shown = text
            await asyncio.sleep(_PAUSE_S)

    def _text(self) -> str | None:
        match self._state:
            case "open":
                values = {"orders": asdict(self._totals), "vars": self._runbook.vars}
                return self._template.render(
                    values, self._runbook.locale, self._runbook.timezone
                )
            case "hidden":
                return ""
            case _:  # frozen keeps what viewers saw last
                return self._shown
