"""Building commands: what an action becomes when it is about to leave."""

from __future__ import annotations

from dataclasses import replace

from launchctl.runbook import actions as act
from launchctl.runbook.actions import Effect
from launchctl.show.actions.content import NotRenderedError, content_of
from launchctl.show.actions.wanted import action_for
from launchctl.show.commands import Command
from launchctl.show.core import Core
from launchctl.show.inputs import Answer, Ended
from launchctl.show.plan import Planned, Slot
from launchctl.show.state import ActionState
from launchctl.show.tables import ACTIONS
from launchctl.times import Micros


def key_of(core: Core, planned: Planned, slot: Slot, take: int) -> str:
    """SEMANTICS 3: a wanted key has the cue's take, a once key the procedure's."""
    cue = planned.cue.id
    if slot.action.effect is Effect.ONCE:
        take = core.state.cues[cue].procedure_take
    return f"{core.run}/{take}/{cue}/{slot.id}"


def target_of(core: Core, action: act.AnyAction, account: str | None) -> str:
    """The far end: ``stage:main``, ``account:ceo``, ``http``, ``notify:crew``."""
    match action:
        case act.StageAction():
            return f"stage:{action.stage or core.runbook.first_stage}"
        case act.Post():
            return f"account:{account}"
        case act.Osc():
            return f"osc:{action.osc.to}"
        case act.Notify():
            return f"notify:{action.notify.to}"
        case act.Task():
            return f"role:{action.task.who}"
        case _:
            return ACTIONS[action.kind].target


def deadline_span_us(action: act.AnyAction) -> Micros:
    """How long one attempt may take (SEMANTICS 6)."""
    own_us = action.timeout_us
    span_us = ACTIONS[action.kind].deadline_us if own_us is None else own_us
    match action:
        case act.Task(task=act.TaskBody(within_us=within_us)):
            return within_us
        case act.Scene(transition=act.Transition(duration_us=fade_us), timeout_us=None):
            return span_us + fade_us
        case act.PlayMedia(timeout_us=None):
            return span_us + action.media.length_us
        case act.Http(http=act.HttpBody(confirm=act.Confirm(within_us=confirm_us))):
            return span_us + confirm_us
        case _:
            return span_us


def rebuild(core: Core, cue: str | None, state: ActionState) -> Command | None:
    """The command of an attempt that was journaled; None if its action is gone."""
    if cue is None:
        action = _loose_action(core, state)
    else:
        slots = core.plan.cues[cue].slots
        action = next((s.action for s in slots if s.id == state.slot), None)
    if action is None:
        return None
    return Command(
        key=state.key,
        attempt=state.attempt,
        target=state.target,
        action=action,
        effect=Effect(state.effect),
        cue=cue or "",
        reason=f"cue {cue}" if cue else state.slot,
        content=state.content,
        sent_after_us=state.began_us,
        deadline_us=state.deadline_us,
    )


def _loose_action(core: Core, state: ActionState) -> act.AnyAction | None:
    if state.slot.startswith("safe/"):
        return core.runbook.safe[int(state.slot.removeprefix("safe/"))]
    if state.target == "http":
        return None  # an undo is not made again: a person calls for it anew
    stage = state.target.removeprefix("stage:")
    return action_for(stage, state.wanted or "", state.content.get("value"))


def unknown_answer(action: ActionState) -> Ended:
    """The answer of an attempt whose sender died: nobody knows."""
    return Ended(
        key=action.key,
        attempt=action.attempt,
        answer=Answer.UNKNOWN,
        detail="the conductor ended before the answer came",
    )


def with_new_deadline(
    core: Core, command: Command, film_us: Micros | None = None
) -> Command:
    """The same command with a new deadline: it is sent again after a recovery. A film
    is not played again: it is only looked at, whether it plays on since ``film_us``.
    """
    if isinstance(command.action, act.PlayMedia):
        content = {**command.content, "resume": True, "start_us": film_us}
        command = replace(command, content=content)
    deadline_us = core.now_us + deadline_span_us(command.action)
    return replace(command, deadline_us=deadline_us, reason="sent again after recovery")


def previews(core: Core, planned: Planned) -> list[Command]:
    """The commands that firing the cue now would give, as far as they can be known; to
    the stages that follow, too.
    """
    take = core.state.cues[planned.cue.id].next_take
    commands = []
    for slot in planned.slots:
        if not ACTIONS[slot.action.kind].target:
            continue
        for action in (slot.action, *copies(core, slot.action).values()):
            try:
                content = content_of(core, action, slot.account)
            except NotRenderedError:
                continue
            commands.append(
                Command(
                    key=key_of(core, planned, slot, take),
                    attempt=0,
                    target=target_of(core, action, slot.account),
                    action=action,
                    effect=action.effect,
                    cue=planned.cue.id,
                    reason=f"prepare cue {planned.cue.id}",
                    content=content,
                    deadline_us=core.now_us + deadline_span_us(action),
                )
            )
    return commands


def copies(core: Core, action: act.AnyAction) -> dict[str, act.AnyAction]:
    """The same by each stage that follows the action's; what is sent once is not."""
    if not isinstance(action, act.StageAction) or action.effect is not Effect.WANTED:
        return {}
    lead = action.stage or core.runbook.first_stage or ""
    return {
        name: action.model_copy(update={"stage": name})
        for name in core.runbook.followers(lead)
    }
