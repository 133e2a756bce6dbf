"""What became of actions, and so of their cue (SEMANTICS 6).

Sending once: ok, a certain no, or unknown. A certain no may be tried again by a new
intent of the same key; unknown is settled by reading the far end, and never sent again
blind.
"""

from __future__ import annotations

from launchctl.runbook import actions as act
from launchctl.runbook.actions import Effect, OnFailure
from launchctl.show import build
from launchctl.show import events as ev
from launchctl.show.again import in_time, may_resend, pause_us
from launchctl.show.asking import conclude_asked
from launchctl.show.commands import Settle
from launchctl.show.core import Core
from launchctl.show.films import ended_by_follower, hang_on
from launchctl.show.holds import open_hold
from launchctl.show.inputs import Answer, Ended, Settled, Sight, Stopped
from launchctl.show.plan import Planned, Slot
from launchctl.show.procedures import start_procedure
from launchctl.show.state import ActionState, CueState
from launchctl.show.tables import (
    ACTIONS,
    GOOD,
    LAG_WINDOW_US,
    NOTIFY_ATTEMPTS,
    UNENDED,
    ActionWord,
    CueWord,
)
from launchctl.times import Micros

_A = ActionWord


def policy_of(action: act.AnyAction) -> OnFailure:
    """What a certain failure of the action does."""
    if action.on_failure is not None:
        return action.on_failure.policy
    return ACTIONS[action.kind].on_failure


def _failed_word(action: act.AnyAction) -> ActionWord:
    return _A.IGNORED if policy_of(action) is OnFailure.IGNORE else _A.FAILED


def end_action(
    core: Core, planned: Planned, slot: Slot, word: ActionWord, detail: str = ""
) -> None:
    """The engine itself ends an action."""
    cue = core.state.cues[planned.cue.id]
    if word is _A.FAILED:
        word = _failed_word(slot.action)
    core.emit(
        ev.ActionEnded,
        cue=planned.cue.id,
        slot=slot.id,
        key=build.key_of(core, planned, slot, cue.take),
        became=str(word),
        detail=detail,
    )
    if word is _A.FAILED:
        failed(core, planned.cue.id, slot.action, detail)


def failed(core: Core, cue: str, action: act.AnyAction, detail: str) -> None:
    """A certain failure, after its retries: the policy's consequence."""
    if isinstance(action, act.PlayMedia):
        hang_on(core, cue)
    match policy_of(action):
        case OnFailure.HOLD:
            open_hold(core, f"failed:{cue}", "machine", reason=detail)
        case OnFailure.ABORT:
            core.agenda.aborting = f"{action.kind} of cue {cue} failed: {detail}"
        case OnFailure.CALL:
            assert action.on_failure is not None
            start_procedure(
                core, action.on_failure.procedure or "", f"cue {cue} failed"
            )
        case _:
            pass


# --- answers ---------------------------------------------------------------------


def take_ended(core: Core, seen: Ended) -> None:
    """A far end answered an attempt; an answer to another attempt changes nothing."""
    place = core.action_at(seen.key)
    if place is None:
        return
    cue, action = place
    if action.attempt != seen.attempt or action.state is not _A.SENT:
        return
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
    _after(core, cue, action, seen.detail)


def _after(core: Core, cue: str | None, action: ActionState, detail: str) -> None:
    """What an ended attempt means for its cue."""
    if cue is None:
        if action.state is _A.FAILED:
            text = f"{action.kind}: {detail or 'failed'}"
            core.emit(ev.NoteTaken, about=action.slot, text=text, level="warning")
        return
    planned = core.plan.cues[cue]
    slot = next(slot for slot in planned.slots if slot.id == action.slot)
    if action.state is _A.OK and isinstance(slot.action, act.Scene):
        core.scenes_ok.append((cue, slot.action))
        core.agenda.lifts = True
    if action.state in GOOD:
        for part in planned.slots:
            if part.after == slot.id:
                core.agenda.retries[cue, part.id] = None
    if action.state is _A.OK:
        _for_a_while(core, cue, action, slot.action)
    if action.state is _A.FAILED:
        failed(core, cue, slot.action, detail)
    conclude(core, planned)


def _for_a_while(
    core: Core, cue: str, done: ActionState, action: act.AnyAction
) -> None:
    """What an action with ``for`` made ends by itself; N runs on in holds."""
    match action:
        case act.Visible(visible=act.Visibility(for_us=int(for_us), show=show)):
            then = not show
        case act.LowerThird(lower_third=act.LowerThirdBody(for_us=int(for_us))):
            then = False
        case _:
            return
    stage = done.target.removeprefix("stage:")
    if done.wanted not in core.state.stages[stage].wanted:
        return
    until_us = core.now_us + for_us
    core.emit(
        ev.ShownFor,
        cue=cue,
        stage=stage,
        what=done.wanted or "",
        show=then,
        until_us=until_us,
    )
    core.agenda.at_n(until_us, "shown", stage)


def _became(
    core: Core, cue: str | None, action: ActionState, seen: Ended
) -> tuple[ActionWord, Micros | None]:
    if seen.answer is Answer.OK:
        return _A.OK, None
    cut = cue is not None and action.kind == "media" and seen.answer is Answer.REFUSED
    if cut and ended_by_follower(core, cue or "", action):
        return _A.OK, None
    if cue is None or action.effect == Effect.WANTED:
        return _failed_of(core, cue, action), None
    if action.effect == Effect.ONCE and seen.answer is Answer.UNKNOWN:
        return _A.SETTLING, core.now_us + LAG_WINDOW_US
    next_us = max(core.now_us + pause_us(action), seen.retry_at_us or 0)
    if action.effect == Effect.AT_LEAST_ONCE:
        again = action.attempt < NOTIFY_ATTEMPTS and core.state.closing != "abort"
    else:
        again = in_time(core, cue, next_us)
    return (_A.RETRYING, next_us) if again else (_failed_of(core, cue, action), None)


def _failed_of(core: Core, cue: str | None, action: ActionState) -> ActionWord:
    if cue is None:
        return _A.FAILED
    slots = core.plan.cues[cue].slots
    return _failed_word(next(s.action for s in slots if s.id == action.slot))


def take_stopped(core: Core, seen: Stopped) -> None:
    """A once-command was not sent: something had closed just before."""
    place = core.action_at(seen.key)
    if place is None:
        return
    cue, action = place
    if action.attempt != seen.attempt or action.state is not _A.SENT:
        return
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
    _after(core, cue, action, seen.why)


# --- settling --------------------------------------------------------------------


def settle_again(core: Core, cue: str | None, action: ActionState) -> None:
    """Ask for the far end to be read until the lag window has passed."""
    command = build.rebuild(core, cue, action)
    if command is not None:
        until_us = action.next_us or core.now_us + LAG_WINDOW_US
        core.commands.append(Settle(command, until_us))


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
    _after(core, cue, action, detail)


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
            return _failed_of(core, cue, action), seen.detail or "state not reached"
        case _:
            found = seen.detail or f"not found ({seen.sight})"
            said = "; ".join(dict.fromkeys(filter(None, (action.detail, found))))
            again = may_resend(core, cue, action, seen.sight)
            return (_A.RETRYING if again else _A.IN_DOUBT), said


# --- the cue ---------------------------------------------------------------------


def conclude(core: Core, planned: Planned) -> None:
    """End the cue once all its actions have ended."""
    name = planned.cue.id
    cue = core.state.cues[name]
    if conclude_asked(core, planned):
        return
    if cue.state not in (CueWord.RUNNING, CueWord.IN_DOUBT):
        return
    words = _words(core, planned, cue)
    if words is None:
        return
    last = (slot for slot in planned.slots if isinstance(slot.action, act.End))
    if core.open_to_fire and any(slot.id not in cue.actions for slot in last):
        core.agenda.ending = name
        return
    word = _worst(words)
    if word != cue.state:
        core.emit(ev.CueEnded, cue=name, state=str(word), reason=_reason(core, planned))


def _words(core: Core, planned: Planned, cue: CueState) -> list[ActionWord] | None:
    """How the cue's actions ended; None while one is to be waited for."""
    words: list[ActionWord] = []
    for slot in planned.slots:
        action = cue.actions.get(slot.id)
        if action is not None:
            if action.state in UNENDED:
                return None
            words.append(action.state)
        elif slot.after is not None:
            to_come = _part_to_come(core, cue, slot)
            if to_come is _A.SENT:
                return None  # it follows at once
            words.extend([to_come] if to_come else [])
        elif _is_called(core, slot):
            return None  # a procedure that it called still runs
    return words


def _is_called(core: Core, slot: Slot) -> bool:
    over = core.state.show in ("closing", "aborted", "complete")
    return not over and not isinstance(slot.action, act.End)


def _part_to_come(core: Core, cue: CueState, slot: Slot) -> ActionWord | None:
    """What a part of a thread that has not begun means: SENT, it follows at once;
    STOPPED, a person lets it follow; None, the part before says it all.
    """
    before = cue.actions.get(slot.after or "")
    if before is None or before.state not in GOOD:
        return None
    if core.state.closing == "abort":
        return _A.FAILED
    return _A.SENT if cue.state is CueWord.RUNNING else _A.STOPPED


def _worst(words: list[ActionWord]) -> CueWord:
    for action, cue in (
        (_A.IN_DOUBT, CueWord.IN_DOUBT),
        (_A.STOPPED, CueWord.PARKED),
        (_A.FAILED, CueWord.FAILED),
    ):
        if action in words:
            return cue
    return CueWord.DONE


def _reason(core: Core, planned: Planned) -> str:
    actions = core.state.cues[planned.cue.id].actions
    for word in (_A.IN_DOUBT, _A.STOPPED, _A.FAILED):
        for slot in planned.slots:
            action = actions.get(slot.id)
            if action is not None and action.state is word:
                return f"{slot.action.kind}: {action.detail or word}"
    for slot in planned.slots:
        if slot.after is not None and slot.id not in actions:
            return "thread: not all parts are sent; fire sends the rest"
    return ""
