"""The far ends of one run: a driver for everything the runbook names."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

from launchctl.drivers import registry
from launchctl.drivers.base import Context, Driver, Secrets
from launchctl.runbook.actions import Action, Http
from launchctl.runbook.model import Runbook
from launchctl.show.inputs import Input
from launchctl.times import Micros


@dataclass(frozen=True, slots=True)
class FarEnds:
    """Drivers by target: ``stage:main``, ``account:ceo``, ``http``, ``notify:crew``."""

    drivers: dict[str, Driver] = field(default_factory=dict)

    async def start(self, stack: AsyncExitStack) -> None:
        """Start all of them; they stop with the stack, last one first."""
        for driver in self.drivers.values():
            await driver.start(stack)


def far_ends_of(
    runbook: Runbook,
    now_us: Callable[[], Micros],
    report: Callable[[Input], None],
    secrets: Secrets,
    files: Path,
) -> FarEnds:
    """A driver, not yet started, for each stage, account and channel, and for http.

    ``files`` is the folder that the runbook's media are relative to.

    Raises:
        InputError: the runbook names a kind of far end that no driver serves.
        SecretMissingError: a driver's secret is not there.
    """

    def context(name: str) -> Context:
        return Context(name, now_us, report, secrets, files)

    drivers: dict[str, Driver] = {}
    for name, stage in runbook.stages.items():
        target = f"stage:{name}"
        drivers[target] = registry.stage_driver(stage, context(target))
    for name, account in runbook.accounts.items():
        target = f"account:{name}"
        drivers[target] = registry.account_driver(account, context(target))
    for name, channel in runbook.notify.items():
        target = f"notify:{name}"
        drivers[target] = registry.notify_driver(channel, context(target))
    if any(isinstance(action, Http) for action in _actions(runbook)):
        drivers["http"] = registry.http_driver(context("http"))
    return FarEnds(drivers)


def _actions(runbook: Runbook) -> Iterable[Action]:
    yield from runbook.safe
    for cue in runbook.cues:
        yield from cue.do
    for procedure in runbook.procedures.values():
        for cue in procedure.cues:
            yield from cue.do
