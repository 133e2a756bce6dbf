"""What is seen of the world: stages, outputs, hands, orders, clocks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from launchctl.times import Micros


@dataclass(frozen=True, slots=True)
class StageSeen:
    """A stage as its driver sees it now. Fields that did not change are repeated.

    Attributes:
        stage: its name in the runbook.
        connected: whether both connections stand.
        restarted: True on the first report after the device lost its state.
        program: the scene on program (its transition over), or None if unknown.
        streaming: the output is active and not reconnecting.
        reconnecting: the output is trying again.
        skipped: share of frames skipped (0 to 1), or None.
        detail: for people.
    """

    stage: str
    connected: bool
    restarted: bool = False
    program: str | None = None
    streaming: bool | None = None
    reconnecting: bool | None = None
    recording: bool | None = None
    skipped: float | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class OutputSeen:
    """What viewers of an output get, as its probe sees it; given on change.

    Attributes:
        output: its name in the runbook.
        moving: its edge moved within the last 10 s; None: that is not known yet.
        moved_us: when the edge last moved, as far as was seen; None if it never did.
        edge_us: the edge's EXT-X-PROGRAM-DATE-TIME; None without that tag.
        delay_us: now less ``edge_us``, when the edge last moved.
        detail: for people.
    """

    output: str
    moving: bool | None
    moved_us: Micros | None = None
    edge_us: Micros | None = None
    delay_us: Micros | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class FilmSeen:
    """A film plays, as its driver sees it. Its end is the attempt's ``Ended``.

    ``start_us`` is when it would have started to be where it is now: pauses and stalls
    move it on. None: it stands.
    """

    key: str
    attempt: int
    start_us: Micros | None


@dataclass(frozen=True, slots=True)
class HandSeen:
    """A far end changed without a command of ours: a person's hand.

    ``what`` is the wanted field: ``program``, ``text:SOURCE``,
    ``visible:SCENE/SOURCE``, ``audio:INPUT``, ``stream``, ``record``; ``value`` is the
    new value.
    """

    stage: str
    what: str
    value: Any


@dataclass(frozen=True, slots=True)
class PostSeen:
    """A post on an account's timeline that its driver did not send.

    Attributes:
        account: its name in the runbook.
        id: the network's.
        url: where people read it.
        text: as it was written, as far as the network tells.
        at_us: when it was made, on N.
        reply: whether it answers somebody else's post.
    """

    account: str
    id: str
    url: str
    text: str
    at_us: Micros
    reply: bool = False


@dataclass(frozen=True, slots=True)
class OrdersSeen:
    """A sample of the ledger: at most one a second, only if something reads it.

    Attributes:
        values: names below ``orders.`` (placed, units, net_units, ...), integers.
        complete_us: every source is known complete to this instant; None if unknown.
    """

    values: Mapping[str, Any]
    complete_us: Micros | None = None


@dataclass(frozen=True, slots=True)
class FigureTaken:
    """The ledger was complete to the figure's instant: its value, once for the run.

    ``value`` is unrounded; ``ledger_seq`` is the ledger's row it was read at.
    """

    figure: str
    value: int
    ledger_seq: int
    unverified: bool = False


@dataclass(frozen=True, slots=True)
class UrlSeen:
    """A page was asked for; ``ok``: it answered 2xx."""

    url: str
    ok: bool
    detail: str = ""


@dataclass(frozen=True, slots=True)
class ClockStepped:
    """The wall clock left its skew by 250 ms or more; ``skew_us`` is wall less N."""

    skew_us: Micros


@dataclass(frozen=True, slots=True)
class Stalled:
    """For ``lost_us`` nobody conducted: the machine was ``suspended``, or the
    conductor's loop was ``blocked``. It is over.
    """

    cause: str
    lost_us: Micros


@dataclass(frozen=True, slots=True)
class HealthSeen:
    """A far end's health changed. ``target`` as in commands; ``level`` good, warning,
    bad or offline.
    """

    target: str
    level: str
    text: str = ""
