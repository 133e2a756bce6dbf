"""What was seen of the world: stages, hands, orders, figures, embargoes.

SEMANTICS 5 (embargo, figure) and 6 (hands). After a restart a stage's wanted state is
asserted again; a machine never opens a microphone, starts a stream or goes against a
human hand by itself: it asks.
"""

from __future__ import annotations

from typing import Any

from launchctl.runbook import actions as act
from launchctl.runbook.embargo import embargoes_of
from launchctl.runbook.model import Lift, Seen
from launchctl.show import build
from launchctl.show import events as ev
from launchctl.show.clocks import n_at_wall, t_at, wall_at
from launchctl.show.core import Core
from launchctl.show.firing import send_loose
from launchctl.show.gates import why_gate_closed
from launchctl.show.inputs import (
    FigureTaken,
    HandSeen,
    HealthSeen,
    Noted,
    OrdersSeen,
    StageSeen,
)
from launchctl.show.others_lift import warn_of_others
from launchctl.show.outcomes import conclude, failed
from launchctl.show.outputs import seen_left
from launchctl.show.permissions import digest_of, why_embargo_closed
from launchctl.show.plan import Planned
from launchctl.show.state import ActionState
from launchctl.show.tables import FINISHED, ActionWord, CueWord
from launchctl.times import SECOND

STAGE_PATIENCE_US = 10 * SECOND
"""After a recovery, how long open commands wait for their stage to be seen."""

# --- stages -----------------------------------------------------------------------


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
        assert_again(core, seen.stage, "re-asserted after restart")
    elif back:
        _back_after_recovery(core, seen, program_before)


def _back_after_recovery(
    core: Core, seen: StageSeen, program_before: str | None
) -> None:
    """A stage is seen again after a crash of ours: open commands and its wanted state
    are sent again; but what somebody cut to meanwhile stays.
    """
    stage = core.state.stages[seen.stage]
    known = (None, program_before, stage.wanted.get("program"))
    if seen.program not in known:
        _obey(core, HandSeen(seen.stage, "program", seen.program))
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
        _end_loose(core, action, "its conductor ended")


def _end_loose(core: Core, action: ActionState, detail: str) -> None:
    core.emit(
        ev.ActionEnded,
        slot=action.slot,
        key=action.key,
        became=str(ActionWord.FAILED),
        detail=detail,
    )


def send_again(core: Core, cue: str | None, action: ActionState) -> None:
    """The same attempt once more, with a new deadline: repeating it does no harm."""
    command = build.rebuild(core, cue, action)
    if command is not None:
        core.commands.append(build.in_time(core, command, action.film_start_us))


def assert_again(core: Core, name: str, reason: str) -> None:
    """Send the wanted state of a stage again; ask where a machine must not decide."""
    stage = core.state.stages[name]
    wanted = sorted(stage.wanted.items(), key=lambda item: item[0] != "transition")
    serial = core.state.seq
    for what, value in wanted:
        asked = question(core, name, what, value)
        if asked is not None:
            core.emit(ev.NeedsPerson, stage=name, what=what, text=asked)
            continue
        action = build.action_for(name, what, value)
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
            if ((film.stage or first), film.media.scene) == (stage, value):
                return f"the film {film.media.play} was on program: play it again?"
    return None


def _question(what: str, value: Any) -> str | None:
    if what.startswith("audio:") and value:
        return f"{what.removeprefix('audio:')} was open: open it?"
    if (what, value) == ("stream", "start"):
        return "the stream was on: start it?"
    return None


def take_hand(core: Core, seen: HandSeen) -> None:
    """A person changed a stage: that is the wanted state now; what it undid failed."""
    if seen.stage not in core.state.stages:
        return
    _obey(core, seen)
    _lift_by_hand(core, seen)


def _obey(core: Core, seen: HandSeen) -> None:
    """Journal what a hand did, and end what it undid."""
    core.emit(ev.ByHand, stage=seen.stage, what=seen.what, value=seen.value)
    for left in tuple(core.state.loose.values()):
        place = (left.target, left.wanted, left.state)
        same = place == (f"stage:{seen.stage}", seen.what, ActionWord.SENT)
        again = not left.slot.startswith("safe/")
        if same and again and left.content.get("value") != seen.value:
            _end_loose(core, left, "undone by hand")
    for name in core.running():
        for slot in core.plan.cues[name].slots:
            action = core.state.cues[name].actions.get(slot.id)
            if action is None or action.state is not ActionWord.SENT:
                continue
            stage = action.target.removeprefix("stage:")
            if stage != seen.stage or action.wanted != seen.what:
                continue
            wanted = build.wanted_of(slot.action, action.content)
            if wanted is not None and wanted[1] != seen.value:
                _undone(core, core.plan.cues[name], slot.action, slot.id)


def _undone(core: Core, planned: Planned, action: act.AnyAction, slot: str) -> None:
    name = planned.cue.id
    detail = "undone by hand"
    core.emit(
        ev.ActionEnded,
        cue=name,
        slot=slot,
        key=core.state.cues[name].actions[slot].key,
        became=str(ActionWord.FAILED),
        detail=detail,
    )
    failed(core, name, action, detail)
    conclude(core, planned)


def offers(core: Core, stage: str) -> list[str]:
    """Cues that what a person put on program matches: ``fire`` is offered."""
    scene = core.state.stages[stage].by_hand.get("program")
    if scene is None:
        return []
    found = []
    for name, planned in core.plan.cues.items():
        if core.state.cues[name].state in (CueWord.PENDING, CueWord.STANDBY) and any(
            isinstance(slot.action, act.Scene)
            and slot.action.scene == scene
            and (slot.action.stage or core.runbook.first_stage) == stage
            for slot in planned.slots
        ):
            found.append(name)
    return found[:1]


# --- orders and figures ----------------------------------------------------------


def take_orders(core: Core, seen: OrdersSeen) -> None:
    """A sample, journaled only if something reads the orders."""
    if not core.plan.reads_orders:
        return
    core.emit(
        ev.OrdersSampled, values=_plain(seen.values), complete_us=seen.complete_us
    )


def _plain(value: Any) -> Any:
    if hasattr(value, "items"):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    return value


def take_figure(core: Core, seen: FigureTaken) -> None:
    """A figure is fixed for the run. Out of bounds: its posts park, approvals void."""
    figure = core.state.figures.get(seen.figure)
    if figure is None or figure.value is not None:
        return
    rules = core.runbook.figures[seen.figure]
    step = rules.round.down if rules.round else 1
    rounded = seen.value // step * step
    low, high = rules.bounds or (rounded, rounded)
    in_bounds = low <= rounded <= high
    core.emit(
        ev.FigureFixed,
        figure=seen.figure,
        value=seen.value,
        rounded=rounded,
        ledger_seq=seen.ledger_seq,
        unverified=seen.unverified,
        in_bounds=in_bounds,
    )
    if not in_bounds:
        _out_of_bounds(core, seen.figure, rounded)


def _out_of_bounds(core: Core, figure: str, rounded: int) -> None:
    reason = f"figure {figure} is out of bounds: {rounded}"
    for name in core.plan.figure_users.get(figure, ()):
        planned = core.plan.cues[name]
        for slot in planned.slots:
            if isinstance(slot.action, act.Post):
                digest = digest_of(core, planned, slot)
                roles = tuple(core.state.approvals.get(digest, ()))
                if roles:
                    core.emit(ev.Revoked, digest=digest, roles=roles, reason=reason)
        if core.state.cues[name].state in (
            CueWord.PENDING,
            CueWord.STANDBY,
            CueWord.WAITING,
        ):
            core.emit(ev.CueParked, cue=name, reason=reason)


def take_health(core: Core, seen: HealthSeen) -> None:
    """A far end's health, journaled on change."""
    if core.state.health.get(seen.target) != (seen.level, seen.text):
        core.emit(
            ev.HealthChanged, target=seen.target, level=seen.level, text=seen.text
        )


def take_note(core: Core, seen: Noted) -> None:
    """Something people shall see that decides nothing."""
    cue = seen.cue if seen.cue in core.state.cues else None
    core.emit(ev.NoteTaken, cue=cue, about=seen.about, text=seen.text, level=seen.level)


# --- embargoes -------------------------------------------------------------------


def check_lifts(core: Core) -> None:
    """Latch what holds now, and say once which embargo is open."""
    scenes, core.scenes_ok = core.scenes_ok, []
    for name, embargo in core.runbook.embargoes.items():
        for index, lift in enumerate(embargo.lifts):
            if index in core.state.latches.get(name, {}):
                continue
            why = _lifted(core, name, index, lift, scenes)
            if why is not None:
                core.emit(ev.LiftLatched, embargo=name, lift=index, why=why)
        if name in core.state.opened:
            continue
        not_before_us = embargo.not_before_us
        if not_before_us is not None and not_before_us > wall_at(
            core.state, core.now_us
        ):
            core.agenda.at_n(n_at_wall(core.state, not_before_us), "lifts", name)
        if why_embargo_closed(core, name) is None:
            core.emit(ev.EmbargoOpened, embargo=name)
        elif embargo.others_lift is not None and name not in core.state.warned:
            warn_of_others(core, name, embargo.others_lift)


def _on_program(core: Core, name: str, index: int, lift: Lift, why: str) -> str | None:
    """The lift's scene came on program: ``on_air`` holds, ``seen`` begins to count."""
    if not isinstance(lift.gate, Seen):
        return why
    if index not in core.state.lifting.get(name, {}):
        core.emit(ev.LiftBegan, embargo=name, lift=index, why=why)
    return _seen_by_now(core, name, index, lift)


def _seen_by_now(core: Core, name: str, index: int, lift: Lift) -> str | None:
    """Why a lift by ``seen`` that has begun holds now; None if it does not."""
    since_us = core.state.lifting.get(name, {}).get(index)
    if since_us is None or not isinstance(lift.gate, Seen):
        return None
    output = lift.gate.output
    left_us = seen_left(core, output, since_us)
    if left_us == 0:
        return f"viewers of {output} have seen {lift.gate.scene}"
    if core.state.outputs[output].still_since_us is None:
        core.agenda.at_n(core.now_us + left_us, "lifts", name)
    return None


def _lifted(
    core: Core,
    name: str,
    index: int,
    lift: Lift,
    scenes: list[tuple[str, act.Scene]],
) -> str | None:
    """Why the lift holds now; None if it does not."""
    if lift.at_us is not None:
        if wall_at(core.state, core.now_us) >= lift.at_us:
            return "its instant has come"
        core.agenda.at_n(n_at_wall(core.state, lift.at_us), "lifts", name)
        return None
    if lift.gate is None:
        return None
    picture = core.runbook.picture_of(lift.gate)
    if picture is not None:
        for cue, action in scenes:
            if picture == (action.scene, action.stage or core.runbook.first_stage):
                why = f"cue {cue} brought {action.scene} on program"
                return _on_program(core, name, index, lift, why)
        return _seen_by_now(core, name, index, lift)
    if f"embargo:{name}" in core.plan.timed:
        core.agenda.ticking[f"embargo:{name}"] = None
    guarded = tuple(
        planned
        for planned in core.plan.cues.values()
        if any(
            name in embargoes_of(core.runbook, planned.cue, slot.action)
            for slot in planned.slots
        )
    )
    if why_gate_closed(core, lift.gate, core.now_us, guarded) is None:
        return "its gate opened"
    return None


def _lift_by_hand(core: Core, seen: HandSeen) -> None:
    """A cut by hand lifts only from T-0 on."""
    t_us = t_at(core.state, core.now_us)
    if seen.what != "program" or t_us is None or t_us < 0:
        return
    for name, embargo in core.runbook.embargoes.items():
        for index, lift in enumerate(embargo.lifts):
            latched = index in core.state.latches.get(name, {})
            there = core.runbook.picture_of(lift.gate) == (seen.value, seen.stage)
            if not there or latched:
                continue
            cut = f"{seen.value} was cut to by hand"
            why = _on_program(core, name, index, lift, cut)
            if why is not None:
                core.emit(ev.LiftLatched, embargo=name, lift=index, why=why)
