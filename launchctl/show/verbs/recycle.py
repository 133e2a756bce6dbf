"""Recycle: T goes back, and what came after runs again (SEMANTICS 2).

What is posted stays posted: a once action that ended ok is never run again, and a cue
of which nothing is left passes at its place. The person sees first what replays, what
is kept, and what was sent.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

from launchctl.runbook.actions import Effect
from launchctl.runbook.model import AtT, Cue, OnRecycle
from launchctl.show import events as ev
from launchctl.show.clocks import t_at, wall_at
from launchctl.show.core import Core
from launchctl.show.inputs import Call
from launchctl.show.plan import Planned
from launchctl.show.state import CueState
from launchctl.show.tables import GOOD, CueWord
from launchctl.show.verbs.base import Do, Refused
from launchctl.show.verbs.shown import confirm_list
from launchctl.times import Micros, format_t, parse_t_offset

_DUE_UNFIRED = (CueWord.WAITING, CueWord.HELD, CueWord.PARKED, CueWord.SKIPPED)


@dataclass(frozen=True, slots=True)
class _Reset:
    """What a recycle does: S by where its cues go, and what else is taken back."""

    to_us: Micros
    pending: tuple[str, ...]
    idle: tuple[str, ...]
    """Cues of options whose choice asks again."""
    again: tuple[str, ...]
    """Choices outside S whose chosen cues are in it: they go on running."""
    in_doubt: tuple[str, ...]
    unlatched: tuple[tuple[str, int], ...]


def recycle(core: Core, call: Call) -> Do:
    """T = T-x, earlier than T, in one hold; the reset set comes again."""
    reset = _reset(core, _target(core, call))
    running = [name for name in reset.pending if _acts(core, name)]
    running += [name for name in reset.idle if _acts(core, name)]
    if running:
        raise Refused(f"still running: {', '.join(running)}; wait for its end")
    confirm_list(call, _lines(core, reset))
    return partial(_do, core, call, reset)


def _acts(core: Core, name: str) -> bool:
    """True while an action of the cue runs; one that asks does nothing."""
    cue = core.plan.cues[name].cue
    asks = cue.choice is not None or cue.poll is not None
    return not asks and core.state.cues[name].state is CueWord.RUNNING


def _target(core: Core, call: Call) -> Micros:
    """T-x: as written, or T at which the named cue fired."""
    now_us = t_at(core.state, core.now_us)
    if now_us is None:
        raise Refused("T-0 is not set: there is no T to go back to")
    target = call.target or ""
    if target in core.state.cues:
        fired_us = core.state.cues[target].fired_t_us
        if fired_us is None:
            raise Refused(f"cue {target} has not fired in this take")
        to_us: Micros | None = fired_us
    else:
        try:
            to_us = parse_t_offset(target)
        except ValueError as error:
            raise Refused(str(error)) from None
    if to_us is None:
        raise Refused(f"{target!r} is neither an instant such as T-10m nor a cue")
    if to_us >= now_us:
        raise Refused(f"{format_t(to_us)} is not earlier than T, {format_t(now_us)}")
    return to_us


def reset_set(core: Core, to_us: Micros) -> list[str]:
    """S: the cues that a recycle to ``to_us`` concerns, in file order."""
    plan = core.plan
    found: dict[str, None] = {}
    to_see = [
        name
        for name in plan.unpinned
        if _has_offset(plan.cues[name].cue, to_us)
        or _came_since(core, plan.cues[name], to_us)
    ]
    while to_see:
        name = to_see.pop()
        if name in found or plan.cues[name].pinned:
            continue
        found[name] = None
        to_see.extend(plan.followers.get(name, ()))
        cue = plan.cues[name].cue
        if cue.choice is not None:
            to_see.extend(plan.option_cues(name))
        if cue.option is not None:  # the end of its choice follows it
            to_see.extend(plan.followers.get(cue.option.choice, ()))
    return [name for name in plan.unpinned if name in found]


def _reset(core: Core, to_us: Micros) -> _Reset:
    cues, states = core.plan.cues, core.state.cues
    in_set = dict.fromkeys(reset_set(core, to_us))
    again: dict[str, None] = {}
    pending, idle, in_doubt = [], [], []
    for name in in_set:
        option, word = cues[name].cue.option, states[name].state
        if word is CueWord.IN_DOUBT:
            in_doubt.append(name)  # a person answers first
        elif option is None:
            pending.append(name)
        elif option.choice in in_set:
            idle.append(name)
        elif word not in (CueWord.IDLE, CueWord.NOT_TAKEN):
            pending.append(name)
            if states[option.choice].state is not CueWord.RUNNING:
                again[option.choice] = None
    return _Reset(
        to_us=to_us,
        pending=tuple(pending),
        idle=tuple(idle),
        again=tuple(again),
        in_doubt=tuple(in_doubt),
        unlatched=tuple(_unlatched(core, to_us)),
    )


def _has_offset(cue: Cue, to_us: Micros) -> bool:
    return isinstance(cue.at, AtT) and cue.at.offset_us >= to_us


def _came_since(core: Core, planned: Planned, to_us: Micros) -> bool:
    """It fired since, or it became due since and waits, is held, parked or skipped."""
    if planned.planned_hold is not None:
        return False  # its offset says where it belongs, wherever T-0 was meanwhile
    cue = core.state.cues[planned.cue.id]
    came = [cue.fired_t_us]
    if cue.due_us is not None and cue.state in _DUE_UNFIRED:
        came.append(t_at(core.state, cue.due_us))
    since = any(t_us is not None and t_us >= to_us for t_us in came)
    return since and not planned.cue.when_alone


def kept_slots(planned: Planned, cue: CueState) -> list[str]:
    """The actions that a recycle does not run again."""
    keep = planned.cue.on_recycle is OnRecycle.KEEP
    # by the plan: of what a person did by hand, no attempt of ours says its effect
    once = [slot.id for slot in planned.slots if slot.action.effect is Effect.ONCE]
    return [
        slot
        for slot, action in cue.actions.items()
        if action.state in GOOD and (keep or slot in once)
    ]


def _unlatched(core: Core, to_us: Micros) -> list[tuple[str, int]]:
    """Lifts that latched, or began to be seen, at T >= T-x; but wall instants."""
    since = dict(core.state.latched_t_us)
    for name, seen in core.state.lifting.items():
        for index, since_us in seen.items():
            since.setdefault((name, index), t_at(core.state, since_us) or to_us)
    found = []
    for (name, index), lifted_us in since.items():
        lifts = core.runbook.embargoes[name].lifts
        if lifted_us >= to_us and lifts[index].at_us is None:
            found.append((name, index))
    return found


# --- what the person sees --------------------------------------------------------


def _lines(core: Core, reset: _Reset) -> list[str]:
    lines = [f"T goes back to {format_t(reset.to_us)} and stands there in hold recycle"]
    lines.extend(f"hold {name} ends" for name in core.state.holds)
    for name in reset.pending:
        said = _fate(core.plan.cues[name], core.state.cues[name])
        if said is not None:
            lines.append(f"{name}: {said}")
    lines.extend(f"{name}: stays in doubt" for name in reset.in_doubt)
    closed = dict.fromkeys(name for name, _ in reset.unlatched)
    lines.extend(f"embargo {name}: closed again" for name in closed)
    return lines


def _fate(planned: Planned, cue: CueState) -> str | None:
    """What becomes of a cue of S; None where nothing has happened to it yet."""
    if cue.state is CueWord.PENDING and not cue.actions:
        return None
    if planned.planned_hold is not None:
        return "holds again"
    if planned.cue.choice is not None or planned.cue.poll is not None:
        return "asks again"
    kept = kept_slots(planned, cue)
    done = [slot for slot in planned.slots if slot.id in kept]
    names = ", ".join(
        dict.fromkeys(
            f"{slot.action.kind} as {slot.account} (sent)"
            if slot.account
            else slot.action.kind
            for slot in done
        )
    )
    if done and len(done) == len(planned.slots):
        return f"kept: {names}; passes at its place"
    if done:
        return f"runs again, but for {names}"
    return f"runs again (was {cue.state})"


# --- doing it --------------------------------------------------------------------


def _do(core: Core, call: Call, reset: _Reset) -> None:
    now_us = t_at(core.state, core.now_us)
    assert now_us is not None
    t0_us = wall_at(core.state, core.now_us - reset.to_us)
    core.emit(
        ev.Recycled,
        by=call.by,
        to_us=reset.to_us,
        back_us=now_us - reset.to_us,
        t0_us=t0_us + _holding_us(core, reset.pending),
        release=core.plan.hold_roles,
        cues=reset.pending,
        idle=reset.idle,
        again=reset.again,
        kept=tuple(
            (name, slot)
            for name in (*reset.pending, *reset.idle)
            for slot in kept_slots(core.plan.cues[name], core.state.cues[name])
        ),
        unlatched=reset.unlatched,
    )


def _holding_us(core: Core, reset: Iterable[str]) -> Micros:
    """How long the planned holds take that come again."""
    longest: dict[Micros, Micros] = {}
    for name in reset:
        planned = core.plan.cues[name]
        if planned.planned_hold is not None and isinstance(planned.cue.at, AtT):
            offset_us, for_us = planned.cue.at.offset_us, planned.planned_hold.for_us
            longest[offset_us] = max(for_us or 0, longest.get(offset_us, 0))
    return sum(longest.values())
