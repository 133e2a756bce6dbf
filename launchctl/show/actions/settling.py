"""Settling: what reading the far end showed of an unknown attempt (SEMANTICS 6)."""

from __future__ import annotations

from launchctl.show import events as ev
from launchctl.show.actions.again import may_resend, pause_us
from launchctl.show.actions.outcomes import follow_up
from launchctl.show.actions.policy import failed_of
from launchctl.show.core import Core
from launchctl.show.inputs import Settled, Sight
from launchctl.show.state import ActionState
from launchctl.show.tables import (
    ActionWord,
)

_A = ActionWord


def take_settled(core: Core, seen: Settled) -> None:
    """The far end was read. A receipt found later settles what was in doubt."""
    place = core.action_at(seen.key)
    if place is None or place[0] is None:
        return
    cue, action = place[0], place[1]
    late_find = action.state is _A.IN_DOUBT and seen.sight is Sight.FOUND
    if action.attempt != seen.attempt:
        return
    if action.state is not _A.SETTLING and not late_find:
        return
    became, detail = _sighted(core, cue, action, seen)
    core.emit(
        ev.AttemptSettled,
        cue=cue,
        slot=action.slot,
        key=seen.key,
        attempt=seen.attempt,
        sight=str(seen.sight),
        became=str(became),
        detail=detail,
        receipt_id=seen.receipt.id if seen.receipt and became is _A.OK else None,
        receipt_url=seen.receipt.url if seen.receipt and became is _A.OK else None,
        next_us=core.now_us + pause_us(action) if became is _A.RETRYING else None,
    )
    follow_up(core, cue, action, detail)


def _sighted(
    core: Core, cue: str, action: ActionState, seen: Settled
) -> tuple[ActionWord, str]:
    match seen.sight:
        case Sight.FOUND:
            return _A.OK, seen.detail
        case Sight.OLDER:
            where = seen.receipt.url if seen.receipt else seen.detail
            return _A.STOPPED, f"superseded: it was there before ({where})"
        case Sight.ABSENT if action.kind == "stream":
            return failed_of(core, cue, action), seen.detail or "state not reached"
        case _:
            found = seen.detail or f"not found ({seen.sight})"
            said = "; ".join(dict.fromkeys(filter(None, (action.detail, found))))
            again = may_resend(core, cue, action, seen.sight)
            return (_A.RETRYING if again else _A.IN_DOUBT), said
