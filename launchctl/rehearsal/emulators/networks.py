"""The one table of emulated networks: what stands in for which ``network:``.

A network joins with a line here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from launchctl.rehearsal.emulators.bluesky import BlueskyAccount, BlueskyEmulator
from launchctl.rehearsal.emulators.linkedin import LinkedInAccount, LinkedInEmulator
from launchctl.rehearsal.emulators.mastodon import MastodonAccount, MastodonEmulator
from launchctl.rehearsal.emulators.web import HttpFarEnd
from launchctl.rehearsal.emulators.x import XAccount, XEmulator
from launchctl.times import Micros


@dataclass(frozen=True, slots=True)
class Emulated:
    """How an account is made from its handle, and the network from its accounts."""

    account: Callable[[str], Any]
    network: Callable[[Sequence[Any], Callable[[], Micros]], HttpFarEnd]

    def values(self, handle: str) -> Mapping[str, str]:
        """What stands behind the prefix of this account's ``credentials``."""
        values: Mapping[str, str] = self.account(handle).values()
        return values

    def far_end(
        self, handles: Sequence[str], now_us: Callable[[], Micros]
    ) -> HttpFarEnd:
        """The network with these accounts, not yet started."""
        return self.network([self.account(handle) for handle in handles], now_us)


EMULATED = {
    "bluesky": Emulated(BlueskyAccount.made, BlueskyEmulator),
    "linkedin": Emulated(LinkedInAccount.made, LinkedInEmulator),
    "mastodon": Emulated(MastodonAccount.made, MastodonEmulator),
    "x": Emulated(XAccount.made, XEmulator),
}
"""By ``network:`` of an account."""
