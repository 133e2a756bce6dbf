"""What all parts of the engine share: plan, state, agenda, and the one way to emit.

``emit`` numbers an event, folds it and tells the agenda whom it concerns. Nothing else
changes the state.
"""

from __future__ import annotations

from typing import Any, TypeVar

from launchctl.runbook.actions import Scene
from launchctl.runbook.model import Runbook
from launchctl.show import agenda as ag
from launchctl.show import events as ev
from launchctl.show.clocks import r_at, t_at
from launchctl.show.commands import AnyCommand
from launchctl.show.fold import apply, initial
from launchctl.show.news import touch
from launchctl.show.plan import Plan, Planned, make_plan
from launchctl.show.plan.amended import merged
from launchctl.show.progress import Progress
from launchctl.show.state import ActionState, State
from launchctl.show.tables import RUNNING, ActionWord, IllegalEvent
from launchctl.show.timeline import Timetable, timetable
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
        self._progress: Progress | None = None

    @property
    def progress(self) -> Progress:
        """How far the show has come, on each chain and in each segment."""
        moved = self.agenda.moved
        if self._progress is None:
            self._progress = Progress(self.plan, self.state)
        else:
            for name in moved:
                self._progress.note(name)
        moved.clear()
        return self._progress

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
            self._timetable = timetable(self.plan, t0_us)
        return self._timetable

    def fold(self, event: ev.Event) -> None:
        """Fold an event that was journaled before."""
        if isinstance(event, ev.Amended) and event.digest not in self.offered:
            raise IllegalEvent(f"amended: runbook {event.digest} is not at hand")
        apply(self.state, event)
        self._agenda = None
        self._progress = None
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
        touch(self.plan, self.state, agenda, event)
        return event

    def _follow(self, event: ev.Amended) -> None:
        """The amended runbook runs: everything worked out from the old one is void."""
        new = self.offered[event.digest]
        self.runbook = merged(self.runbook, new, event.kept, event.procedures_kept)
        self.plan = make_plan(self.runbook)
        self.digests.clear()
        self._timetable = None
        self._agenda = None
        self._progress = None

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

    def action_at(self, key: str) -> tuple[str | None, ActionState] | None:
        """The cue and the action with this key, if it ever left."""
        place = self.agenda.wire.get(key)
        if place is None:
            return None
        cue, slot = place
        slots = self.state.cues[cue].actions if cue else self.state.loose
        action = slots.get(slot)
        return None if action is None or action.key != key else (cue, action)

    def on_the_wire(
        self, key: str, attempt: int
    ) -> tuple[str | None, ActionState] | None:
        """The cue and the action, if this attempt of it has not been answered yet."""
        place = self.action_at(key)
        if place is None or place[1].attempt != attempt:
            return None
        return place if place[1].state is ActionWord.SENT else None
