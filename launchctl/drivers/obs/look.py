"""Looking at OBS: everything after connecting, little once a second."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

from obswebsocket import requests

from launchctl.drivers.obs.connection import Connection
from launchctl.drivers.obs.link import ANSWER_S
from launchctl.drivers.obs.seen import Seen
from launchctl.drivers.obs.trouble import RefusedByObsError
from launchctl.drivers.obs.wanted import (
    PROGRAM,
    RECORD,
    STREAM,
    input_of,
    item_of,
    source_of,
)


async def look_at_everything(connection: Connection, seen: Seen) -> None:
    """Fill ``seen`` on a connection that already receives events: what changes while
    looking is not missed, and an event is newer than an answer.
    """
    heard = seen.program_count
    scenes, transitions, current, stream, record = await asyncio.gather(
        connection.call(requests.GetSceneList(), ANSWER_S),
        connection.call(requests.GetSceneTransitionList(), ANSWER_S),
        connection.call(requests.GetCurrentSceneTransition(), ANSWER_S),
        connection.call(requests.GetStreamStatus(), ANSWER_S),
        connection.call(requests.GetRecordStatus(), ANSWER_S),
    )
    seen.scenes = {str(scene["sceneName"]): None for scene in scenes.getScenes()}
    if seen.program_count == heard:
        seen.program = scenes.getCurrentProgramSceneName()
    seen.transitions = {
        str(each["transitionName"]): str(each["transitionKind"])
        for each in transitions.getTransitions()
    }
    seen.transition = current.getTransitionName()
    seen.duration_ms = current.datain.get("transitionDuration")
    seen.stream.look(
        active=bool(stream.getOutputActive()),
        reconnecting=bool(stream.getOutputReconnecting()),
    )
    seen.record.look(active=bool(record.getOutputActive()))


async def find(
    connection: Connection, seen: Seen, names: Iterable[str]
) -> dict[str, Any]:
    """The present values of what ``names`` name; what is gone is left out."""
    found: dict[str, Any] = {}
    for what in tuple(names):
        try:
            value = await _find_one(connection, seen, what)
        except RefusedByObsError:
            continue
        if value is not None:
            found[what] = value
    return found


async def _find_one(connection: Connection, seen: Seen, what: str) -> Any:
    if what == PROGRAM:
        return seen.program
    if what in (STREAM, RECORD):
        output = seen.stream if what == STREAM else seen.record
        return "start" if output.active or output.reconnecting else "stop"
    if (source := source_of(what)) is not None:
        return await text_now(connection, source)
    if (audio_input := input_of(what)) is not None:
        mute = requests.GetInputMute(inputName=audio_input)
        return not (await connection.call(mute, ANSWER_S)).getInputMuted()
    if (item := item_of(what, seen.scenes)) is not None:
        number = await item_number(connection, *item)
        shown = requests.GetSceneItemEnabled(sceneName=item[0], sceneItemId=number)
        return bool((await connection.call(shown, ANSWER_S)).getSceneItemEnabled())
    return None


async def text_now(connection: Connection, source: str) -> str:
    """What a text source shows."""
    ask = requests.GetInputSettings(inputName=source)
    settings = (await connection.call(ask, ANSWER_S)).getInputSettings()
    return str(settings.get("text", ""))


async def item_number(connection: Connection, scene: str, source: str) -> int:
    """OBS's number of a source in a scene."""
    ask = requests.GetSceneItemId(sceneName=scene, sourceName=source)
    return int((await connection.call(ask, ANSWER_S)).getSceneItemId())


async def item_sources(connection: Connection, scene: str) -> dict[int, str]:
    """Sources of a scene by OBS's numbers."""
    ask = requests.GetSceneItemList(sceneName=scene)
    items = (await connection.call(ask, ANSWER_S)).getSceneItems()
    return {int(item["sceneItemId"]): str(item["sourceName"]) for item in items}


async def input_names(connection: Connection) -> set[str]:
    """All inputs."""
    inputs = (await connection.call(requests.GetInputList(), ANSWER_S)).getInputs()
    return {str(each["inputName"]) for each in inputs}
