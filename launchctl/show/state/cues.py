"""What is of a cue and of its actions."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from launchctl.show.tables import ActionWord, CueWord
from launchctl.times import Micros


@dataclass(slots=True)
class ActionState:
    """One action of a cue's present firing (``slot``: ``"0"``, ``"0@brand"``)."""

    slot: str
    key: str
    kind: str
    target: str
    effect: str
    state: ActionWord = ActionWord.SENT
    attempt: int = 0
    content: dict[str, Any] = field(default_factory=dict)
    began_us: Micros = 0
    """When its first attempt was decided."""
    intent_us: Micros = 0
    """When its present attempt was decided."""
    deadline_us: Micros = 0
    next_us: Micros | None = None
    sent_us: Micros | None = None
    confirmed_us: Micros | None = None
    detail: str = ""
    superseded: str = ""
    """What its last attempt was found to be: there before it, by somebody else."""
    receipt_id: str | None = None
    receipt_url: str | None = None
    wanted: str | None = None
    """The wanted field of the stage that it changes."""
    film_start_us: Micros | None = None
    """Of a film: its start, moved on by pauses; None while it stands."""
    film_end_us: Micros | None = None


@dataclass(slots=True)
class OverrideState:
    """A gate overridden for one take; with ``until_us`` it only was asked for."""

    take: int
    by: str
    reason: str
    at_us: Micros
    until_us: Micros | None = None
    asked_by: str | None = None


@dataclass(slots=True)
class Vote:
    """What a role said to a poll last."""

    by: str
    go: bool
    at_us: Micros


@dataclass(slots=True)
class CueState:
    """One cue. ``seq`` is the event that last changed its state."""

    state: CueWord
    seq: int = 0
    entered_us: Micros = 0
    """When it left idle; a show's cue: when the run started."""
    take: int = 0
    retaken: bool = False
    """Recycled, and not fired since: the next firing is this take."""
    procedure_take: int = 0
    due_us: Micros | None = None
    late_by_us: Micros | None = None
    wait_from_us: Micros | None = None
    waived: bool = False
    """GO or ``fire`` released it: no spacing, no late rule."""
    insisted: bool = False
    """``fire`` released it: what was posted by hand does not stop its posts."""
    fired_us: Micros | None = None
    fired_t_us: Micros | None = None
    """T at which it fired: a recycle goes by it."""
    fired_due_us: Micros | None = None
    manual: bool = False
    """The film that it hangs on was interrupted, or ended in a hold: GO fires it."""
    outcome: CueWord | None = None
    """How its last take ended: what ``after`` reads."""
    ended_us: Micros | None = None
    by: str | None = None
    reason: str | None = None
    hold: str | None = None
    chosen: str | None = None
    """Of a choice: the option taken, in its present take."""
    votes: dict[str, Vote] = field(default_factory=dict)
    """Of a poll: role -> its last vote, in the present take."""
    actions: dict[str, ActionState] = field(default_factory=dict)
    overrides: dict[str, OverrideState] = field(default_factory=dict)
    """gate -> its override, in the words of ``gates.names.gate_name``."""

    @property
    def next_take(self) -> int:
        """The take that firing it now would be."""
        return self.take if self.retaken else self.take + 1
