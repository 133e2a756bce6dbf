"""Scenes and transitions: what is on program, and when OBS's word says so."""

from __future__ import annotations

from obswebsocket import requests

from launchctl.drivers.base import Outcome
from launchctl.drivers.obs.attempt import (
    Attempt,
    demand_turn,
    expect,
    ok,
    tell_once,
)
from launchctl.drivers.obs.messages import does_not_exist
from launchctl.drivers.obs.protocol import Request
from launchctl.drivers.obs.trouble import ObsError, RefusedHereError
from launchctl.drivers.obs.wanted import PROGRAM
from launchctl.drivers.obs.watch import TRANSITION
from launchctl.runbook.actions import Scene, SetTransition, Transition
from launchctl.show.commands import Command
from launchctl.show.inputs import Answer
from launchctl.times import MILLISECOND

_GRACE_S = 0.5
"""How much longer than a transition OBS's event may take before it is asked."""
_SETTLE_S = 0.2
"""How long the end of a transition is waited for before another one is chosen."""
_DEFAULT_FADE_MS = 300


async def put_scene(attempt: Attempt, command: Command) -> Outcome:
    """Put a scene on program; ok when it is there and its transition is over."""
    action = expect(command, Scene)
    watch, seen = attempt.watch, attempt.watch.seen
    turn = watch.wanted.turn(PROGRAM)
    there = await _is_there(attempt, action.scene)
    if not there:
        await _settled(attempt, action.transition)
    demand_turn(attempt, PROGRAM, turn)
    if there:
        watch.wanted.accept(PROGRAM, action.scene)
        return ok(attempt, attempt.now_us(), "already on program")
    before, length_s = _transition_requests(attempt, action.transition)
    _choose(attempt, before)
    count = seen.program_count
    with watch.wanted.telling(PROGRAM, action.scene) as told:
        cut = requests.SetCurrentProgramScene(sceneName=action.scene)
        await tell_once(attempt, told, *before, cut)
        try:
            return await _arrival(attempt, action.scene, count, length_s)
        except ObsError:
            told.doubt()
            raise


async def _is_there(attempt: Attempt, scene: str) -> bool:
    """Cutting to what is on program succeeds without any event: read first."""
    seen = attempt.watch.seen
    if seen.program != scene or seen.moving:
        return False
    return (
        await _program(attempt) == scene and seen.program == scene and not seen.moving
    )


async def _program(attempt: Attempt) -> str:
    """The scene chosen for program; during a transition the one being faded to."""
    answer = await attempt.ask(requests.GetCurrentProgramScene())
    return str(answer.getCurrentProgramSceneName())


async def _arrival(
    attempt: Attempt, scene: str, count: int, length_s: float
) -> Outcome:
    """Wait until the scene is on program, or another one took its place."""
    seen = attempt.watch.seen
    checked = count

    def arrived() -> bool:
        return seen.program_count > count and seen.program == scene and not seen.moving

    def news() -> bool:
        return arrived() or seen.program_count > checked

    while True:
        heard = await attempt.until(news, length_s + _GRACE_S)
        if arrived():
            return ok(attempt, seen.program_us)
        checked = seen.program_count
        present = await _program(attempt)
        if present != scene:
            return Outcome(
                Answer.REFUSED,
                f"{present!r} was put on program before {scene!r} arrived there",
                sent_us=attempt.sent_us,
            )
        if not heard:
            attempt.watch.found_on_program(scene)
            return ok(attempt, seen.program_us, "confirmed by asking")


def _choose(attempt: Attempt, needed: list[Request]) -> None:
    """The transition that is about to be set is ours, not a hand's."""
    for request in needed:
        if "transitionName" in request.data():
            chosen = request.data()["transitionName"]
            attempt.watch.wanted.accept(TRANSITION, chosen)


async def _settled(attempt: Attempt, transition: Transition | None) -> None:
    """OBS loses its word about the next cut if another transition is chosen in the last
    milliseconds of one (``seen``): let it end first. One in full run may be broken off.
    """
    seen = attempt.watch.seen
    needed, _ = _transition_requests(attempt, transition)
    if needed and seen.settling and not seen.moving:
        await attempt.until(lambda: not seen.settling, _SETTLE_S)


def _transition_requests(
    attempt: Attempt, transition: Transition | None
) -> tuple[list[Request], float]:
    """Requests that set the transition of a cut, and how long it will take."""
    watch = attempt.watch
    if transition is not None:
        name, length_ms = _named(attempt, transition)
    elif watch.house is not None:
        name, length_ms = watch.house
    else:
        return [], _DEFAULT_FADE_MS / 1000
    seen, needed = watch.seen, []
    if seen.transition != name:
        needed.append(requests.SetCurrentSceneTransition(transitionName=name))
    if seen.transitions.get(name) == "cut_transition":
        return needed, 0.0
    if length_ms is not None and length_ms != seen.duration_ms:
        needed.append(
            requests.SetCurrentSceneTransitionDuration(transitionDuration=length_ms)
        )
    return needed, (length_ms or seen.duration_ms or _DEFAULT_FADE_MS) / 1000


def _named(attempt: Attempt, transition: Transition) -> tuple[str, int | None]:
    seen = attempt.watch.seen
    name = seen.find_transition(transition.name)
    if name is None:
        raise RefusedHereError(
            does_not_exist("transition", transition.name, seen.transitions)
        )
    return name, transition.duration_us // MILLISECOND or None


async def set_transition(attempt: Attempt, command: Command) -> Outcome:
    """Choose the transition of the cuts that bring none of their own."""
    action = expect(command, SetTransition)
    name, length_ms = _named(attempt, action.transition)
    await _settled(attempt, action.transition)
    needed, _ = _transition_requests(attempt, action.transition)
    if needed:
        _choose(attempt, needed)
        await attempt.tell(*needed)
    attempt.watch.house = (name, length_ms)
    return ok(attempt, attempt.now_us())
