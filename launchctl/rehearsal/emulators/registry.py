"""The one table of emulated networks: what stands in for a network in a rehearsal.

A network joins with a line here: its emulator, made of accounts and a clock, and what
makes an account of a handle. It listens like any server (``HttpFarEnd``), in a paced
rehearsal on loopback and in virtual time in memory, and does not know which.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from launchctl.chance import SeededChance
from launchctl.rehearsal.emulators.web import HttpFarEnd
from launchctl.times import Micros


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What every emulator is given instead of reaching for it.

    Attributes:
        now_us: N.
        wall_us: the clock that clients stamp their signatures with.
        chance: random values; each emulator takes a stream of its own.
    """

    now_us: Callable[[], Micros]
    wall_us: Callable[[], Micros]
    chance: SeededChance


@dataclass(frozen=True, slots=True)
class Emulated:
    """An emulated network, and by handle what stands behind the credentials' prefix."""

    far_end: HttpFarEnd
    credentials: Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class _Network:
    """``module:class`` of the emulator and of its accounts, below ``emulators``.

    ``signs``: its clients stamp their signatures by the wall clock.
    """

    emulator: str
    account: str
    signs: bool = False

    def make(self, handles: Sequence[str], surroundings: Surroundings) -> Emulated:
        accounts = [_load(self.account).made(handle) for handle in handles]
        more = {"signed_at_us": surroundings.wall_us} if self.signs else {}
        emulator = _load(self.emulator)(accounts, surroundings.now_us, **more)
        return Emulated(emulator, {each.handle: each.values() for each in accounts})


NETWORKS: dict[str, _Network] = {
    "x": _Network("x:XEmulator", "x_account:XAccount", signs=True),
    "bluesky": _Network("bluesky:BlueskyEmulator", "bluesky:BlueskyAccount"),
    "mastodon": _Network("mastodon:MastodonEmulator", "mastodon:MastodonAccount"),
    "linkedin": _Network("linkedin:LinkedInEmulator", "linkedin:LinkedInAccount"),
}
"""By ``network:`` of an account."""


def emulate(
    network: str, handles: Sequence[str], surroundings: Surroundings
) -> Emulated | None:
    """The emulator of a network with these accounts; None if nothing emulates it."""
    found = NETWORKS.get(network)
    return None if found is None else found.make(handles, surroundings)


def _load(path: str) -> Any:
    module, _, name = path.partition(":")
    return getattr(import_module(f"{__package__}.{module}"), name)
