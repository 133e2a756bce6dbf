"""The invariants of SEMANTICS 9, each a small checker over a trace.

A checker sees every item *before* the facts take it in, and says in a sentence what it
violates. Invariant 1 needs an engine, and stands in ``world.py``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from launchctl.runbook import actions as act
from launchctl.runbook.model import Runbook
from launchctl.show.inputs import Call, RunbookSeen
from tests.simulation.facts import Facts
from tests.simulation.rule import (
    Invariant,
    Violation,
)
from tests.simulation.rules_calls import AfterTheEnd, AnsweredOnce, Answers
from tests.simulation.rules_sending import GatedAnew, GatesOpen, HumanCuts, SentOnce
from tests.simulation.rules_shape import Films, OneOption, Recycles
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
from tests.simulation.trace import Crash, Item, Line, Sent, Step, Trace, surviving

KINDS: tuple[type[Invariant], ...] = (
    InHolds,
    TStands,
    Recycles,
    NotBeforeDue,
    LateRule,
    OneFiring,
    SentOnce,
    GatesOpen,
    AfterSatisfied,
    NeverABurst,
    LateWakes,
    AnsweredOnce,
    Answers,
    AfterTheEnd,
    Films,
    GatedAnew,
    HumanCuts,
    OneOption,
)
"""All checkers, by number."""


class Checker:
    """All invariants over a trace, item by item."""

    def __init__(self, runbook: Runbook) -> None:
        self.violations: list[Violation] = []
        self._runbook = runbook
        self._begin()

    def _begin(self) -> None:
        self.facts = Facts(self._runbook)
        self._invariants = [kind() for kind in KINDS]
        self._of_lines = [i for i in self._invariants if _has(i, "line")]
        self._of_sent = [i for i in self._invariants if _has(i, "sent")]
        self._of_steps = [i for i in self._invariants if _has(i, "step")]
        self._step: Step | None = None
        self._lines: list[Line] = []
        self._items: list[Item] = []

    def take(self, items: Iterable[Item]) -> None:
        """Check further items."""
        for item in items:
            if isinstance(item, Crash) and item.lost:
                self._lost([*self._items, item])
            else:
                self._one(item)

    def _lost(self, items: list[Item]) -> None:
        """Lines were lost: read what is left anew; it was found good before."""
        found, facts = self.violations, self.facts
        self._begin()
        # pinned runbooks and the inbox lie beside the journal
        self.facts.offered, self.facts.calls = facts.offered, facts.calls
        for item in surviving(items):
            self._one(replace(item, lost=0) if isinstance(item, Crash) else item)
        self.violations = found

    def _one(self, item: Item) -> None:
        self._items.append(item)
        if isinstance(item, Step | Crash):
            self.close()
        if isinstance(item, Step):
            self._given(item)
        self._ask(item)
        if isinstance(item, dict):
            self._lines.append(item)
            self.facts.fold(item)
        elif isinstance(item, Sent):
            key = self.facts.keys.get(item.command.key)
            if key is not None and item.command.effect == act.Effect.ONCE:
                key.last = "sent"
        elif isinstance(item, Step):
            self._step, self._lines = item, []

    def _given(self, step: Step) -> None:
        for given in step.inputs:
            if isinstance(given, RunbookSeen):
                self.facts.offered[given.runbook.digest] = given.runbook
            elif isinstance(given, Call):
                self.facts.calls.setdefault(given.id, given)

    def close(self) -> None:
        """The last step has all its lines."""
        if self._step is not None:
            for invariant in self._of_steps:
                found = invariant.step(self.facts, self._step, self._lines)
                self._note(invariant, found)
        self._step = None

    def _ask(self, item: Item) -> None:
        """Whoever has a rule for it."""
        if isinstance(item, dict):
            for invariant in self._of_lines:
                self._note(invariant, invariant.line(self.facts, item))
        elif isinstance(item, Sent):
            for invariant in self._of_sent:
                self._note(invariant, invariant.sent(self.facts, item))
        elif isinstance(item, Crash):
            for invariant in self._invariants:
                invariant.crash(self.facts)

    def _note(self, invariant: Invariant, found: Iterable[str]) -> None:
        self.violations.extend(
            Violation(invariant.number, self.facts.seq + 1, text) for text in found
        )


def _has(invariant: Invariant, rule: str) -> bool:
    return getattr(type(invariant), rule) is not getattr(Invariant, rule)


def check(trace: Trace) -> list[Violation]:
    """Every violation of a whole trace."""
    checker = Checker(trace.runbook)
    checker.take(trace.items)
    checker.close()
    return checker.violations
