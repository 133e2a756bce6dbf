"""What people recorded to be so: gates ``confirmed`` and ``two_person`` (SEMANTICS 5).

Both count what was said in the cue's present take; an embargo's lift, since the last
recycle.
"""

from __future__ import annotations

from itertools import combinations

from launchctl.runbook.model import Confirmed, Gate, TwoPerson
from launchctl.show import events as ev
from launchctl.show.core import Core
from launchctl.show.inputs import Call
from launchctl.show.plan import Planned
from launchctl.show.tables import TWO_PERSON_US
from launchctl.times import Micros


def since_us(core: Core, gate: Gate, texts_of: tuple[Planned, ...]) -> Micros:
    """From when on a confirmation counts."""
    if len(texts_of) == 1 and gate in texts_of[0].cue.gate:
        cue = core.state.cues[texts_of[0].cue.id]
        anew = cue.retaken or texts_of[0].procedure is not None
        return max(cue.fired_us or 0, cue.entered_us if anew else 0)
    return core.state.jumps[-1][0] if core.state.jumps else 0


def why_unconfirmed(
    core: Core, gate: Confirmed, texts_of: tuple[Planned, ...]
) -> str | None:
    """A sentence until somebody of the role has recorded it."""
    from_us = since_us(core, gate, texts_of)
    for given in core.state.confirmed.get(gate.what, {}).values():
        if gate.by in given.roles and given.at_us >= from_us:
            return None
    return f"{gate.by} has not confirmed {gate.what!r}"


def why_not_two(
    core: Core, gate: TwoPerson, texts_of: tuple[Planned, ...]
) -> str | None:
    """A sentence until two persons of the role confirmed within 5 minutes."""
    from_us = since_us(core, gate, texts_of)
    given = core.state.confirmed.get(f"cue:{texts_of[0].cue.id}", {})
    said = {
        person: one.at_us
        for person, one in given.items()
        if gate.role in one.roles and one.at_us >= from_us
    }
    for first, second in combinations(said.values(), 2):
        if abs(first - second) <= TWO_PERSON_US:
            return None
    one = next(iter(said), None)
    if one is None:
        return f"two persons of {gate.role} have to confirm"
    return f"{one} confirmed: a second person of {gate.role} has to, within 5 minutes"


def count_go(core: Core, planned: Planned, call: Call) -> None:
    """A GO is one of the two persons."""
    roles = tuple(
        gate.role
        for gate in planned.cue.gate
        if isinstance(gate, TwoPerson) and gate.role in call.roles
    )
    if roles:
        core.emit(ev.Confirmed, cue=planned.cue.id, by=call.by, roles=roles)
