"""A front that serves nothing but hooks: ``orders_front.py LEDGER SECRET``.

Prints its port, then serves until it is killed.
"""

from __future__ import annotations

import asyncio
import sys

from aiohttp import web

from launchctl.clock import wall_us
from launchctl.orders.sources.webhook import WebhookSource
from launchctl.store.sqlite import SqliteLedger
from launchctl.web.hooks import hook_routes


async def main(path: str, secret: str) -> None:
    """Serve until killed."""
    async with SqliteLedger(path, writer=True) as ledger:
        source = WebhookSource("stores", [secret], {"USD"})
        app = web.Application()
        app.add_routes(
            hook_routes({"stores": source}, ledger, wall_us, min_free_bytes=0)
        )
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        print(runner.addresses[0][1], flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2]))
