"""How often to look at what does not speak by itself.

Far ends' health, outputs' edges, accounts that people post to by hand and what comes
next are asked again and again: in a show every second, whatever happens. Days of
rehearsal in virtual time need a pace of their own.
"""

from __future__ import annotations

import asyncio
from typing import Protocol

from launchctl.show.engine import Decision


class Pace(Protocol):
    """Decides how long whoever asks again and again may rest."""

    async def pause(self, seconds: float) -> None:
        """Rest between two looks that are meant to be ``seconds`` apart."""
        ...

    def decided(self, decision: Decision) -> None:
        """The engine decided: something may happen, and its next deadline is known."""
        ...


class Steady:
    """The pace of a show: as often as it is meant."""

    async def pause(self, seconds: float) -> None:
        """Rest so long."""
        await asyncio.sleep(seconds)

    def decided(self, decision: Decision) -> None:
        """Nothing changes."""
