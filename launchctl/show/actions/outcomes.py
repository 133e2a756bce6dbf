"""Answers of far ends, and what they mean for the action (SEMANTICS 6).

Sending once: ok, a certain no, or unknown. A certain no may be tried again by a new
intent of the same key; unknown is settled by reading the far end, and never sent again
blind.
"""

from __future__ import annotations

from launchctl.runbook import actions as act
from launchctl.runbook.actions import Effect
from launchctl.show import events as ev
from launchctl.show.actions.again import in_time, pause_us
from launchctl.show.actions.build import rebuild
from launchctl.show.actions.ending import conclude
from launchctl.show.actions.films import ended_by_follower
from launchctl.show.actions.for_a_while import ends_itself, shown_for
from launchctl.show.actions.loose import ended
from launchctl.show.actions.policy import begin_next_part, failed, failed_of
from launchctl.show.commands import Settle
from launchctl.show.core import Core
from launchctl.show.inputs import Answer, Ended, Stopped
from launchctl.show.state import ActionState
from launchctl.show.tables import (
    GOOD,
    LAG_WINDOW_US,
    NOTIFY_ATTEMPTS,
    ActionWord,
)
from launchctl.times import Micros

_A = ActionWord


def take_ended(core: Core, seen: Ended) -> None:
    """A far end answered an attempt; an answer to another attempt changes nothing."""
    place = core.on_the_wire(seen.key, seen.attempt)
    if place is None:
        return
    cue, action = place
    became, next_us = _became(core, cue, action, seen)
    core.emit(
        ev.AttemptEnded,
        cue=cue,
        slot=action.slot,
        key=seen.key,
        attempt=seen.attempt,
        answer=str(seen.answer),
        became=str(became),
        detail=seen.detail,
        sent_us=seen.sent_us,
        confirmed_us=seen.confirmed_us,
        receipt_id=seen.receipt.id if seen.receipt else None,
        receipt_url=seen.receipt.url if seen.receipt else None,
        next_us=next_us,
    )
    if became is _A.SETTLING:
        settle_again(core, cue, action)
    follow_up(core, cue, action, seen.detail)


def follow_up(core: Core, cue: str | None, action: ActionState, detail: str) -> None:
    """What an ended attempt means for its cue."""
    if cue is None:
        ended(core, action, detail)
        return
    planned = core.plan.cues[cue]
    slot = next(slot for slot in planned.slots if slot.id == action.slot)
    if action.state is _A.OK and isinstance(slot.action, act.Scene):
        core.scenes_ok.append((cue, slot.action))
        core.agenda.lifts = True
    if action.state in GOOD:
        begin_next_part(core, planned, slot)
    ends = ends_itself(slot.action)
    if action.state is _A.OK and ends is not None:
        shown_for(core, cue, action, ends)
    if action.state is _A.FAILED:
        failed(core, cue, slot.action, detail)
    conclude(core, planned)


def _became(
    core: Core, cue: str | None, action: ActionState, seen: Ended
) -> tuple[ActionWord, Micros | None]:
    if seen.answer is Answer.OK:
        return _A.OK, None
    cut = cue is not None and action.kind == "media" and seen.answer is Answer.REFUSED
    if cut and ended_by_follower(core, cue or "", action):
        return _A.OK, None
    if cue is None or action.effect == Effect.WANTED:
        return failed_of(core, cue, action), None
    if action.effect == Effect.ONCE and seen.answer is Answer.UNKNOWN:
        return _A.SETTLING, core.now_us + LAG_WINDOW_US
    next_us = max(core.now_us + pause_us(action), seen.retry_at_us or 0)
    if action.effect == Effect.AT_LEAST_ONCE:
        again = action.attempt < NOTIFY_ATTEMPTS and core.state.closing != "abort"
    else:
        again = in_time(core, cue, next_us)
    return (_A.RETRYING, next_us) if again else (failed_of(core, cue, action), None)


def take_stopped(core: Core, seen: Stopped) -> None:
    """A once-command was not sent: something had closed just before."""
    place = core.on_the_wire(seen.key, seen.attempt)
    if place is None:
        return
    cue, action = place
    core.emit(
        ev.AttemptEnded,
        cue=cue,
        slot=action.slot,
        key=seen.key,
        attempt=seen.attempt,
        answer="stopped",
        became=str(_A.STOPPED),
        detail=seen.why,
    )
    follow_up(core, cue, action, seen.why)


def settle_again(core: Core, cue: str | None, action: ActionState) -> None:
    """Ask for the far end to be read until the lag window has passed."""
    command = rebuild(core, cue, action)
    if command is not None:
        until_us = action.next_us or core.now_us + LAG_WINDOW_US
        core.commands.append(Settle(command, until_us))
