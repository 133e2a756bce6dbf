"""Which cue GO fires: a role has exactly one standby (SEMANTICS 4)."""

from __future__ import annotations

import heapq

from launchctl.show import events as ev
from launchctl.show.agenda import order_of
from launchctl.show.core import Core
from launchctl.show.tables import CueWord

_Heap = list[tuple[tuple[int, int], str]]


def update_standby(core: Core) -> None:
    """Journal every role whose standby changed; the event's seq is what GO must have
    seen.
    """
    for role in _roles(core):
        cue = standby_of(core, role)
        before, _ = core.state.standby.get(role, (None, 0))
        if cue != before:
            core.emit(ev.Standby, cue=cue, role=role)


def standby_of(core: Core, role: str) -> str | None:
    """The first ready cue in file order whose ``go`` names the role; the show's before
    procedures', in a hold only procedures'.
    """
    if not core.open_to_fire:
        return None
    if not core.state.holds:
        first = _top(core, core.agenda.ready.get(role, []))
        if first is not None:
            return first
    return _top(core, core.agenda.ready_called.get(role, []))


def _roles(core: Core) -> tuple[str, ...]:
    roles = (*core.agenda.ready, *core.agenda.ready_called, *core.state.standby)
    return tuple(sorted(dict.fromkeys(roles)))


def _top(core: Core, heap: _Heap) -> str | None:
    while heap:
        order, name = heap[0]
        standing = core.state.cues[name].state is CueWord.STANDBY
        if standing and order == order_of(core.plan, core.state, name):
            return name
        heapq.heappop(heap)
    return None
