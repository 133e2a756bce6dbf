"""Taking a figure: wait until the ledger is complete to its instant; read it once."""

from __future__ import annotations

import asyncio

import structlog

from launchctl.errors import JournalError
from launchctl.orders.figures import value_of
from launchctl.orders.model import Totals
from launchctl.show.commands import TakeFigure
from launchctl.show.inputs import FigureTaken
from launchctl.store.base import Ledger
from launchctl.times import Micros

_log = structlog.get_logger(__name__)

_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.1, 1.0
"""Sources are heard of once a second."""
_AFTER_TROUBLE_S = 1.0


async def take_figure(ledger: Ledger, task: TakeFigure) -> FigureTaken:
    """The value of ``orders.NAME`` of all orders placed at or before ``as_of_us``.

    Waits for as long as the ledger is not complete to that instant: the engine's own
    deadlines park what waits for it. A source that cannot be listed is only known to
    have delivered what it sent, so the figure is *unverified*. A ledger that cannot be
    read is not complete: it is asked again.
    """
    pause_s = _FIRST_PAUSE_S
    while True:
        try:
            totals = await _totals(ledger, task.as_of_us)
        except JournalError as error:
            _log.warning("figure waits", figure=task.figure, why=str(error))
            await asyncio.sleep(_AFTER_TROUBLE_S)
            continue
        if totals is not None:
            break
        await asyncio.sleep(pause_s)
        pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)
    return FigureTaken(
        figure=task.figure,
        value=value_of(task.of, totals),
        ledger_seq=totals.ledger_seq,
        unverified=True,
    )


async def _totals(ledger: Ledger, as_of_us: Micros) -> Totals | None:
    """None while the ledger is not complete to that instant."""
    complete_us = await ledger.complete_to()
    if complete_us is None or complete_us < as_of_us:
        return None
    return await ledger.totals(as_of_us)
