"""Playing a rehearsal out: the conductor, and whoever plays beside it, to the end."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from launchctl.rehearsal.backstage import Backstage, Beside
from launchctl.show.engine import Engine
from launchctl.times import HOUR, MINUTE, Micros

_LOOK_S = 300.0
_QUIET_US = 15 * MINUTE
"""Nothing is under way and nothing is meant: over after so long."""
_PATIENCE_US = 25 * HOUR
"""A film plays, or some deadline is far ahead: over after so long."""
_LONGEST_US = 60 * 24 * HOUR
"""Nothing has happened for so long: over, whatever anybody means to do."""


async def play_out(backstage: Backstage, beside: Iterable[Beside]) -> None:
    """Until the show is over, or nothing will ever happen again."""
    conducting = asyncio.ensure_future(backstage.conducting.run())
    others = [
        asyncio.ensure_future(each)
        for each in (backstage.show.follow(), *(play(backstage) for play in beside))
    ]
    quiet = asyncio.ensure_future(_quiet(backstage))
    try:
        pending = {conducting, quiet, *others}
        while not (conducting.done() or quiet.done()):
            done, pending = await asyncio.wait(
                pending, return_when=asyncio.FIRST_COMPLETED
            )
            for task in done:
                task.result()  # who plays beside the show may finish, but not fail
    finally:
        tasks = (conducting, quiet, *others)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _quiet(backstage: Backstage) -> None:
    """Returns once nobody has anything in mind, and nothing has happened for long."""
    while True:
        await asyncio.sleep(_LOOK_S)
        now_us = backstage.clock.now_us()
        last_us = max(backstage.show.last_us, backstage.meant_us)
        if now_us - backstage.show.last_us > _LONGEST_US:
            return
        if now_us - last_us < _QUIET_US:
            continue
        if (
            not _goes_on(backstage.conducting.engine, now_us)
            or now_us - last_us >= _PATIENCE_US
        ):
            return


def _goes_on(engine: Engine, now_us: Micros) -> bool:
    """Whether something is still to come by itself. What moves within the minute, and
    to no effect for long, is read again and again.
    """
    running = (cue.state == "running" for cue in engine.state.cues.values())
    next_us = engine.next_move_us()
    return any(running) or (next_us is not None and next_us - now_us > MINUTE)
