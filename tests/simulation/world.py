"""A whole made-up world around the engine: far ends, hands, a machine that sleeps and
dies. Nothing here waits: instants are numbers on a heap.

The far ends are honest: what was published is found when they are read, or cannot be
read. So the number of times a text stands there tells whether it was sent twice.
"""

from __future__ import annotations

import copy
import heapq
import json
from itertools import count
from random import Random
from typing import Any

from launchctl.runbook import actions as act
from launchctl.runbook.model import Runbook
from launchctl.show import events as ev
from launchctl.show.commands import AnyCommand, Command, Settle, TakeFigure
from launchctl.show.engine import Decision, Engine
from launchctl.show.inputs import (
    Answer,
    Call,
    Ended,
    FigureTaken,
    HandSeen,
    Input,
    Receipt,
    Settled,
    Sight,
    StageSeen,
    Stopped,
)
from launchctl.times import MILLISECOND, SECOND, Micros
from tests.simulation.books import START
from tests.simulation.invariants import Checker
from tests.simulation.rule import Violation
from tests.simulation.trace import Crash, Line, Sent, Step, Trace

RUN = "run-1"
ANSWERS = (Answer.REFUSED, Answer.NOT_SENT, Answer.UNKNOWN)


class BrokenError(AssertionError):
    """The engine broke an invariant; the message says which, and where."""


class World:
    """One run of one runbook in a made-up world.

    Attributes:
        trace: all that happened so far.
        trouble: how often a far end does not answer ok, from 0 to 1.
    """

    def __init__(
        self,
        runbook: Runbook,
        rng: Random,
        *,
        trouble: float = 0.1,
        start_us: Micros = START,
    ) -> None:
        self.runbook, self.rng, self.trouble = runbook, rng, trouble
        self.now_us = start_us
        self.trace = Trace(runbook)
        self.engine = Engine(runbook, RUN)
        self.mirror = Engine(runbook, RUN)
        self.published: dict[str, int] = {}
        self.programs: dict[str, str | None] = dict.fromkeys(runbook.stages, "Wait")
        self.online = dict.fromkeys(runbook.stages, True)
        self.deadline_us: Micros | None = None
        self._checker = Checker(self.trace)
        self._seen = 0
        self._heap: list[tuple[Micros, int, Input]] = []
        self._serial = count(1)
        self._begin()

    def _begin(self) -> None:
        self.trace.items.append(Step(self.now_us))
        self._take(self.engine.start(self.now_us))
        for name in self.runbook.stages:
            self.give(self._stage(name), self.rng.choice((0, 1, 20)) * SECOND)

    # --- what is asked for --------------------------------------------------------

    @property
    def lines(self) -> list[Line]:
        """The journal so far."""
        return self.trace.lines

    @property
    def head(self) -> int:
        """The last seq."""
        return self.engine.state.seq

    def give(self, seen: Input, later_us: Micros = 0) -> None:
        """Something comes in, now or later."""
        at_us = self.now_us + later_us
        heapq.heappush(self._heap, (at_us, next(self._serial), seen))

    def next_us(self) -> Micros | None:
        """When something happens next by itself."""
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

    def step(self, at_us: Micros, *extra: Input, quiet: bool = False) -> None:
        """One step with all that has arrived by then."""
        self.now_us = max(at_us, self.now_us)
        inputs: list[Input] = []
        while self._heap and self._heap[0][0] <= self.now_us and not quiet:
            inputs.append(heapq.heappop(self._heap)[2])
        inputs.extend(extra)
        again = None
        # a process that has not seen its stages yet waits for them in its own memory
        sure = not any(s.unsure for s in self.engine.state.stages.values())
        if sure and self.rng.random() < 0.03:
            again = self._from_prefix().step(self.now_us, inputs)
        self.trace.items.append(Step(self.now_us, tuple(inputs), quiet))
        decision = self.engine.step(self.now_us, inputs)
        if again is not None:
            same("a folded prefix", again, decision)
        self._take(decision)

    def call(self, call: Call) -> None:
        """A person's call, in a step of its own, with nothing else left to be done."""
        self.step(self.now_us)
        while self._heap and self._heap[0][0] <= self.now_us:
            self.step(self.now_us)  # what answered at once
        self.step(self.now_us, call, quiet=True)

    def crash(self, *, lose: bool) -> None:
        """The process dies and another takes up the journal. ``lose``: between deciding
        and writing; what a step decided never was.
        """
        if lose and self._heap and not self.engine.finished:
            lost = self._heap[0]
            self.engine.step(self.now_us, [lost[2]])
            if not isinstance(lost[2], Call):  # the inbox keeps what was not answered
                heapq.heappop(self._heap)
        self.trace.items.append(Crash())
        calls = [item for item in self._heap if isinstance(item[2], Call)]
        heapq.heapify(calls)
        self._heap = calls
        self.engine = self._from_prefix()
        self.now_us += self.rng.choice((0, 1, 5, 120)) * SECOND
        self.trace.items.append(Step(self.now_us))
        self._take(self.engine.start(self.now_us))
        for name in self.runbook.stages:
            self.give(self._stage(name), self.rng.choice((0, 1, 12, 30)) * SECOND)

    def _from_prefix(self) -> Engine:
        engine = Engine(self.runbook, RUN)
        for line in self.lines:
            engine.apply(ev.decode(line))
        return engine

    # --- what comes of a step -----------------------------------------------------

    def _take(self, decision: Decision) -> None:
        self.deadline_us = decision.deadline_us
        if self.deadline_us is not None and self.deadline_us <= self.now_us:
            raise BrokenError(
                f"asked to be woken at {self.deadline_us}, now {self.now_us}"
            )
        for event in decision.events:
            line = json.loads(json.dumps(ev.encode(event)))
            self.trace.items.append(line)
            self.mirror.apply(ev.decode(line))
        if self.engine.state != self.mirror.state:
            raise BrokenError("invariant 1: the folded journal gives another state")
        self._check()
        for command in decision.commands:
            self._send(command)
        self._check()

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

    # --- far ends -----------------------------------------------------------------

    def _send(self, command: AnyCommand) -> None:
        match command:
            case Settle():
                self._settle(command)
            case TakeFigure():
                value = self.rng.choice((5, 123, 500, 5_000))
                span_us = self.rng.choice((0, 1, 40)) * SECOND
                self.give(FigureTaken(command.figure, value, 7), span_us)
            case Command():
                self._command(command)

    def _command(self, command: Command) -> None:
        if command.effect is act.Effect.ONCE:
            why = self.engine.may_send(command)
            if why is not None:
                self.give(Stopped(command.key, command.attempt, why))
                return
        self.trace.items.append(Sent(command, self.now_us))
        rng = self.rng
        answer = Answer.OK
        if rng.random() < self.trouble:
            answer = rng.choice(ANSWERS)
        went = answer is Answer.OK or (answer is Answer.UNKNOWN and rng.random() < 0.5)
        if went:
            self._publish(command)
        receipt = None
        if answer is Answer.OK and command.target.startswith("account:"):
            receipt = Receipt(f"id-{command.key}", f"https://x/{command.key}")
        later_us = rng.choice((0, 20, 100, 900, 4_000)) * MILLISECOND
        retry_us = None
        if answer is Answer.REFUSED and rng.random() < 0.2:
            retry_us = self.now_us + 15 * SECOND
        ended = Ended(
            command.key, command.attempt, answer, receipt=receipt, retry_at_us=retry_us
        )
        self.give(ended, later_us)
        if rng.random() < 0.05:
            self.give(ended, later_us + SECOND)
        if went and isinstance(command.action, act.Scene):
            name = command.target.removeprefix("stage:")
            self.programs[name] = command.action.scene
            before_us = rng.choice((0, 0, 10 * MILLISECOND))
            self.give(self._stage(name), max(0, later_us - before_us))

    def _publish(self, command: Command) -> None:
        self.published[command.key] = 1 + self.published.get(command.key, 0)
        safe = isinstance(command.action, act.Http) and command.action.http.again
        once = command.effect is act.Effect.ONCE
        if once and self.published[command.key] > 1 and not safe:
            raise BrokenError(f"invariant 6: {command.key} was published twice")

    def _settle(self, settle: Settle) -> None:
        command, rng = settle.command, self.rng
        there = bool(self.published.get(command.key))
        sight = Sight.FOUND if there else rng.choice((Sight.ABSENT, Sight.OLDER))
        if rng.random() < 0.3:
            sight = Sight.UNREADABLE
        receipt = Receipt("r") if sight in (Sight.FOUND, Sight.OLDER) else None
        settled = Settled(command.key, command.attempt, sight, receipt)
        span_us = max(0, settle.until_us - self.now_us)
        self.give(settled, span_us if sight is not Sight.FOUND else span_us // 3)
        if there and sight is Sight.UNREADABLE:
            found = Settled(command.key, command.attempt, Sight.FOUND, Receipt("r"))
            self.give(found, span_us + 60 * SECOND)

    def _stage(self, name: str, **fields: Any) -> StageSeen:
        online = self.online[name]
        program = self.programs[name] if online else None
        values: dict[str, Any] = {
            "streaming": self.rng.random() < 0.7,
            "reconnecting": False,
            **fields,
        }
        return StageSeen(name, connected=online, program=program, **values)

    # --- what else happens --------------------------------------------------------

    def cut_by_hand(self, name: str, scene: str) -> None:
        """A person cuts at the mixer."""
        if not self.online[name] or self.programs[name] == scene:
            return
        self.programs[name] = scene
        self.give(HandSeen(name, "program", scene))
        self.give(self._stage(name))

    def turn_by_hand(self, name: str, what: str, value: Any) -> None:
        """A person changes something else at the mixer."""
        if self.online[name]:
            self.give(HandSeen(name, what, value))

    def plug(self, name: str, *, online: bool, restarted: bool = False) -> None:
        """A stage goes, or comes back, perhaps with its state lost."""
        self.online[name] = online
        if restarted:
            self.programs[name] = "Wait"
        self.give(self._stage(name, restarted=restarted and online))


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
    if left.commands != right.commands:
        raise BrokenError(f"invariant 1: {what} commands otherwise")


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
    started = False
    for item in trace.items:
        match item:
            case Crash():
                engine = Engine(trace.runbook, RUN)
                for line in expected:
                    engine.apply(ev.decode(copy.deepcopy(line)))
                started = False
            case Step():
                if lines != expected:
                    raise BrokenError("invariant 1: the same inputs gave other events")
                if started:
                    decision = engine.step(item.now_us, item.inputs)
                else:
                    decision = engine.start(item.now_us)
                started = True
                lines += [json.loads(json.dumps(ev.encode(e))) for e in decision.events]
            case dict():
                expected.append(item)
    if lines != expected:
        raise BrokenError("invariant 1: the same inputs gave other events")
