"""Firing a cue: its actions start all at once, in list order (SEMANTICS 6)."""

from __future__ import annotations

from launchctl.runbook import actions as act
from launchctl.runbook.actions import Effect
from launchctl.show import events as ev
from launchctl.show.actions.again import in_time
from launchctl.show.actions.asking import ask
from launchctl.show.actions.build import deadline_span_us, key_of, rebuild, target_of
from launchctl.show.actions.content import NotRenderedError, content_of, hung_on, render
from launchctl.show.actions.ending import conclude
from launchctl.show.actions.films import plays_anew
from launchctl.show.actions.loose import follow
from launchctl.show.actions.policy import end_action
from launchctl.show.actions.procedures import start_procedure
from launchctl.show.actions.retire import leave_out, retire, unsent
from launchctl.show.actions.tasks import ask_task
from launchctl.show.actions.wanted import wanted_of
from launchctl.show.core import Core
from launchctl.show.gates import permissions as per
from launchctl.show.holds import open_hold
from launchctl.show.plan import Planned, Slot
from launchctl.show.tables import GOOD, ActionWord, CueWord
from launchctl.times import Micros

COUNTER_WORDS = {"open": "open", "freeze": "frozen", "hide": "hidden"}


def fire(core: Core, planned: Planned) -> None:
    """The cue fires: a new take. What has ended ok before is not run again."""
    cue = core.state.cues[planned.cue.id]
    kept = tuple(
        slot.id
        for slot in planned.slots
        if slot.id in cue.actions and cue.actions[slot.id].state in GOOD
    )
    due_us = core.now_us if cue.due_us is None else cue.due_us
    core.emit(
        ev.Fired,
        cue=planned.cue.id,
        by=cue.by,
        take=cue.next_take,
        due_us=due_us,
        late_by_us=max(0, core.clock(planned) - core.clock(planned, due_us)),
        kept=kept,
    )
    ask(core, planned)
    for slot in planned.slots:
        turn = slot.after is None or slot.after in kept
        if slot.id not in kept and turn and not isinstance(slot.action, act.End):
            begin(core, planned, slot)
    conclude(core, planned)


def begin(core: Core, planned: Planned, slot: Slot) -> None:
    """Start one action: journaled ones are done at once, the others leave."""
    action = slot.action
    match action:
        case act.Counter():
            core.emit(ev.CounterSet, counter=COUNTER_WORDS[action.counter])
            end_action(core, planned, slot, ActionWord.OK)
        case act.Player():
            core.emit(ev.PlayerSet, output=action.player)
            end_action(core, planned, slot, ActionWord.OK)
        case act.Say():
            _say(core, planned, slot, action)
        case act.Hold():
            open_hold(
                core,
                action.hold.name,
                "operator",
                reason=f"cue {planned.cue.id}",
                release=action.hold.release,
                for_us=action.hold.for_us,
            )
            end_action(core, planned, slot, ActionWord.OK)
        case act.Task():
            ask_task(core, planned, slot, action)
        case act.Silence():
            core.emit(ev.Silenced, accounts=accounts_of(core, action.silence))
            end_action(core, planned, slot, ActionWord.OK)
        case act.Retire():
            name = planned.cue.id
            retire(core, unsent(core, action.retire), f"cue {name}")
            end_action(core, planned, slot, ActionWord.OK)
        case act.CallProcedure():
            _call(core, planned, slot, action.call)
        case _:
            if isinstance(action, act.PlayMedia):
                plays_anew(core, planned.cue.id)
            send(core, planned, slot)


def _say(core: Core, planned: Planned, slot: Slot, action: act.Say) -> None:
    try:
        text = render(core, action, None)
    except NotRenderedError as error:
        end_action(core, planned, slot, ActionWord.FAILED, str(error))
        return
    core.emit(ev.Said, cue=planned.cue.id, to=action.say.to, text=text)
    end_action(core, planned, slot, ActionWord.OK)


def accounts_of(core: Core, named: tuple[str, ...]) -> tuple[str, ...]:
    """``all``, accounts and groups as accounts, in file order."""
    if "all" in named:
        return tuple(core.runbook.accounts)
    groups = core.runbook.groups
    wanted = [account for name in named for account in groups.get(name, (name,))]
    return tuple(name for name in core.runbook.accounts if name in wanted)


def _call(core: Core, planned: Planned, slot: Slot, procedure: str) -> None:
    refused = start_procedure(core, procedure, f"cue {planned.cue.id}")
    if refused is not None:
        end_action(core, planned, slot, ActionWord.FAILED, refused)


def send(core: Core, planned: Planned, slot: Slot) -> None:
    """One more attempt of an action; stopped if something has closed before it."""
    if per.is_retired(core, planned, slot):
        leave_out(core, planned, slot)
        return
    why = per.why_closed(core, planned, slot)
    if why is not None:
        end_action(core, planned, slot, ActionWord.STOPPED, why)
        return
    try:
        content = content_of(core, slot.action, slot.account)
        if slot.after is not None:
            content["reply_to"] = hung_on(core, planned.cue.id, slot)
    except NotRenderedError as error:
        end_action(core, planned, slot, ActionWord.FAILED, str(error))
        return
    cue = core.state.cues[planned.cue.id]
    key = key_of(core, planned, slot, cue.take)
    before = cue.actions.get(slot.id)
    attempt = 1 + (before.attempt if before and before.key == key else 0)
    once = slot.action.effect is Effect.ONCE
    core.emit(
        ev.Intent if once else ev.Commanded,
        cue=planned.cue.id,
        slot=slot.id,
        key=key,
        attempt=attempt,
        kind=slot.action.kind,
        target=target_of(core, slot.action, slot.account),
        effect=str(slot.action.effect),
        content=content,
        reason=f"cue {planned.cue.id}",
        deadline_us=core.now_us + deadline_span_us(slot.action),
        wanted=wanted_of(slot.action, content),
    )
    command = rebuild(core, planned.cue.id, cue.actions[slot.id])
    assert command is not None
    core.commands.append(command)
    follow(core, slot.action, key, f"{planned.cue.id}/{slot.id}")


def retry(core: Core, name: str, slot_id: str) -> None:
    """The next attempt of an action, if it still waits for one; or its first, if it is
    the next part of a thread.
    """
    cue = core.state.cues[name]
    action = cue.actions.get(slot_id)
    if action is None:
        _next_part(core, core.plan.cues[name], slot_id)
        return
    if action.state is not ActionWord.RETRYING:
        return
    next_us: Micros | None = action.next_us
    if next_us is None or next_us > core.now_us:
        return
    planned = core.plan.cues[name]
    slot = next(s for s in planned.slots if s.id == slot_id)
    if action.effect == Effect.ONCE and not in_time(core, name, core.now_us):
        detail = f"too late to be tried again: {action.detail}".rstrip(": ")
        end_action(core, planned, slot, ActionWord.FAILED, detail)
    else:
        send(core, planned, slot)
    conclude(core, planned)


def _next_part(core: Core, planned: Planned, slot_id: str) -> None:
    """The part before has its receipt: this one follows, but not after an abort."""
    cue = core.state.cues[planned.cue.id]
    slot = next((s for s in planned.slots if s.id == slot_id), None)
    if slot is None or slot.after is None or cue.state is not CueWord.RUNNING:
        return
    before = cue.actions.get(slot.after)
    if before is None or before.state not in GOOD or core.state.closing == "abort":
        return
    send(core, planned, slot)
    conclude(core, planned)
