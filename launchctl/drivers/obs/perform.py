"""What each action of a mixer does, and when OBS's own word says that it is done.

One function per action kind, listed in ``PERFORMERS``. Each reads first: what is there
already is ok, and nothing is sent. Each makes one attempt; a refusal is OBS's own or
the certainty that it would refuse; everything unclear ends as ``UnansweredError``.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from obswebsocket import requests

from launchctl.drivers.base import Outcome
from launchctl.drivers.obs.attempt import (
    Attempt,
    demand_turn,
    expect,
    ok,
    tell_once,
)
from launchctl.drivers.obs.cuts import put_scene, set_transition
from launchctl.drivers.obs.films import play_media
from launchctl.drivers.obs.outputs import run_record, run_stream
from launchctl.drivers.obs.protocol import Request
from launchctl.drivers.obs.trouble import ObsError
from launchctl.drivers.obs.wanted import audio_of, text_of, visible_of
from launchctl.runbook.actions import (
    Action,
    Audio,
    LowerThird,
    PlayMedia,
    Record,
    Scene,
    SetText,
    SetTransition,
    SourceText,
    Stream,
    Visibility,
    Visible,
)
from launchctl.show.commands import Command
from launchctl.show.inputs import Answer

_WORD_S = 0.5
"""How long OBS's event may take before OBS is asked."""


async def set_text(attempt: Attempt, command: Command) -> Outcome:
    """Set a text source; OBS's answer is its word."""
    action = expect(command, SetText)
    text = str(command.content.get("text", action.text.text))
    ask = requests.SetInputSettings(
        inputName=action.text.source, inputSettings={"text": text}, overlay=True
    )
    with attempt.watch.wanted.telling(text_of(action.text.source), text) as told:
        await tell_once(attempt, told, ask)
    return ok(attempt, attempt.now_us())


async def set_lower_third(attempt: Attempt, command: Command) -> Outcome:
    """Write a text, then show its source."""
    body = expect(command, LowerThird).lower_third
    text = str(command.content.get("text", body.text))
    scene = command.content.get("scene") or body.scene
    write = SetText(text=SourceText(source=body.source, text=text))
    await set_text(attempt, replace(command, action=write))
    show = Visible(visible=Visibility(source=body.source, scene=scene, show=True))
    return await set_visible(attempt, replace(command, action=show))


async def set_visible(attempt: Attempt, command: Command) -> Outcome:
    """Show or hide a source in a scene; None is the scene on program."""
    wish = expect(command, Visible).visible
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
    wish = expect(command, Audio).audio

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
    turn = watch.wanted.turn(what)
    there = await read() == value
    demand_turn(attempt, what, turn)
    if there:
        watch.wanted.accept(what, value)
        return ok(attempt, attempt.now_us(), "already so")
    with watch.wanted.telling(what, value) as told:
        watch.heard.pop(what, None)
        await tell_once(attempt, told, change)
        try:
            await attempt.until(
                lambda: watch.heard.get(what, (None, 0))[0] == value, _WORD_S
            )
            if what in watch.heard:
                return ok(attempt, watch.heard[what][1])
            if await read() == value:
                return ok(attempt, attempt.now_us(), "confirmed by asking")
        except ObsError:
            told.doubt()
            raise
    return Outcome(Answer.REFUSED, "somebody changed it back", sent_us=attempt.sent_us)


Performer = Callable[[Attempt, Command], Awaitable[Outcome]]

PERFORMERS: dict[type[Action], Performer] = {
    Scene: put_scene,
    SetTransition: set_transition,
    SetText: set_text,
    Visible: set_visible,
    LowerThird: set_lower_third,
    Audio: set_audio,
    Stream: run_stream,
    Record: run_record,
    PlayMedia: play_media,
}
"""Every action that a mixer knows: the table that a new one joins."""

DEADLINES_S: dict[type[Action], float] = {
    Scene: 2.0,
    SetTransition: 2.0,
    SetText: 2.0,
    Visible: 2.0,
    LowerThird: 2.0,
    Audio: 2.0,
    Stream: 15.0,
    Record: 15.0,
    PlayMedia: 5.0,
}
"""For commands that bring no deadline; a scene's transition and a film's
length come on top."""
