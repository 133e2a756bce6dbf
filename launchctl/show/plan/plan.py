"""The runbook, indexed: what never changes in a run.

The engine looks things up here instead of searching, so that a step costs the same with
10,000 cues as with 100.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from launchctl.runbook import actions as act
from launchctl.runbook.model import (
    Confirmed,
    Criterion,
    Cue,
    Runbook,
)
from launchctl.show.plan.chains import Chains
from launchctl.show.plan.cues import Planned, Slot


@dataclass(frozen=True, slots=True)
class Promised:
    """What a post of a cue promises."""

    cue: str
    promise: act.Promise


@dataclass(slots=True)
class Plan:
    """The runbook, indexed."""

    runbook: Runbook
    cues: dict[str, Planned] = field(default_factory=dict)
    by_id: dict[str, Cue] = field(default_factory=dict)
    followers: dict[str, list[str]] = field(default_factory=dict)
    """cue -> cues whose ``after`` or ``at`` names it."""
    readers: dict[tuple[str, ...], list[str]] = field(default_factory=dict)
    """subject of a condition (``("stages","main")``) -> owners: ``cue:X``, ..."""
    confirmed: dict[str, list[Confirmed]] = field(default_factory=dict)
    """What people have to record -> the gates that wait for it."""
    criteria: dict[str, Criterion] = field(default_factory=dict)
    """``criterion:N``, from 1, as their holds are called."""
    chains: Chains = field(default_factory=Chains)
    members: dict[str, list[str]] = field(default_factory=dict)
    """segment -> its cues, in file order."""
    polls: list[str] = field(default_factory=list)
    t_cues: list[str] = field(default_factory=list)
    wall_cues: list[str] = field(default_factory=list)
    planned_holds: list[str] = field(default_factory=list)
    """Cues that only are a planned hold, by (T-offset, file order)."""
    unpinned: list[str] = field(default_factory=list)
    promises: dict[str, Promised] = field(default_factory=dict)
    """``CUE/KEPT_BY/WHAT`` -> what the cue's post promises."""
    last_segment: str | None = None
    closes: str | None = None
    """The segment behind which the last picture comes, if it is in none itself."""
    last_picture: str | None = None
    """The last unpinned cue of the file that acts on a stage, and is no reserve."""
    first: str | None = None
    """The first unpinned cue in file order: its GO sets T-0 where the file does not."""
    figure_users: dict[str, list[str]] = field(default_factory=dict)
    figures_on: dict[str, list[str]] = field(default_factory=dict)
    """cue -> figures that are as of its firing."""
    timed: dict[str, None] = field(default_factory=dict)
    """Owners whose condition changes with time alone: read each whole second."""
    posts_of: dict[str, list[tuple[Planned, Slot]]] = field(default_factory=dict)
    """account -> its posts, in file order."""
    films: dict[str, None] = field(default_factory=dict)
    """Cues that play a film."""
    film_followers: dict[str, list[str]] = field(default_factory=dict)
    """film's cue -> cues that hang on the film."""
    aged: dict[str, None] = field(default_factory=dict)
    """Outputs whose age a condition reads."""
    reads_orders: bool = False
    order_names: dict[str, None] = field(default_factory=dict)
    order_texts: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """cue -> names below ``orders.`` in its texts: wanted until it has fired."""
    reads_freshness: bool = False
    reads_orders_age: bool = False
    """Something asks at any time how fresh they are, not only a cue that waits."""
    hold_roles: tuple[str, ...] = ()
    go_roles: tuple[str, ...] = ()

    def procedure_cues(self, name: str) -> tuple[str, ...]:
        """The cues of a procedure, in its file order."""
        return tuple(cue.id for cue in self.runbook.procedures[name].cues)

    def option_cues(self, choice: str, option: str | None = None) -> tuple[str, ...]:
        """The cues of a choice's options, those of choices within them too.

        Args:
            choice: its name.
            option: leave out this one's.
        """
        found: list[str] = []
        asked = self.cues[choice].cue.choice
        for one in asked.options if asked else ():
            if one.name == option:
                continue
            for name in one.cues:
                found += [name, *self.option_cues(name)]
        return tuple(found)

    def go_of(self, name: str) -> tuple[str, ...]:
        """The roles whose GO fires the cue: its own, or those that may ``go``."""
        return self.cues[name].cue.go or self.go_roles


def promise_key(cue: str, kept_by: str, what: str) -> str:
    """A promise's name in the plan, the agenda and the state."""
    return f"{cue}/{kept_by}/{what}"


def roles_that_may(runbook: Runbook, verb: str) -> tuple[str, ...]:
    """The roles whose ``may`` holds the verb, in file order."""
    return tuple(name for name, role in runbook.crew.items() if may(role.may, verb))


def may(allowed: Iterable[str], verb: str) -> bool:
    """True if a role's list allows a verb; ``"*"`` allows all."""
    return any(word in (verb, "*", "everything") for word in allowed)
