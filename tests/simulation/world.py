"""A whole made-up world around the engine: far ends, hands, a machine that sleeps and
dies. Nothing here waits: instants are numbers on a heap.
"""

from __future__ import annotations

import copy
import heapq
import json
from collections.abc import Sequence
from itertools import count
from random import Random

from launchctl.runbook import actions as act
from launchctl.runbook.model import Runbook
from launchctl.show import events as ev
from launchctl.show.commands import AnyCommand, Command, ProbeUrl
from launchctl.show.engine import Decision, Engine
from launchctl.show.inputs import Call, Input, RunbookSeen, Stopped, UrlSeen
from launchctl.times import SECOND, Micros
from tests.simulation.draft import START
from tests.simulation.far_ends import FarEnds
from tests.simulation.invariants import Checker
from tests.simulation.rule import BrokenError, Violation
from tests.simulation.trace import Crash, Item, Line, Sent, Step, Trace

RUN = "run-1"

__all__ = ["RUN", "BrokenError", "World", "folded", "replay", "same"]


class World:
    """One run of one runbook in a made-up world.

    Attributes:
        trace: all that happened so far, what crashes lost included.
        lines: the journal.
        far: the far ends.
    """

    def __init__(
        self,
        runbook: Runbook,
        rng: Random,
        *,
        trouble: float = 0.1,
        start_us: Micros = START,
    ) -> None:
        self.runbook, self.rng = runbook, rng
        self.now_us = start_us
        self.trace = Trace(runbook)
        self.lines: list[Line] = []
        self.offered: list[Runbook] = []
        self.engine = Engine(runbook, RUN)
        self.mirror = Engine(runbook, RUN)
        self.deadline_us: Micros | None = None
        self.calls: list[Call] = []
        """The inbox: whoever takes up the journal reads it from where that ends."""
        self.steps = 0
        self._durable = 0
        self._checker = Checker(runbook)
        self._seen = 0
        self._heap: list[tuple[Micros, int, Input]] = []
        self._off: set[int] = set()
        self._serial = count(1)
        self.far = FarEnds(runbook, rng, trouble, self.give, self._off.add)
        self._note(Step(self.now_us))
        self._begin()

    def _begin(self) -> None:
        self.far.now_us = self.now_us
        self._take(self.engine.start(self.now_us))
        for name in self.runbook.stages:
            span_us = self.rng.choice((0, 1, 12, 30)) * SECOND
            self.give(self.far.stage(name), span_us)
        for name in self.runbook.outputs:
            self.far.output(name)

    # --- what is asked for --------------------------------------------------------

    @property
    def head(self) -> int:
        """The last seq."""
        return self.engine.state.seq

    def give(self, seen: Input, later_us: Micros = 0) -> int:
        """Something comes in, now or later; the number calls it off."""
        number = next(self._serial)
        heapq.heappush(self._heap, (self.now_us + later_us, number, seen))
        return number

    def next_us(self) -> Micros | None:
        """When something happens next by itself."""
        while self._heap and self._heap[0][1] in self._off:
            heapq.heappop(self._heap)
        coming = [self._heap[0][0]] if self._heap else []
        if self.deadline_us is not None:
            coming.append(self.deadline_us)
        return min(coming, default=None)

    def advance(self, until_us: Micros) -> None:
        """Wake at every instant at which something is to be done, up to this one."""
        while True:
            at_us = self.next_us()
            if at_us is None or at_us > until_us or self.engine.finished:
                break
            self.step(at_us)
        self.now_us = max(self.now_us, until_us)
        self.far.now_us = self.now_us

    def step(self, at_us: Micros, *extra: Input, quiet: bool = False) -> None:
        """One step with all that has arrived by then."""
        self.now_us = max(at_us, self.now_us)
        self.far.now_us = self.now_us
        self.far.film_passes(self.now_us)
        inputs: list[Input] = []
        while self._heap and self._heap[0][0] <= self.now_us and not quiet:
            _, number, seen = heapq.heappop(self._heap)
            if number not in self._off:
                inputs.append(seen)
        inputs.extend(extra)
        again = None
        if comparable(self.engine, inputs) and self.rng.random() < 0.03:
            again = self._from_journal().step(self.now_us, inputs)
        self.steps += 1
        self._note(Step(self.now_us, tuple(inputs), quiet))
        decision = self.engine.step(self.now_us, inputs)
        if again is not None and not _warns(again):
            same("a folded prefix", again, decision)
        self._take(decision)

    def call(self, call: Call) -> None:
        """A person's call, in a step of its own, with nothing else left to be done."""
        self.step(self.now_us)
        while self._heap and self._heap[0][0] <= self.now_us:
            self.step(self.now_us)  # what answered at once
        self.calls.append(call)
        self.step(self.now_us, call, quiet=True)

    def offer(self, runbook: Runbook) -> None:
        """A runbook is pinned beside the first."""
        self.offered.append(runbook)
        self.step(self.now_us, RunbookSeen(runbook))

    def crash(self, *, lose: bool) -> None:
        """The process dies and another takes up the journal.

        ``lose``: what was not durable yet never was: a step that was being decided, and
        the last steps whose lines were on their way to the disk. A once-command leaves
        only after its intent is durable, so nothing before the last of them is lost.
        """
        lost = 0
        if lose and not self.engine.finished:
            if self._heap:
                self.engine.step(self.now_us, [self._heap[0][2]])
            lost = len(self.lines) - self._cut()
        self._note(Crash(lost))
        if lost:
            del self.lines[-lost:]
            self.mirror = self._from_journal()
        self._check()
        self._durable = len(self.lines)
        coming = [item for item in self._heap if isinstance(item[2], Call)]
        heapq.heapify(coming)
        self._heap = coming
        self.engine = self._from_journal()
        self.now_us += self.rng.choice((0, 1, 5, 120)) * SECOND
        self.far.film_passes(self.now_us)
        self._note(Step(self.now_us))
        self._begin()
        for call in self.calls:  # the inbox keeps what was not answered
            if call.id not in self.engine.state.answered:
                self.give(call)

    def _cut(self) -> int:
        """How many lines became durable: some whole steps after the last that must."""
        ends, place = [], len(self.lines)
        for item in reversed(self.trace.items):
            if place < self._durable or isinstance(item, Crash):
                break
            if isinstance(item, Step):
                ends.append(place)
            elif isinstance(item, dict):
                place -= 1
        # a step's lines are one transaction: all or none
        ends = [end for end in ends if self._durable <= end]
        return self.rng.choice(ends[:8]) if ends else len(self.lines)

    def _from_journal(self) -> Engine:
        return folded(self.runbook, self.offered, self.lines)

    # --- what comes of a step -----------------------------------------------------

    def _note(self, item: Item) -> None:
        self.trace.items.append(item)

    def _take(self, decision: Decision) -> None:
        self.deadline_us = decision.deadline_us
        if self.deadline_us is not None and self.deadline_us <= self.now_us:
            raise BrokenError(
                f"asked to be woken at {self.deadline_us}, now {self.now_us}"
            )
        for book in self.offered:
            self.mirror.offer(book)
        for event in decision.events:
            line = json.loads(json.dumps(ev.encode(event)))
            self._note(line)
            self.lines.append(line)
            self.mirror.apply(ev.decode(line))
        if self.engine.state != self.mirror.state:
            raise BrokenError("invariant 1: the folded journal gives another state")
        self._check()
        for command in decision.commands:
            self._send(command)
        self._check()

    def _send(self, command: AnyCommand) -> None:
        if isinstance(command, Command):
            if command.effect is act.Effect.ONCE:
                self._durable = len(self.lines)
                why = self.engine.may_send(command)
                if why is not None:
                    self.give(Stopped(command.key, command.attempt, why))
                    return
            self._note(Sent(command, self.now_us))
        self.far.command(command)

    def _check(self) -> None:
        self._checker.take(self.trace.items[self._seen :])
        self._seen = len(self.trace.items)
        if self._checker.violations:
            raise BrokenError(told(self._checker.violations))

    def finish(self) -> None:
        """Check what only the end shows."""
        self._checker.close()
        if self._checker.violations:
            raise BrokenError(told(self._checker.violations))


def _warns(decision: Decision) -> bool:
    """True if it only looks ahead sooner: a warning, which decides nothing."""
    warnings = ev.EmbargoWarned | ev.HardOut
    return any(isinstance(event, warnings) for event in decision.events)


def comparable(engine: Engine, inputs: Sequence[Input]) -> bool:
    """True if a process that folded the journal just now must decide the same: each has
    in its own memory which stages it has not seen yet, and which pages it asked for.
    """
    sure = not any(stage.unsure for stage in engine.state.stages.values())
    return sure and not any(isinstance(seen, UrlSeen) for seen in inputs)


def folded(runbook: Runbook, offered: list[Runbook], lines: list[Line]) -> Engine:
    """An engine that has folded a journal."""
    engine = Engine(runbook, RUN)
    for book in offered:
        engine.offer(book)
    for line in lines:
        engine.apply(ev.decode(line))
    return engine


def same(what: str, left: Decision, right: Decision) -> None:
    """Two decisions are the same to the last field (invariant 1)."""
    mine = [ev.encode(event) for event in left.events]
    theirs = [ev.encode(event) for event in right.events]
    if mine != theirs:
        pairs = zip(mine, theirs, strict=False)
        first = next((p for p in pairs if p[0] != p[1]), (mine[-1:], theirs[-1:]))
        raise BrokenError(
            f"invariant 1: {what} decides otherwise:\n  {first[0]}\n  {first[1]}"
            f"\n  {[line['event'] for line in mine]}"
            f"\n  {[line['event'] for line in theirs]}"
        )
    asked = [
        [c for c in decision.commands if not isinstance(c, ProbeUrl)]
        for decision in (left, right)
    ]
    if asked[0] != asked[1]:
        raise BrokenError(
            f"invariant 1: {what} commands otherwise:\n  {asked[0]}\n  {asked[1]}"
        )


def told(violations: list[Violation]) -> str:
    """Violations in words."""
    return "\n".join(
        f"invariant {item.number} at seq {item.seq}: {item.text}" for item in violations
    )


def replay(trace: Trace) -> None:
    """Invariant 1: the same inputs at the same instants give the same lines again."""
    engine = Engine(trace.runbook, RUN)
    lines: list[Line] = []
    expected: list[Line] = []
    offered: list[Runbook] = []
    started = False
    for item in trace.items:
        match item:
            case Crash(lost=lost):
                if lines != expected:
                    break
                expected = expected[: len(expected) - lost]
                lines = list(expected)
                engine = folded(trace.runbook, offered, copy.deepcopy(lines))
                started = False
            case Step():
                if lines != expected:
                    break
                if started:
                    decision = engine.step(item.now_us, item.inputs)
                else:
                    decision = engine.start(item.now_us)
                started = True
                offered += [
                    i.runbook for i in item.inputs if isinstance(i, RunbookSeen)
                ]
                lines += [json.loads(json.dumps(ev.encode(e))) for e in decision.events]
            case dict():
                expected.append(item)
    if lines != expected:
        raise BrokenError("invariant 1: the same inputs gave other events")
