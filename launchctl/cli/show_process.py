"""The show's process: conductor and drivers, and nothing else.

Started by ``launch run`` as ``python -m launchctl.cli.show_process FOLDER``.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import structlog

from launchctl.cli.front_keeper import watch_front
from launchctl.cli.logs import log_to
from launchctl.cli.processes import read_boot, say, say_failed
from launchctl.clock import new_loop
from launchctl.conductor.awake import keep_awake
from launchctl.conductor.conductor import Conductor
from launchctl.conductor.far_ends import contexts, demand_emulated, far_ends_of
from launchctl.conductor.ntp import parse_server, watch_ntp
from launchctl.conductor.realtime import ask_for_realtime
from launchctl.crossings import watched
from launchctl.errors import FencedError, JournalError, LaunchError
from launchctl.runbook.secrets import GivenSecrets
from launchctl.runbook.twins import told
from launchctl.show.engine import Engine
from launchctl.show.inputs import HealthSeen, Input, Noted
from launchctl.store.base import Journal, Store
from launchctl.store.folder import RunFolder
from launchctl.store.lease import FileLease

_log = structlog.get_logger(__name__)

_BEAT_EVERY_S = 1.0
_CHAIN_EVERY_S = 60.0
_FROZEN, _STOPPED, _DEFECT, _FENCED = 3, 4, 5, 6
ENDED_EARLY = {
    _FROZEN: "the journal could not be written, so the show was frozen",
    _STOPPED: "the show's process was stopped before the end of the show",
    _DEFECT: "the show's process failed: this is a fault of launchctl",
    _FENCED: "another conductor has taken the show over",
}
"""Exit codes of this process beside 0 (green) and 1 (red), and what they mean."""


async def conduct(folder: RunFolder, boot: dict[str, Any]) -> int:
    """Run the show in ``folder`` to its end; 0 green, 1 red, or of ``ENDED_EARLY``."""
    meta = folder.meta
    runbook = folder.runbook()
    if meta.rehearsal:
        demand_emulated(runbook, real_stages=meta.real_stages)
    async with AsyncExitStack() as stack:
        lease = folder.lease()
        lease.acquire()
        stack.callback(lease.release)
        _in_background(stack, _beat(lease))
        stack.enter_context(watched(lease.demand))
        store = Store(
            journal=await stack.enter_async_context(folder.journal(writer=True)),
            inbox=await stack.enter_async_context(folder.inbox()),
            ledger=await stack.enter_async_context(folder.ledger(runbook.orders)),
            lease=lease,
        )
        secrets = GivenSecrets(boot["secrets"])
        files = Path(runbook.path).parent
        conductor = Conductor(
            Engine(runbook, meta.run),
            store,
            meta.origin,
            lambda report: far_ends_of(
                runbook,
                contexts(
                    meta.origin.now_us,
                    report,
                    secrets,
                    files,
                    confined=meta.real_stages,
                ),
            ),
            rehearsal=meta.rehearsal or meta.dress,
            find_runbook=folder.amended,
        )
        conductor.report(Noted("show", ask_for_realtime()))
        if meta.dress:
            conductor.report(Noted("rehearsal", told(runbook)))
        if meta.real_stages:
            conductor.report(Noted("rehearsal", "the stages are real", level="warning"))
        _cancel_on_terminate()
        _in_background(stack, log_chain(store.journal))
        _in_background(stack, watch_front(folder, conductor.report))
        if not meta.rehearsal:
            warnings = boot.get("warnings", [])
            _in_background(stack, _host(stack, meta.title, warnings, conductor.report))
            if meta.ntp is not None:
                server = parse_server(meta.ntp)
                _in_background(stack, watch_ntp(server, conductor.report))
        say(pid=os.getpid())
        try:
            verdict = await conductor.run()
        except FencedError as error:
            _log.critical("fenced", error=str(error), hint=error.hint)
            return _FENCED
        except JournalError as error:
            _log.critical("the journal was lost", error=str(error), hint=error.hint)
            return _FROZEN
        except LaunchError as error:
            _log.critical("the show cannot go on", error=str(error), hint=error.hint)
            return _DEFECT
        _log.info("journal", **await _head(store.journal))
    return 0 if verdict == "green" else 1


def _in_background(stack: AsyncExitStack, work: Coroutine[Any, Any, None]) -> None:
    task = asyncio.create_task(work)
    stack.callback(task.cancel)


async def _beat(lease: FileLease) -> None:
    while True:
        lease.beat()
        await asyncio.sleep(_BEAT_EVERY_S)


async def _host(
    stack: AsyncExitStack,
    title: str,
    warnings: list[str],
    report: Callable[[Input], None],
) -> None:
    """Keep the machine awake, and say what kind of place it is."""
    awake = await keep_awake(stack, title)
    said = "kept awake" if awake else "nothing here keeps the machine from sleeping"
    level = "warning" if warnings else "good"
    report(HealthSeen("host", level, "; ".join([*warnings, said])))


async def log_chain(journal: Journal) -> None:
    """The journal's head every so often, outside the journal: who has a line of this
    log can tell whether what was journaled before it is still what it was.
    """
    told: dict[str, Any] = {}
    while True:
        head = await _head(journal)
        if head != told:
            told = head
            _log.info("journal", **head)
        await asyncio.sleep(_CHAIN_EVERY_S)


async def _head(journal: Journal) -> dict[str, Any]:
    return {"seq": await journal.head(), "digest": await journal.digest()}


def _cancel_on_terminate() -> None:
    task = asyncio.current_task()
    if task is not None:
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)


def main() -> int:
    """The process."""
    log_to(Path(sys.argv[1]) / "show.log")
    folder = RunFolder.open(Path(sys.argv[1]))
    boot = read_boot()
    loop = new_loop(folder.meta.origin.speed)
    try:
        return loop.run_until_complete(conduct(folder, boot))
    except asyncio.CancelledError:
        _log.warning("stopped before the end of the show")
        return _STOPPED
    except LaunchError as error:  # before the show began
        say_failed(error)
        return error.exit_code
    except Exception:  # noqa: BLE001  told apart from a red show
        _log.exception("the show's process failed")
        return _DEFECT
    finally:
        loop.close()


if __name__ == "__main__":
    sys.exit(main())
