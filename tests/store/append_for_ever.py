"""Appends lines to the journal named on the command line and prints each one's seq once
it is acknowledged, until it is killed.
"""

from __future__ import annotations

import asyncio
import sys

from launchctl.store.sqlite import SqliteJournal


async def main(path: str) -> None:
    """Run until somebody kills it."""
    async with SqliteJournal(path, writer=True) as journal:
        seq = 0
        while True:
            seq += 1
            await journal.append([{"seq": seq, "event": "noted", "v": 1}])
            print(seq, flush=True)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
