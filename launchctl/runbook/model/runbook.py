"""A whole show.

The loader has already resolved wall instants (home zone, ``--t0`` shift), read the
bytes of media, expanded ``vars`` and refused everything that cannot be meant. What
stands here is what the engine runs; ``digest`` names exactly this text.
"""

from __future__ import annotations

from typing import Any

from pydantic import Field

from launchctl.runbook.actions import AnyAction
from launchctl.runbook.base import Frozen, Name, Span, Text
from launchctl.runbook.model.cues import Cue, Procedure, Segment
from launchctl.runbook.model.gates import Gate, OnAir, Seen
from launchctl.runbook.model.guards import Criterion, Embargo
from launchctl.runbook.model.orders import Figure, Orders
from launchctl.runbook.model.world import (
    Account,
    Notification,
    OscDevice,
    Output,
    Role,
    Stage,
)
from launchctl.times import Micros


class WallInstant(Frozen):
    """A wall instant of the runbook: where it stands, as written, and what it means.

    ``at_us`` is after the shift of ``--t0``.
    """

    where: str
    written: str
    at_us: Micros


class Runbook(Frozen):
    """A whole show.

    ``t0_us`` None: the first GO sets T-0. ``digest`` is the SHA-256 of the loaded text
    with its includes and media. ``default_approvals`` holds for texts about nothing, or
    about topics that ``approvals`` does not name.
    """

    title: Text
    digest: str
    path: str
    locale: str = "en_US"
    timezone: str | None = None
    t0_us: Micros | None = None
    shift_us: Micros = 0
    hard_out_us: Micros | None = None
    stages: dict[str, Stage] = Field(default_factory=dict)
    outputs: dict[str, Output] = Field(default_factory=dict)
    accounts: dict[str, Account] = Field(default_factory=dict)
    groups: dict[str, tuple[Name, ...]] = Field(default_factory=dict)
    crew: dict[str, Role] = Field(default_factory=dict)
    embargoes: dict[str, Embargo] = Field(default_factory=dict)
    approvals: dict[str, tuple[Name, ...]] = Field(default_factory=dict)
    default_approvals: tuple[Name, ...] = ()
    four_eyes: bool = False
    """Who approved a text does not fire its cue."""
    require_rehearsed_us: Span | None = None
    """How long ago it must have been rehearsed, at most, to be run."""
    criteria: tuple[Criterion, ...] = ()
    orders: Orders | None = None
    figures: dict[str, Figure] = Field(default_factory=dict)
    notify: dict[str, Notification] = Field(default_factory=dict)
    osc: dict[str, OscDevice] = Field(default_factory=dict)
    vars: dict[str, Any] = Field(default_factory=dict)
    cues: tuple[Cue, ...] = ()
    segments: tuple[Segment, ...] = ()
    procedures: dict[str, Procedure] = Field(default_factory=dict)
    safe: tuple[AnyAction, ...] = ()
    includes: tuple[str, ...] = ()
    """Included files, below the runbook's own folder."""
    warnings: tuple[str, ...] = ()
    instants: tuple[WallInstant, ...] = ()
    overrides: tuple[tuple[str, str], ...] = ()
    """Addresses set from outside (``--set``); not in the digest, journaled apart."""

    @property
    def shifted(self) -> tuple[WallInstant, ...]:
        """The wall instants that ``--t0`` moved by ``shift_us``."""
        return self.instants if self.shift_us else ()

    def stage_of(self, output: str) -> str:
        """The stage that feeds an output."""
        found = self.outputs.get(output)
        return (found.stage if found else None) or self.first_stage or ""

    def followers(self, stage: str) -> tuple[str, ...]:
        """The stages that get the wanted commands of this one too."""
        return tuple(n for n, one in self.stages.items() if one.follows == stage)

    def picture_of(self, gate: Gate | None) -> tuple[str, str] | None:
        """The scene, and its stage, that a gate waits to see on program."""
        match gate:
            case OnAir():
                return gate.scene, gate.stage or self.first_stage or ""
            case Seen():
                return gate.scene, self.stage_of(gate.output)
            case _:
                return None

    @property
    def first_stage(self) -> str | None:
        """The stage that is meant where none is named."""
        return next(iter(self.stages), None)
