"""What an action with ``for`` made ends by itself; N runs on in holds."""

from __future__ import annotations

from launchctl.runbook import actions as act
from launchctl.show import events as ev
from launchctl.show.core import Core
from launchctl.show.state import ActionState
from launchctl.times import Micros


def ends_itself(action: act.AnyAction) -> tuple[Micros, bool] | None:
    """(for how long, whether its source is shown then); None: it stays."""
    match action:
        case act.Visible(visible=act.Visibility(for_us=int(for_us), show=show)):
            return for_us, not show
        case act.LowerThird(lower_third=act.LowerThirdBody(for_us=int(for_us))):
            return for_us, False
    return None


def shown_for(
    core: Core, cue: str | None, done: ActionState, ends: tuple[Micros, bool]
) -> None:
    """It succeeded: its time begins, unless something took its place already."""
    stage = done.target.removeprefix("stage:")
    made = done.content["text"] if done.kind == "lower_third" else not ends[1]
    if core.state.stages[stage].wanted.get(done.wanted or "") != made:
        return
    until_us = core.now_us + ends[0]
    core.emit(
        ev.ShownFor,
        cue=cue,
        stage=stage,
        what=done.wanted or "",
        show=ends[1],
        until_us=until_us,
    )
    core.agenda.at_n(until_us, "shown", stage)
