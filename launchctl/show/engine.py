"""The pure machine: ``step`` takes what happened and gives what to do.

No await, no I/O, no clock, no randomness: the same inputs at the same instants give the
same events, from any prefix of the journal folded. SEMANTICS 7 is the order at one
instant: inputs one by one, each with its consequences, then what the clock alone does;
in passes, until nothing changes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from launchctl.runbook.actions import Counter
from launchctl.runbook.model import Runbook
from launchctl.show import build, hands, world
from launchctl.show import events as ev
from launchctl.show import permissions as per
from launchctl.show.asking import check_asked
from launchctl.show.calls import answer
from launchctl.show.closing import abort_show, check_end, end_by_cue
from launchctl.show.commands import AnyCommand, Command, TakeFigure
from launchctl.show.core import Core, pop_queue, stream_judged
from launchctl.show.criteria import check_criteria
from launchctl.show.cues import check_waits, consider_all
from launchctl.show.expected import expected_us
from launchctl.show.figures import consider_figure
from launchctl.show.films import take_film
from launchctl.show.firing import retry
from launchctl.show.holds import catch_up, next_planned_us, set_t0, t0_at_wall
from launchctl.show.inputs import (
    Call,
    ClockStepped,
    Ended,
    FigureTaken,
    FilmSeen,
    HandSeen,
    HealthSeen,
    Input,
    Noted,
    OrdersSeen,
    OutputSeen,
    PostSeen,
    RunbookSeen,
    Settled,
    StageSeen,
    Stalled,
    Stopped,
    UrlSeen,
)
from launchctl.show.outcomes import (
    settle_again,
    take_ended,
    take_settled,
    take_stopped,
)
from launchctl.show.outlook import look_out
from launchctl.show.outputs import take_output
from launchctl.show.procedures import consider_procedure
from launchctl.show.promises import check_promise
from launchctl.show.standby import update_standby
from launchctl.show.state import ActionState, State
from launchctl.show.status import Status
from launchctl.show.status_of import status_of
from launchctl.show.tables import FINISHED, UNFIRED, ActionWord
from launchctl.show.tasks import overdue
from launchctl.show.triggers import next_tick_us, read_owner
from launchctl.show.urls import take_url
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
        commands without outcome again, then decide. A stage's are sent, and its wanted
        state asserted, once it is seen again.

        The former sender must be proven dead before this is called.
        """
        core = self._core
        core.now_us = max(now_us, self.state.now_us)
        if self.finished:
            return self._decision(None)
        # planned holds come at their own instants, though nobody lived then
        catch_up(core, core.now_us, before=True)
        core.emit(ev.Recovered)
        for name in self.state.stages:
            core.agenda.at_n(core.now_us + world.STAGE_PATIENCE_US, "stage", name)
        for name, cue in self.state.cues.items():
            for action in cue.actions.values():
                self._take_up(name, action)
        for action in tuple(self.state.loose.values()):
            world.take_up_loose(core, action)
        for figure, taken in self.state.figures.items():
            if taken.value is None:
                of = self.runbook.figures[figure].of
                core.commands.append(TakeFigure(figure, of, taken.as_of_us))
        return self._decide(core.now_us, seen)

    def _take_up(self, cue: str, action: ActionState) -> None:
        """A predecessor's open attempt: once is read, at-least-once is sent again."""
        core = self._core
        if action.state is ActionWord.SETTLING:
            settle_again(core, cue, action)
        elif action.state is ActionWord.SENT and action.effect == "once":
            take_ended(core, build.unknown(action))
        elif action.state is ActionWord.SENT and not _is_kept(action):
            world.send_again(core, cue, action)

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
        for item in inputs:
            self._take(item)
            self._passes(timers=False)
        self._passes(timers=True)
        return self._decision(self._deadline_us())

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
        found = self._core.action_at(command.key)
        return (
            found is not None
            and found[1].state is ActionWord.SENT
            and found[1].attempt == command.attempt
        )

    def _take(self, item: Input) -> None:
        core = self._core
        if self.finished and not isinstance(item, Call):
            return
        if isinstance(item, Call):
            answer(core, item)
        else:
            _TAKE[type(item)](core, item)

    def _passes(self, *, timers: bool) -> None:
        """SEMANTICS 7: pass after pass, until nothing changes."""
        core = self._core
        core.timers = timers
        while not self.finished:
            seq = core.state.seq
            self._orders_from_within()
            if timers:
                catch_up(core, core.now_us, before=False)
                self._timers()
            self._one_pass()
            due = timers and core.agenda.has_due(core.state, core.now_us)
            if core.state.seq == seq and not core.agenda.restless and not due:
                break

    def _orders_from_within(self) -> None:
        """(1) abort and end, as actions or their failures asked for them."""
        core, agenda = self._core, self._core.agenda
        if agenda.aborting is not None:
            reason, agenda.aborting = agenda.aborting, None
            abort_show(core, reason)
        if agenda.ending is not None:
            name, agenda.ending = agenda.ending, None
            end_by_cue(core, name)

    def _timers(self) -> None:  # noqa: C901  an arm a hint
        """Turn the hints whose instant has come into things to look at."""
        core, agenda = self._core, self._core.agenda
        names = {
            "cue": agenda.cues,
            "owner": agenda.owners,
            "wait": agenda.overdue,
            "asked": agenda.asked,
            "procedure": agenda.procedures,
            "figure": agenda.figures,
            "criteria": agenda.criteria,
        }
        for _, what, whom in tuple(agenda.due(core.state, core.now_us)):
            match what:
                case "retry":
                    name, _, slot = whom.partition(" ")
                    agenda.retries[name, slot] = None
                case "url":
                    agenda.cues.update(agenda.waiting)
                case "promise":
                    agenda.promises[whom] = None
                case "task":
                    agenda.tasks[whom] = None
                case "outlook":
                    agenda.looking_out = True
                case "stage" | "stream" | "shown":
                    _STAGE_LOOKS[what](core, whom)
                case "lifts":
                    agenda.lifts = True
                case _:
                    names[what][whom] = None
        if agenda.tick_us is not None and agenda.tick_us <= core.now_us:
            agenda.tick_us = None
            ticking, agenda.ticking = agenda.ticking, {}
            for owner in ticking:
                core.look_at_owner(owner)
        pop_queue(core)

    def _one_pass(self) -> None:
        core, agenda = self._core, self._core.agenda
        owners, agenda.owners = agenda.owners, {}
        for owner in sorted(owners):
            read_owner(core, owner)
        if agenda.criteria:
            agenda.criteria.clear()
            check_criteria(core)
        if agenda.lifts:
            agenda.lifts = False
            world.check_lifts(core)
        figures, agenda.figures = agenda.figures, {}
        for name in sorted(figures):
            consider_figure(core, name)
        procedures, agenda.procedures = agenda.procedures, {}
        for name in sorted(procedures):
            if core.open_to_fire:
                consider_procedure(core, name)
        retries, agenda.retries = agenda.retries, {}
        for cue, slot in sorted(retries):
            retry(core, cue, slot)
        tasks, agenda.tasks = agenda.tasks, {}
        for name in sorted(tasks):
            overdue(core, name)
        consider_all(core)
        check_waits(core)
        check_asked(core)
        update_standby(core)
        check_end(core)
        self._look_ahead()

    def _look_ahead(self) -> None:
        """Promises, and whether the show ends in time."""
        core, agenda = self._core, self._core.agenda
        promises, agenda.promises = agenda.promises, {}
        for name in sorted(promises):
            check_promise(core, name)
        if agenda.looking_out:
            agenda.looking_out = False
            if agenda.outlook_us is not None and agenda.outlook_us <= core.now_us:
                look_out(core)

    def _deadline_us(self) -> Micros | None:
        core, agenda = self._core, self._core.agenda
        if self.finished:
            return None
        if agenda.ticking and agenda.tick_us is None:
            agenda.tick_us = next_tick_us(core)
        coming = [agenda.next_us(core.state), next_planned_us(core)]
        known = [at_us for at_us in coming if at_us is not None]
        return min(known, default=None)

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

    def preview(self, cue: str, now_us: Micros) -> list[Command]:
        """The commands that firing the cue now would give, for preparing only.

        Attempt 0; what cannot be rendered yet (a figure to come) is left out.
        """
        core = self._core
        core.now_us = max(now_us, core.state.now_us)
        return build.previews(core, core.plan.cues[cue])

    def expected_us(self, cue: str, now_us: Micros) -> Micros | None:
        """N at which the cue is expected to fire, from the present state."""
        self._core.now_us = max(now_us, self.state.now_us)
        return expected_us(self._core, cue)

    def watched(self, now_us: Micros) -> list[str]:
        """Accounts on which a post made by hand would matter now (``by_hand: watch``).

        One of their unsent posts is due, or expected within 30 minutes.
        """
        self._core.now_us = max(now_us, self.state.now_us)
        return hands.watched(self._core)

    def status(self, now_us: Micros) -> Status:
        """What everybody sees. ``orders`` and ``journal_digest`` are filled in by who
        knows them.
        """
        self._core.now_us = max(now_us, self.state.now_us)
        return status_of(self._core)


_STAGE_LOOKS: dict[str, Callable[[Core, str], None]] = {
    "stage": world.no_longer_wait,
    "stream": stream_judged,
    "shown": world.no_longer_shown,
}
"""Hints about a stage: it has not come back in time; it has streamed for a while."""


def _take_runbook(core: Core, seen: RunbookSeen) -> None:
    core.offered[seen.runbook.digest] = seen.runbook


def _is_kept(action: ActionState) -> bool:
    """A stage's command is sent once the stage is seen; a task stays asked."""
    return action.target.startswith("stage:") or action.kind == "task"


def _take_step(core: Core, seen: ClockStepped) -> None:
    core.emit(ev.WallStepped, skew_us=seen.skew_us)


def _take_stall(core: Core, seen: Stalled) -> None:
    core.emit(ev.Stalled, cause=seen.cause, lost_us=seen.lost_us)


_TAKE: dict[type[Any], Callable[[Core, Any], None]] = {
    Ended: take_ended,
    Stopped: take_stopped,
    Settled: take_settled,
    StageSeen: world.take_stage,
    OutputSeen: take_output,
    FilmSeen: take_film,
    HandSeen: world.take_hand,
    PostSeen: hands.take_post,
    OrdersSeen: world.take_orders,
    FigureTaken: world.take_figure,
    UrlSeen: take_url,
    ClockStepped: _take_step,
    Stalled: _take_stall,
    HealthSeen: world.take_health,
    Noted: world.take_note,
    RunbookSeen: _take_runbook,
}
"""What the engine does with each kind of input; a new input is a row."""


def _counter_at_first(core: Core) -> str:
    """SEMANTICS 6: hidden at first if any cue opens it, else open."""
    for planned in core.plan.cues.values():
        for slot in planned.slots:
            if isinstance(slot.action, Counter) and slot.action.counter == "open":
                return "hidden"
    return "open"
