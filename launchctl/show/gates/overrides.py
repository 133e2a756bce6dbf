"""Override: one gate, for one take, by a person who gives a reason (SEMANTICS 5).

An embargo, and a gate that itself asks for two persons, needs a second one, who
confirms within 60 s. Approval, figure, silence, freeze, hold and doubt have none: no
name here stands for them.
"""

from __future__ import annotations

from launchctl.runbook.embargo import embargoes_of
from launchctl.show.core import Core
from launchctl.show.plan import Planned
from launchctl.show.state import CueState, OverrideState
from launchctl.show.tables import CueWord

_FIRED = (CueWord.RUNNING, CueWord.IN_DOUBT)


def embargo_gate(name: str) -> str:
    """An embargo, as the gate that stands before a cue."""
    return f"embargo: {name}"


def take_of(cue: CueState) -> int:
    """The take that an override given now is for: the present one, or the next."""
    return cue.take if cue.state in _FIRED else cue.next_take


def override_of(cue: CueState, gate: str) -> OverrideState | None:
    """What was asked for or given for the gate in this take."""
    found = cue.overrides.get(gate)
    return found if found is not None and found.take == take_of(cue) else None


def is_overridden(core: Core, planned: Planned, gate: str) -> bool:
    """True if the gate counts as open for this take of the cue."""
    cue = core.state.cues[planned.cue.id]
    if not cue.overrides:
        return False
    found = override_of(cue, gate)
    return found is not None and found.until_us is None


def embargoes_before(core: Core, planned: Planned) -> tuple[str, ...]:
    """The embargoes that guard some action of the cue, in file order."""
    names: dict[str, None] = {}
    for slot in planned.slots:
        names.update(
            dict.fromkeys(embargoes_of(core.runbook, planned.cue, slot.action))
        )
    return tuple(name for name in core.runbook.embargoes if name in names)
