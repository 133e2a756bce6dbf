"""``--stage real``: a rehearsal on the user's own mixers. Posts, calls and orders stay
with the emulators; a mixer that is on air for the world is left alone.
"""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from launchctl.clock import Origin
from launchctl.drivers import registry
from launchctl.drivers.base import Context, Driver, Markable, Streaming
from launchctl.errors import InputError, OutOfReachError, RefusedError
from launchctl.rehearsal.invented import is_invented
from launchctl.runbook.model import Runbook
from launchctl.runbook.secrets import GivenSecrets, Need, resolve


def stage_secrets(runbook: Runbook) -> dict[str, str]:
    """The stages' own passwords, from where the runbook says.

    Raises:
        SecretMissingError: naming every one that is missing.
    """
    needs = [
        Need(stage.password, f"stage {name}")
        for name, stage in runbook.stages.items()
        if stage.password is not None
    ]
    return resolve(needs, os.environ, Path(runbook.path).parent)


@asynccontextmanager
async def marked(runbook: Runbook, secrets: dict[str, str]) -> AsyncIterator[None]:
    """REHEARSAL is in the picture of every stage that can say so, until this is left.

    Raises:
        OutOfReachError: a stage did not do it.
    """
    drivers = [_driver(name, runbook, secrets) for name in runbook.stages]
    markable = [driver for driver in drivers if isinstance(driver, Markable)]
    async with AsyncExitStack() as stack:
        for driver in markable:
            stack.push_async_callback(_unmark, driver)
            try:
                await driver.mark(on=True)
            except OutOfReachError as error:
                raise OutOfReachError(
                    f"REHEARSAL cannot be put into the picture: {error}",
                    hint="--no-mark rehearses without it",
                ) from None
        yield


async def _unmark(driver: Markable) -> None:
    try:
        await driver.mark(on=False)
    except OutOfReachError as error:
        print(f"REHEARSAL may still be in the picture: {error}", file=sys.stderr)


def _driver(name: str, runbook: Runbook, secrets: dict[str, str]) -> Driver:
    """The stage's driver, not started."""
    clock = Origin.here()
    context = Context(
        f"stage:{name}", clock.now_us, lambda _: None, GivenSecrets(secrets)
    )
    return registry.stage_driver(runbook.stages[name], context)


async def demand_off_air(runbook: Runbook, secrets: dict[str, str]) -> None:
    """Ask each stage, before anything is sent to it.

    Raises:
        InputError: a stage's address is not known.
        OutOfReachError: a stage does not answer.
        RefusedError: a stage streams to somewhere beyond this machine.
    """
    for name, stage in runbook.stages.items():
        if is_invented(stage.url):
            raise InputError(
                f"stage {name} takes its address from the environment",
                hint=f"say it: --set stages.{name}.url=ws://127.0.0.1:4455",
            )
        driver = _driver(name, runbook, secrets)
        if not isinstance(driver, Streaming):
            raise InputError(f"stage {name}: {stage.driver} cannot say if it is on air")
        target = await driver.live_target()
        if target is not None:
            raise RefusedError(
                f"stage {name} streams to {target}: no rehearsal on what is on air",
                hint="stop its stream, or point it at a server on this machine",
            )
