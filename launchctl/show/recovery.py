"""Taking a run up again after a crash, from a folded journal (SEMANTICS 5, Recovery).

Open intents are settled, wanted commands without outcome are sent again. Those of a
stage are sent, and its wanted state is asserted, once it is seen again.
"""

from __future__ import annotations

from launchctl.show import events as ev
from launchctl.show.actions.build import unknown_answer
from launchctl.show.actions.outcomes import settle_again, take_ended
from launchctl.show.commands import TakeFigure
from launchctl.show.core import Core
from launchctl.show.holds import catch_up
from launchctl.show.state import ActionState
from launchctl.show.tables import ActionWord
from launchctl.show.world.stages import (
    STAGE_PATIENCE_US,
    ask_counter,
    send_again,
    take_up_loose,
)
from launchctl.times import Micros


def take_up(core: Core, now_us: Micros) -> None:
    """Journal the recovery, and what of it concerns open actions and figures."""
    core.now_us = now_us
    # planned holds come at their own instants, though nobody lived then
    catch_up(core, core.now_us, before=True)
    core.emit(ev.Recovered)
    for name in core.state.stages:
        core.agenda.at_n(core.now_us + STAGE_PATIENCE_US, "stage", name)
        ask_counter(core, name)
    for name, cue in core.state.cues.items():
        for action in cue.actions.values():
            _take_up_action(core, name, action)
    for action in tuple(core.state.loose.values()):
        take_up_loose(core, action)
    for figure, taken in core.state.figures.items():
        if taken.value is None:
            of = core.runbook.figures[figure].of
            core.commands.append(TakeFigure(figure, of, taken.as_of_us))


def _take_up_action(core: Core, cue: str, action: ActionState) -> None:
    """A predecessor's open attempt: once is read, at-least-once is sent again."""
    if action.state is ActionWord.SETTLING:
        settle_again(core, cue, action)
    elif action.state is ActionWord.SENT and action.effect == "once":
        take_ended(core, unknown_answer(action))
    elif action.state is ActionWord.SENT and not _is_kept(action):
        send_again(core, cue, action)


def _is_kept(action: ActionState) -> bool:
    """A stage's command is sent once the stage is seen; a task stays asked."""
    return action.target.startswith("stage:") or action.kind == "task"
