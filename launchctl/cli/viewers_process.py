"""The viewers of a paced rehearsal, in a process of their own.

Started as ``python -m launchctl.cli.viewers_process FOLDER``, so that they cost the
show and its pages nothing but what viewers cost. What the starter says next, whatever
it is, sends them home, and is answered with what they saw.
"""

from __future__ import annotations

import asyncio
import signal
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from launchctl.chance import SystemChance
from launchctl.cli.logs import log_to
from launchctl.cli.processes import hear_starter, read_boot, say
from launchctl.rehearsal.viewers import Seen, watch


async def serve(boot: dict[str, Any]) -> None:
    """Watch until told to go. ``boot``: ``url`` of the page, ``viewers``."""
    told, leave = asyncio.Event(), asyncio.Event()

    def hear(_words: dict[str, Any]) -> None:
        told.set()
        leave.set()

    hear_starter(hear, leave)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, leave.set)
    say()
    seen = Seen(boot["viewers"])
    await watch(boot["url"], seen, SystemChance(), leave)
    if told.is_set():
        say(**asdict(seen))


def main() -> int:
    """The process."""
    log_to(Path(sys.argv[1]) / "viewers.log")
    asyncio.run(serve(read_boot()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
