"""The one table of emulated networks: what stands in for which ``network:``.

A network joins with a line here. Its emulator listens like any server (``HttpFarEnd``),
in a paced rehearsal on loopback and in virtual time in memory, and does not know which.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from launchctl.chance import SeededChance
from launchctl.rehearsal.emulators.bluesky import BlueskyAccount, BlueskyEmulator
from launchctl.rehearsal.emulators.linkedin import LinkedInAccount, LinkedInEmulator
from launchctl.rehearsal.emulators.mastodon import MastodonAccount, MastodonEmulator
from launchctl.rehearsal.emulators.web import HttpFarEnd
from launchctl.rehearsal.emulators.x import XAccount, XEmulator
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
    """How an account is made from its handle, and the network from its accounts."""

    account: Callable[[str], Any]
    network: Callable[[Sequence[Any], Surroundings], HttpFarEnd]

    def values(self, handle: str) -> Mapping[str, str]:
        """What stands behind the prefix of this account's ``credentials``."""
        values: Mapping[str, str] = self.account(handle).values()
        return values

    def far_end(self, handles: Sequence[str], around: Surroundings) -> HttpFarEnd:
        """The network with these accounts, not yet started."""
        return self.network([self.account(handle) for handle in handles], around)


EMULATED = {
    "bluesky": Emulated(
        BlueskyAccount.made,
        lambda accounts, around: BlueskyEmulator(accounts, around.now_us),
    ),
    "linkedin": Emulated(
        LinkedInAccount.made,
        lambda accounts, around: LinkedInEmulator(accounts, around.now_us),
    ),
    "mastodon": Emulated(
        MastodonAccount.made,
        lambda accounts, around: MastodonEmulator(accounts, around.now_us),
    ),
    "x": Emulated(
        XAccount.made,
        lambda accounts, around: XEmulator(
            accounts, around.now_us, signed_at_us=around.wall_us
        ),
    ),
}
"""By ``network:`` of an account."""
