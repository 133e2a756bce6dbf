"""The one table of drivers: which class speaks to which kind of far end.

Drivers are imported when a runbook names them, not before: a show without posts loads
no client library of any network. A third party adds a network through an entry point of
the group ``launchctl.drivers``, named like the network; it too is imported only if a
runbook names it, and it cannot replace a driver of ours.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from difflib import get_close_matches
from importlib import import_module
from importlib.metadata import entry_points
from typing import Any, cast

from launchctl.drivers.base import Context, Driver
from launchctl.errors import InputError

GROUP = "launchctl.drivers"
"""The entry point group of third parties."""

Factory = Callable[[Any, Context], Driver]
"""``(definition, context) -> driver``. The definition is the runbook's own part: a
``Stage``, an ``Account``, a ``Notification``; None where the runbook has none (http).
"""

STAGES = {"obs": "launchctl.drivers.obs:ObsDriver"}
"""By ``driver:`` of a stage."""

ACCOUNTS = {"x": "launchctl.drivers.x:XDriver"}
"""By ``network:`` of an account."""

SERVICES = {
    "http": "launchctl.drivers.http:HttpDriver",
    "notify": "launchctl.drivers.notify:NotifyDriver",
}
"""Far ends without a kind of their own, by the first part of a command's target."""


def stage_factory(driver: str) -> Factory:
    """The factory of a stage's driver.

    Raises:
        InputError: there is none of that name.
    """
    return _find("stage driver", driver, STAGES)


def account_factory(network: str) -> Factory:
    """The factory of a network's driver.

    Raises:
        InputError: there is none of that name.
    """
    return _find("network", network, ACCOUNTS)


def service_factory(service: str) -> Factory:
    """The factory of ``http`` or ``notify``.

    Raises:
        InputError: there is none of that name.
    """
    return _find("service", service, SERVICES)


def _find(kind: str, name: str, table: dict[str, str]) -> Factory:
    if name in table:
        return _load(table[name])
    others = entry_points(group=GROUP)
    for entry in others:
        if entry.name == name:
            return _load_foreign(name, entry.load)
    raise _unknown(kind, name, [*table, *(entry.name for entry in others)])


def _load(path: str) -> Factory:
    module, _, attribute = path.partition(":")
    return cast("Factory", getattr(import_module(module), attribute))


def _load_foreign(name: str, load: Callable[[], Any]) -> Factory:
    try:
        factory = load()
    except Exception as error:  # whatever somebody else's module does on import
        raise InputError(
            f"the driver {name!r} is installed but cannot be loaded: {error}",
            hint="ask whoever provides it, or uninstall it",
        ) from error
    if not callable(factory):
        raise InputError(f"the driver {name!r} is no factory (definition, context)")
    return cast("Factory", factory)


def _unknown(kind: str, name: str, known: Iterable[str]) -> InputError:
    names = sorted(known)
    near = get_close_matches(name, names, n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(names)}"
    return InputError(f"there is no {kind} {name!r}", hint=hint)
