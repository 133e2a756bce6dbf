"""The end of a show: ``end``, abort, or nothing is alive any more (SEMANTICS 2)."""

from __future__ import annotations

from launchctl.runbook.actions import Say
from launchctl.show import events as ev
from launchctl.show.actions.asking import conclude_all
from launchctl.show.actions.content import said
from launchctl.show.actions.ending import conclude
from launchctl.show.actions.loose import send_loose
from launchctl.show.actions.procedures import alive
from launchctl.show.core import Core
from launchctl.show.plan import slots_of
from launchctl.show.state import ActionState
from launchctl.show.tables import (
    RUNNING,
    UNENDED,
    UNFIRED,
    ActionWord,
    CueWord,
    ShowWord,
)


def end_show(core: Core, reason: str, by: str | None = None) -> None:
    """Nothing more fires; what runs may end."""
    if core.state.show not in RUNNING:
        return
    core.emit(
        ev.Closing,
        by=by,
        why="end",
        reason=reason,
        skipped=_unfired(core),
        dropped=_open_tasks(core),
    )
    _conclude_running(core)


def end_by_cue(core: Core, name: str) -> None:
    """The ``end`` action of a cue whose other actions have ended."""
    planned = core.plan.cues[name]
    cue = core.state.cues[name]
    for slot in planned.slots:
        if slot.id not in cue.actions:
            core.emit(
                ev.ActionEnded,
                cue=name,
                slot=slot.id,
                key=f"{core.run}/{cue.take}/{name}/{slot.id}",
                became=str(ActionWord.OK),
            )
    conclude(core, planned)
    end_show(core, f"cue {name}")


def abort_show(core: Core, reason: str, by: str | None = None) -> None:
    """Unfired cues are skipped, waiting attempts dropped, all accounts silenced;
    ``safe:`` runs.
    """
    if core.state.show is ShowWord.CLOSING and core.state.closing == "abort":
        return
    if core.state.show not in (*RUNNING, ShowWord.CLOSING):
        return
    core.emit(
        ev.Closing,
        by=by,
        why="abort",
        reason=reason,
        skipped=_unfired(core),
        dropped=_not_on_the_wire(core),
        silenced=tuple(core.runbook.accounts),
    )
    for slot in slots_of(core.runbook, core.runbook.safe):
        _safe(core, slot.id)
    _conclude_running(core)


def _safe(core: Core, slot: str) -> None:
    action = core.runbook.safe[int(slot)]
    match action.kind:
        case "counter":
            word = {"open": "open", "freeze": "frozen", "hide": "hidden"}
            core.emit(ev.CounterSet, counter=word[getattr(action, "counter", "hide")])
        case "say":
            assert isinstance(action, Say)
            core.emit(ev.Said, to=action.say.to, text=said(core, action))
        case "hold" | "silence" | "call" | "end":
            pass  # refused at load; all is silenced and nothing fires any more
        case _:
            key = f"{core.run}/safe/{slot}"
            send_loose(core, key, f"safe/{slot}", action, "safe after abort")


def _unfired(core: Core) -> tuple[str, ...]:
    return tuple(name for name, cue in core.state.cues.items() if cue.state in UNFIRED)


def _not_on_the_wire(core: Core) -> tuple[tuple[str, str], ...]:
    return tuple(
        (name, slot)
        for name in core.running()
        for slot, action in core.state.cues[name].actions.items()
        if action.state is ActionWord.RETRYING or _is_asked(action)
    )


def _is_asked(action: ActionState) -> bool:
    """A task that nobody has confirmed: in closing nobody can."""
    return action.kind == "task" and action.state is ActionWord.SENT


def _open_tasks(core: Core) -> tuple[tuple[str, str], ...]:
    return tuple(
        (name, slot)
        for name in core.running()
        for slot, action in core.state.cues[name].actions.items()
        if _is_asked(action)
    )


def _conclude_running(core: Core) -> None:
    for name in core.running():
        conclude(core, core.plan.cues[name])


def check_end(core: Core) -> None:
    """Counting and nothing alive: closing. Closing and nothing under way: over."""
    if core.state.show is ShowWord.COUNTING and not _anything_alive(core):
        end_show(core, "nothing is left to come")
        return  # the next pass says that it is over
    if core.state.show is ShowWord.CLOSING:
        conclude_all(core)
    if core.state.show is not ShowWord.CLOSING or core.agenda.running:
        return
    if any(action.state in UNENDED for action in core.state.loose.values()):
        return
    aborted = core.state.closing == "abort"
    word = ShowWord.ABORTED if aborted else ShowWord.COMPLETE
    core.emit(ev.ShowEnded, state=str(word), verdict=verdict_of(core, aborted=aborted))


def _anything_alive(core: Core) -> bool:
    agenda, cues = core.agenda, core.runbook.cues
    while agenda.first_alive < len(cues):
        if alive(core, cues[agenda.first_alive].id):
            return True
        agenda.first_alive += 1
    return any(procedure.running for procedure in core.state.procedures.values())


def verdict_of(core: Core, *, aborted: bool) -> str:
    """Red: aborted, or a cue failed, parked or in doubt. Else green."""
    bad = (CueWord.FAILED, CueWord.PARKED, CueWord.IN_DOUBT)
    red = aborted or any(cue.state in bad for cue in core.state.cues.values())
    return "red" if red else "green"
