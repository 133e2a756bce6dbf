"""What the engine does with each kind of input; a new kind is a row of ``_TAKE``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from launchctl.show import events as ev
from launchctl.show.actions.films import take_film
from launchctl.show.actions.outcomes import take_ended, take_stopped
from launchctl.show.actions.settling import take_settled
from launchctl.show.core import Core
from launchctl.show.gates.urls import take_url
from launchctl.show.inputs import (
    Call,
    ClockStepped,
    Ended,
    FigureTaken,
    FilmSeen,
    HandSeen,
    HealthSeen,
    Input,
    Noted,
    OrdersSeen,
    OutputSeen,
    PostSeen,
    RunbookSeen,
    Settled,
    StageSeen,
    Stalled,
    Stopped,
    UrlSeen,
)
from launchctl.show.tables import FINISHED
from launchctl.show.verbs.calls import answer
from launchctl.show.world.hand_posts import take_post
from launchctl.show.world.hands import take_hand
from launchctl.show.world.orders import take_figure, take_orders
from launchctl.show.world.outputs import take_output
from launchctl.show.world.stages import (
    take_stage,
)


def take(core: Core, item: Input) -> None:
    """Take one input; once the show is over only calls are answered."""
    if isinstance(item, Call):
        answer(core, item)
    elif core.state.show not in FINISHED:
        _TAKE[type(item)](core, item)


def _take_step(core: Core, seen: ClockStepped) -> None:
    core.emit(ev.WallStepped, skew_us=seen.skew_us)


def _take_stall(core: Core, seen: Stalled) -> None:
    core.emit(ev.Stalled, cause=seen.cause, lost_us=seen.lost_us)


def _take_runbook(core: Core, seen: RunbookSeen) -> None:
    core.offered[seen.runbook.digest] = seen.runbook


def _take_health(core: Core, seen: HealthSeen) -> None:
    """A far end's health, journaled on change."""
    if core.state.health.get(seen.target) != (seen.level, seen.text):
        core.emit(
            ev.HealthChanged, target=seen.target, level=seen.level, text=seen.text
        )


def _take_note(core: Core, seen: Noted) -> None:
    """Something people shall see that decides nothing."""
    cue = seen.cue if seen.cue in core.state.cues else None
    core.emit(ev.NoteTaken, cue=cue, about=seen.about, text=seen.text, level=seen.level)


_TAKE: dict[type[Any], Callable[[Core, Any], None]] = {
    Ended: take_ended,
    Stopped: take_stopped,
    Settled: take_settled,
    StageSeen: take_stage,
    OutputSeen: take_output,
    FilmSeen: take_film,
    HandSeen: take_hand,
    PostSeen: take_post,
    OrdersSeen: take_orders,
    FigureTaken: take_figure,
    UrlSeen: take_url,
    ClockStepped: _take_step,
    Stalled: _take_stall,
    HealthSeen: _take_health,
    Noted: _take_note,
    RunbookSeen: _take_runbook,
}
