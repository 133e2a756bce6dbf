"""What is seen of stages, and their wanted state asserted again (SEMANTICS 5 and 6).

After a restart a stage's wanted state is asserted again; a machine never opens a
microphone, starts a stream or goes against a human hand by itself: it asks.
"""

from __future__ import annotations

from typing import Any

from launchctl.runbook import actions as act
from launchctl.show import events as ev
from launchctl.show.actions.build import rebuild, with_new_deadline
from launchctl.show.actions.loose import missed, send_loose
from launchctl.show.actions.wanted import action_for
from launchctl.show.core import Core
from launchctl.show.inputs import (
    HandSeen,
    StageSeen,
)
from launchctl.show.state import ActionState
from launchctl.show.tables import FINISHED, ActionWord
from launchctl.show.world.hands import end_loose, obey
from launchctl.times import SECOND

STAGE_PATIENCE_US = 10 * SECOND
"""After a recovery, how long open commands wait for their stage to be seen."""


def take_stage(core: Core, seen: StageSeen) -> None:
    """A stage's driver reports; only what changed is journaled."""
    stage = core.state.stages.get(seen.stage)
    if stage is None:
        return
    program = seen.program if seen.connected else None
    skipped = None if seen.skipped is None else round(seen.skipped, 2)
    now = (
        seen.connected,
        program,
        seen.streaming,
        seen.reconnecting,
        seen.recording,
        skipped,
        seen.detail,
    )
    before = (
        stage.connected,
        stage.program,
        stage.streaming,
        stage.reconnecting,
        stage.recording,
        stage.skipped,
        stage.detail,
    )
    back = stage.unsure and seen.connected
    if now == before and not seen.restarted and not back:
        return
    program_before = stage.program
    was_away, shown_us = not stage.connected, dict(stage.last_on)
    core.emit(
        ev.StageChanged,
        stage=seen.stage,
        connected=seen.connected,
        restarted=seen.restarted,
        program=program,
        streaming=seen.streaming,
        reconnecting=seen.reconnecting,
        recording=seen.recording,
        skipped=skipped,
        detail=seen.detail,
    )
    if seen.restarted:
        if back:
            no_longer_wait(core, seen.stage)
        assert_again(core, seen.stage, "re-asserted after restart")
        ask_counter(core, seen.stage)
    elif back:
        _back_after_recovery(core, seen, program_before)
    elif was_away and seen.connected and core.runbook.stages[seen.stage].follows:
        _catch_up(core, seen, max(shown_us, key=lambda s: shown_us[s], default=None))


def _back_after_recovery(
    core: Core, seen: StageSeen, program_before: str | None
) -> None:
    """A stage is seen again after a crash of ours: open commands and its wanted state
    are sent again; but what somebody cut to meanwhile stays.
    """
    stage = core.state.stages[seen.stage]
    known = (None, program_before, stage.wanted.get("program"))
    if seen.program not in known:
        obey(core, HandSeen(seen.stage, "program", seen.program))
    no_longer_wait(core, seen.stage)
    assert_again(core, seen.stage, "re-asserted after recovery")


def no_longer_wait(core: Core, name: str) -> None:
    """Send the commands again that a predecessor left without outcome on a stage."""
    for cue in core.running():
        for action in tuple(core.state.cues[cue].actions.values()):
            mine = action.target == f"stage:{name}" and action.effect == "wanted"
            if mine and action.state is ActionWord.SENT:
                send_again(core, cue, action)
    for action in core.state.loose.values():
        if action.target == f"stage:{name}" and _left_safe(action):
            send_again(core, None, action)


def _left_safe(action: ActionState) -> bool:
    """True of an action of ``safe:`` that nobody has answered."""
    return action.state is ActionWord.SENT and action.slot.startswith("safe/")


def take_up_loose(core: Core, action: ActionState) -> None:
    """A predecessor's open action without a cue: ``safe:`` is sent again, once its
    stage is seen; what it asserted again is over, as it will be asserted anew.
    """
    if _left_safe(action):
        if not action.target.startswith("stage:"):
            send_again(core, None, action)
    elif action.state is ActionWord.SENT:
        end_loose(core, action, "its conductor ended")


def send_again(core: Core, cue: str | None, action: ActionState) -> None:
    """The same attempt once more, with a new deadline: repeating it does no harm."""
    command = rebuild(core, cue, action)
    if command is not None:
        core.commands.append(with_new_deadline(core, command, action.film_start_us))


def _catch_up(core: Core, seen: StageSeen, shown: str | None) -> None:
    """A stage that follows is there again: what it missed is sent; but what somebody
    cut to meanwhile stays. ``shown`` is what it showed before.
    """
    stage = core.state.stages[seen.stage]
    if seen.program not in (None, shown, stage.wanted.get("program")):
        obey(core, HandSeen(seen.stage, "program", seen.program))
    _assert(core, seen.stage, missed(core, seen.stage), "missed while it was away")


def assert_again(core: Core, name: str, reason: str) -> None:
    """Send the wanted state of a stage again; ask where a machine must not decide."""
    wanted = core.state.stages[name].wanted
    _assert(core, name, sorted(wanted, key=lambda what: what != "transition"), reason)


def ask_counter(core: Core, name: str) -> None:
    """A machine does not open the counter again where the stage shows it: it asks."""
    orders = core.runbook.orders
    show_on = orders.show_on if orders else None
    if show_on is None or core.state.counter != "open":
        return
    if name == (show_on.stage or core.runbook.first_stage):
        text = "the counter was open: open it?"
        core.emit(ev.NeedsPerson, stage=name, what="counter", text=text)


def _assert(core: Core, name: str, fields: list[str], reason: str) -> None:
    stage = core.state.stages[name]
    serial = core.state.seq
    for what in fields:
        value = stage.wanted[what]
        if (what, value) == ("stream", "start") and stage.streaming:
            continue  # it never stopped: there is nothing to bring back
        asked = question(core, name, what, value)
        if asked is not None:
            core.emit(ev.NeedsPerson, stage=name, what=what, text=asked)
            continue
        action = action_for(name, what, value)
        if action is None or (what, value) == ("record", "stop"):
            continue
        key = f"{core.run}/again/{serial}/{name}/{what}"
        send_loose(core, key, f"again/{name}/{what}", action, reason)


def question(core: Core, stage: str, what: str, value: Any) -> str | None:
    """What a machine asks instead of doing it; None if it may do it."""
    return _question(what, value) or _film_question(core, stage, what, value)


def no_longer_shown(core: Core, name: str) -> None:
    """The time of what ``for`` made is over, unless something took its place."""
    if core.state.show in FINISHED:
        return
    for what, (show, until_us) in tuple(core.state.stages[name].shown.items()):
        if until_us > core.now_us:
            continue
        scene, _, source = what.partition(":")[2].rpartition("/")
        body = act.Visibility(source=source, scene=scene or None, show=show)
        place = f"visible:{scene}/{source}"
        key = f"{core.run}/again/{core.state.seq}/{name}/{place}"
        action = act.Visible(stage=name, visible=body)
        send_loose(core, key, f"again/{name}/{place}", action, "its time is over")


def _film_question(core: Core, stage: str, what: str, value: Any) -> str | None:
    """A film's scene may start its film: a machine does not put it on program again."""
    first = core.runbook.first_stage
    for cue in core.plan.films if what == "program" else ():
        for slot in core.plan.cues[cue].slots:
            film = slot.action
            if not isinstance(film, act.PlayMedia):
                continue
            lead = film.stage or first or ""
            stages = (lead, *core.runbook.followers(lead))
            if stage in stages and film.media.scene == value:
                return f"the film {film.media.play} was on program: play it again?"
    return None


def _question(what: str, value: Any) -> str | None:
    if what.startswith("audio:") and value:
        return f"{what.removeprefix('audio:')} was open: open it?"
    if (what, value) == ("stream", "start"):
        return "the stream was on: start it?"
    return None
