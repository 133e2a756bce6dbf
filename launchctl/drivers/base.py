"""What every driver is: small, alike, listed in one table (``drivers/registry.py``).

A driver speaks to one far end. It makes **one attempt** per ``send`` and tells honestly
what it knows; it never retries, never raises for a far end's failure, and never waits
beyond the command's deadline. Trouble is data (``Health``), not an exception.

What a driver sees without being asked (a scene cut by hand, a lost connection) it
reports through ``Context.report``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from launchctl.chance import Chance, SystemChance
from launchctl.clock import wall_us
from launchctl.runbook.actions import Action
from launchctl.runbook.base import SecretRef
from launchctl.show.commands import Command
from launchctl.show.inputs import Answer, Input, PostSeen, Receipt, Sight
from launchctl.times import Micros


class Level(StrEnum):
    """How a far end is."""

    GOOD = "good"
    WARNING = "warning"
    BAD = "bad"
    OFFLINE = "offline"


@dataclass(frozen=True, slots=True)
class Health:
    """A far end's health, for the page: a level and a sentence."""

    level: Level
    text: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one attempt came to. The fields are those of ``show.inputs.Ended``."""

    answer: Answer
    detail: str = ""
    sent_us: Micros | None = None
    confirmed_us: Micros | None = None
    receipt: Receipt | None = None
    retry_at_us: Micros | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """What reading the far end showed. ``ABSENT`` here means: not there *now*.

    ``final``: reading again can show nothing else (there is nothing to read).
    """

    sight: Sight
    receipt: Receipt | None = None
    detail: str = ""
    final: bool = False


class Secrets(Protocol):
    """Where secrets come from: a pipe, never this process's environment."""

    def get(self, ref: SecretRef) -> str:
        """The value of a reference.

        Raises:
            SecretMissingError: naming the reference, never a value.
        """
        ...

    def with_prefix(self, ref: SecretRef) -> Mapping[str, str]:
        """All values whose environment name starts with the reference's, keyed by
        what follows the prefix and an underscore: ``CONSUMER_KEY``.
        """
        ...


@dataclass(frozen=True, slots=True)
class Context:
    """What a driver is given instead of reaching for it.

    Attributes:
        name: of the far end: ``stage:main``, ``account:ceo``.
        now_us: N, in microseconds.
        report: hands an input to the conductor; never blocks.
        secrets: by reference.
        files: the folder that the runbook's files (media) are relative to.
        wall_us: the wall clock, for what is signed with an instant.
        chance: random values.
        pause: waits between two looks at a far end that is asked again and again. In a
            show as long as it is told to; a rehearsal in virtual time may look less
            often while no cue is near.
        confined: a rehearsal on a real far end: nothing may leave by it.
    """

    name: str
    now_us: Callable[[], Micros]
    report: Callable[[Input], None]
    secrets: Secrets
    files: Path = Path()
    wall_us: Callable[[], Micros] = wall_us
    chance: Chance = field(default_factory=SystemChance)
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep
    confined: bool = False


class Driver(Protocol):
    """One far end. ``start`` enters what it needs into the stack, unwound as a unit."""

    async def start(self, stack: AsyncExitStack) -> None:
        """Connect, or begin to; an unreachable far end is health, not an error."""
        ...

    async def prepare(self, command: Command) -> str | None:
        """Everything that can be done before the instant: media uploaded, connection
        warm, text measured, credentials asked. A sentence if there is trouble.
        """
        ...

    async def send(self, command: Command) -> Outcome:
        """One attempt, confirmed by the far end's own word where it gives one."""
        ...

    async def read(self, command: Command) -> Reading:
        """Look for what an attempt of unknown outcome may have left. Once-actions
        only; a far end that cannot be read says ``UNREADABLE``.
        """
        ...

    async def check(self) -> Health:
        """Ask the far end now: reachable, credentials good, identity as in the
        runbook (``launch check --live``, preflight).
        """
        ...

    def health(self) -> Health:
        """The last known health; asks nobody."""
        ...


@runtime_checkable
class Watching(Protocol):
    """A driver that can see what its account's owner posts by hand."""

    async def look(self) -> list[PostSeen]:
        """Posts of the last half hour that this driver did not send, each once.

        An account that cannot be read now is health, and gives nothing.
        """
        ...


@runtime_checkable
class Stocked(Protocol):
    """A driver whose far end must have what actions name."""

    async def lacks(self, actions: Iterable[Action]) -> tuple[str, ...]:
        """Sentences about what it does not have, each once; also in its health from
        then on. One sentence if it cannot be asked.
        """
        ...


@runtime_checkable
class Standing(Protocol):
    """A driver of a stage that can be asked what stands there now."""

    async def standing(self, names: Iterable[str]) -> dict[str, Any]:
        """The present values of fields, named as in the wanted state (``program``,
        ``text:SOURCE``, ``transition``); what cannot be read is left out.
        """
        ...


@runtime_checkable
class Streaming(Protocol):
    """A driver of a stage that can be asked whether it is on air for the world."""

    async def live_target(self) -> str | None:
        """Where it streams to now, if beyond this machine; None: it does not.

        Raises:
            OutOfReachError: it cannot be asked.
        """
        ...


@runtime_checkable
class Markable(Protocol):
    """A driver of a stage whose picture can say that it is a rehearsal's."""

    async def mark(self, *, on: bool) -> None:
        """Put REHEARSAL into the picture, or take it away again.

        Raises:
            OutOfReachError: the stage did not do it.
        """
        ...


Attempt = Callable[[Command], Awaitable[Outcome]]
