"""What far ends answered to attempts, and what reading them showed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from launchctl.times import Micros


class Answer(StrEnum):
    """What a far end answered to one attempt.

    ``REFUSED`` and ``NOT_SENT`` are certain; ``UNKNOWN`` is everything else.
    """

    OK = "ok"
    REFUSED = "refused"
    NOT_SENT = "not_sent"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a network gave for a post: its id there, and where people read it."""

    id: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Ended:
    """An attempt ended.

    Attributes:
        key: of the command.
        attempt: of the command.
        answer: what the far end said.
        detail: for people: what happened, never a secret.
        sent_us: when the first byte left; None if none did.
        confirmed_us: when the far end's own word came; None if it did not.
        receipt: of a post.
        retry_at_us: not before this instant (a rate limit's reset), or None.
    """

    key: str
    attempt: int
    answer: Answer
    detail: str = ""
    sent_us: Micros | None = None
    confirmed_us: Micros | None = None
    receipt: Receipt | None = None
    retry_at_us: Micros | None = None


@dataclass(frozen=True, slots=True)
class Stopped:
    """A once-command was not sent: its gate had closed just before (silence, embargo,
    approval, figure).
    """

    key: str
    attempt: int
    why: str


class Sight(StrEnum):
    """What reading the far end showed about an attempt of unknown outcome."""

    FOUND = "found"
    OLDER = "older"
    """There before the intent: somebody else's, superseded."""
    ABSENT = "absent"
    """Certainly not there, and the lag window has passed."""
    UNREADABLE = "unreadable"
    """The far end cannot be read back."""


@dataclass(frozen=True, slots=True)
class Settled:
    """The far end was read until its lag window had passed, or until it was found."""

    key: str
    attempt: int
    sight: Sight
    receipt: Receipt | None = None
    detail: str = ""
