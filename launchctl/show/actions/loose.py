"""Commands that belong to no cue: nobody waits for them, and their failure only warns.

A stage that ``follows`` another gets a copy of each of its wanted commands this way
(SEMANTICS 6): the show goes by the stage that leads.
"""

from __future__ import annotations

from launchctl.runbook import actions as act
from launchctl.runbook.actions import Effect
from launchctl.show import events as ev
from launchctl.show.actions.build import copies, deadline_span_us, target_of
from launchctl.show.actions.content import NotRenderedError, content_of
from launchctl.show.actions.for_a_while import ends_itself, shown_for
from launchctl.show.actions.wanted import wanted_of
from launchctl.show.commands import Command
from launchctl.show.core import Core
from launchctl.show.state import ActionState
from launchctl.show.tables import ActionWord

AGAIN = "again/"
FOLLOW = "follow/"
UNDO = "undo/"


def send_loose(
    core: Core, key: str, slot: str, action: act.AnyAction, reason: str
) -> None:
    """An action without a cue: of ``safe:``, a jump, ``do``, of a stage that follows,
    asserted again; or a call that takes another back, once.
    """
    try:
        content = content_of(core, action, None)
    except NotRenderedError as error:
        core.emit(ev.NoteTaken, about=slot, text=str(error), level="warning")
        return
    wanted = wanted_of(action, content)
    if not slot.startswith("safe/") and wanted is not None:
        content = {**content, "value": wanted[1]}
    if (ends := ends_itself(action)) is not None:
        content = {**content, "for_us": ends[0], "then": ends[1]}
    event = core.emit(
        ev.Intent if action.effect is Effect.ONCE else ev.Commanded,
        slot=slot,
        key=key,
        attempt=1,
        kind=action.kind,
        target=target_of(core, action, None),
        effect=str(action.effect),
        content=content,
        reason=reason,
        deadline_us=core.now_us + deadline_span_us(action),
        wanted=wanted,
    )
    core.agenda.wire[key] = (None, key)
    core.commands.append(
        Command(
            key=key,
            attempt=1,
            target=event.target,
            action=action,
            effect=action.effect,
            cue="",
            reason=reason,
            content=content,
            sent_after_us=core.now_us,
            deadline_us=event.deadline_us,
        )
    )
    if not slot.startswith((AGAIN, FOLLOW)):
        follow(core, action, key, slot)


def follow(core: Core, action: act.AnyAction, key: str, place: str) -> None:
    """The same command to the stages that follow the action's.

    Args:
        core: the engine.
        action: what was sent.
        key: of its command.
        place: whose it is: ``CUE/SLOT``, or the slot of a loose one.
    """
    for name, copy in copies(core, action).items():
        slot = f"{FOLLOW}{name}/{place}"
        send_loose(core, f"{key}/{name}", slot, copy, f"{name} follows")


def ended(core: Core, action: ActionState, detail: str) -> None:
    """An answer to a loose command: a failure is said; a scene of a cue's copy counts
    for lifts as that of the cue does.
    """
    if action.state is ActionWord.FAILED and not _cut_by_us(core, action):
        where = action.target.partition(":")[2] or action.slot
        text = f"{where}: {action.kind}: {detail or 'failed'}"
        level = "bad" if action.slot.startswith(UNDO) else "warning"
        core.emit(ev.NoteTaken, about=action.slot, text=text, level=level)
    if action.state is not ActionWord.OK:
        return
    if "for_us" in action.content:
        shown_for(
            core, None, action, (action.content["for_us"], action.content["then"])
        )
    if not action.slot.startswith(FOLLOW):
        return
    _, stage, cue, *_ = action.slot.split("/")
    if action.kind == "scene" and cue in core.state.cues:
        scene = str(action.content["scene"])
        core.scenes_ok.append((cue, act.Scene(stage=stage, scene=scene)))
        core.agenda.lifts = True


def _cut_by_us(core: Core, action: ActionState) -> bool:
    """True of a film that a later command of ours took off program."""
    if action.kind != "media":
        return False
    stage = core.state.stages[action.target.removeprefix("stage:")]
    return bool(stage.wanted.get("program") != action.content["scene"])


def missed(core: Core, stage: str) -> list[str]:
    """What is wanted of a stage and was last commanded in vain."""
    last: dict[str, ActionState] = {}
    for action in core.state.loose.values():
        if action.target == f"stage:{stage}" and action.wanted:
            last[action.wanted] = action
    wanted = core.state.stages[stage].wanted
    return [
        what
        for what, action in last.items()
        if action.state is ActionWord.FAILED
        and what in wanted
        and wanted[what] == action.content.get("value")
    ]
