"""Jump and do: a person sets the stages, without a cue that fires (SEMANTICS 2, 8).

A jump leaves out what stands before a cue in the file and sets the stages as if it had
run. What a machine must not decide (a microphone, the stream, the counter) it asks.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from launchctl.runbook import actions as act
from launchctl.runbook.one_action import NoActionError, one_action
from launchctl.show import events as ev
from launchctl.show.actions.content import NotRenderedError, content_of, said
from launchctl.show.actions.firing import COUNTER_WORDS
from launchctl.show.actions.left import left_on_page, left_on_stages
from launchctl.show.actions.loose import send_loose
from launchctl.show.core import Core
from launchctl.show.inputs import Call
from launchctl.show.plan import Planned, predecessors
from launchctl.show.tables import UNFIRED, CueWord
from launchctl.show.verbs.base import Do, Refused, cue_of
from launchctl.show.verbs.shown import confirm_list
from launchctl.show.world.stages import question

_SKIPS = tuple(word for word in UNFIRED if word is not CueWord.PARKED)


@dataclass(frozen=True, slots=True)
class _Wish:
    """A field of a stage as it would be had the cues run."""

    stage: str
    what: str
    value: Any
    action: act.AnyAction
    asks: str | None
    """What a person is asked, where a machine must not decide."""


def jump(core: Core, call: Call) -> Do:
    """Skip what stands before a cue, and set the stages as if it had run."""
    planned, cue = cue_of(core, call)
    name = planned.cue.id
    if planned.procedure is not None:
        raise Refused(f"cue {name} belongs to procedure {planned.procedure}")
    if cue.state not in UNFIRED:
        raise Refused(f"cue {name} is {cue.state}: jump to one that is to come")
    skipped = _before(core, planned)
    wishes = _folded(core, skipped)
    page = _page(core, skipped)
    confirm_list(call, _lines(skipped, wishes, page))
    return partial(_do_jump, core, call, skipped, wishes, page)


def _before(core: Core, planned: Planned) -> list[str]:
    """Unfired unpinned cues before it in the file that it does not hang on."""
    needed: dict[str, None] = {}
    to_see = [planned.cue.id]
    while to_see:
        name = to_see.pop()
        if name in needed:
            continue
        needed[name] = None
        cue = core.plan.cues[name].cue
        to_see.extend(predecessors(cue))
        if cue.option is not None:
            to_see.append(cue.option.choice)
    return [
        name
        for name in core.plan.unpinned
        if core.plan.cues[name].order < planned.order
        and name not in needed
        and core.state.cues[name].state in _SKIPS
    ]


def _folded(core: Core, skipped: list[str]) -> list[_Wish]:
    """What the skipped cues would have left on the stages, and nobody has set."""
    wishes = [
        _Wish(
            left.stage,
            left.what,
            left.value,
            left.action,
            _question(core, left.stage, left.what, left.value),
        )
        for left in left_on_stages(core, skipped)
        if core.state.stages[left.stage].wanted.get(left.what) != left.value
    ]
    return sorted(wishes, key=lambda wish: wish.what != "transition")


def _question(core: Core, stage: str, what: str, value: Any) -> str | None:
    if what == "stream":
        return f"{value} the stream?"
    return question(core, stage, what, value)


def _page(core: Core, skipped: list[str]) -> dict[str, str]:
    """What the skipped cues would have made of counter and player, if it is not so."""
    left = left_on_page(core, skipped)
    is_now = {"counter": core.state.counter, "player": core.state.player}
    return {what: value for what, value in left.items() if is_now[what] != value}


def _lines(skipped: list[str], wishes: list[_Wish], page: dict[str, str]) -> list[str]:
    lines = [f"{name}: skipped" for name in skipped]
    for wish in wishes:
        if wish.asks is None:
            lines.append(f"stage {wish.stage}: {wish.what} becomes {_said(wish.value)}")
        else:
            lines.append(f"stage {wish.stage}: asks a person: {wish.asks}")
    for what, value in page.items():
        asks = (what, value) == ("counter", "open")
        lines.append(f"{what}: asks a person: open it?" if asks else f"{what}: {value}")
    return lines or ["nothing stands before it, and no stage changes"]


def _said(value: Any) -> str:
    return value if isinstance(value, str) else str(value)


def _do_jump(
    core: Core,
    call: Call,
    skipped: list[str],
    wishes: list[_Wish],
    page: dict[str, str],
) -> None:
    reason = f"jumped to {call.target}"
    for name in skipped:
        core.emit(ev.CueSkipped, cue=name, by=call.by, reason=reason)
    serial = core.state.seq
    for wish in wishes:
        asks = wish.asks
        if asks is not None:
            core.emit(ev.NeedsPerson, stage=wish.stage, what=wish.what, text=asks)
            continue
        place = f"jump/{serial}/{wish.stage}/{wish.what}"
        send_loose(core, f"{core.run}/{place}", place, wish.action, reason)
    for what, value in page.items():
        if what == "player":
            core.emit(ev.PlayerSet, by=call.by, output=value)
        elif value != "open":
            core.emit(ev.CounterSet, by=call.by, counter=value)
        else:
            text = f"{reason}: the counter would be open: open it?"
            core.emit(ev.NoteTaken, about="counter", text=text, level="warning")


# --- do --------------------------------------------------------------------------


def do_one(core: Core, call: Call) -> Do:
    """One wanted action now, by a person: no cue, no gate, also in a hold."""
    try:
        action = one_action(core.runbook, str(call.args.get("action") or ""))
    except NoActionError as error:
        raise Refused(str(error)) from None
    if action.effect is not act.Effect.WANTED:
        raise Refused(f"do takes what can be repeated; {action.kind} cannot")
    if isinstance(action, act.PlayMedia):
        raise Refused("do plays no film: fire its cue")
    if isinstance(action, act.StageAction):
        try:
            content_of(core, action, None)
        except NotRenderedError as error:
            raise Refused(str(error)) from None
    return partial(_do_action, core, call, action)


def _do_action(core: Core, call: Call, action: act.AnyAction) -> None:
    match action:
        case act.Counter():
            word = COUNTER_WORDS[action.counter]
            core.emit(ev.CounterSet, by=call.by, counter=word)
        case act.Player():
            core.emit(ev.PlayerSet, by=call.by, output=action.player)
        case act.Say(say=act.SayBody(to=to)):
            core.emit(ev.Said, by=call.by, to=to, text=said(core, action))
        case _:
            place = f"do/{core.state.seq}"
            send_loose(core, f"{core.run}/{place}", place, action, f"do, by {call.by}")
