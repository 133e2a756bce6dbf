"""The pure machine: ``step`` takes what happened and gives what to do.

No await, no I/O, no clock, no randomness: the same inputs at the same instants give the
same events, from any prefix of the journal folded. Inputs are taken one by one
(``intake``), each with its consequences, then comes what the clock alone does
(``passes``); SEMANTICS 7 is the order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from launchctl.runbook.actions import Counter
from launchctl.runbook.model import OrdersFresh, Runbook
from launchctl.show import events as ev
from launchctl.show.actions.build import previews
from launchctl.show.commands import AnyCommand, Command
from launchctl.show.core import Core
from launchctl.show.gates import permissions as per
from launchctl.show.holds import catch_up, next_planned_us, set_t0, t0_at_wall
from launchctl.show.inputs import (
    Input,
)
from launchctl.show.intake import take
from launchctl.show.outlook.expected import expected_us
from launchctl.show.passes import next_deadline_us, run_passes, tick
from launchctl.show.recovery import take_up
from launchctl.show.state import State
from launchctl.show.status import Status
from launchctl.show.status.whole import status_of
from launchctl.show.tables import FINISHED, UNFIRED
from launchctl.show.world.hand_posts import watched
from launchctl.times import Micros


@dataclass(frozen=True, slots=True)
class Decision:
    """What one step decided.

    Attributes:
        events: to be journaled, in one transaction.
        commands: to be carried out; once-commands after the events are durable.
        deadline_us: on N: step again then, at the latest; None: when something happens.
    """

    events: tuple[ev.Event, ...]
    commands: tuple[AnyCommand, ...]
    deadline_us: Micros | None


class Engine:
    """One run of one runbook. ``run`` is its name, part of every action's key."""

    def __init__(self, runbook: Runbook, run: str) -> None:
        self.run = run
        self._core = Core(runbook, run)

    @property
    def runbook(self) -> Runbook:
        """What runs: as it was at the start, or as it was amended."""
        return self._core.runbook

    @property
    def state(self) -> State:
        """What is: the fold of all events so far. Only read it."""
        return self._core.state

    @property
    def finished(self) -> bool:
        """True once the show is complete or aborted."""
        return self.state.show in FINISHED

    @property
    def verdict(self) -> str | None:
        """``green`` or ``red`` once the show is finished."""
        return self.state.verdict

    @property
    def reads_orders(self) -> bool:
        """True if a condition or gate reads the orders: they are to be sampled."""
        return self._core.plan.reads_orders

    @property
    def awaits_fresh_orders(self) -> bool:
        """True while something asks how fresh they are: also a word that nothing was
        ordered, but all is counted, is news then.
        """
        core = self._core
        if any(name not in core.state.orders for name in core.plan.order_names):
            return True  # an amendment reads what was not read before
        return core.plan.reads_orders_age or any(
            isinstance(gate, OrdersFresh)
            for name in core.agenda.waiting
            for gate in core.plan.cues[name].cue.gate
        )

    # --- deciding -----------------------------------------------------------------

    def start(
        self, now_us: Micros, seen: Sequence[Input] = (), *, rehearsal: bool = False
    ) -> Decision:
        """Begin the run; of a journal that was folded already: take it up again.

        ``seen`` is what is known by then, such as where the wall clock is.
        """
        core = self._core
        if self.state.seq:
            return self.recover(now_us, seen)
        core.now_us = now_us
        book = self.runbook
        core.emit(
            ev.RunStarted,
            run=self.run,
            title=book.title,
            digest=book.digest,
            locale=book.locale,
            timezone=book.timezone,
            t0_us=book.t0_us,
            shift_us=book.shift_us,
            rehearsal=rehearsal,
            counter=_counter_at_first(core),
        )
        if book.t0_us is not None:
            zero_us, skipped = t0_at_wall(core, book.t0_us)
            set_t0(core, book.t0_us, zero_us)
            reason = "its instant had passed when the run started"
            for name in skipped:
                core.emit(ev.CueSkipped, cue=name, reason=reason)
        return self._decide(now_us, seen)

    def step(self, now_us: Micros, inputs: Sequence[Input] = ()) -> Decision:
        """Decide what the inputs and the clock bring about."""
        return self._decide(now_us, inputs)

    def recover(self, now_us: Micros, seen: Sequence[Input] = ()) -> Decision:
        """After a crash, from a folded journal: settle open intents, send wanted
        commands without outcome again, then decide.

        The former sender must be proven dead before this is called.
        """
        now_us = max(now_us, self.state.now_us)
        if self.finished:
            return self._decision(None)
        take_up(self._core, now_us)
        return self._decide(now_us, seen)

    def offer(self, runbook: Runbook) -> None:
        """A runbook that an amendment names: before its event is folded."""
        self._core.offered[runbook.digest] = runbook

    def apply(self, event: ev.Event) -> None:
        """Fold one journaled event (recovery, viewers).

        Raises:
            IllegalEvent: it cannot follow what was folded; nothing has changed.
        """
        self._core.fold(event)

    def _decide(self, now_us: Micros, inputs: Sequence[Input]) -> Decision:
        core = self._core
        now_us = max(now_us, self.state.now_us)
        catch_up(core, now_us, before=True)
        # what became due by that is due as by any clock: in its turn, after the inputs
        for name in core.agenda.cues:
            core.agenda.at_n(now_us, "cue", name)
        core.agenda.cues.clear()
        tick(core)
        for item in inputs:
            take(core, item)
            run_passes(core, timers=False)
        run_passes(core, timers=True)
        return self._decision(next_deadline_us(core))

    def _decision(self, deadline_us: Micros | None) -> Decision:
        core = self._core
        events = tuple(core.events)
        commands = tuple(c for c in core.commands if self._still_meant(c))
        core.events, core.commands = [], []
        return Decision(events, commands, deadline_us)

    def _still_meant(self, command: AnyCommand) -> bool:
        """False if a later input of the same step ended its action: a hand undid it."""
        if not isinstance(command, Command):
            return True
        return self._core.on_the_wire(command.key, command.attempt) is not None

    # --- asked in between ---------------------------------------------------------

    def may_send(self, command: Command) -> str | None:
        """A sentence if this once-command must not leave any more; None if it may.

        Reads silence, embargo, approval and figures once more, at the instant of the
        last step.
        """
        planned = self._core.plan.cues.get(command.cue)
        if planned is None:
            return None
        if self.state.closing == "abort":
            return "the show was aborted"
        found = self._core.action_at(command.key)
        if found is None or found[1].attempt != command.attempt:
            return "this attempt is not the present one"
        slot = next(s for s in planned.slots if s.id == found[1].slot)
        return per.why_closed(self._core, planned, slot)

    def coming(self, now_us: Micros, within_us: Micros) -> list[str]:
        """Cues standing by, waiting, or due within the span: worth preparing."""
        core = self._core
        core.now_us = max(now_us, core.state.now_us)
        names: dict[str, None] = {}
        for cue, _ in self.state.standby.values():
            if cue is not None:
                names[cue] = None
        names.update(core.agenda.waiting)
        until_r_us = core.clock_r() + within_us
        soon = [h for h in core.agenda.on_n if h[0] <= now_us + within_us]
        soon += [h for h in core.agenda.on_r if h[0] <= until_r_us]
        for _, what, name in sorted(soon):
            if what == "cue" and self.state.cues[name].state in UNFIRED:
                names[name] = None
        return list(names)

    def next_move_us(self) -> Micros | None:
        """N of the next instant by which something may move by itself; None if nothing
        will. Deadlines besides are clocks that are read, and outlooks.
        """
        core = self._core
        coming = [core.agenda.next_move_us(core.state), next_planned_us(core)]
        known = [at_us for at_us in coming if at_us is not None]
        return min(known, default=None)

    def preview(self, cue: str, now_us: Micros) -> list[Command]:
        """The commands that firing the cue now would give, for preparing only.

        Attempt 0; what cannot be rendered yet (a figure to come) is left out.
        """
        core = self._core
        core.now_us = max(now_us, core.state.now_us)
        return previews(core, core.plan.cues[cue])

    def expected_us(self, cue: str, now_us: Micros) -> Micros | None:
        """N at which the cue is expected to fire, from the present state."""
        self._core.now_us = max(now_us, self.state.now_us)
        return expected_us(self._core, cue)

    def watched(self, now_us: Micros) -> list[str]:
        """Accounts on which a post made by hand would matter now (``by_hand: watch``).

        One of their unsent posts is due, or expected within 30 minutes.
        """
        self._core.now_us = max(now_us, self.state.now_us)
        return watched(self._core)

    def status(self, now_us: Micros) -> Status:
        """What everybody sees. ``orders`` and ``journal_digest`` are filled in by who
        knows them.
        """
        self._core.now_us = max(now_us, self.state.now_us)
        return status_of(self._core)


def _counter_at_first(core: Core) -> str:
    """SEMANTICS 6: hidden at first if any cue opens it, else open."""
    for planned in core.plan.cues.values():
        for slot in planned.slots:
            if isinstance(slot.action, Counter) and slot.action.counter == "open":
                return "hidden"
    return "open"
