"""Whom an event concerns: the only place where news becomes work.

Every event that is decided is told to the agenda, which looks at whom it may concern
in the next pass.
"""

from __future__ import annotations

from launchctl.show import events as ev
from launchctl.show.agenda import STILL_US, Agenda, next_second_us, stand_by
from launchctl.show.plan import Plan
from launchctl.show.state import State
from launchctl.show.tables import CueWord


def touch(plan: Plan, state: State, agenda: Agenda, event: ev.Event) -> None:
    """Mark what an event concerns: the only place where news becomes work."""
    _touch_cue(plan, state, agenda, event, event.cue)
    if plan.runbook.hard_out_us is not None and not isinstance(event, ev.OrdersSampled):
        agenda.outlook_us = next_second_us(event.at_us)
    if isinstance(event, _SHUT_OR_OPEN):
        agenda.cues.update(agenda.waiting)
        agenda.lifts = True
    _touch_many(plan, state, agenda, event)
    _touch_held(plan, agenda, event)
    if isinstance(event, _MOVES_T) and plan.criteria:
        agenda.criteria[""] = None
    _touch_figures(plan, agenda, event)
    if isinstance(event, ev.CueAsked | ev.Chosen):
        _touch_options(plan, state, agenda, event)
    if isinstance(event, ev.StageChanged):
        live_us = state.stages[event.stage].live_since_us
        if live_us == event.at_us:  # from then on a standing edge counts
            agenda.at_n(live_us + STILL_US, "stream", event.stage)
    tell_readers(plan, agenda, *_subjects(plan, event))


def _touch_figures(plan: Plan, agenda: Agenda, event: ev.Event) -> None:
    """What a figure is as of may be known by this; a promise's wall instant moves."""
    if isinstance(event, ev.WallStepped):
        for name in plan.promises:
            agenda.at_n(event.at_us, "promise", name)
    match event:
        case ev.T0Set() | ev.WallStepped():
            agenda.figures.update(dict.fromkeys(plan.runbook.figures))
        case ev.Fired():
            anchored = plan.figures_on.get(event.cue or "", ())
            agenda.figures.update(dict.fromkeys(anchored))
        case _:
            pass


def _touch_many(plan: Plan, state: State, agenda: Agenda, event: ev.Event) -> None:
    match event:
        case ev.T0Set():
            agenda.cues.update(dict.fromkeys(plan.unpinned))
        case ev.WallStepped():
            agenda.cues.update(dict.fromkeys(plan.wall_cues))
        case ev.Recycled():
            agenda.first_hold = 0
            agenda.hinted.clear()  # criteria count again from where T is now
            _came_back(plan, state, agenda, (*event.cues, *event.idle, *event.again))
            agenda.cues.update(dict.fromkeys(plan.unpinned))
        case ev.ProcedureStarted():
            _came_back(plan, state, agenda, (*event.cues, *event.idle))
        case ev.Overridden():
            agenda.cues[event.cue or ""] = None
        case ev.Closing():
            for name in event.skipped:
                _cue_changed(plan, state, agenda, name)
        case ev.ProcedureEnded():
            agenda.look_at(f"procedure:{event.procedure}")
        case _:
            pass


def _touch_held(plan: Plan, agenda: Agenda, event: ev.Event) -> None:
    match event:
        case ev.HoldOpened():  # it may have fallen on the end of a film
            for names in plan.film_followers.values():
                agenda.cues.update(dict.fromkeys(names))
        case ev.HoldReleased():
            agenda.cues.update(agenda.blocked)
            agenda.blocked.clear()
        case _:
            pass


def _touch_options(
    plan: Plan, state: State, agenda: Agenda, event: ev.CueAsked | ev.Chosen
) -> None:
    """What can come of other cues, and of other choices, may have changed with it."""
    if isinstance(event, ev.Chosen):
        named = (*event.cues, *event.not_taken)
    else:
        named = event.idle
    for name in named:
        _cue_changed(plan, state, agenda, name)
        agenda.owners[f"cue:{name}"] = None
    for name in agenda.running:
        if plan.cues[name].cue.choice is not None:
            agenda.cues[name] = None
    agenda.first_alive = 0


def _came_back(
    plan: Plan, state: State, agenda: Agenda, names: tuple[str, ...]
) -> None:
    """Many cues became pending at once."""
    for name in names:
        _cue_changed(plan, state, agenda, name)
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


def _subjects(plan: Plan, event: ev.Event) -> tuple[tuple[str, ...], ...]:
    """What conditions may read that an event changes."""
    match event:
        case ev.T0Set() | ev.Recycled():
            return ("t",), ("show",)
        case ev.HoldOpened() | ev.HoldReleased():
            return (("show",),)
        case ev.Closing():  # an abort silences
            return ("show",), *(("accounts", account) for account in event.silenced)
        case ev.Silenced() | ev.Unsilenced():
            return tuple(("accounts", account) for account in event.accounts)
        case ev.StageChanged() | ev.ByHand():
            return (("stages", event.stage),)
        case ev.OutputChanged():
            stage = plan.runbook.stage_of(event.output)
            return ("outputs", event.output), ("stages", stage)
        case ev.OrdersSampled():
            return (("orders",),)
        case _:
            return ()


def _touch_cue(
    plan: Plan, state: State, agenda: Agenda, event: ev.Event, name: str | None
) -> None:
    if name is None or isinstance(event, ev.NoteTaken | ev.Standby):
        return
    if isinstance(event, ev.Intent | ev.Commanded):
        agenda.wire[event.key] = (name, event.slot)
        if event.kind == "task":
            agenda.at_n(event.deadline_us, "task", name)
        if event.wanted:
            tell_readers(plan, agenda, ("stages", event.target.removeprefix("stage:")))
    if isinstance(event, ev.AttemptEnded | ev.AttemptSettled):
        if event.became == "retrying" and event.next_us is not None:
            agenda.at_n(event.next_us, "retry", f"{name} {event.slot}")
        return
    if isinstance(event, ev.FilmMoved):
        agenda.cues.update(dict.fromkeys(plan.followers.get(name, ())))
    cue = state.cues[name]
    if cue.seq == event.seq:
        _cue_changed(plan, state, agenda, name)
        if isinstance(event, ev.CueRearmed):
            agenda.owners[f"cue:{name}"] = None


def _cue_changed(plan: Plan, state: State, agenda: Agenda, name: str) -> None:
    """A cue moved: it, what hangs on it, and what reads its state are looked at."""
    cue = state.cues[name]
    agenda.moved[name] = None
    agenda.cues[name] = None
    agenda.cues.update(dict.fromkeys(plan.followers.get(name, ())))
    tell_readers(plan, agenda, ("cues", name))
    _list(agenda.waiting, name, cue.state is CueWord.WAITING)
    _list(agenda.running, name, cue.state is CueWord.RUNNING)
    if cue.state is CueWord.STANDBY:
        stand_by(agenda, plan, state, name)
    planned = plan.cues[name]
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


def tell_readers(plan: Plan, agenda: Agenda, *subjects: tuple[str, ...]) -> None:
    """Whoever reads one of these is to read again."""
    for subject in subjects:
        for owner in plan.readers.get(subject, ()):
            agenda.look_at(owner)
