"""What people said: approvals, confirmations, batons, answered calls."""

from __future__ import annotations

from dataclasses import dataclass

from launchctl.times import Micros


@dataclass(slots=True)
class Confirmation:
    """What a person recorded, and for which of their roles."""

    roles: tuple[str, ...]
    at_us: Micros
    evidence: str


@dataclass(slots=True)
class Approval:
    """One role's consent to one digest."""

    by: str
    at_us: Micros
    expires_us: Micros | None


@dataclass(slots=True)
class ApprovedText:
    """What was last approved for one post, and before that."""

    digest: str
    words: str
    by: str
    at_us: Micros


@dataclass(slots=True)
class BatonState:
    """Who calls the show for a role; ``seq`` is the event that gave it."""

    by: str
    seq: int
    since_us: Micros


@dataclass(slots=True)
class Answered:
    """What a call was answered."""

    accepted: bool
    reason: str
    seq: int
