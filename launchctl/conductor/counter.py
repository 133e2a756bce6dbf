"""The counter on the stream: the ledger's totals as a text source.

A projection, not a decision: the engine says whether the counter is open, frozen or
hidden, and what it says is journaled; the text follows the ledger, latest wins, at most
ten times a second (OBS shows 30 a second at best, and renders each). A text that a
person wrote there is left alone, until a person or a cue sets the counter again: that
word is the later one. After a restart of the device, and after a crash of ours, an open
counter is not opened again by a machine: nothing is shown until somebody has answered.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Protocol, runtime_checkable

from launchctl.drivers.base import Driver
from launchctl.orders.model import Totals
from launchctl.runbook.languages import vars_in
from launchctl.runbook.model import Runbook, ShowOn
from launchctl.runbook.templates import Template

_PAUSE_S = 0.1


@runtime_checkable
class ShowsText(Protocol):
    """A stage that can show a fast-changing text."""

    def show_text(self, source: str, text: str, *, over_hand: bool = False) -> None:
        """Set a text source soon; the latest text wins. One that a person wrote into,
        or that stood when the device was restarted, is left alone until ``over_hand``.
        """
        ...


def counter_text(runbook: Runbook, drivers: Mapping[str, Driver]) -> CounterText | None:
    """The counter's projection, if the runbook shows it on a stage that can."""
    show_on = runbook.orders.show_on if runbook.orders else None
    if show_on is None:
        return None
    stage = drivers.get(f"stage:{show_on.stage or runbook.first_stage}")
    if not isinstance(stage, ShowsText):
        return None
    return CounterText(runbook, show_on, stage)


def counter_reads(runbook: Runbook, template: Template, totals: Totals) -> str:
    """What an open counter shows."""
    values = {"orders": totals.named(), "vars": vars_in(runbook, None)}
    return template.render(values, runbook.locale, runbook.timezone or "UTC")


class CounterText:
    """Follows the ledger and keeps the text source right."""

    def __init__(self, runbook: Runbook, show_on: ShowOn, stage: ShowsText) -> None:
        self._runbook = runbook
        self._source = show_on.source
        self._template = Template(source=show_on.text)
        self._stage = stage
        self._totals: Totals | None = None
        self._state = "hidden"
        self._shown: str | None = None
        self._over_hand = False
        self._asked = False
        self._news = asyncio.Event()

    def totals(self, totals: Totals) -> None:
        """The ledger moved."""
        self._totals = totals
        self._news.set()

    def state(self, state: str, *, said: bool = False, asked: bool = False) -> None:
        """The engine's word: open, frozen or hidden. ``said``: a person or a cue just
        set it, be it to what it was; then its text is also put over a hand's.
        ``asked``: whether an open one is to be opened again; until that is answered
        nothing new is shown.
        """
        self._asked = asked
        if said:
            self._over_hand = state != "frozen"
        if said or state != self._state:
            self._state = state
            self._news.set()

    def again(self) -> None:
        """The device lost its state: what is hidden or frozen is made so again."""
        self._over_hand = True
        self._news.set()

    async def run(self) -> None:
        """Keep the text right, for ever."""
        while True:
            await self._news.wait()
            self._news.clear()
            self._follow()
            await asyncio.sleep(_PAUSE_S)

    def _follow(self) -> None:
        text = self._text()
        if text is None or (text == self._shown and not self._over_hand):
            return
        self._stage.show_text(self._source, text, over_hand=self._over_hand)
        self._shown, self._over_hand = text, False

    def _text(self) -> str | None:
        match self._state:
            case "open" if self._asked:
                return None
            case "open":
                if self._totals is None:  # the ledger has not been read yet
                    return None
                return counter_reads(self._runbook, self._template, self._totals)
            case "hidden":
                return ""
            case _:  # frozen keeps what viewers saw last
                return self._shown
