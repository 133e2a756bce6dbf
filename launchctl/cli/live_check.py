"""``launch check --live``: everything outside is asked whether it is ready."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path

from launchctl.clock import clock_error_us, wall_us
from launchctl.conductor.far_ends import contexts, far_ends_of
from launchctl.conductor.needs import needs_of
from launchctl.conductor.ntp import health_of
from launchctl.drivers.base import Driver, Health, Level, Stocked
from launchctl.errors import InputError
from launchctl.orders.sources.webhook import WebhookSource
from launchctl.runbook.actions import Action
from launchctl.runbook.model import Runbook
from launchctl.runbook.secrets import GivenSecrets, front_needs, resolve, show_needs
from launchctl.store.base import MIN_FREE_BYTES
from launchctl.store.folder import runs_root
from launchctl.times import MILLISECOND, SECOND

READY = (Level.GOOD, Level.WARNING)
"""What does not keep a show from starting."""

_ASK_S = 20.0
_CLOCK_IS_OFF_US = SECOND // 2


async def ask_everything(
    runbook: Runbook, ntp: tuple[str, int] | None = None
) -> dict[str, Health]:
    """Ask every far end at once, and look at this machine; by name, in the runbook's
    order. ``ntp``: a server that is asked whether the wall clock is right.

    Raises:
        SecretMissingError: naming every secret that is not there.
    """
    base = Path(runbook.path).parent
    needs = (*show_needs(runbook), *front_needs(runbook))
    secrets = GivenSecrets(resolve(needs, os.environ, base))
    async with AsyncExitStack() as stack:
        far_ends = far_ends_of(
            runbook, contexts(wall_us, lambda _seen: None, secrets, base)
        )
        await far_ends.start(stack)
        wanted = needs_of(runbook)
        drivers = far_ends.drivers
        asked = {name: _ask(drivers[name], wanted.get(name, ())) for name in drivers}
        if ntp is not None:
            asked["ntp"] = health_of(ntp)
        found = dict(zip(asked, await asyncio.gather(*asked.values()), strict=True))
    found.update(_sources(runbook, secrets))
    return {**found, "disk": _disk(runs_root()), "clock": _clock()}


async def _ask(driver: Driver, actions: tuple[Action, ...]) -> Health:
    """Whether it answers as it should, and has all that the runbook names."""
    try:
        async with asyncio.timeout(_ASK_S):
            health = await driver.check()
            if health.level not in READY or not isinstance(driver, Stocked):
                return health
            lacks = await driver.lacks(actions)
    except TimeoutError:
        return Health(Level.OFFLINE, f"no answer within {_ASK_S:g} s")
    if not lacks:
        return health
    return Health(Level.BAD, "; ".join((health.text, *lacks)))


def _sources(runbook: Runbook, secrets: GivenSecrets) -> Iterator[tuple[str, Health]]:
    """Shops call us: all that can be asked is whether their secrets are there."""
    for source in runbook.orders.sources if runbook.orders else ():
        given = [secrets.get(ref) for ref in source.secret]
        try:
            WebhookSource(source.name, given)
        except InputError as error:
            yield f"source:{source.name}", Health(Level.BAD, str(error))
        else:
            count = f"{len(given)} secrets are" if len(given) > 1 else "its secret is"
            yield f"source:{source.name}", Health(Level.GOOD, f"{count} there")


def _disk(folder: Path) -> Health:
    """The disk on which runs are kept."""
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    text = f"{free >> 20} MiB are free where runs are kept"
    if free < MIN_FREE_BYTES:
        return Health(Level.BAD, f"{text}: at least {MIN_FREE_BYTES >> 20} are needed")
    return Health(Level.GOOD, text)


def _clock() -> Health:
    """Whether this machine's clock is kept right."""
    error_us = clock_error_us()
    if error_us is None:
        text = "nobody keeps the clock of this machine right: start NTP"
        return Health(Level.WARNING, text)
    text = f"kept right, off by {error_us / MILLISECOND:.0f} ms at most"
    return Health(
        Level.WARNING if error_us > _CLOCK_IS_OFF_US else Level.GOOD,
        text,
    )
