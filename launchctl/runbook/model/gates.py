"""Whether a cue may fire: one frozen class per gate."""

from __future__ import annotations

from typing import Literal

from launchctl.runbook.base import Frozen, Name, Span, Text
from launchctl.runbook.conditions import Condition


class OnAir(Frozen):
    """The scene was confirmed on program since the cue's first predecessor fired.

    ``still``: it must be there now. ``stage`` None is the first declared.
    """

    scene: Text
    stage: Name | None = None
    still: bool = False


class ApprovedBy(Frozen):
    """All ``roles`` approved each present text."""

    roles: tuple[Name, ...]


class OrdersFresh(Frozen):
    """The least fresh source is known complete to at most ``within_us`` ago."""

    within_us: Span


class Seen(Frozen):
    """Viewers saw the scene: on program, and the output's delay over since."""

    scene: Text
    output: Name


class StreamHealthy(Frozen):
    """The output's stream is live and its edge moves."""

    output: Name


class UrlOk(Frozen):
    """The page answered 2xx at most 10 s ago."""

    url: str

    @property
    def place(self) -> str:
        """The address without its query, which may hold a token."""
        return self.url.partition("?")[0]


class Check(Frozen):
    """A condition is true."""

    check: Condition


class Poll(Frozen):
    """The last result of the poll ``cue`` is go, and no older than ``max_age_us``."""

    cue: Name
    max_age_us: Span | None = None


class Confirmed(Frozen):
    """Somebody of the role ``by`` recorded that ``what`` is so, with evidence.

    ``evidence`` url: it must be an address.
    """

    what: Text
    by: Name
    evidence: Literal["url"] | None = None


class TwoPerson(Frozen):
    """Two persons of ``role`` confirmed the cue; a GO is one of them."""

    role: Name


Gate = (
    OnAir
    | Seen
    | StreamHealthy
    | ApprovedBy
    | OrdersFresh
    | UrlOk
    | Check
    | Poll
    | Confirmed
    | TwoPerson
)
