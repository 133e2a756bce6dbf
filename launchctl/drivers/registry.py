"""The one table of drivers: which class speaks to which kind of far end.

Drivers are imported when a runbook names them, not before: a show without posts loads
no client library of any network. A third party adds a network through an entry point of
the group ``launchctl.drivers``, named like the network; it too is imported only if a
runbook names it, and it cannot replace a driver of ours.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from importlib import import_module
from importlib.metadata import entry_points
from typing import Any, Literal, cast

from launchctl.drivers.base import Context, Driver
from launchctl.errors import InputError
from launchctl.runbook.model import Account, Notification, OscDevice, Output, Stage

GROUP = "launchctl.drivers"
"""The entry point group of third parties."""

Factory = Callable[[Any, Context], Driver]
"""``(definition, context) -> driver``. The definition is the runbook's own part: a
``Stage``, an ``Account``, a ``Notification``; None where the runbook has none (http).
"""


_Takes = tuple[Literal["name", "definition", "context"], ...]


@dataclass(frozen=True, slots=True)
class _Ours:
    """Where a driver of ours lives and what its class is called with, in order."""

    path: str
    takes: _Takes

    def load(self) -> Factory:
        module, _, attribute = self.path.partition(":")
        driver = getattr(import_module(module), attribute)

        def make(definition: Any, context: Context) -> Driver:
            name = context.name.rpartition(":")[2]
            given = {"name": name, "definition": definition, "context": context}
            return cast("Driver", driver(*(given[each] for each in self.takes)))

        return make


STAGES = {"obs": _Ours("launchctl.drivers.obs:ObsDriver", ("definition", "context"))}
"""By ``driver:`` of a stage."""

PROBE = _Ours("launchctl.drivers.hls:HlsProbe", ("definition", "context"))
"""What looks at an output with a ``playback``."""

_ACCOUNT: _Takes = ("name", "definition", "context")
ACCOUNTS = {
    "bluesky": _Ours("launchctl.drivers.bluesky:BlueskyDriver", _ACCOUNT),
    "linkedin": _Ours("launchctl.drivers.linkedin:LinkedInDriver", _ACCOUNT),
    "mastodon": _Ours("launchctl.drivers.mastodon:MastodonDriver", _ACCOUNT),
    "x": _Ours("launchctl.drivers.x:XDriver", _ACCOUNT),
}
"""By ``network:`` of an account."""

SERVICES = {
    "http": _Ours("launchctl.drivers.http:HttpDriver", ("context",)),
    "notify": _Ours(
        "launchctl.drivers.notify:NotifyDriver", ("name", "definition", "context")
    ),
    "osc": _Ours("launchctl.drivers.osc:OscDriver", ("name", "definition", "context")),
    "page": _Ours("launchctl.drivers.page:PageDriver", ("context",)),
}
"""Far ends without a kind of their own, by the first part of a command's target."""


def stage_driver(stage: Stage, context: Context) -> Driver:
    """The driver of a stage.

    Raises:
        InputError: there is no such ``driver:``.
    """
    return _find("stage driver", stage.driver, STAGES)(stage, context)


def output_probe(output: Output, context: Context) -> Driver:
    """The probe of an output that has a ``playback``."""
    return PROBE.load()(output, context)


def account_driver(account: Account, context: Context) -> Driver:
    """The driver of an account.

    Raises:
        InputError: there is no such ``network:``.
    """
    return _find("network", account.network, ACCOUNTS)(account, context)


def notify_driver(channel: Notification, context: Context) -> Driver:
    """The driver of a crew channel."""
    return SERVICES["notify"].load()(channel, context)


def osc_driver(device: OscDevice, context: Context) -> Driver:
    """The driver of a desk that takes Open Sound Control."""
    return SERVICES["osc"].load()(device, context)


def page_driver(context: Context) -> Driver:
    """The crew's pages, for messages without a channel."""
    return SERVICES["page"].load()(None, context)


def http_driver(context: Context) -> Driver:
    """The driver of all http calls."""
    return SERVICES["http"].load()(None, context)


def _find(kind: str, name: str, table: Mapping[str, _Ours]) -> Factory:
    if name in table:
        return table[name].load()
    others = entry_points(group=GROUP)
    for entry in others:
        if entry.name == name:
            return _load_foreign(name, entry.load)
    raise _unknown(kind, name, [*table, *(entry.name for entry in others)])


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
    names = sorted(set(known))
    near = get_close_matches(name, names, n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(names)}"
    return InputError(f"there is no {kind} {name!r}", hint=hint)
