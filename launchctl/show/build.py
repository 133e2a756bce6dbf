"""Building commands: what an action becomes when it is about to leave.

A new action is a class in ``runbook/actions/``, a row in ``tables.ACTIONS`` and, if
it leaves the engine, an arm in ``content_of`` and ``wanted_of``.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from launchctl.runbook import actions as act
from launchctl.runbook.actions import Effect
from launchctl.runbook.digest import text_of
from launchctl.runbook.languages import vars_in
from launchctl.runbook.templates import template
from launchctl.show.commands import Command
from launchctl.show.core import Core
from launchctl.show.inputs import Answer, Ended
from launchctl.show.plan import Planned, Slot
from launchctl.show.state import ActionState
from launchctl.show.tables import ACTIONS
from launchctl.show.values import values_of
from launchctl.times import Micros


class NotRenderedError(Exception):
    """A text could not be rendered; the sentence says why."""


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


def content_of(
    core: Core, action: act.AnyAction, account: str | None
) -> dict[str, Any]:
    """The rendered values of a command, as plain JSON values.

    Raises:
        NotRenderedError: a name of its text has no value.
    """
    match action:
        case act.Scene():
            return {"scene": action.scene}
        case act.LowerThird():
            stage = core.state.stages[action.stage or core.runbook.first_stage or ""]
            scene = action.lower_third.scene or stage.program
            return {
                "scene": scene or stage.wanted.get("program"),
                "text": render(core, action, None),
            }
        case act.PlayMedia():
            return {"scene": action.media.scene}
        case act.SetText():
            return {"text": render(core, action, None)}
        case act.Visible():
            stage = core.state.stages[action.stage or core.runbook.first_stage or ""]
            scene = action.visible.scene or stage.program or stage.wanted.get("program")
            return {"scene": scene}
        case act.Notify():
            return {"text": render(core, action, None)}
        case act.Post():
            return {
                "text": render(core, action, account),
                "media": [media.model_dump() for media in action.post.media],
                "reply_to": _reply_to(core, action, account),
            } | _repeated(core, action, account)
        case _:
            return {}


def render(core: Core, action: act.AnyAction, account: str | None) -> str:
    """The action's text with the values of now.

    Raises:
        NotRenderedError: a name of its text has no value.
    """
    parsed = template(text_of(action) or "")
    lang = core.runbook.accounts[account].lang if account else None
    try:
        values = values_of(core, parsed.paths)
        if "vars" in values:
            values["vars"] = vars_in(core.runbook, lang)
        return parsed.render(
            values,
            lang or core.runbook.locale,
            core.runbook.timezone or "UTC",
        )
    except (LookupError, ValueError) as error:
        raise NotRenderedError(f"the text cannot be rendered: {error}") from None


def _reply_to(core: Core, action: act.Post, account: str | None) -> str | None:
    """The id of what this post answers: of a cue's post, or as written."""
    if action.post.answers is not None or isinstance(action, act.Repost):
        return action.post.answers
    if action.post.reply_to is None:
        return None
    return _receipt(core, action, account)


def _repeated(core: Core, action: act.Post, account: str | None) -> dict[str, Any]:
    """What a repost shows again."""
    if not isinstance(action, act.Repost):
        return {}
    return {"repost": _receipt(core, action, account)}


def _receipt(core: Core, action: act.Post, account: str | None) -> str:
    """The receipt id of the cue it names: on the same account, else on any (a plain
    ``post`` answers only its own).
    """
    cue = action.post.reply_to or ""
    sent = [item for item in core.state.cues[cue].actions.values() if item.receipt_id]
    own = [item for item in sent if item.target == f"account:{account}"]
    if not own and action.kind != "post":
        own = sent
    what = "repost" if isinstance(action, act.Repost) else "reply to"
    if not own or own[0].receipt_id is None:
        raise NotRenderedError(f"{cue} has no receipt to {what}")
    return own[0].receipt_id


def hung_on(core: Core, cue: str, slot: Slot) -> str:
    """The receipt id of the part before.

    Raises:
        NotRenderedError: it has none.
    """
    before = core.state.cues[cue].actions.get(slot.after or "")
    if before is None or before.receipt_id is None:
        raise NotRenderedError("the part before it has no receipt to hang on")
    return before.receipt_id


def said(core: Core, action: act.Say) -> str:
    """What a word says; as written where a name of it has no value."""
    try:
        return render(core, action, None)
    except NotRenderedError:
        return action.say.text


def wanted_of(action: act.AnyAction, content: dict[str, Any]) -> tuple[str, Any] | None:
    """The wanted field of a stage that an action sets, and its value."""
    match action:
        case act.Scene():
            return "program", action.scene
        case act.LowerThird():
            place = f"{content['scene']}/{action.lower_third.source}"
            return f"lower_third:{place}", content["text"]
        case act.PlayMedia():
            return "program", action.media.scene
        case act.SetTransition():
            return "transition", action.transition.model_dump()
        case act.SetText():
            return f"text:{action.text.source}", content["text"]
        case act.Visible():
            what = f"visible:{content['scene']}/{action.visible.source}"
            return what, action.visible.show
        case act.Audio():
            return f"audio:{action.audio.input}", action.audio.open
        case act.Stream():
            return "stream", action.stream
        case act.Record():
            return "record", action.record
        case _:
            return None


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
    stage = state.target.removeprefix("stage:")
    return action_for(stage, state.wanted or "", state.content.get("value"))


def action_for(stage: str, what: str, value: Any) -> act.AnyAction | None:
    """The action that makes a stage what is wanted: for asserting it again."""
    kind, _, name = what.partition(":")
    match kind:
        case "program":
            return act.Scene(stage=stage, scene=value)
        case "transition":
            return act.SetTransition(
                stage=stage, transition=act.Transition.model_validate(value)
            )
        case "text":
            return act.SetText(
                stage=stage, text=act.SourceText(source=name, text=str(value))
            )
        case "visible":
            scene, _, source = name.rpartition("/")
            return act.Visible(
                stage=stage,
                visible=act.Visibility(source=source, scene=scene or None, show=value),
            )
        case "lower_third":
            scene, _, source = name.rpartition("/")
            return act.LowerThird(
                stage=stage,
                lower_third=act.LowerThirdBody(
                    source=source, text=str(value), scene=scene
                ),
            )
        case "audio":
            return act.Audio(stage=stage, audio=act.Fader(input=name, open=value))
        case "record":
            return act.Record(stage=stage, record=value)
        case _:
            return None


def unknown(action: ActionState) -> Ended:
    """The answer of an attempt whose sender died: nobody knows."""
    return Ended(
        key=action.key,
        attempt=action.attempt,
        answer=Answer.UNKNOWN,
        detail="the conductor ended before the answer came",
    )


def in_time(core: Core, command: Command, film_us: Micros | None = None) -> Command:
    """The same command with a new deadline: it is sent again after a recovery. A film
    is not played again: it is only looked at, whether it plays on since ``film_us``.
    """
    if isinstance(command.action, act.PlayMedia):
        content = {**command.content, "resume": True, "start_us": film_us}
        command = replace(command, content=content)
    deadline_us = core.now_us + deadline_span_us(command.action)
    return replace(command, deadline_us=deadline_us, reason="sent again after recovery")


def previews(core: Core, planned: Planned) -> list[Command]:
    """The commands that firing the cue now would give, as far as they can be known."""
    commands = []
    for slot in planned.slots:
        action = slot.action
        if not ACTIONS[action.kind].target:
            continue
        try:
            content = content_of(core, action, slot.account)
        except NotRenderedError:
            continue
        commands.append(
            Command(
                key=key_of(
                    core, planned, slot, core.state.cues[planned.cue.id].next_take
                ),
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
