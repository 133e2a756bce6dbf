"""A show in a test: calls and answers at given instants, from deadline to deadline.

``Play`` is a conductor without a world: it steps the engine at every deadline and at
every input, in order, and answers commands by a rule. With every decision it checks
what holds for all decisions: the lines of the events, read back and folded by another
engine, give the same state; and what that one expects, walking cue by cue, is expected.
"""

from __future__ import annotations

import heapq
import json
from collections.abc import Callable
from itertools import count
from typing import Any

from launchctl.runbook.actions import Effect
from launchctl.runbook.model import Runbook
from launchctl.show import events as ev
from launchctl.show.commands import AnyCommand, Command, ProbeUrl, Settle, TakeFigure
from launchctl.show.engine import Decision, Engine
from launchctl.show.inputs import (
    Answer,
    Call,
    Ended,
    FigureTaken,
    Input,
    Receipt,
    Stopped,
    UrlSeen,
)
from launchctl.show.outlook.expected import ExpectedTimeline
from launchctl.times import MILLISECOND, Micros
from tests.show.build import START

Reply = list[tuple[Micros, Input]]
"""(delay, input): what the world answers to a command."""

ALL_ROLES = frozenset({"caller", "comms", "legal", "commerce"})


def all_well(command: AnyCommand) -> Reply:
    """Every far end does what it is told: scenes in 20 ms, posts in 100 ms."""
    match command:
        case Command():
            delay_us = 100 * MILLISECOND
            if command.effect is not Effect.ONCE:
                delay_us = 20 * MILLISECOND
            receipt = None
            if command.target.startswith("account:"):
                receipt = Receipt(f"id-{command.key}", f"https://x/{command.key}")
            ended = Ended(command.key, command.attempt, Answer.OK, receipt=receipt)
            return [(delay_us, ended)]
        case TakeFigure():
            return [(50 * MILLISECOND, FigureTaken(command.figure, 1000, 7))]
        case ProbeUrl():
            return [(100 * MILLISECOND, UrlSeen(command.url, ok=True))]
        case Settle():
            return []


class CueByCue(ExpectedTimeline):
    """Expected instants without the short way along chains."""

    def chain_start(self, node: str) -> str:
        """Every cue is worked out from those it comes after."""
        return node


class Play:
    """One run of one runbook, played.

    Attributes:
        events: everything decided so far.
        commands: everything commanded so far.
        steps: (instant, inputs) of every step, to be played again.
    """

    def __init__(
        self,
        runbook: Runbook,
        start_us: Micros = START,
        answer: Callable[[AnyCommand], Reply] = all_well,
    ) -> None:
        self.engine = Engine(runbook, "run-1")
        self.now_us = start_us
        self.events: list[ev.Event] = []
        self.commands: list[AnyCommand] = []
        self.steps: list[tuple[Micros, tuple[Input, ...]]] = []
        self._mirror = Engine(runbook, "run-1")
        self._answer = answer
        self._agenda: list[tuple[Micros, int, Callable[[], Input]]] = []
        self._serial = count()
        self._deadline_us: Micros | None = None
        self._take(self.engine.start(start_us))

    # --- what happens ----------------------------------------------------------------

    def give(self, at_us: Micros, seen: Input) -> None:
        """An input at an instant."""
        heapq.heappush(self._agenda, (at_us, next(self._serial), lambda: seen))

    def call(
        self, at_us: Micros, verb: str, target: str | None = None, **fields: Any
    ) -> str:
        """A person's call at an instant, who sees what is there; gives its id.

        ``call_id``, ``by``, ``roles``, ``seen``, ``pressed_us`` override; the rest are
        arguments.
        """
        number = next(self._serial)
        call = fields.pop("call_id", f"call-{number}")
        by = fields.pop("by", "ann")
        roles = frozenset(fields.pop("roles", ALL_ROLES))
        pressed_us = fields.pop("pressed_us", at_us)
        fixed = fields.pop("seen", None)

        def make() -> Input:
            seen = self.engine.state.seq if fixed is None else fixed
            return Call(call, by, roles, verb, target, fields, seen, pressed_us, number)

        heapq.heappush(self._agenda, (at_us, number, make))
        return call

    def run(self, until_us: Micros) -> Play:
        """Play up to and with this instant; afterwards it is ``until_us``."""
        while True:
            at_us = self._next_us()
            if at_us is None or at_us > until_us:
                break
            self.step(at_us)
        self.now_us = max(self.now_us, until_us)
        return self

    def sleep(self, until_us: Micros) -> Play:
        """The machine does not wake before this instant: all that was due is late."""
        self.step(until_us)
        return self

    def step(self, at_us: Micros) -> None:
        """One step, with all inputs that have arrived by then."""
        self.now_us = max(at_us, self.now_us)
        inputs = []
        while self._agenda and self._agenda[0][0] <= self.now_us:
            inputs.append(heapq.heappop(self._agenda)[2]())
        self.steps.append((self.now_us, tuple(inputs)))
        self._take(self.engine.step(self.now_us, inputs))

    # --- what is seen ----------------------------------------------------------------

    def state_of(self, cue: str) -> str:
        """Where a cue is."""
        return str(self.engine.state.cues[cue].state)

    def named(self, event: str, cue: str | None = None) -> list[Any]:
        """The events of this name, of this cue if one is given."""
        return [
            item
            for item in self.events
            if item.event == event and (cue is None or item.cue == cue)
        ]

    def fired_us(self, cue: str) -> list[Micros]:
        """When a cue fired."""
        return [item.at_us for item in self.named("fired", cue)]

    def refusal(self, call: str) -> str | None:
        """Why a call was refused; None if it was accepted."""
        answered = self.engine.state.answered[call]
        return None if answered.accepted else answered.reason

    def sent(self, target: str) -> list[Command]:
        """The commands that went to a far end."""
        return [
            c for c in self.commands if isinstance(c, Command) and c.target == target
        ]

    # --- inside ----------------------------------------------------------------------

    def _next_us(self) -> Micros | None:
        coming = [self._agenda[0][0]] if self._agenda else []
        if self._deadline_us is not None:
            coming.append(self._deadline_us)
        return min(coming, default=None)

    def _take(self, decision: Decision) -> None:
        self._deadline_us = decision.deadline_us
        assert decision.deadline_us is None or decision.deadline_us > self.now_us
        self.events.extend(decision.events)
        self.commands.extend(decision.commands)
        for event in decision.events:
            line = json.loads(json.dumps(ev.encode(event)))
            assert event == ev.decode(line)
            self._mirror.apply(ev.decode(line))
        assert self.engine.state == self._mirror.state
        self._check_expected()
        for command in decision.commands:
            self._send(command)

    def _check_expected(self) -> None:
        """Progress that was told of each cue, and chains, lead to the same instants."""
        core, other = self.engine._core, self._mirror._core
        core.now_us = other.now_us = self.now_us
        quick, slow = ExpectedTimeline(core), CueByCue(other)
        known = {name: slow.cue_us(name) for name in core.plan.by_id}
        assert known == {name: quick.cue_us(name) for name in reversed(known)}
        assert {name: slow.state_of(name) for name in slow.segments} == {
            name: quick.state_of(name) for name in quick.segments
        }

    def _send(self, command: AnyCommand) -> None:
        if isinstance(command, Command) and command.effect is Effect.ONCE:
            why = self.engine.may_send(command)
            if why is not None:
                self.give(self.now_us, Stopped(command.key, command.attempt, why))
                return
        for delay_us, seen in self._answer(command):
            self.give(self.now_us + delay_us, seen)
