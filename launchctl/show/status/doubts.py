"""The status of what may or may not have left: what is known, and who decides."""

from __future__ import annotations

from launchctl.show.core import Core
from launchctl.show.state import ActionState
from launchctl.show.status.shapes import DoubtStatus
from launchctl.show.tables import ActionWord
from launchctl.times import Micros, format_instant

_OPEN = (ActionWord.SETTLING, ActionWord.IN_DOUBT)


def doubts_of(core: Core) -> list[DoubtStatus]:
    """What is read about, and what reading did not decide, in file order."""
    return [
        _doubt(core, name, action)
        for name in core.plan.cues
        for action in core.state.cues[name].actions.values()
        if action.state in _OPEN
    ]


def _doubt(core: Core, cue: str, action: ActionState) -> DoubtStatus:
    slots = core.plan.cues[cue].slots
    reading = action.state is ActionWord.SETTLING
    return {
        "cue": cue,
        "account": next(s.account for s in slots if s.id == action.slot),
        "target": action.target,
        "decided": format_instant(action.intent_us),
        "sent": _instant(action.sent_us),
        "detail": action.detail,
        "until": _instant(action.next_us) if reading else None,
    }


def _instant(at_us: Micros | None) -> str | None:
    return None if at_us is None else format_instant(at_us)
