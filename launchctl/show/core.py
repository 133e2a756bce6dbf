"""What all parts of the engine share: plan, state, agenda, and the one way to emit.

``emit`` numbers an event, folds it and tells the agenda whom it concerns. Nothing else
changes the state.
"""

from __future__ import annotations

import heapq
from typing import Any, TypeVar

from launchctl.runbook.actions import Scene
from launchctl.runbook.model import Runbook
from launchctl.show import agenda as ag
from launchctl.show import events as ev
from launchctl.show.amended import merged
from launchctl.show.clocks import r_at, t_at
from launchctl.show.commands import AnyCommand
from launchctl.show.fold import apply, initial
from launchctl.show.plan import Plan, Planned, make_plan
from launchctl.show.state import ActionState, CueState, State
from launchctl.show.tables import RUNNING, CueWord, IllegalEvent
from launchctl.show.timeline import Timetable, timetable_of
from launchctl.times import Micros

E = TypeVar("E", bound=ev.Event)


class Core:
    """One run's machine. ``now_us`` is N of the present step."""

    def __init__(self, runbook: Runbook, run: str) -> None:
        self.runbook = runbook
        self.run = run
        self.plan: Plan = make_plan(runbook)
        self.state: State = initial(runbook)
        self.now_us: Micros = 0
        self.timers = False
        """True once the inputs of a step are taken: deadlines may pass."""
        self.events: list[ev.Event] = []
        self.commands: list[AnyCommand] = []
        self.digests: dict[tuple[str, str], str] = {}
        """(cue, slot) -> approval digest, worked out when first needed."""
        self._timetable: Timetable | None = None
        self.scenes_ok: list[tuple[str, Scene]] = []
        """Scenes that cues brought on program in this pass: lifts hear of them."""
        self.offered: dict[str, Runbook] = {}
        """Runbooks that an amendment may name, by their digest."""
        self._agenda: ag.Agenda | None = None

    @property
    def agenda(self) -> ag.Agenda:
        """The hints; built from the state when they are first needed."""
        if self._agenda is None:
            self._agenda = ag.build(self.plan, self.state)
        return self._agenda

    @property
    def timetable(self) -> Timetable:
        """The planned instants, worked out when they are first asked for."""
        t0_us = self.state.t0_wall_us if self.runbook.t0_us is None else None
        if self._timetable is None or self._timetable.t0_us != t0_us:
            self._timetable = timetable_of(self.runbook, t0_us)
        return self._timetable

    def fold(self, event: ev.Event) -> None:
        """Fold an event that was journaled before."""
        if isinstance(event, ev.Amended) and event.digest not in self.offered:
            raise IllegalEvent(f"amended: runbook {event.digest} is not at hand")
        apply(self.state, event)
        self._agenda = None
        if isinstance(event, ev.Amended):
            self._follow(event)

    def emit(self, kind: type[E], /, **values: Any) -> E:
        """Decide: number the event, fold it, and look at whom it concerns."""
        event = kind(
            seq=self.state.seq + 1,
            at_us=self.now_us,
            t_us=t_at(self.state, self.now_us),
            **values,
        )
        agenda = self.agenda
        apply(self.state, event)
        self.events.append(event)
        if isinstance(event, ev.Amended):
            self._follow(event)
            agenda = self.agenda
        touch(self, agenda, event)
        return event

    def _follow(self, event: ev.Amended) -> None:
        """The amended runbook runs: everything worked out from the old one is void."""
        new = self.offered[event.digest]
        self.runbook = merged(self.runbook, new, event.kept, event.procedures_kept)
        self.plan = make_plan(self.runbook)
        self.digests.clear()
        self._timetable = None
        self._agenda = None

    # --- short words --------------------------------------------------------------

    @property
    def open_to_fire(self) -> bool:
        """True while cues can fire at all."""
        return self.state.show in RUNNING

    def running(self) -> list[str]:
        """Cues whose actions have not all ended, in file order."""
        return sorted(self.agenda.running, key=lambda name: self.plan.cues[name].order)

    def clock(self, planned: Planned, n_us: Micros | None = None) -> Micros:
        """An instant of N (default: now) on the cue's clock (SEMANTICS 1)."""
        at_us = self.now_us if n_us is None else n_us
        return at_us if planned.pinned else r_at(self.state, at_us)

    def clock_r(self) -> Micros:
        """R now."""
        return r_at(self.state, self.now_us)

    def hold_against(self, planned: Planned) -> bool:
        """True if an open hold stops the cue (SEMANTICS 2)."""
        if not self.state.holds or planned.procedure is not None:
            return False
        return planned.cue.in_hold_wait or not planned.cue.pinned

    def hint(self, planned: Planned, at_us: Micros, what: str) -> None:
        """Look at the cue at an instant of its own clock."""
        if planned.pinned:
            self.agenda.at_n(at_us, what, planned.cue.id)
        else:
            self.agenda.at_r(at_us, what, planned.cue.id)

    def look_at_owner(self, owner: str) -> None:
        """A condition may say something else: ``cue:X``, ``gate:X``, ``embargo:X``."""
        kind, _, name = owner.partition(":")
        if kind == "gate":
            if name in self.agenda.waiting:
                self.agenda.cues[name] = None
        elif kind == "embargo":
            self.agenda.lifts = True
        elif kind == "criterion":
            self.agenda.criteria[""] = None
        elif kind != "start":
            self.agenda.owners[owner] = None

    def action_at(self, key: str) -> tuple[str | None, ActionState] | None:
        """The cue and the action with this key, if it ever left."""
        place = self.agenda.wire.get(key)
        if place is None:
            return None
        cue, slot = place
        slots = self.state.cues[cue].actions if cue else self.state.loose
        action = slots.get(slot)
        return None if action is None or action.key != key else (cue, action)


def touch(core: Core, agenda: ag.Agenda, event: ev.Event) -> None:
    """Mark what an event concerns: the only place where news becomes work."""
    _touch_cue(core, agenda, event, event.cue)
    if core.runbook.hard_out_us is not None:
        agenda.look_out_at(ag.next_second_us(event.at_us))
    if isinstance(event, _SHUT_OR_OPEN):
        agenda.cues.update(agenda.waiting)
        agenda.lifts = True
    _touch_many(core, agenda, event)
    if isinstance(event, _MOVES_T) and core.plan.criteria:
        agenda.criteria[""] = None
    _touch_figures(core, agenda, event)
    if isinstance(event, ev.CueAsked | ev.Chosen):
        _touch_options(core, agenda, event)
    if isinstance(event, ev.StageChanged):
        live_us = core.state.stages[event.stage].live_since_us
        if live_us == event.at_us:  # from then on a standing edge counts
            agenda.at_n(live_us + ag.STILL_US, "stream", event.stage)
    _read(core, *_subjects(core, event))


def _touch_figures(core: Core, agenda: ag.Agenda, event: ev.Event) -> None:
    """What a figure is as of may be known by this; a promise's wall instant moves."""
    if isinstance(event, ev.WallStepped):
        for name in core.plan.promises:
            agenda.at_n(event.at_us, "promise", name)
    match event:
        case ev.T0Set() | ev.WallStepped():
            agenda.figures.update(dict.fromkeys(core.runbook.figures))
        case ev.Fired():
            anchored = core.plan.figures_on.get(event.cue or "", ())
            agenda.figures.update(dict.fromkeys(anchored))
        case _:
            pass


def _touch_many(core: Core, agenda: ag.Agenda, event: ev.Event) -> None:
    match event:
        case ev.T0Set():
            agenda.cues.update(dict.fromkeys(core.plan.unpinned))
        case ev.WallStepped():
            agenda.cues.update(dict.fromkeys(core.plan.wall_cues))
        case ev.HoldReleased():
            agenda.cues.update(agenda.blocked)
            agenda.blocked.clear()
        case ev.Recycled():
            agenda.first_hold = 0
            _came_back(core, agenda, (*event.cues, *event.idle, *event.again))
            agenda.cues.update(dict.fromkeys(core.plan.unpinned))
        case ev.ProcedureStarted():
            _came_back(core, agenda, (*event.cues, *event.idle))
        case ev.Overridden():
            agenda.cues[event.cue or ""] = None
        case ev.Closing():
            for name in event.skipped:
                cue_changed(core, agenda, name)
        case ev.ProcedureEnded():
            core.look_at_owner(f"procedure:{event.procedure}")
        case _:
            pass


def _touch_options(
    core: Core, agenda: ag.Agenda, event: ev.CueAsked | ev.Chosen
) -> None:
    """What can come of other cues, and of other choices, may have changed with it."""
    if isinstance(event, ev.Chosen):
        named = (*event.cues, *event.not_taken)
    else:
        named = event.idle
    for name in named:
        cue_changed(core, agenda, name)
        agenda.owners[f"cue:{name}"] = None
    for name in agenda.running:
        if core.plan.cues[name].cue.choice is not None:
            agenda.cues[name] = None
    agenda.first_alive = 0


def _came_back(core: Core, agenda: ag.Agenda, names: tuple[str, ...]) -> None:
    """Many cues became pending at once."""
    for name in names:
        cue_changed(core, agenda, name)
        agenda.owners[f"cue:{name}"] = None


_MOVES_T = (ev.T0Set, ev.HoldReleased, ev.Recycled, ev.WallStepped)
"""Events after which other criteria may count."""

_SHUT_OR_OPEN = (
    ev.WallStepped,
    ev.HoldOpened,
    ev.Approved,
    ev.Confirmed,
    ev.Retired,
    ev.UrlChecked,
    ev.Revoked,
    ev.FigureFixed,
    ev.LiftLatched,
    ev.EmbargoOpened,
    ev.Recycled,
    ev.Silenced,
    ev.Unsilenced,
    ev.StageChanged,
    ev.ByHand,
    ev.OutputChanged,
    ev.LiftBegan,
    ev.OrdersSampled,
)
"""Events that may open or close what stands before a waiting cue."""


def _subjects(core: Core, event: ev.Event) -> tuple[tuple[str, ...], ...]:
    """What conditions may read that an event changes."""
    match event:
        case ev.T0Set() | ev.Recycled():
            return ("t",), ("show",)
        case ev.HoldOpened() | ev.HoldReleased() | ev.Closing():
            return (("show",),)
        case ev.Silenced() | ev.Unsilenced():
            return tuple(("accounts", account) for account in event.accounts)
        case ev.StageChanged() | ev.ByHand():
            return (("stages", event.stage),)
        case ev.OutputChanged():
            stage = core.runbook.stage_of(event.output)
            return ("outputs", event.output), ("stages", stage)
        case ev.OrdersSampled():
            return (("orders",),)
        case _:
            return ()


def _touch_cue(
    core: Core, agenda: ag.Agenda, event: ev.Event, name: str | None
) -> None:
    if name is None or isinstance(event, ev.NoteTaken | ev.Standby):
        return
    if isinstance(event, ev.Intent | ev.Commanded):
        agenda.wire[event.key] = (name, event.slot)
        if event.kind == "task":
            agenda.at_n(event.deadline_us, "task", name)
        if event.wanted:
            _read(core, ("stages", event.target.removeprefix("stage:")))
    if isinstance(event, ev.AttemptEnded | ev.AttemptSettled):
        if event.became == "retrying" and event.next_us is not None:
            agenda.at_n(event.next_us, "retry", f"{name} {event.slot}")
        return
    if isinstance(event, ev.FilmMoved):
        agenda.cues.update(dict.fromkeys(core.plan.followers.get(name, ())))
    cue = core.state.cues[name]
    if cue.seq == event.seq:
        cue_changed(core, agenda, name)
        if isinstance(event, ev.CueRearmed):
            agenda.owners[f"cue:{name}"] = None


def cue_changed(core: Core, agenda: ag.Agenda, name: str) -> None:
    """A cue moved: it, what hangs on it, and what reads its state are looked at."""
    cue: CueState = core.state.cues[name]
    agenda.cues[name] = None
    agenda.cues.update(dict.fromkeys(core.plan.followers.get(name, ())))
    _read(core, ("cues", name))
    _list(agenda.waiting, name, cue.state is CueWord.WAITING)
    _list(agenda.running, name, cue.state is CueWord.RUNNING)
    if cue.state is CueWord.STANDBY:
        ag.stand_by(agenda, core.plan, core.state, name)
    planned = core.plan.cues[name]
    if planned.cue.option is not None:
        agenda.cues[planned.cue.option.choice] = None
    if planned.procedure is not None:
        agenda.procedures[planned.procedure] = None
    elif planned.order < agenda.first_alive:
        agenda.first_alive = planned.order


def _list(names: dict[str, None], name: str, listed: bool) -> None:  # noqa: FBT001
    if listed:
        names[name] = None
    else:
        names.pop(name, None)


def _read(core: Core, *subjects: tuple[str, ...]) -> None:
    """Whoever reads one of these is to read again."""
    for subject in subjects:
        for owner in core.plan.readers.get(subject, ()):
            core.look_at_owner(owner)


def stream_judged(core: Core, stage: str) -> None:
    """It has streamed for long enough that a standing edge means a lost picture."""
    _read(core, ("stages", stage))


def pop_queue(core: Core) -> None:
    """The pause is over: the first of the queue is looked at."""
    agenda = core.agenda
    while agenda.queue and core.now_us >= core.state.quiet_until_us:
        _, _, name = heapq.heappop(agenda.queue)
        agenda.queued.pop(name, None)
        if core.state.cues[name].state is CueWord.WAITING:
            agenda.cues[name] = None
            return
