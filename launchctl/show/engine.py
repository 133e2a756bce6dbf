"""The pure machine: ``step`` takes what happened and gives what to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from launchctl.runbook.model import Runbook
from launchctl.show.commands import AnyCommand, Command
from launchctl.show.events import Event
from launchctl.show.fold import apply, initial
from launchctl.show.inputs import Input
from launchctl.show.state import State
from launchctl.show.status import Status
from launchctl.times import Micros


@dataclass(frozen=True, slots=True)
class Decision:
    """What one step decided.

    Attributes:
        events: to be journaled, in one transaction.
        commands: to be carried out; once-commands after the events are durable.
        deadline_us: on N: step again then, at the latest; None: when something happens.
    """

    events: tuple[Event, ...]
    commands: tuple[AnyCommand, ...]
    deadline_us: Micros | None


class Engine:
    """One run of one runbook."""

    def __init__(self, runbook: Runbook, run: str) -> None:
        self.runbook = runbook
        self.run = run
        self.state: State = initial(runbook)

    @property
    def finished(self) -> bool:
        """True once the show is complete or aborted."""
        raise NotImplementedError

    @property
    def verdict(self) -> str | None:
        """``green`` or ``red`` once the show is finished."""
        raise NotImplementedError

    @property
    def reads_orders(self) -> bool:
        """True if a condition or gate reads the orders: they are to be sampled."""
        raise NotImplementedError

    def start(self, now_us: Micros, *, rehearsal: bool = False) -> Decision:
        """Begin the run; of a journal that was folded already: take it up again."""
        raise NotImplementedError

    def step(self, now_us: Micros, inputs: Sequence[Input] = ()) -> Decision:
        """Decide."""
        raise NotImplementedError

    def apply(self, event: Event) -> None:
        """Fold one journaled event."""
        apply(self.state, event)

    def may_send(self, command: Command) -> str | None:
        """A sentence if this once-command must not leave any more."""
        raise NotImplementedError

    def coming(self, now_us: Micros, within_us: Micros) -> list[str]:
        """Cues standing by, waiting, or due within the span: worth preparing."""
        raise NotImplementedError

    def preview(self, cue: str, now_us: Micros) -> list[Command]:
        """The commands that firing the cue now would give, for preparing only."""
        raise NotImplementedError

    def status(self, now_us: Micros) -> Status:
        """What everybody sees."""
        raise NotImplementedError
