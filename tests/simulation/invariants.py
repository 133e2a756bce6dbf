"""The invariants of SEMANTICS 9, each a small checker over a trace.

A checker sees every item *before* the facts take it in, and says in a sentence what it
violates. Invariant 1 needs an engine, and stands in ``simulate.py``; 13 and 16 are
about films and choices, which are not built.
"""

from __future__ import annotations

from collections.abc import Iterable

from launchctl.runbook import actions as act
from tests.simulation.facts import Facts
from tests.simulation.rule import (
    Invariant,
    Violation,
)
from tests.simulation.rules_calls import AfterTheEnd, AnsweredOnce
from tests.simulation.rules_sending import GatedAnew, GatesOpen, HumanCuts, SentOnce
from tests.simulation.rules_time import (
    AfterSatisfied,
    InHolds,
    LateRule,
    LateWakes,
    NeverABurst,
    NotBeforeDue,
    OneFiring,
    TStands,
)
from tests.simulation.trace import Crash, Item, Line, Sent, Step, Trace

KINDS: tuple[type[Invariant], ...] = (
    InHolds,
    TStands,
    NotBeforeDue,
    LateRule,
    OneFiring,
    SentOnce,
    GatesOpen,
    AfterSatisfied,
    NeverABurst,
    LateWakes,
    AnsweredOnce,
    AfterTheEnd,
    GatedAnew,
    HumanCuts,
)
"""All checkers, by number."""


class Checker:
    """All invariants over a trace, item by item."""

    def __init__(self, trace: Trace) -> None:
        self.facts = Facts(trace.runbook)
        self.violations: list[Violation] = []
        self._invariants = [kind() for kind in KINDS]
        self._step: Step | None = None
        self._lines: list[Line] = []

    def take(self, items: Iterable[Item]) -> None:
        """Check further items."""
        for item in items:
            if isinstance(item, Step | Crash):
                self.close()
            for invariant in self._invariants:
                self._ask(invariant, item)
            if isinstance(item, dict):
                self._lines.append(item)
                self.facts.fold(item)
            elif isinstance(item, Sent):
                key = self.facts.keys.get(item.command.key)
                if key is not None and item.command.effect == act.Effect.ONCE:
                    key.last = "sent"
            elif isinstance(item, Step):
                self._step, self._lines = item, []

    def close(self) -> None:
        """The last step has all its lines."""
        if self._step is not None:
            for invariant in self._invariants:
                found = invariant.step(self.facts, self._step, self._lines)
                self._note(invariant, found)
        self._step = None

    def _ask(self, invariant: Invariant, item: Item) -> None:
        if isinstance(item, dict):
            self._note(invariant, invariant.line(self.facts, item))
        elif isinstance(item, Sent):
            self._note(invariant, invariant.sent(self.facts, item))
        elif isinstance(item, Crash):
            invariant.crash(self.facts)

    def _note(self, invariant: Invariant, found: Iterable[str]) -> None:
        self.violations.extend(
            Violation(invariant.number, self.facts.seq + 1, text) for text in found
        )


def check(trace: Trace) -> list[Violation]:
    """Every violation of a whole trace."""
    checker = Checker(trace)
    checker.take(trace.items)
    checker.close()
    return checker.violations
