"""The front's process: pages, hooks, the feed and the service timetable.

Started by ``launch run`` as ``python -m launchctl.cli.front_process FOLDER``. It is the
ledger's one writer. It never speaks to the show's process: it puts calls into the inbox
and watches the journal.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import structlog
from aiohttp import web

from launchctl.cli.logs import log_to
from launchctl.cli.processes import (
    hear_starter,
    read_boot,
    say,
    say_failed,
)
from launchctl.conductor.viewer import Viewer
from launchctl.errors import InputError, LaunchError
from launchctl.orders.sources.webhook import WebhookSource
from launchctl.runbook.model import Runbook
from launchctl.runbook.secrets import GivenSecrets
from launchctl.store.folder import RunFolder, state_root
from launchctl.store.keys import CrewKeys
from launchctl.store.sqlite import SqliteLedger
from launchctl.web.app import SERVER_OPTIONS, make_app
from launchctl.web.hooks import hook_routes
from launchctl.web.service import ServiceTimetable

_log = structlog.get_logger(__name__)

LINGER_S = 600.0
"""How long the pages go on saying that nobody conducts, once nobody else is there."""
_LOOK_EVERY_S = 1.0


async def serve(folder: RunFolder, boot: dict[str, Any]) -> None:
    """Serve the run in ``folder`` until asked to stop. A front that can no longer see
    the run ends with the error: one that is started anew reads it afresh.
    """
    meta, runbook = folder.meta, folder.runbook()
    async with AsyncExitStack() as stack:
        inbox = await stack.enter_async_context(folder.inbox())
        hooks: list[web.RouteDef] = []
        if runbook.orders:
            ledger = await stack.enter_async_context(
                folder.ledger(runbook.orders, writer=True)
            )
            hooks = _hooks(runbook, ledger, GivenSecrets(boot["secrets"]), folder)
        viewer = await Viewer.open(folder)
        stack.push_async_callback(viewer.aclose)
        keys = CrewKeys(state_root() / "crew.json")
        answer: dict[str, Any] = {"pid": os.getpid()}
        for name, public_only in (("url", False), ("public_url", True)):
            address = boot["public" if public_only else "serve"]
            if address is None:
                continue
            app = make_app(
                viewer,
                inbox,
                keys=keys,
                hooks=hooks,
                public_only=public_only,
                address=address,
                allowed_hosts=boot["allow_hosts"],
            )
            answer[name] = await _listen(stack, app, address)
        if runbook.orders:
            timetable = ServiceTimetable(
                answer["url"], runbook.orders.sources, ledger, meta.origin
            )
            await timetable.start(stack)
        stopped, alone = asyncio.Event(), asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
        heard: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        hear_starter(heard.put_nowait, alone)
        say(**answer)
        await _first_of(
            stopped.wait(),
            _until_over(viewer, alone),
            _pass_on(viewer, heard),
            viewer.failed(),
        )


async def _pass_on(viewer: Viewer, heard: asyncio.Queue[dict[str, Any]]) -> None:
    """What the starter saw of the conductor's end: the journal cannot say it."""
    while True:
        words = await heard.get()
        await viewer.conductor_lost(words["lost"])


async def _until_over(viewer: Viewer, alone: asyncio.Event) -> None:
    """Until nobody is left who would stop this process: its starter is gone, and the
    show is finished, or nobody has taken it up for a while.
    """
    await alone.wait()
    left_s = LINGER_S
    while not viewer.engine.finished and left_s > 0:
        await asyncio.sleep(_LOOK_EVERY_S)
        left_s = left_s - _LOOK_EVERY_S if viewer.unconducted else LINGER_S


async def _first_of(*works: Coroutine[Any, Any, object]) -> None:
    tasks = [asyncio.create_task(work) for work in works]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _hooks(
    runbook: Runbook, ledger: SqliteLedger, secrets: GivenSecrets, folder: RunFolder
) -> list[web.RouteDef]:
    orders = runbook.orders
    if orders is None:
        return []
    sources = {
        source.name: WebhookSource(
            source.name,
            [secrets.get(ref) for ref in source.secret],
            frozenset(orders.deposit_minor),
            joins=source.joins or "",
        )
        for source in orders.sources
    }
    return hook_routes(sources, ledger, folder.meta.origin.now_us)


async def _listen(stack: AsyncExitStack, app: web.Application, address: str) -> str:
    """Bind HOST:PORT (port 0: a free one); the URL."""
    host, _, port = address.rpartition(":")
    runner = web.AppRunner(app, **SERVER_OPTIONS)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    site = web.TCPSite(runner, host.strip("[]"), int(port))
    try:
        await site.start()
    except OSError as error:
        raise InputError(
            f"cannot listen on {address}: {error.strerror}",
            hint="name another address with --serve or --public",
        ) from error
    bound = runner.addresses[0]
    return f"http://{f'[{bound[0]}]' if ':' in bound[0] else bound[0]}:{bound[1]}"


def main() -> int:
    """The process."""
    log_to(Path(sys.argv[1]) / "front.log")
    folder = RunFolder.open(Path(sys.argv[1]))
    boot = read_boot()
    try:
        # Real time, also in a paced rehearsal: people and networks are not paced.
        asyncio.run(serve(folder, boot))
    except LaunchError as error:
        _log.error("the front ended", why=str(error))
        say_failed(error)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
