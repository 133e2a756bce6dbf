"""What people bring: calls, notes, another runbook."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from launchctl.runbook.model import Runbook
from launchctl.times import Micros


@dataclass(frozen=True, slots=True)
class Call:
    """A person's instruction, from the inbox.

    Attributes:
        id: chosen by the caller; the same id is answered once.
        by: who.
        roles: what they may act as (already authenticated by the front).
        verb: go, hold, resume, skip, fire, approve, revoke, silence, ...
        target: a cue, hold, account, text digest; None where the verb needs none.
        args: further arguments; ``why``, ``evidence`` among them.
        seen: the seq of the journal that the person was looking at; None for "-".
        at_us: when it was pressed, on the store's clock; GO expires 2 s later.
        position: the inbox row, journaled with the answer, so that a recovered
            conductor goes on reading behind it.
    """

    id: str
    by: str
    roles: frozenset[str]
    verb: str
    target: str | None = None
    args: Mapping[str, Any] = field(default_factory=dict)
    seen: int | None = None
    at_us: Micros = 0
    position: int = 0


@dataclass(frozen=True, slots=True)
class Noted:
    """Something people shall see that decides nothing: trouble while preparing a cue,
    a message to the crew.
    """

    about: str
    text: str
    cue: str | None = None
    level: str = "info"


@dataclass(frozen=True, slots=True)
class RunbookSeen:
    """A runbook was pinned beside the first: a call to amend may name its digest."""

    runbook: Runbook
