"""The conductor: the async shell around the pure show.

One loop: gather inputs, let the engine step, journal what it decided, send what it
commanded, sleep until its next deadline or the next input. Everything else here feeds
that loop: the inbox, the ledger's samples, the drivers' reports, the wall clock's skew.

If the journal cannot be written, nothing more is decided: the conductor freezes and
says so. A show that cannot remember must not act.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
from collections import deque
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import structlog

from launchctl.clock import Clock
from launchctl.conductor.counter import CounterText, counter_text
from launchctl.conductor.disk_watch import DiskWatch
from launchctl.conductor.dispatch import Dispatcher
from launchctl.conductor.far_ends import FarEnds
from launchctl.conductor.figures import take_figure
from launchctl.conductor.folding import fold_journal
from launchctl.conductor.hands import HandWatch
from launchctl.conductor.order_feed import OrderFeed
from launchctl.conductor.pace import Pace, Steady
from launchctl.conductor.preflight import Preflight
from launchctl.conductor.prepare import Preparer
from launchctl.conductor.realtime import Collector
from launchctl.conductor.settle import settle
from launchctl.conductor.sleeper import Sleeper
from launchctl.conductor.time_watch import TimeWatch
from launchctl.conductor.watches import watch_health, watch_lease
from launchctl.crossings import crossing
from launchctl.drivers.url import look_at
from launchctl.errors import JournalError, LaunchError
from launchctl.runbook.actions import Effect
from launchctl.runbook.model import Runbook
from launchctl.show.commands import (
    AnyCommand,
    Command,
    ProbeUrl,
    Settle,
    TakeFigure,
)
from launchctl.show.engine import Decision, Engine
from launchctl.show.events import CounterSet, StageChanged, encode
from launchctl.show.inputs import (
    Input,
    RunbookSeen,
    Settled,
)
from launchctl.store.base import Store
from launchctl.times import Micros

_log = structlog.get_logger(__name__)

_Append = tuple[list[dict[str, Any]], "asyncio.Future[None]"]


def _none_pinned(digest: str) -> Runbook:
    raise LaunchError(f"no runbook {digest} is pinned")


class Conductor:
    """Runs one show to its end.

    ``connect`` makes the far ends' drivers; they report to the function it is given.
    ``find_runbook`` gives a runbook that was pinned in the run, for an amendment.
    ``pace`` says how often to look at what does not speak by itself.
    """

    def __init__(  # noqa: PLR0913  what a conductor is given
        self,
        engine: Engine,
        store: Store,
        clock: Clock,
        connect: Callable[[Callable[[Input], None]], FarEnds],
        *,
        rehearsal: bool = False,
        find_runbook: Callable[[str], Runbook] | None = None,
        pace: Pace | None = None,
    ) -> None:
        self.engine = engine
        self._find_runbook = find_runbook or _none_pinned
        self._store = store
        self._now_us = clock.now_us
        self._pace = pace = pace or Steady()
        self._rehearsal = rehearsal
        self._inputs: deque[Input] = deque()
        self._far_ends = far_ends = connect(self.report)
        self._sleeper = Sleeper(clock.now_us, spins=clock.speed != math.inf)
        self._collector = Collector() if clock.speed != math.inf else None
        # A paced rehearsal's N is no machine's clock.
        paced = clock.speed != 1.0
        self._time = None if paced else TimeWatch(engine.state, clock.now_us)
        self._dispatcher = Dispatcher(
            far_ends.drivers, clock.now_us, engine.may_send, self.report
        )
        self._preparer = Preparer(
            engine, far_ends.drivers, clock.now_us, self.report, pace.pause
        )
        self._preflight = Preflight(
            engine.runbook, far_ends.drivers, self._left_us, pace.pause
        )
        self._hands = HandWatch(
            engine,
            far_ends.drivers,
            clock.now_us,
            self.report,
            self._left_us,
            pace.pause,
        )
        self._disk = DiskWatch(engine, store.journal, clock.now_us, self.report)
        self._appends: asyncio.Queue[_Append] = asyncio.Queue()
        self._deadline_us: Micros | None = None
        self._counter = counter_text(engine.runbook, far_ends.drivers)

    def report(self, seen: Input) -> None:
        """Something happened. Call it from the loop's own thread; never blocks."""
        self._inputs.append(seen)
        self._sleeper.wake()

    async def run(self) -> str | None:
        """Conduct until the show is complete or aborted; the verdict.

        A journal that has lines already is folded first: the engine then takes the show
        up where it was, settles what was under way, and asserts the wanted state.

        Raises:
            JournalError: the journal could not be written; nothing more was decided.
        """
        await fold_journal(self.engine, self._store.journal, self._find_runbook)
        async with AsyncExitStack() as stack:
            await self._far_ends.start(stack)
            await stack.enter_async_context(self._feeders())
            now_us, rehearsal = self._now_us(), self._rehearsal
            self._carry_out(
                self.engine.start(now_us, self._take(), rehearsal=rehearsal)
            )
            while not self.engine.finished:
                await self._round()
            await self._dispatcher.drain()
            self._carry_out(self.engine.step(self._now_us(), self._take()))
            await self._appends.join()
        return self.engine.verdict

    async def _round(self) -> None:
        if self._collector:
            self._collector.before(self._left_us())
        await self._sleeper.until(self._deadline_us)
        crossing("show", "decides")
        self._carry_out(self.engine.step(self._now_us(), self._take()))

    def _take(self) -> list[Input]:
        taken = list(self._inputs)
        self._inputs.clear()
        # First: what hangs on the wall is decided by the wall as it is now.
        return [*(self._time.look() if self._time else ()), *taken]

    def _left_us(self) -> Micros | None:
        if self._deadline_us is None:
            return None
        return self._deadline_us - self._now_us()

    def _carry_out(self, decision: Decision) -> None:
        self._deadline_us = decision.deadline_us
        self._pace.decided(decision)
        durable: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        for command in decision.commands:
            if isinstance(command, Command) and command.effect is not Effect.ONCE:
                self._dispatcher.send(command, durable)
        if decision.events:
            lines = [encode(event) for event in decision.events]
            self._appends.put_nowait((lines, durable))
        else:
            durable.set_result(None)
        for command in decision.commands:
            self._after_append(command, durable)
        if self._counter:
            self._tell_counter(self._counter, decision)

    def _tell_counter(self, counter: CounterText, decision: Decision) -> None:
        state, events = self.engine.state, decision.events
        if any(isinstance(event, StageChanged) and event.restarted for event in events):
            counter.again()
        said = any(isinstance(event, CounterSet) for event in events)
        asked = any("counter" in stage.asks for stage in state.stages.values())
        counter.state(state.counter, said=said, asked=asked)

    def _after_append(self, command: AnyCommand, durable: asyncio.Future[None]) -> None:
        match command:
            case Command(effect=Effect.ONCE):
                self._dispatcher.send(command, durable)
            case Settle():
                self._dispatcher.look(self._settle(command))
            case TakeFigure():
                self._dispatcher.look(self._take_figure(command))
            case ProbeUrl():
                self._dispatcher.look(self._look_at(command.url))
            case _:
                pass  # wanted commands have left already

    async def _settle(self, task: Settle) -> None:
        driver = self._dispatcher.drivers[task.command.target]
        settled: Settled = await settle(driver, task, self._now_us)
        self.report(settled)

    async def _take_figure(self, task: TakeFigure) -> None:
        self.report(await take_figure(self._store.ledger, task))

    async def _look_at(self, url: str) -> None:
        self.report(await look_at(url, self._now_us))

    # --- what feeds the loop ----------------------------------------------------------

    @asynccontextmanager
    async def _feeders(self) -> AsyncIterator[None]:
        """Everything that runs beside the loop. The first that fails ends the show's
        process with its error: a conductor without its journal or inbox must stop.
        """
        main = asyncio.current_task()
        failed: list[BaseException] = []
        over = False

        def ended(task: asyncio.Task[None]) -> None:
            error = None if task.cancelled() else task.exception()
            if error is not None and main is not None and not over:
                failed.append(error)
                main.cancel()

        tasks = [asyncio.create_task(feeder) for feeder in self._feeder_list()]
        for task in tasks:
            task.add_done_callback(ended)
        try:
            yield
        except asyncio.CancelledError:
            if failed:
                raise failed[0] from None
            raise
        finally:
            over = True  # the loop's own error is the one to be told
            await self._dispatcher.cancel()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def _feeder_list(self) -> list[Coroutine[Any, Any, None]]:
        feeders = [
            self._append(),
            self._read_inbox(),
            self._preparer.run(),
            self._preflight.run(),
            self._disk.run(),
            watch_health(
                self._far_ends.drivers,
                self.report,
                self._dispatcher.circuits.health,
                self._pace.pause,
            ),
            watch_lease(self._pace.pause),
        ]
        if self.engine.runbook.orders:
            ledger = self._store.ledger
            feed = OrderFeed(
                self.engine, ledger, self._counter, self.report, self._pace.pause
            )
            feeders.append(feed.run())
        if self._counter:
            feeders.append(self._counter.run())
        if self._hands.needed:
            feeders.append(self._hands.run())
        if self._time:
            feeders.append(self._time.run(self.report))
        return feeders

    async def _append(self) -> None:
        while True:
            lines, durable = await self._appends.get()
            try:
                await self._store.journal.append(lines)
            except JournalError as error:
                _log.critical("journal lost; the show is frozen", error=str(error))
                durable.cancel()
                raise
            if not durable.cancelled():
                durable.set_result(None)
            self._appends.task_done()
            self._disk.look()

    async def _read_inbox(self) -> None:
        async for calls in self._store.inbox.follow(self.engine.state.inbox_position):
            for call in calls:
                if call.verb == "amend" and call.target:
                    await self._offer(call.target)
                self.report(call)

    async def _offer(self, digest: str) -> None:
        """Give the engine the runbook that a call to amend names; none: it refuses."""
        with contextlib.suppress(LaunchError):
            runbook = await asyncio.to_thread(self._find_runbook, digest)
            self.report(RunbookSeen(runbook))
