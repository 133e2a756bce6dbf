"""What the engine asks of the world: commands, each with its cue, reason and key."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from launchctl.runbook.actions import AnyAction, Effect
from launchctl.times import Micros


@dataclass(frozen=True, slots=True)
class Command:
    """One attempt at one action at one far end.

    Attributes:
        key: the action's key: ``run/cue/take/index`` of a wanted action,
            ``run/procedure-take/cue/index`` of a once action (plus ``@account`` where
            a group posts). Stable over attempts: also the network's idempotency key.
        attempt: counts from 1; every attempt of a once action has its own intent.
        target: ``stage:main``, ``account:ceo``, ``http``, ``notify:crew``.
        action: as written, from the runbook.
        effect: what may happen if it is sent again.
        cue: which cue it belongs to; ``""`` for re-assertions and ``safe:``.
        reason: for people: ``cue reveal``, ``re-asserted after restart``.
        content: rendered values: ``text`` of a post, a text source or a message;
            ``media``, ``reply_to`` (the receipt id) of a post.
        sent_after_us: the instant of the intent: the far end is read for what is newer.
        deadline_us: on N: when this attempt's outcome is unknown at the latest.
    """

    key: str
    attempt: int
    target: str
    action: AnyAction
    effect: Effect
    cue: str
    reason: str
    content: dict[str, Any] = field(default_factory=dict)
    sent_after_us: Micros = 0
    deadline_us: Micros = 0


@dataclass(frozen=True, slots=True)
class Settle:
    """Read the far end until the lag window has passed (or it is found); then give
    ``Settled``. ``until_us`` is on N.
    """

    command: Command
    until_us: Micros


@dataclass(frozen=True, slots=True)
class TakeFigure:
    """Read the ledger as of ``as_of_us`` once it is complete to it; then give
    ``FigureTaken``.
    """

    figure: str
    of: str
    as_of_us: Micros


@dataclass(frozen=True, slots=True)
class ProbeUrl:
    """Ask whether a page is up; then give ``UrlSeen``."""

    url: str


AnyCommand = Command | Settle | TakeFigure | ProbeUrl
