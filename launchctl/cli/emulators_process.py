"""The far ends of a paced rehearsal: emulated OBS, networks and shop, in one process.

Started as ``python -m launchctl.cli.emulators_process FOLDER``; its loop runs at the
rehearsal's speed, so that a fade or a timeline's lag takes as long, in show time, as
the real one.
"""

from __future__ import annotations

import asyncio
import signal
import sys
from pathlib import Path
from typing import Any

from launchctl.chance import SeededChance
from launchctl.cli.logs import log_to
from launchctl.cli.processes import hear_starter, read_boot, say
from launchctl.clock import Origin, new_loop, wall_us
from launchctl.rehearsal.emulators.networks import Surroundings
from launchctl.rehearsal.hands import do_by_hand
from launchctl.rehearsal.invented import first_look
from launchctl.rehearsal.script import Step
from launchctl.rehearsal.world import World, emulated
from launchctl.runbook.model import Runbook
from launchctl.times import micros

_LEAD_S = 10.0
"""Real seconds before the first cue in which nothing happens: people find the page."""
_LEAD_OF = 5
"""And so many times what this process took to start: front and show, each a process of
the same kind, start one after the other, with the loading of the runbook before. On a
machine that is busy all of them take longer alike.
"""


async def serve(boot: dict[str, Any]) -> None:
    """Emulate until asked to stop, or until whoever started it is gone; a script's line
    that is said to it is done by hand.

    ``boot``: ``began`` (an origin where this process was asked for, whose N is the
    first cue's instant), ``runbook`` (the file), ``t0_us``, ``sets``, ``seed``,
    ``real_stages`` (mixers are not emulated).
    """
    sets = [(path, value) for path, value in boot["sets"]]
    runbook = first_look(Path(boot["runbook"]), t0_us=boot["t0_us"], sets=sets)
    origin = _origin(Origin(**boot["began"]))
    around = Surroundings(origin.now_us, wall_us, SeededChance(boot["seed"]))
    async with emulated(runbook, around, real_stages=boot["real_stages"]) as world:
        stopped = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
        hear_starter(lambda told: _by_hand(told, world, runbook), stopped)
        say(
            origin=origin.as_json(),
            sets=world.sets,
            show_secrets=world.show_secrets,
            front_secrets=world.front_secrets,
            hook_secrets=world.hook_secrets,
            not_emulated=world.not_emulated,
        )
        await stopped.wait()


def _by_hand(told: dict[str, Any], world: World, runbook: Runbook) -> None:
    """Somebody does something with their own hands: a script's line."""
    say(trouble=do_by_hand(Step(**told), world, runbook))


def _origin(began: Origin) -> Origin:
    """Where N begins: so long before the first cue that it finds the show standing."""
    took_us = began.now_us() - began.start_us
    lead_us = max(micros(_LEAD_S * began.speed), _LEAD_OF * took_us)
    return Origin.here(began.start_us - lead_us, began.speed)


def main() -> int:
    """The process."""
    log_to(Path(sys.argv[1]) / "emulators.log")
    boot = read_boot()
    loop = new_loop(boot["began"]["speed"])
    try:
        loop.run_until_complete(serve(boot))
    finally:
        loop.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
