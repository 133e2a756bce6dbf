"""The far ends of one run: a driver for everything the runbook names."""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Callable, Iterable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from launchctl.drivers import registry
from launchctl.drivers.base import Context, Driver, Secrets
from launchctl.errors import InputError
from launchctl.runbook.actions import Action, Http, Notify, undone
from launchctl.runbook.model import Gate, Runbook, UrlOk
from launchctl.runbook.references import all_cues
from launchctl.show.inputs import Input
from launchctl.times import Micros


@dataclass(frozen=True, slots=True)
class FarEnds:
    """Drivers by target: ``stage:main``, ``account:ceo``, ``http``, ``notify:crew``."""

    drivers: dict[str, Driver] = field(default_factory=dict)

    async def start(self, stack: AsyncExitStack) -> None:
        """Start all of them side by side, for one that does not answer must not keep
        the show from the others; they stop with the stack.
        """
        starting = (driver.start(stack) for driver in self.drivers.values())
        for ended in await asyncio.gather(*starting, return_exceptions=True):
            if isinstance(ended, BaseException):
                raise ended


def far_ends_of(
    runbook: Runbook,
    context: Callable[[str], Context],
) -> FarEnds:
    """A driver, not yet started, for each stage, output, account, channel, and http.

    ``context`` gives the context of a target.

    Raises:
        InputError: the runbook names a kind of far end that no driver serves.
    """
    drivers: dict[str, Driver] = {}
    for name, stage in runbook.stages.items():
        target = f"stage:{name}"
        drivers[target] = registry.stage_driver(stage, context(target))
    for name, output in runbook.outputs.items():
        target = f"output:{name}"
        if output.playback is not None:
            drivers[target] = registry.output_probe(output, context(target))
    for name, account in runbook.accounts.items():
        target = f"account:{name}"
        drivers[target] = registry.account_driver(account, context(target))
    for name, channel in runbook.notify.items():
        target = f"notify:{name}"
        drivers[target] = registry.notify_driver(channel, context(target))
    for name, device in runbook.osc.items():
        target = f"osc:{name}"
        drivers[target] = registry.osc_driver(device, context(target))
    for action in _actions(runbook):
        if isinstance(action, Http) and "http" not in drivers:
            drivers["http"] = registry.http_driver(context("http"))
        if isinstance(action, Notify):
            target = f"notify:{action.notify.to}"
            drivers.setdefault(target, registry.page_driver(context(target)))
    return FarEnds(drivers)


def contexts(
    now_us: Callable[[], Micros],
    report: Callable[[Input], None],
    secrets: Secrets,
    files: Path,
    **more: Any,
) -> Callable[[str], Context]:
    """What every driver of a run is given, by target; ``more`` are ``Context``'s."""

    def context(target: str) -> Context:
        return Context(target, now_us, report, secrets, files, **more)

    return context


def demand_emulated(runbook: Runbook, *, real_stages: bool = False) -> None:
    """A rehearsal reaches nothing real: every address must lie on this machine, but for
    the stages' if they are ``real_stages``.

    Raises:
        InputError: naming each far end that would be reached for real.
    """
    reached = runbook.model_copy(update={"stages": {}}) if real_stages else runbook
    real = [what for what, url in _addresses(reached) if not _is_loopback(url)]
    if real:
        raise InputError(
            f"a rehearsal would reach {', '.join(real)} for real",
            hint="give each an emulator on this machine with --set",
        )


def _addresses(  # noqa: C901  a loop for each kind of far end
    runbook: Runbook,
) -> Iterator[tuple[str, str | None]]:
    for name, stage in runbook.stages.items():
        yield f"stage {name}", stage.url
    for name, output in runbook.outputs.items():
        if output.playback is not None:
            yield f"output {name}", output.playback
    for name, account in runbook.accounts.items():
        yield f"account {name}", account.api
    for name, device in runbook.osc.items():
        yield f"desk {name}", device.url
    for name in runbook.notify:
        yield f"channel {name}", None  # its URL is a secret, and always real
    for gate in _gates(runbook):
        if isinstance(gate, UrlOk):
            yield gate.url, gate.url
    for action in _actions(runbook):
        for url in _called(action):
            yield url, url


def _called(action: Action) -> Iterator[str]:
    """Every address that a call may reach: its own, its page's, those of its undo."""
    for call in (action, undone(action)):
        if isinstance(call, Http):
            yield call.http.url
            if call.http.confirm is not None:
                yield call.http.confirm.get


def _is_loopback(url: str | None) -> bool:
    host = urlsplit(url or "").hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _gates(runbook: Runbook) -> Iterator[Gate]:
    """Every gate of a cue or an embargo's lift."""
    for _, cue in all_cues(runbook):
        yield from cue.gate
    for embargo in runbook.embargoes.values():
        yield from (lift.gate for lift in embargo.lifts if lift.gate is not None)


def _actions(runbook: Runbook) -> Iterable[Action]:
    yield from runbook.safe
    for cue in runbook.cues:
        yield from cue.do
    for procedure in runbook.procedures.values():
        for cue in procedure.cues:
            yield from cue.do
