"""When to look at what: hints derived from plan and state, so that nobody searches.

A hint says *look at this at that instant*, and may be wrong: whoever is looked at
decides from the state alone, and asks to be looked at again. Stale hints therefore do
no harm, and an agenda built anew from a folded state leads to the same events.

Two heaps hold them, one on N and one on R. What changed now is *dirty* and looked at in
the next pass.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from dataclasses import dataclass, field

from launchctl.show.clocks import n_at_r, r_at
from launchctl.show.plan import Plan
from launchctl.show.state import ActionState, State
from launchctl.show.tables import ENDED, CueWord
from launchctl.times import SECOND, Micros

STILL_US = 10 * SECOND
"""An edge that did not move for this long stands still (SEMANTICS 4)."""

Hint = tuple[Micros, str, str]
"""(instant, what, whom). What: cue, owner, wait, asked, retry, procedure, stage,
stream, figure, url, lifts, task, promise.
"""


@dataclass(slots=True)
class Agenda:
    """All hints of one engine. The same hint is kept once: some are asked for with
    every look, for days.
    """

    on_n: list[Hint] = field(default_factory=list)
    on_r: list[Hint] = field(default_factory=list)
    kept_n: set[Hint] = field(default_factory=set)
    kept_r: set[Hint] = field(default_factory=set)
    cues: dict[str, None] = field(default_factory=dict)
    """Cues to look at in the next pass."""
    owners: dict[str, None] = field(default_factory=dict)
    """Conditions to read in the next pass: ``cue:X``, ``procedure:X``."""
    procedures: dict[str, None] = field(default_factory=dict)
    overdue: dict[str, None] = field(default_factory=dict)
    asked: dict[str, None] = field(default_factory=dict)
    """Choices and polls whose time may be over."""
    retries: dict[tuple[str, str], None] = field(default_factory=dict)
    urls: dict[str, Micros] = field(default_factory=dict)
    """page -> when a waiting cue may ask for it again."""
    figures: dict[str, None] = field(default_factory=dict)
    """Figures whose ``as_of`` is to be looked at in the next pass."""
    promises: dict[str, None] = field(default_factory=dict)
    """Promises that are to be looked at, as the plan names them."""
    tasks: dict[str, None] = field(default_factory=dict)
    """Cues with a task whose time is over."""
    lifts: bool = False
    criteria: dict[str, None] = field(default_factory=dict)
    """Not empty: criteria are to be read."""
    hinted: dict[Micros, None] = field(default_factory=dict)
    """Instants of R (negative: of N) that criteria have hints at; taken by ``tick``."""
    ending: str | None = None
    """The cue whose ``end`` action is to end the show."""
    aborting: str | None = None
    """Why an action's failure aborts the show."""
    waiting: dict[str, None] = field(default_factory=dict)
    running: dict[str, None] = field(default_factory=dict)
    blocked: dict[str, None] = field(default_factory=dict)
    """Would move if there were no hold."""
    queue: list[tuple[Micros, tuple[int, int], str]] = field(default_factory=list)
    """Ready to fire, but for the pause after a late firing; by (due, order)."""
    queued: dict[str, None] = field(default_factory=dict)
    ready: dict[str, list[tuple[tuple[int, int], str]]] = field(default_factory=dict)
    """role -> heap of the show's cues standing by."""
    ready_called: dict[str, list[tuple[tuple[int, int], str]]] = field(
        default_factory=dict
    )
    """The same of procedures' cues."""
    moved: dict[str, None] = field(default_factory=dict)
    """Cues whose state changed since it was last asked how far the show has come."""
    wire: dict[str, tuple[str | None, str]] = field(default_factory=dict)
    """key -> (cue, slot) of actions that may be answered."""
    tick_us: Micros | None = None
    """The next whole second, while a condition reads ``t`` or ``clock``."""
    ticking: dict[str, None] = field(default_factory=dict)
    """Conditions that read ``t`` or ``clock`` and may still matter."""
    outlook_us: Micros | None = None
    """When the show's expected end is worked out next; only if it has a limit. No hint:
    whatever happens sets it anew, and each old one would stay among the hints.
    """
    unready: dict[str, tuple[Micros, int]] = field(default_factory=dict)
    """cue -> the instant of N at which it stood by no longer, and how often then."""
    first_alive: int = 0
    """No show cue before this place in file order is alive."""
    first_hold: int = 0
    """No planned hold before this place is to come."""

    def at_n(self, at_us: Micros, what: str, whom: str) -> None:
        """Look at an instant of N."""
        hint = (at_us, what, whom)
        if hint not in self.kept_n:
            self.kept_n.add(hint)
            heapq.heappush(self.on_n, hint)

    def at_r(self, at_us: Micros, what: str, whom: str) -> None:
        """Look at an instant of R."""
        hint = (at_us, what, whom)
        if hint not in self.kept_r:
            self.kept_r.add(hint)
            heapq.heappush(self.on_r, hint)

    def look_at(self, owner: str) -> None:
        """A condition may say something else: ``cue:X``, ``gate:X``, ``embargo:X``."""
        kind, _, name = owner.partition(":")
        if kind == "gate":
            if name in self.waiting:
                self.cues[name] = None
        elif kind == "embargo":
            self.lifts = True
        elif kind == "criterion":
            self.criteria[""] = None
        elif kind != "start":
            self.owners[owner] = None

    def due(self, state: State, now_us: Micros) -> Iterable[Hint]:
        """Take the hints whose instant has come."""
        now_r_us = r_at(state, now_us)
        while self.on_n and self.on_n[0][0] <= now_us:
            yield _taken(self.on_n, self.kept_n)
        while self.on_r and self.on_r[0][0] <= now_r_us:
            yield _taken(self.on_r, self.kept_r)

    def has_due(self, state: State, now_us: Micros) -> bool:
        """True if a hint's instant has come, or the pause after a late firing ended."""
        if self.queue and now_us >= state.quiet_until_us:
            return True
        if self.outlook_us is not None and self.outlook_us <= now_us:
            return True
        on_n = bool(self.on_n) and self.on_n[0][0] <= now_us
        return on_n or (bool(self.on_r) and self.on_r[0][0] <= r_at(state, now_us))

    def next_us(self, state: State) -> Micros | None:
        """The instant of N of the next hint."""
        at_us = self.next_move_us(state)
        coming = [at_us, self.tick_us, self.outlook_us]
        if self.queue:
            coming.append(state.quiet_until_us)
        coming.extend(
            hold.until_us for hold in state.holds.values() if hold.until_us is not None
        )
        return min((at_us for at_us in coming if at_us is not None), default=None)

    def next_move_us(self, state: State) -> Micros | None:
        """The instant of N of the next hint by which something may move: no clock that
        is read each second, no outlook.
        """
        coming = [self.on_n[0][0]] if self.on_n else []
        if self.on_r and state.stopped_since_us is None:
            coming.append(n_at_r(state, self.on_r[0][0]))
        return min(coming, default=None)

    @property
    def restless(self) -> bool:
        """True while something is to be looked at in the next pass."""
        return bool(
            self.cues
            or self.owners
            or self.procedures
            or self.overdue
            or self.asked
            or self.retries
            or self.lifts
            or self.criteria
            or self.figures
            or self.ending
            or self.aborting
        )


def _taken(heap: list[Hint], kept: set[Hint]) -> Hint:
    hint = heapq.heappop(heap)
    kept.discard(hint)
    return hint


def build(plan: Plan, state: State) -> Agenda:
    """The agenda of a folded state: everything that may still move is looked at once
    the inputs of the first step are taken, as what the clock alone does.
    """
    agenda = Agenda()
    for name, cue in state.cues.items():
        _enter(agenda, plan, state, name)
        for slot, action in cue.actions.items():
            _enter_action(agenda, name, slot, action)
    for key in state.loose:
        agenda.wire[key] = (None, key)
    _enter_stages(agenda, state)
    for name in state.procedures:
        agenda.at_n(state.now_us, "owner", f"procedure:{name}")
        agenda.at_n(state.now_us, "procedure", name)
    for name in plan.promises:
        agenda.at_n(state.now_us, "promise", name)
    # As before the fold, what runs with time is read before the first input.
    agenda.tick_us, agenda.ticking = state.now_us, dict(plan.timed)
    agenda.at_n(state.now_us, "lifts", "")
    agenda.hinted[-state.now_us] = None
    if plan.runbook.hard_out_us is not None:
        agenda.outlook_us = next_second_us(state.now_us)
    for name in plan.runbook.figures:
        agenda.at_n(state.now_us, "figure", name)
    return agenda


def _enter_action(agenda: Agenda, name: str, slot: str, action: ActionState) -> None:
    agenda.wire[action.key] = (name, slot)
    if action.kind == "task":
        agenda.at_n(action.deadline_us, "task", name)
    if action.state == "retrying" and action.next_us is not None:
        agenda.at_n(action.next_us, "retry", f"{name} {slot}")


def next_second_us(at_us: Micros) -> Micros:
    """The next whole second of N."""
    return (at_us // SECOND + 1) * SECOND


def _enter_stages(agenda: Agenda, state: State) -> None:
    for name, stage in state.stages.items():
        for _, until_us in stage.shown.values():
            agenda.at_n(until_us, "shown", name)
        if stage.live_since_us is not None:
            agenda.at_n(stage.live_since_us + STILL_US, "stream", name)


def _enter(agenda: Agenda, plan: Plan, state: State, name: str) -> None:
    word, cue = state.cues[name].state, plan.cues[name].cue
    comes_again = not cue.once and word in ENDED
    if comes_again or word in (CueWord.PENDING, CueWord.STANDBY, CueWord.WAITING):
        agenda.at_n(state.now_us, "cue", name)
    if cue.when is not None and word is not CueWord.IDLE:
        agenda.at_n(state.now_us, "owner", f"cue:{name}")
    if state.holds and word in (CueWord.PENDING, CueWord.STANDBY, CueWord.WAITING):
        agenda.blocked[name] = None
    match word:
        case CueWord.WAITING:
            agenda.waiting[name] = None
        case CueWord.RUNNING:
            agenda.running[name] = None
            for slot in plan.cues[name].slots:
                if slot.after is not None and slot.id not in state.cues[name].actions:
                    agenda.at_n(state.now_us, "retry", f"{name} {slot.id}")
            if cue.choice is not None or cue.poll is not None:
                agenda.at_n(state.now_us, "asked", name)
        case CueWord.STANDBY:
            stand_by(agenda, plan, state, name)
        case _:
            pass


def order_of(plan: Plan, state: State, name: str) -> tuple[int, int]:
    """File order, the show's cues before procedures', those by their start."""
    planned = plan.cues[name]
    if planned.procedure is None:
        return (0, planned.order)
    return (state.procedures[planned.procedure].order, planned.order)


def stand_by(agenda: Agenda, plan: Plan, state: State, name: str) -> None:
    """Enter a cue that stands by for all roles that may fire it."""
    called = plan.cues[name].procedure is not None
    heaps = agenda.ready_called if called else agenda.ready
    for role in plan.go_of(name):
        heap = heaps.setdefault(role, [])
        heapq.heappush(heap, (order_of(plan, state, name), name))
