"""The store's interfaces: journal, inbox, ledger, lease. One suite runs them all.

Writers are fixed: the show writes the journal; front and command line write the inbox;
the front writes the ledger. Everybody reads everything. Nothing here decides.

An event row is the public JSON line (docs/contracts.md):
``{"seq","at","t_s","event","cue","by","v",...}``.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from launchctl.errors import JournalError
from launchctl.orders.model import Delivery, Totals, Verdict
from launchctl.show.inputs import Call
from launchctl.store.chain import Damage
from launchctl.times import Micros

Line = Mapping[str, Any]
"""One journal event as plain JSON values."""

MIN_FREE_BYTES = 200 * 1024 * 1024
"""With less room on the disk the front answers 503 to orders: what is left is for the
journal, which the show cannot go on without.
"""


class DiskFullError(JournalError):
    """There is no room on the disk; nothing was written."""


class Journal(Protocol):
    """The append-only record of decisions: the truth.

    Attributes:
        disk_full: the disk was found full. Appends go on in the room that was kept for
            this (the ballast); whoever appends must hold the show and say so.
    """

    disk_full: bool

    async def append(self, lines: Sequence[Line]) -> None:
        """Make the lines durable, in order, in one transaction.

        Each line carries its ``seq``; the first must be the journal's head + 1.

        Raises:
            JournalError: not durable (disk full, fenced, I/O error, wrong seq).
        """
        ...

    async def read(self, after: int = 0, limit: int | None = None) -> list[Line]:
        """Lines with ``seq`` > ``after``, in order."""
        ...

    def follow(self, after: int = 0) -> AsyncIterator[list[Line]]:
        """Batches of lines as they become durable, from ``after`` on, for ever."""
        ...

    async def head(self) -> int:
        """The last seq; 0 if empty."""
        ...

    async def digest(self, seq: int | None = None) -> str:
        """The ``journal_digest``: the chain after line ``seq``, or the last, in hex."""
        ...

    async def verify(self) -> Damage | None:
        """Read it all again; None, or the first line that is not as written."""
        ...

    def room_bytes(self) -> int | None:
        """Free bytes on the disk that it writes to; None if it is not ours to watch."""
        ...

    async def lay_ballast(self) -> bool:
        """Take the reserve anew once there is room; True ends ``disk_full``."""
        ...


class Inbox(Protocol):
    """Calls on their way to the conductor."""

    async def put(self, call: Call) -> int:
        """Durable; gives its position. The same id again gives the first position."""
        ...

    async def read(self, after: int = 0) -> list[Call]:
        """Calls with position > ``after``, in order."""
        ...

    def follow(self, after: int = 0) -> AsyncIterator[list[Call]]:
        """Batches of calls as they arrive, for ever."""
        ...


class Ledger(Protocol):
    """Orders, merged so that order and repetition of deliveries do not matter."""

    async def record(self, delivery: Delivery) -> Verdict:
        """Durable when it returns; concurrent records share a commit.

        Raises:
            InputError: it is out of all bounds; nothing was written.
            JournalError: not durable; the delivery must not be acknowledged.
        """
        ...

    async def record_all(self, deliveries: Sequence[Delivery]) -> list[Verdict]:
        """Many at once, in few commits; raises like ``record``."""
        ...

    async def heartbeat(self, source: str, at_us: Micros) -> None:
        """The front's word that the source's hook answers."""
        ...

    def room_bytes(self) -> int | None:
        """Free bytes on the disk that it writes to; None if it is not ours to watch."""
        ...

    async def totals(self, as_of_us: Micros | None = None) -> Totals:
        """Now, or of the orders placed at or before ``as_of_us``."""
        ...

    async def complete_to(self) -> Micros | None:
        """Every ``counts`` source is complete to this instant; None if unknown."""
        ...

    def follow(self) -> AsyncIterator[Totals]:
        """Totals after every change, latest wins, for ever."""
        ...


def complete_to(
    heartbeats: Mapping[str, Micros], settle_us: Mapping[str, Micros]
) -> Micros | None:
    """How far every source is complete: the least of last heartbeat less settle.

    None if there is no source, or one was never heard of. A source that cannot be
    listed is never known complete further than that (SEMANTICS 5, Figure).
    """
    if not settle_us or any(source not in heartbeats for source in settle_us):
        return None
    return min(heartbeats[source] - settle for source, settle in settle_us.items())


class Lease(Protocol):
    """The right to be the conductor, held for life."""

    def acquire(self) -> None:
        """Take it, or say who has it.

        Raises:
            RefusedError: another conductor holds it; names its pid.
        """
        ...

    def release(self) -> None:
        """Give it back."""
        ...


@dataclass(frozen=True, slots=True)
class Store:
    """The four of one run."""

    journal: Journal
    inbox: Inbox
    ledger: Ledger
    lease: Lease
