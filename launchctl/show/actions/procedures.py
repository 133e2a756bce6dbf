"""Procedures: small cue lists that start by name, by themselves, or by a failure."""

from __future__ import annotations

from launchctl.runbook.model import AtCue
from launchctl.show import events as ev
from launchctl.show.core import Core
from launchctl.show.gates.reading import why_gate_closed
from launchctl.show.tables import ALIVE, RUNNING, ActionWord, CueWord


def start_procedure(
    core: Core, name: str, why: str, by: str | None = None
) -> str | None:
    """Start it, or join it if it runs; a sentence if it may not start."""
    state = core.state.procedures[name]
    if core.state.show not in RUNNING:
        return "the show is closing"
    if state.running:
        return None
    closed = _closed_gate(core, name)
    if closed is not None:
        core.emit(ev.ProcedureRefused, by=by, procedure=name, reason=closed)
        return closed
    cues = core.runbook.procedures[name].cues
    core.emit(
        ev.ProcedureStarted,
        by=by,
        procedure=name,
        cues=tuple(cue.id for cue in cues if cue.option is None),
        idle=tuple(cue.id for cue in cues if cue.option is not None),
        why=why,
    )
    return None


def _closed_gate(core: Core, name: str) -> str | None:
    procedure = core.runbook.procedures[name]
    texts_of = tuple(core.plan.cues[cue.id] for cue in procedure.cues)
    for gate in procedure.gate:
        why = why_gate_closed(core, gate, core.now_us, texts_of)
        if why is not None:
            return why
    return None


def consider_procedure(core: Core, name: str) -> None:
    """End it if nothing of it is alive; start it if its ``when`` says so."""
    state = core.state.procedures[name]
    if state.running:
        if not any(alive(core, cue) for cue in core.plan.procedure_cues(name)):
            core.emit(ev.ProcedureEnded, procedure=name)
            _tell_callers(core, name)
        return
    when = core.runbook.procedures[name].when
    said, since_us = core.state.conditions.get(f"procedure:{name}", (None, 0))
    if when is None or said is not True or not state.armed:
        return
    ready_us = since_us + when.for_us
    if state.ended_us is not None:
        ready_us = max(
            ready_us, state.ended_us + core.runbook.procedures[name].once_per_us
        )
    if ready_us > core.now_us:
        core.agenda.at_n(ready_us, "procedure", name)
    else:
        start_procedure(core, name, f"{when.check.source}")


def _tell_callers(core: Core, name: str) -> None:
    """``call`` actions that started or joined it are ok."""
    for cue in core.running():
        for slot in core.plan.cues[cue].slots:
            waits = slot.id not in core.state.cues[cue].actions
            if waits and getattr(slot.action, "call", None) == name:
                key = f"{core.run}/{core.state.cues[cue].take}/{cue}/{slot.id}"
                core.emit(
                    ev.ActionEnded,
                    cue=cue,
                    slot=slot.id,
                    key=key,
                    became=str(ActionWord.OK),
                )
                core.agenda.cues[cue] = None


def alive(core: Core, name: str) -> bool:
    """SEMANTICS 2: whether the cue keeps its show or procedure open."""
    state = core.state.cues[name].state
    if state not in ALIVE:
        return False
    if state not in (CueWord.PENDING, CueWord.STANDBY):
        return True
    cue = core.plan.cues[name].cue
    return not (cue.reserve or cue.when_alone or dead(core, name))


def dead(core: Core, name: str) -> bool:
    """A predecessor was not taken, or is dead itself: no trigger can come.

    Of ``any`` (and with ``or_after``) all must be; a cue of an option hangs on its
    choice. Walked without recursion: a chain may have 10,000 cues.
    """
    known: dict[str, bool] = {}
    stack = [name]
    while stack:
        current = stack[-1]
        if current not in known:
            known[current] = False  # until all it hangs on is known
            stack.extend(w for w in _hangs_on(core, current) if w not in known)
            continue
        stack.pop()
        known[current] = _cannot_come(core, current, known)
    return known[name]


def _hangs_on(core: Core, name: str) -> tuple[str, ...]:
    """The cues without which its triggers cannot come, while it has not come itself."""
    cue, word = core.plan.cues[name].cue, core.state.cues[name].state
    if word is CueWord.IDLE and cue.option is not None:
        return (cue.option.choice,)
    if word is not CueWord.PENDING:
        return ()
    named = cue.after.named if cue.after else ()
    if isinstance(cue.at, AtCue) and not cue.go:
        return (*named, cue.at.cue)
    return named


def _cannot_come(core: Core, name: str, known: dict[str, bool]) -> bool:
    cue, word = core.plan.cues[name].cue, core.state.cues[name].state
    if word is CueWord.NOT_TAKEN:
        return True
    before = _hangs_on(core, name)
    if word is CueWord.PENDING and cue.after is not None:
        before = before[len(cue.after.named) :]
        passed = cue.after.or_after_us is not None and any(
            core.state.cues[other].fired_us is not None for other in cue.after.named
        )
        barred = any(all(known[other] for other in way) for way in cue.after.ways)
        if barred and not passed:
            return True
    return any(known[other] for other in before)
