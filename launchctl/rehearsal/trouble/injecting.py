"""Makes things go wrong in a rehearsal, by a plan: beside the show, as the world does.

Nothing here touches the engine: a fault is a switch of an emulator, a call that is late
on its way, a shop that is out of reach, a machine that sleeps, a conductor that dies.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from launchctl.rehearsal.backstage import Backstage, Beside
from launchctl.rehearsal.emulators.web import Fault, Faults
from launchctl.rehearsal.people import play
from launchctl.rehearsal.script import Step
from launchctl.rehearsal.trouble import far_ends, machine
from launchctl.rehearsal.trouble.answers import answer_of
from launchctl.rehearsal.trouble.lasting import CannotError, Undo
from launchctl.rehearsal.trouble.plan import Line, Plan
from launchctl.rehearsal.trouble.words import ANSWERS, FAR_ENDS
from launchctl.runbook.model import Runbook
from launchctl.times import SECOND, Micros

Planner = Callable[[Runbook], Plan]
"""The plan for what is rehearsed."""


@dataclass(slots=True)
class Injected:
    """What became of one line of a plan.

    Attributes:
        line: of the plan.
        at_us: N when it was injected; None: its turn never came, or ``why_not``.
        seq: the journal's head then.
        why_not: why it could not be.
        queue, fault: where requests meet it; None for what no request has to meet.
    """

    line: Line
    at_us: Micros | None = None
    seq: int = 0
    why_not: str = ""
    queue: Faults | None = None
    fault: Fault | None = None

    @property
    def met(self) -> int | None:
        """How many requests met it; None for what no request has to meet."""
        if self.queue is None or self.fault is None:
            return None
        return self.line.times - self.queue.left(self.fault)


def trouble(plan_for: Planner, injected: list[Injected]) -> Beside:
    """Plays the plan; ``injected`` gets what became of each line, in file order."""

    async def beside(backstage: Backstage) -> None:
        plan = plan_for(backstage.show.runbook)
        injected.extend(Injected(line) for line in plan.plan)
        injector = _Injector(backstage, injected)
        try:
            await play(
                plan.script(),
                backstage.show,
                backstage.inbox,
                backstage.clock,
                rest=backstage.show.wait,
                hands={line.fault: injector.inject for line in plan.plan},
                mean=backstage.mean,
            )
            await injector.over()
        finally:
            injector.cancel()

    return beside


class _Injector:
    def __init__(self, backstage: Backstage, injected: list[Injected]) -> None:
        self._backstage = backstage
        self._injected = injected
        self._lasting: set[asyncio.Task[None]] = set()

    async def inject(self, step: Step) -> str | None:
        """A line's turn has come; a sentence if it cannot happen."""
        found = self._injected[int(step.args["line"])]
        try:
            undo = self._begin(found)
        except CannotError as error:
            found.why_not = str(error)
            return found.why_not
        found.at_us = self._backstage.clock.now_us()
        found.seq = self._backstage.show.seq
        if undo is not None:
            self._last(found.line.span_us, undo)
        self._backstage.pace.rouse()
        return None

    async def over(self) -> None:
        """Until everything that lasts is over."""
        await asyncio.gather(*self._lasting)

    def cancel(self) -> None:
        """The rehearsal is over."""
        for task in self._lasting:
            task.cancel()

    def _begin(self, found: Injected) -> Undo | None:
        word = found.line.fault
        if word in FAR_ENDS:
            return far_ends.begin(self._backstage, found.line)
        if word in ANSWERS:
            self._answer(found)
        else:
            machine.begin(self._backstage, found.line)
        return None

    def _answer(self, found: Injected) -> None:
        line, world = found.line, self._backstage.world
        name = line.on or next(iter(world.networks), "web")
        far_end = world.web if name == "web" else world.networks.get(name)
        if far_end is None:
            raise CannotError(f"no network {name!r} is emulated")
        found.queue = far_end.faults
        found.fault = answer_of(line.fault, name, line.span_us)
        found.queue.next(found.fault, times=line.times)

    def _last(self, span_us: Micros, undo: Undo) -> None:
        self._backstage.mean(self._backstage.clock.now_us() + span_us)

        async def last() -> None:
            await asyncio.sleep(span_us / SECOND)
            done = undo()
            if done is not None:
                await done
            self._backstage.pace.rouse()

        task = asyncio.ensure_future(last())
        self._lasting.add(task)
        task.add_done_callback(self._lasting.discard)
