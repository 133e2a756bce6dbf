"""What an emulated OBS answers: one function per request, listed in ``REQUESTS``.

Names, fields and codes are those of obs-websocket 5 (docs/generated/protocol.md); the
comments are worded as its own say it, in short.
"""
# ruff: noqa: ARG001  every answer is called alike, whatever it needs

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from launchctl.rehearsal.emulators.obs_world import Running, World

UNKNOWN_REQUEST = 204
MISSING_FIELD = 300
WRONG_TYPE = 401
OUT_OF_RANGE = 402
RUNNING = 500
NOT_RUNNING = 501
STUDIO_MODE_OFF = 506
NOT_FOUND = 600
NO_AUDIO = 604
CREATION_FAILED = 605
NOT_HERE = 206

TRANSITIONS = {"Cut": "cut_transition", "Fade": "fade_transition"}
_WORDS = {str: "a string", bool: "a boolean", int: "a number", dict: "an object"}

Data = Mapping[str, Any]


class Refusal(Exception):  # noqa: N818  it is the protocol's answer, not an error
    """OBS answers no, with a code and a comment (or none)."""

    def __init__(self, code: int, comment: str | None = None) -> None:
        self.code = code
        self.comment = comment
        super().__init__(code, comment)


def _get(data: Data, name: str, kind: type) -> Any:
    if data.get(name) is None:
        raise Refusal(MISSING_FIELD, f"Your request is missing the `{name}` field.")
    value = data[name]
    fits = isinstance(value, int | float) if kind is int else isinstance(value, kind)
    if not fits or (kind is int and isinstance(value, bool)):
        raise Refusal(
            WRONG_TYPE, f"The field value of `{name}` must be {_WORDS[kind]}."
        )
    return value


def _scene(world: World, data: Data) -> str:
    name = str(_get(data, "sceneName", str))
    if not world.has_scene(name):
        raise Refusal(NOT_FOUND, f"No source was found by the name of `{name}`.")
    return name


def _input(world: World, data: Data) -> str:
    name = str(_get(data, "inputName", str))
    if not world.has_input(name):
        raise Refusal(NOT_FOUND, f"No source was found by the name of `{name}`.")
    return name


def _item(world: World, data: Data) -> tuple[str, str]:
    scene = _scene(world, data)
    number = int(_get(data, "sceneItemId", int))
    source = world.item_source(scene, number)
    if source is None:
        raise Refusal(NOT_FOUND, f"No scene items in `{scene}` with the ID `{number}`.")
    return scene, source


def _version(world: World, data: Data) -> Data:
    return {
        "obsVersion": "29.0.2",
        "obsWebSocketVersion": "5.1.0",
        "rpcVersion": 1,
        "availableRequests": sorted(REQUESTS),
        "supportedImageFormats": [],
        "platform": "emulated",
        "platformDescription": "launchctl's emulator",
    }


def _stats(world: World, data: Data) -> Data:
    return {
        "activeFps": 30.0,
        "availableDiskSpace": 50_000.0,
        "averageFrameRenderTime": 0.2,
        "cpuUsage": 3.0,
        "memoryUsage": 200.0,
        "outputSkippedFrames": world.stream.skipped,
        "outputTotalFrames": world.output_frames(world.stream),
        "renderSkippedFrames": 0,
        "renderTotalFrames": world.frames,
    }


def _scene_list(world: World, data: Data) -> Data:
    names = reversed(list(world.now.scenes))
    return {
        "currentProgramSceneName": world.target,
        "currentPreviewSceneName": None,
        "scenes": [{"sceneIndex": i, "sceneName": n} for i, n in enumerate(names)],
    }


def _program(world: World, data: Data) -> Data:
    return {"currentProgramSceneName": world.target}


def _set_program(world: World, data: Data) -> None:
    world.cut(_scene(world, data))


def _preview(world: World, data: Data) -> Data:
    raise Refusal(STUDIO_MODE_OFF)


def _transition_list(world: World, data: Data) -> Data:
    return {
        "currentSceneTransitionName": world.now.transition,
        "currentSceneTransitionKind": TRANSITIONS[world.now.transition],
        "transitions": [
            {
                "transitionName": name,
                "transitionKind": kind,
                "transitionFixed": name == "Cut",
                "transitionConfigurable": False,
            }
            for name, kind in TRANSITIONS.items()
        ],
    }


def _transition(world: World, data: Data) -> Data:
    fixed = world.now.transition == "Cut"
    return {
        "transitionName": world.now.transition,
        "transitionKind": TRANSITIONS[world.now.transition],
        "transitionFixed": fixed,
        "transitionDuration": None if fixed else world.now.duration_ms,
        "transitionConfigurable": False,
        "transitionSettings": None,
    }


def _set_transition(world: World, data: Data) -> None:
    name = str(_get(data, "transitionName", str))
    if name not in TRANSITIONS:
        raise Refusal(NOT_FOUND, "No scene transition was found by that name.")
    world.set_transition(name)


def _set_duration(world: World, data: Data) -> None:
    length = int(_get(data, "transitionDuration", int))
    if not 50 <= length <= 20_000:
        side = (
            "below the minimum of `50" if length < 50 else "above the maximum of `20000"
        )
        raise Refusal(
            OUT_OF_RANGE,
            f"The field value of `transitionDuration` is {side}.000000`",
        )
    world.set_duration(length)


def _input_list(world: World, data: Data) -> Data:
    return {
        "inputs": [
            {
                "inputName": name,
                "inputKind": "text_ft2_source_v2" if settings else "wasapi_input",
                "unversionedInputKind": "text_ft2_source" if settings else "wasapi",
            }
            for name, settings in world.now.inputs.items()
        ]
    }


def _settings(world: World, data: Data) -> Data:
    settings = world.now.inputs[_input(world, data)]
    return {"inputKind": "text_ft2_source_v2", "inputSettings": dict(settings)}


def _set_settings(world: World, data: Data) -> None:
    name = _input(world, data)
    settings = _get(data, "inputSettings", dict)
    if "text" in settings:
        world.set_text(name, str(settings["text"]))


def _mute(world: World, data: Data) -> Data:
    name = _input(world, data)
    if "text" in world.now.inputs[name] and not world.auto:
        raise Refusal(NO_AUDIO, "The specified input does not support audio.")
    return {"inputMuted": world.now.muted[name]}


def _set_mute(world: World, data: Data) -> None:
    _mute(world, data)
    muted = bool(_get(data, "inputMuted", bool))
    world.mute(str(data["inputName"]), muted=muted)


def _item_id(world: World, data: Data) -> Data:
    scene = _scene(world, data)
    number = world.item_number(scene, str(_get(data, "sourceName", str)))
    if number is None:
        raise Refusal(
            NOT_FOUND,
            "No scene items were found in the specified scene by that name or offset.",
        )
    return {"sceneItemId": number}


def _item_list(world: World, data: Data) -> Data:
    scene = _scene(world, data)
    return {
        "sceneItems": [
            {"sceneItemId": number, "sourceName": source, "sceneItemEnabled": shown}
            for number, (source, shown) in enumerate(world.now.scenes[scene].items(), 1)
        ]
    }


def _item_enabled(world: World, data: Data) -> Data:
    scene, source = _item(world, data)
    return {"sceneItemEnabled": world.now.scenes[scene][source]}


def _set_item_enabled(world: World, data: Data) -> None:
    scene, source = _item(world, data)
    world.show(scene, source, shown=bool(_get(data, "sceneItemEnabled", bool)))


def _create_input(world: World, data: Data) -> Data:
    raise Refusal(CREATION_FAILED, "Your specified input kind is not supported by OBS.")


def _stream_status(world: World, data: Data) -> Data:
    return {
        "outputActive": world.stream.active,
        "outputReconnecting": world.stream.reconnecting,
        "outputCongestion": 0.0,
        "outputSkippedFrames": world.stream.skipped,
        "outputTotalFrames": world.output_frames(world.stream),
    }


def _record_status(world: World, data: Data) -> Data:
    return {"outputActive": world.record.active, "outputPaused": False}


def _start(output: Callable[[World], Running]) -> Callable[[World, Data], None]:
    def start(world: World, data: Data) -> None:
        if output(world).active:
            raise Refusal(RUNNING)
        world.start_output(output(world))

    return start


def _stop(output: Callable[[World], Running]) -> Callable[[World, Data], None]:
    def stop(world: World, data: Data) -> None:
        if not output(world).active:
            raise Refusal(NOT_RUNNING)
        world.stop_output(output(world))

    return stop


REQUESTS: dict[str, Callable[[World, Data], Data | None]] = {
    "GetVersion": _version,
    "GetStats": _stats,
    "GetSceneList": _scene_list,
    "GetCurrentProgramScene": _program,
    "SetCurrentProgramScene": _set_program,
    "GetCurrentPreviewScene": _preview,
    "GetSceneTransitionList": _transition_list,
    "GetCurrentSceneTransition": _transition,
    "SetCurrentSceneTransition": _set_transition,
    "SetCurrentSceneTransitionDuration": _set_duration,
    "GetInputList": _input_list,
    "GetInputSettings": _settings,
    "SetInputSettings": _set_settings,
    "GetInputMute": _mute,
    "SetInputMute": _set_mute,
    "GetSceneItemId": _item_id,
    "GetSceneItemList": _item_list,
    "GetSceneItemEnabled": _item_enabled,
    "SetSceneItemEnabled": _set_item_enabled,
    "CreateInput": _create_input,
    "GetStreamStatus": _stream_status,
    "StartStream": _start(lambda world: world.stream),
    "StopStream": _stop(lambda world: world.stream),
    "GetRecordStatus": _record_status,
    "StartRecord": _start(lambda world: world.record),
    "StopRecord": _stop(lambda world: world.record),
}
"""Every request that this OBS knows; any other is answered 204."""


def answer(world: World, name: object, data: object, *, batch: bool) -> dict[str, Any]:
    """One request's status and response, as both op 7 and op 9 carry them."""
    content = data if isinstance(data, Mapping) else {}
    response: Data | None = None
    status: dict[str, Any] = {"result": True, "code": 100}
    try:
        if name == "Sleep" and not batch:
            raise Refusal(NOT_HERE, "Sleep is for batches alone.")  # noqa: TRY301
        handler = REQUESTS.get(str(name))
        if handler is None:
            raise Refusal(UNKNOWN_REQUEST, "Your request type is not valid.")  # noqa: TRY301
        response = handler(world, content)
    except Refusal as refusal:
        status = {"result": False, "code": refusal.code}
        if refusal.comment is not None:
            status["comment"] = refusal.comment
    told: dict[str, Any] = {"requestType": name, "requestStatus": status}
    if response is not None:
        told["responseData"] = dict(response)
    return told
