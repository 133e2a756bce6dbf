"""REHEARSAL in the picture of a real OBS: one text input of ours, on top of each scene.

It is put before a rehearsal and taken away after it, in the present collection. Where
the rehearsal was killed it stays, and what connects next for a show takes it away.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from obswebsocket import requests

from launchctl.drivers.obs.protocol import Request
from launchctl.drivers.obs.trouble import RefusedByObsError

MARK = "REHEARSAL (launchctl)"
"""The input's name: nobody takes it for one of their own."""
_KINDS = ("text_gdiplus", "text_ft2_source")
"""OBS's text inputs: of Windows, and of everywhere. Each has its versions."""
_NOT_FOUND = 600
_EXISTS = 601
"""``RequestStatus``: ``ResourceNotFound`` and ``ResourceAlreadyExists``."""

Ask = Callable[[Request], Awaitable[Request]]
"""Asks OBS one thing."""


async def put(ask: Ask) -> None:
    """Put it on top of every scene of the present collection.

    Raises:
        ObsError: OBS did not.
    """
    kind = await _text_kind(ask)
    first, *others = await _scenes(ask)
    create = requests.CreateInput(
        sceneName=first,
        inputName=MARK,
        inputKind=kind,
        inputSettings=_settings(kind),
        sceneItemEnabled=True,
    )
    try:
        await ask(create)
    except RefusedByObsError as error:
        if error.code != _EXISTS:  # of a rehearsal that was killed
            raise
        others.append(first)
    for scene in others:
        if await _item(ask, scene) is None:
            item = requests.CreateSceneItem(
                sceneName=scene, sourceName=MARK, sceneItemEnabled=True
            )
            await ask(item)


async def take_away(ask: Ask) -> bool:
    """Take it away wherever it is; False: it was not there.

    Scene by scene: what ``RemoveInput`` removes stays in every scene that is not shown
    (measured with OBS 29 and obs-websocket 5.x), and keeps its name.

    Raises:
        ObsError: OBS did not say.
    """
    if await _unless_not_found(ask, requests.GetInputSettings(inputName=MARK)) is None:
        return False
    for scene in await _scenes(ask):
        item = await _item(ask, scene)
        if item is not None:
            gone = requests.RemoveSceneItem(sceneName=scene, sceneItemId=item)
            await _unless_not_found(ask, gone)
    await _unless_not_found(ask, requests.RemoveInput(inputName=MARK))
    return True


async def _scenes(ask: Ask) -> list[str]:
    listed = (await ask(requests.GetSceneList())).datain["scenes"]
    return [scene["sceneName"] for scene in listed]


async def _item(ask: Ask, scene: str) -> int | None:
    """The number of our item in a scene; None: it is not there."""
    asked = requests.GetSceneItemId(sceneName=scene, sourceName=MARK)
    answer = await _unless_not_found(ask, asked)
    return None if answer is None else int(answer.datain["sceneItemId"])


async def _unless_not_found(ask: Ask, request: Request) -> Request | None:
    try:
        return await ask(request)
    except RefusedByObsError as error:
        if error.code == _NOT_FOUND:
            return None
        raise


async def _text_kind(ask: Ask) -> str:
    """The newest version of a text input that this OBS has."""
    answer = await ask(requests.GetInputKindList(unversioned=False))
    kinds: list[str] = sorted(answer.datain["inputKinds"])
    for wanted in _KINDS:
        found = [kind for kind in kinds if kind.startswith(wanted)]
        if found:
            return found[-1]
    raise RefusedByObsError("GetInputKindList", _NOT_FOUND, "it has no text input")


def _settings(kind: str) -> dict[str, Any]:
    """Large, red, in the corner where an item comes by itself. Colours are ABGR."""
    red = 0xFF0000FF
    colours = {"color": red} if "gdiplus" in kind else {"color1": red, "color2": red}
    return {"text": "REHEARSAL", "font": {"face": "Sans Serif", "size": 96}, **colours}
