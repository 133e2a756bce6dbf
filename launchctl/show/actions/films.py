"""Films: when they end, and what hangs on them (SEMANTICS 6, Film).

Cues that hang on a film (``at: FILM.end``, ``after`` its cue) come by themselves only
if it really ended, and not in a hold against them. Else they turn *manual*: that
trigger becomes a GO, until the film plays anew.
"""

from __future__ import annotations

from launchctl.runbook import actions as act
from launchctl.runbook.model import AtCue
from launchctl.show import events as ev
from launchctl.show.core import Core
from launchctl.show.inputs import FilmSeen
from launchctl.show.plan import Planned
from launchctl.show.state import ActionState
from launchctl.show.tables import UNENDED, ActionWord, CueWord
from launchctl.times import MILLISECOND, Micros

_SAME_US = 100 * MILLISECOND
"""A start that moved by less is the same."""
_CAN_TURN = (CueWord.PENDING, CueWord.STANDBY)


def take_film(core: Core, seen: FilmSeen) -> None:
    """A film began, or its start moved on by a pause or a stall."""
    place = core.on_the_wire(seen.key, seen.attempt)
    if place is None or place[0] is None:
        return
    cue, action = place
    before_us, now_us = action.film_start_us, seen.start_us
    both = before_us is not None and now_us is not None
    same = abs((before_us or 0) - (now_us or 0)) < _SAME_US
    if before_us != now_us and not (both and same):
        core.emit(
            ev.FilmMoved, cue=cue, slot=action.slot, key=seen.key, start_us=now_us
        )


def film_of(core: Core, cue: str) -> tuple[act.PlayMedia, ActionState | None] | None:
    """The film of a cue, and how its present take stands; None without a film."""
    for slot in core.plan.cues[cue].slots:
        if isinstance(slot.action, act.PlayMedia):
            return slot.action, core.state.cues[cue].actions.get(slot.id)
    return None


def film_instant_us(core: Core, cue: str, offset_us: Micros) -> Micros | None:
    """The instant of N of FILM.end + d; of FILM.end - d while it plays, or played."""
    film, action = film_of(core, cue) or (None, None)
    if film is None or action is None:
        return None
    if offset_us >= 0:
        return None if action.film_end_us is None else action.film_end_us + offset_us
    start_us = action.film_start_us
    lost = action.state not in (*UNENDED, ActionWord.OK)
    if start_us is None or lost:
        return None
    return start_us + film.media.length_us + offset_us


def was_interrupted(core: Core, cue: str) -> bool:
    """True if the cue's film did not really end: that satisfies nothing."""
    found = film_of(core, cue)
    action = found[1] if found else None
    return action is not None and action.state in (
        ActionWord.FAILED,
        ActionWord.STOPPED,
    )


def hang_on(core: Core, cue: str) -> None:
    """The film was interrupted: what hangs on it waits for a GO."""
    for name in core.plan.film_followers.get(cue, ()):
        _turn(core, name, cue, manual=True)


def plays_anew(core: Core, cue: str) -> None:
    """The film plays again: what hangs on it hangs on it again."""
    for name in core.plan.film_followers.get(cue, ()):
        _turn(core, name, cue, manual=False)


def fell_in_hold(core: Core, planned: Planned) -> None:
    """If its film's instant fell in a hold against the cue, it turns manual: also if
    its other triggers had not come then, and if nobody was awake.
    """
    if planned.procedure is not None:
        return
    if planned.cue.pinned and not planned.cue.in_hold_wait:
        return
    for film, offset_us in _films(core, planned):
        at_us = film_instant_us(core, film, offset_us)
        if at_us is not None and _stood(core, at_us - max(0, offset_us)):
            _turn(core, planned.cue.id, film, manual=True)


def _stood(core: Core, at_us: Micros) -> bool:
    """True if a hold was open at an instant of N that has come."""
    since_us = core.state.stopped_since_us
    if since_us is not None and since_us <= at_us <= core.now_us:
        return True
    return any(began <= at_us < ended for began, ended in core.state.stops)


def next_instant_us(core: Core, planned: Planned) -> Micros | None:
    """When FILM.end - d of the cue comes on N, which no hold stops."""
    coming = [
        film_instant_us(core, film, offset_us)
        for film, offset_us in _films(core, planned)
    ]
    return min(
        (at for at in coming if at is not None and at > core.now_us), default=None
    )


def ended_by_follower(core: Core, cue: str, action: ActionState) -> bool:
    """True if a cue cut away at its FILM.end - d: that ends the film ok there."""
    found = film_of(core, cue)
    if found is None or action.film_start_us is None:
        return False
    began_us = core.state.cues[cue].fired_us or 0
    for name in core.plan.film_followers.get(cue, ()):
        planned = core.plan.cues[name]
        at, fired_us = planned.cue.at, core.state.cues[name].fired_us
        at_end = isinstance(at, AtCue) and at.film and at.cue == cue
        fired = fired_us is not None and fired_us >= began_us
        cuts = any(_cuts_away(core, slot.action, found[0]) for slot in planned.slots)
        if at_end and fired and cuts:
            return True
    return False


def _cuts_away(core: Core, action: act.AnyAction, film: act.PlayMedia) -> bool:
    first = core.runbook.first_stage
    return (
        isinstance(action, act.Scene)
        and (action.stage or first) == (film.stage or first)
        and action.scene != film.media.scene
    )


def _films(core: Core, planned: Planned) -> list[tuple[str, Micros]]:
    """(film's cue, offset from its end) of the triggers that hang on films."""
    found = []
    cue = planned.cue
    if isinstance(cue.at, AtCue) and cue.at.film and not cue.go:
        found.append((cue.at.cue, cue.at.offset_us))
    after = cue.after.named if cue.after else ()
    found.extend((name, 0) for name in after if name in core.plan.films)
    return found


def _turn(core: Core, name: str, film: str, *, manual: bool) -> None:
    cue = core.state.cues[name]
    if cue.manual is not manual and cue.state in _CAN_TURN:
        core.emit(ev.CueManual, cue=name, film=film, manual=manual)
