"""Taking a figure: wait until the ledger is complete to its instant; read it once."""

from __future__ import annotations

import asyncio

from launchctl.orders.figures import value_of
from launchctl.show.commands import TakeFigure
from launchctl.show.inputs import FigureTaken
from launchctl.store.base import Ledger

_PAUSE_S = 0.1


async def take_figure(ledger: Ledger, task: TakeFigure) -> FigureTaken:
    """The value of ``orders.NAME`` of all orders placed at or before ``as_of_us``.

    Waits for as long as the ledger is not complete to that instant: the engine's own
    deadlines park what waits for it. A source that cannot be listed is only known to
    have delivered what it sent, so the figure is *unverified*.
    """
    while True:
        complete_us = await ledger.complete_to()
        if complete_us is not None and complete_us >= task.as_of_us:
            break
        await asyncio.sleep(_PAUSE_S)
    totals = await ledger.totals(task.as_of_us)
    return FigureTaken(
        figure=task.figure,
        value=value_of(task.of, totals),
        ledger_seq=totals.ledger_seq,
        unverified=True,
    )
