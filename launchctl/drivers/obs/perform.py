"""What each action of a mixer does, and when OBS's own word says that it is done.

One function per action kind, listed in ``PERFORMERS``. Each reads first: what is there
already is ok, and nothing is sent. Each makes one attempt; a refusal is OBS's own or
the certainty that it would refuse; everything unclear ends as ``UnansweredError``.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from obswebsocket import requests

from launchctl.drivers.base import Outcome
from launchctl.drivers.obs.attempt import Attempt
from launchctl.drivers.obs.connection import ObsError, RefusedByObsError, Request
from launchctl.drivers.obs.messages import (
    OUTPUT_NOT_RUNNING,
    OUTPUT_RUNNING,
    does_not_exist,
)
from launchctl.drivers.obs.wanted import (
    PROGRAM,
    RECORD,
    STREAM,
    Told,
    audio_of,
    text_of,
    visible_of,
)
from launchctl.drivers.obs.watch import TRANSITION
from launchctl.runbook.actions import (
    Action,
    Audio,
    Record,
    Scene,
    SetText,
    SetTransition,
    Stream,
    Transition,
    Visible,
)
from launchctl.show.commands import Command
from launchctl.show.inputs import Answer
from launchctl.times import MILLISECOND, Micros

_GRACE_S = 0.5
"""How much longer than a transition OBS's event may take before it is asked."""
_EVENT_S = 0.5
_SETTLE_S = 0.2
"""How long the end of a transition is waited for before another one is chosen."""
_DEFAULT_FADE_MS = 300
_Kind = TypeVar("_Kind", bound=Action)


class RefusedHereError(ObsError):
    """Certain without asking: OBS listed what it has, and this is not among it."""


async def put_scene(attempt: Attempt, command: Command) -> Outcome:
    """Put a scene on program; ok when it is there and its transition is over."""
    action = _expect(command, Scene)
    watch, seen = attempt.watch, attempt.watch.seen
    if await _is_there(attempt, action.scene):
        watch.wanted.accept(PROGRAM, action.scene)
        return _ok(attempt, attempt.now_us(), "already on program")
    await _settled(attempt, action.transition)
    before, length_s = _transition_requests(attempt, action.transition)
    _choose(attempt, before)
    count = seen.program_count
    with watch.wanted.telling(PROGRAM, action.scene) as told:
        cut = requests.SetCurrentProgramScene(sceneName=action.scene)
        await _tell(attempt, told, *before, cut)
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
            return _ok(attempt, seen.program_us)
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
            return _ok(attempt, seen.program_us, "confirmed by asking")


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
    action = _expect(command, SetTransition)
    name, length_ms = _named(attempt, action.transition)
    await _settled(attempt, action.transition)
    needed, _ = _transition_requests(attempt, action.transition)
    if needed:
        _choose(attempt, needed)
        await attempt.tell(*needed)
    attempt.watch.house = (name, length_ms)
    return _ok(attempt, attempt.now_us())


async def set_text(attempt: Attempt, command: Command) -> Outcome:
    """Set a text source; OBS's answer is its word."""
    action = _expect(command, SetText)
    text = str(command.content.get("text", action.text.text))
    ask = requests.SetInputSettings(
        inputName=action.text.source, inputSettings={"text": text}, overlay=True
    )
    with attempt.watch.wanted.telling(text_of(action.text.source), text) as told:
        await _tell(attempt, told, ask)
    return _ok(attempt, attempt.now_us())


async def set_visible(attempt: Attempt, command: Command) -> Outcome:
    """Show or hide a source in a scene; None is the scene on program."""
    wish = _expect(command, Visible).visible
    scene = wish.scene or attempt.watch.seen.program or ""
    answer = await attempt.ask(
        requests.GetSceneItemId(sceneName=scene, sourceName=wish.source)
    )
    number = int(answer.getSceneItemId())
    attempt.watch.know_item(scene, number, wish.source)
    what = visible_of(scene, wish.source)
    item = {"sceneName": scene, "sceneItemId": number}

    async def shown() -> bool:
        answer = await attempt.ask(requests.GetSceneItemEnabled(**item))
        return bool(answer.getSceneItemEnabled())

    change = requests.SetSceneItemEnabled(**item, sceneItemEnabled=wish.show)
    return await _set(attempt, what, wish.show, shown, change)


async def set_audio(attempt: Attempt, command: Command) -> Outcome:
    """Open or mute an audio input."""
    wish = _expect(command, Audio).audio

    async def is_open() -> bool:
        answer = await attempt.ask(requests.GetInputMute(inputName=wish.input))
        return not answer.getInputMuted()

    change = requests.SetInputMute(inputName=wish.input, inputMuted=not wish.open)
    return await _set(attempt, audio_of(wish.input), wish.open, is_open, change)


async def _set(
    attempt: Attempt,
    what: str,
    value: Any,
    read: Callable[[], Awaitable[Any]],
    change: Request,
) -> Outcome:
    """Set one thing unless it is so already; wait for its event, else ask."""
    watch = attempt.watch
    if await read() == value:
        watch.wanted.accept(what, value)
        return _ok(attempt, attempt.now_us(), "already so")
    with watch.wanted.telling(what, value) as told:
        watch.heard.pop(what, None)
        await _tell(attempt, told, change)
        try:
            await attempt.until(
                lambda: watch.heard.get(what, (None, 0))[0] == value, _EVENT_S
            )
            if what in watch.heard:
                return _ok(attempt, watch.heard[what][1])
            if await read() == value:
                return _ok(attempt, attempt.now_us(), "confirmed by asking")
        except ObsError:
            told.doubt()
            raise
    return Outcome(Answer.REFUSED, "somebody changed it back", sent_us=attempt.sent_us)


async def run_stream(attempt: Attempt, command: Command) -> Outcome:
    """Start or stop the stream; ok when it is live and not reconnecting, or stopped."""
    wish = _expect(command, Stream).stream
    change = requests.StartStream() if wish == "start" else requests.StopStream()
    return await _run_output(attempt, STREAM, wish, change, requests.GetStreamStatus())


async def run_record(attempt: Attempt, command: Command) -> Outcome:
    """Start or stop the recording."""
    wish = _expect(command, Record).record
    change = requests.StartRecord() if wish == "start" else requests.StopRecord()
    return await _run_output(attempt, RECORD, wish, change, requests.GetRecordStatus())


async def _run_output(
    attempt: Attempt, what: str, wish: str, change: Request, look: Request
) -> Outcome:
    """StartStream succeeds without any server and fails 70 ms later: only the state
    that follows counts.
    """
    watch = attempt.watch
    output = watch.seen.stream if what == STREAM else watch.seen.record
    if await _output_is(attempt, look, wish):
        watch.wanted.accept(what, wish)
        return _ok(attempt, attempt.now_us(), "already so")
    count = output.count
    with watch.wanted.telling(what, wish) as told:
        try:
            await attempt.tell(change)
        except RefusedByObsError as error:
            if error.code not in (OUTPUT_RUNNING, OUTPUT_NOT_RUNNING):
                told.failed()
                raise
        try:
            return await _output_state(attempt, what, wish, count, told, look)
        except ObsError:
            told.doubt()
            raise


async def _output_state(  # noqa: PLR0913, PLR0917  one wait is described by these
    attempt: Attempt, what: str, wish: str, count: int, told: Told, look: Request
) -> Outcome:
    seen = attempt.watch.seen
    output = seen.stream if what == STREAM else seen.record

    def reached() -> bool:
        return bool(output.active) if wish == "start" else output.state == "STOPPED"

    def died() -> bool:
        stopped = output.state == "STOPPED" and output.count > count
        return wish == "start" and stopped

    while not await attempt.until(lambda: reached() or died(), _GRACE_S):
        if await _output_is(attempt, look, wish):
            return _ok(attempt, attempt.now_us(), "confirmed by asking")
    if reached():
        return _ok(attempt, attempt.now_us())
    told.failed()
    thing = "stream: no server took it" if what == STREAM else "recording"
    return Outcome(
        Answer.REFUSED,
        f"OBS started and at once stopped the {thing}",
        sent_us=attempt.sent_us,
    )


async def _output_is(attempt: Attempt, look: Request, wish: str) -> bool:
    status = (await attempt.ask(look)).datain
    active = bool(status.get("outputActive"))
    if wish == "stop":
        return not active and not status.get("outputReconnecting")
    return active and not status.get("outputReconnecting")


async def _tell(attempt: Attempt, told: Told, *commands: Request) -> None:
    """Send; a refusal takes back what was told, an unknown end leaves a doubt."""
    try:
        await attempt.tell(*commands)
    except RefusedByObsError:
        told.failed()
        raise
    except ObsError:
        if attempt.sent_us is None:
            told.failed()
        else:
            told.doubt()
        raise


def _ok(attempt: Attempt, confirmed_us: Micros, detail: str = "") -> Outcome:
    return Outcome(
        Answer.OK, detail, sent_us=attempt.sent_us, confirmed_us=confirmed_us
    )


def _expect(command: Command, kind: type[_Kind]) -> _Kind:
    assert isinstance(command.action, kind)
    return command.action


Performer = Callable[[Attempt, Command], Awaitable[Outcome]]

PERFORMERS: dict[type[Action], Performer] = {
    Scene: put_scene,
    SetTransition: set_transition,
    SetText: set_text,
    Visible: set_visible,
    Audio: set_audio,
    Stream: run_stream,
    Record: run_record,
}
"""Every action that a mixer knows: the table that a new one joins."""

DEADLINES_S: dict[type[Action], float] = {
    Scene: 2.0,
    SetTransition: 2.0,
    SetText: 2.0,
    Visible: 2.0,
    Audio: 2.0,
    Stream: 15.0,
    Record: 15.0,
}
"""For commands that bring no deadline; a scene's transition comes on top."""
