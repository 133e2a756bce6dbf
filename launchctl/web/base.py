"""What the pages ask of the rest: a view of the show, and who holds which key.

Pages never call the conductor. They read a ``View``, put calls into the store's inbox
(``launchctl.store.base.Inbox``) and watch the journal for the answer.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass
from typing import Protocol

from aiohttp import web

from launchctl.runbook.model import Runbook
from launchctl.show.status import Status
from launchctl.store.base import Line
from launchctl.times import Micros


class View(Protocol):
    """A read-only fold of one run, on the loop that serves the pages.

    That loop keeps real time also in a paced rehearsal: people and networks are not
    paced. Only ``now_us`` is.
    """

    @property
    def runbook(self) -> Runbook:
        """The pinned runbook of the run."""
        ...

    @property
    def speed(self) -> float:
        """How many seconds of N pass in a second: 1.0 but in a paced rehearsal."""
        ...

    @property
    def band(self) -> str:
        """The word of ``words`` that a rehearsal's pages show: what leaves, and what
        is real. ``rehearsal``, ``real_stages`` or ``dress``.
        """
        ...

    def now_us(self) -> Micros:
        """N now."""
        ...

    def status(self) -> Status:
        """The show now, as of the last line folded."""
        ...

    async def lines(self, after: int = 0, limit: int | None = None) -> list[Line]:
        """Journal lines with ``seq`` > ``after``, in order, at most ``limit``."""
        ...

    async def digest(self, seq: int) -> str:
        """The journal's hash chain after line ``seq``, in hex."""
        ...

    def follow(self) -> AsyncIterator[list[Line]]:
        """Batches of lines, each already folded into ``status``, from now on, for ever.

        An empty batch says that something beside the journal changed (the totals).
        """
        ...


class KeyRing(Protocol):
    """The crew's keys, as ``launch crew add`` hands them out."""

    def authenticate(self, key: str) -> tuple[str, Collection[str]] | None:
        """Name and roles of the key's holder; None if there is none."""
        ...


@dataclass(frozen=True, slots=True)
class Person:
    """Who asks: name and roles, already authenticated.

    ``by_key`` is False for the OS user who came over loopback without a key.
    """

    name: str
    roles: frozenset[str]
    by_key: bool = True


PERSON: web.RequestKey[Person] = web.RequestKey("person", Person)
"""Where the access check leaves who asks."""


def problem(status: int, sentence: str, hint: str = "") -> web.Response:
    """An answer for a mistake: JSON ``{"error", "hint"}``, a sentence each."""
    body = {"error": sentence} | ({"hint": hint} if hint else {})
    return web.json_response(body, status=status)
