"""When a cue is due: all its triggers, the latest of their instants (SEMANTICS 4)."""

from __future__ import annotations

from launchctl.runbook.model import After, AtCue, AtT, AtWall
from launchctl.show import events as ev
from launchctl.show.actions.films import film_instant_us, was_interrupted
from launchctl.show.clocks import n_at_wall
from launchctl.show.core import Core
from launchctl.show.plan import Planned
from launchctl.show.tables import ENDED, REARM_PAUSE_US, CueWord
from launchctl.show.values import read
from launchctl.times import SECOND, Micros


def due_on_clock(
    core: Core, planned: Planned, zero_us: Micros | None = None
) -> Micros | None:
    """The latest instant of the cue's triggers on its own clock; it may be to come.

    None while it cannot be known: a predecessor has not ended, its ``when`` is not
    true, T-0 is not set. With ``go``, ``at`` is only the plan and GO is not counted.
    ``zero_us`` asks what it would be with another T-0.
    """
    cue = planned.cue
    parts: list[Micros | None] = []
    if planned.procedure is not None or cue.option is not None:
        parts.append(core.clock(planned, core.state.cues[cue.id].entered_us))
    manual = core.state.cues[cue.id].manual
    film = manual and isinstance(cue.at, AtCue) and cue.at.film
    if cue.at is not None and not cue.go and not film:
        parts.append(_at(core, planned, zero_us))
    after = _without_films(core, cue.after) if manual else cue.after
    if after is not None:
        parts.append(_after(core, planned, after))
    if cue.when is not None:
        true_us = true_long_enough_us(core, planned)
        parts.append(None if true_us is None else _on(core, planned, true_us))
    if (cue.go or manual) and not parts:
        parts.append(core.clock(planned, core.state.cues[cue.id].entered_us))
    known = [part for part in parts if part is not None]
    return max(known) if parts and len(known) == len(parts) else None


def true_long_enough_us(core: Core, planned: Planned) -> Micros | None:
    """When the cue's ``when`` has been, or will have been, true for its ``for``; None
    if it is not true. On N, which no hold stops.
    """
    said, since_us = core.state.conditions.get(f"cue:{planned.cue.id}", (None, 0))
    when = planned.cue.when
    if core.state.jumps and not planned.pinned:  # a recycle: from then at the earliest
        since_us = max(since_us, core.state.jumps[-1][0])
    return since_us + when.for_us if when is not None and said is True else None


def _on(core: Core, planned: Planned, n_us: Micros) -> Micros:
    """An instant of N, to come perhaps, on the cue's clock as things stand."""
    if n_us <= core.now_us:
        return core.clock(planned, n_us)
    return core.clock(planned) + (n_us - core.now_us)


def _at(core: Core, planned: Planned, zero_us: Micros | None) -> Micros | None:
    match planned.cue.at:
        case AtT(offset_us=offset_us):
            zero_us = core.state.zero_r_us if zero_us is None else zero_us
            return None if zero_us is None else zero_us + offset_us
        case AtWall(at_us=wall_us):
            return n_at_wall(core.state, wall_us)
        case AtCue(cue=other, offset_us=offset_us, film=True):
            if offset_us > 0:
                end_us = film_instant_us(core, other, 0)
                clock_us = None if end_us is None else core.clock(planned, end_us)
                return None if clock_us is None else clock_us + offset_us
            at_us = film_instant_us(core, other, offset_us)
            return None if at_us is None else _on(core, planned, at_us)
        case AtCue(cue=other, offset_us=offset_us):
            fired_us = core.state.cues[other].fired_us
            return (
                None if fired_us is None else core.clock(planned, fired_us) + offset_us
            )
        case None:
            return None


def _without_films(core: Core, after: After | None) -> After | None:
    """What is left of ``after`` for a cue that turned manual."""
    if after is None:
        return None
    films = core.plan.films
    all_of = tuple(name for name in after.all_of if name not in films)
    any_of = tuple(name for name in after.any_of if name not in films)
    left = after.model_copy(update={"all_of": all_of, "any_of": any_of})
    return left if left.named else None


def _after(core: Core, planned: Planned, after: After) -> Micros | None:
    """When the last (``any``: the first) of the named was satisfied; at the latest
    ``or_after`` after the first of them fired.
    """
    parts = [_admitted_us(core, planned, after, name) for name in after.all_of]
    if after.any_of:
        either = [_admitted_us(core, planned, after, name) for name in after.any_of]
        first_us = min((at_us for at_us in either if at_us is not None), default=None)
        parts.append(first_us)
    known = [at_us for at_us in parts if at_us is not None]
    found = [max(known)] if len(known) == len(parts) else []
    if after.or_after_us is not None:
        fired = [
            core.state.cues[name].fired_us
            for name in after.named
            if not was_interrupted(core, name)
        ]
        first = [core.clock(planned, at_us) for at_us in fired if at_us is not None]
        found += [at_us + after.or_after_us for at_us in first]
    return min(found, default=None)


def _admitted_us(
    core: Core, planned: Planned, after: After, name: str
) -> Micros | None:
    """When a predecessor ended so that ``after`` admits it; None: not, or not yet."""
    other = core.state.cues[name]
    admitted = other.outcome is CueWord.DONE or str(other.outcome) in after.also
    cut = admitted and name in core.plan.films and was_interrupted(core, name)
    if not admitted or cut or other.ended_us is None:
        return None
    return core.clock(planned, other.ended_us)


# --- conditions ------------------------------------------------------------------


def read_owner(core: Core, owner: str) -> None:
    """Read a ``when`` anew, and journal it if it says something else (SEMANTICS 4)."""
    kind, _, name = owner.partition(":")
    if kind == "cue":
        planned, cue = core.plan.cues[name], core.state.cues[name]
        live = cue.state in (CueWord.PENDING, CueWord.STANDBY)
        if not live and planned.cue.once:
            return
        when = planned.cue.when
        if cue.state is CueWord.IDLE or not core.open_to_fire:
            return
    else:
        when = core.runbook.procedures[name].when
    if when is None:
        return
    said = read(core, when.check)
    before, _ = core.state.conditions.get(owner, (None, 0))
    if said is not before:
        core.emit(
            ev.ConditionChanged,
            cue=name if kind == "cue" else None,
            owner=owner,
            value=said,
            since_us=core.now_us,
        )
    if owner in core.plan.timed:
        core.agenda.ticking[owner] = None
    if kind == "cue":
        core.agenda.cues[name] = None
    else:
        core.agenda.procedures[name] = None


def next_tick_us(core: Core) -> Micros:
    """The next whole second of T or of the wall clock, whichever comes first."""
    state, now_us = core.state, core.now_us
    wall_left = SECOND - (now_us + state.skew_us) % SECOND
    if state.zero_r_us is None or state.stopped_since_us is not None:
        return now_us + wall_left
    t_left = SECOND - (core.clock_r() - state.zero_r_us) % SECOND
    return now_us + min(wall_left, t_left)


def rearm(core: Core, planned: Planned) -> None:
    """``once: false`` comes again: after known false, and a pause, or at once for a GO
    cue. Without the pause, a condition on the cue itself would never let go.
    """
    cue = core.state.cues[planned.cue.id]
    if planned.cue.once or cue.state not in ENDED:
        return
    if planned.cue.when is not None:
        said, _ = core.state.conditions.get(f"cue:{planned.cue.id}", (None, 0))
        ready = said is False
        again_us = (cue.ended_us or 0) + REARM_PAUSE_US
        if ready and again_us > core.now_us:
            core.agenda.at_n(again_us, "cue", planned.cue.id)
            return
    else:
        ready = bool(planned.cue.go)
    if ready:
        core.emit(ev.CueRearmed, cue=planned.cue.id)
