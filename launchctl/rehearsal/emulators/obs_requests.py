"""What an emulated OBS answers: one function per request, listed in ``REQUESTS``.

Names, fields and codes are those of obs-websocket 5 (docs/generated/protocol.md); the
comments are worded as its own say it, in short.
"""
# ruff: noqa: ARG001  every answer is called alike, whatever it needs

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from launchctl.rehearsal.emulators.obs_inputs import INPUT_REQUESTS
from launchctl.rehearsal.emulators.obs_outputs import Outputs, Running
from launchctl.rehearsal.emulators.obs_refusals import (
    NOT_FOUND,
    NOT_HERE,
    NOT_RUNNING,
    OUT_OF_RANGE,
    RUNNING,
    STUDIO_MODE_OFF,
    UNKNOWN_REQUEST,
    Answers,
    Data,
    Refusal,
    find_scene,
    get,
)
from launchctl.rehearsal.emulators.obs_world import World

TRANSITIONS = {"Cut": "cut_transition", "Fade": "fade_transition"}


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
        "outputSkippedFrames": world.outputs.stream.skipped,
        "outputTotalFrames": world.outputs.frames(world.outputs.stream),
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
    world.cut(find_scene(world, data))


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
    name = str(get(data, "transitionName", str))
    if name not in TRANSITIONS:
        raise Refusal(NOT_FOUND, "No scene transition was found by that name.")
    world.set_transition(name)


def _set_duration(world: World, data: Data) -> None:
    length = int(get(data, "transitionDuration", int))
    if not 50 <= length <= 20_000:
        side = (
            "below the minimum of `50" if length < 50 else "above the maximum of `20000"
        )
        raise Refusal(
            OUT_OF_RANGE,
            f"The field value of `transitionDuration` is {side}.000000`",
        )
    world.set_duration(length)


def _stream_status(world: World, data: Data) -> Data:
    return {
        "outputActive": world.outputs.stream.active,
        "outputReconnecting": world.outputs.stream.reconnecting,
        "outputCongestion": 0.0,
        "outputSkippedFrames": world.outputs.stream.skipped,
        "outputTotalFrames": world.outputs.frames(world.outputs.stream),
    }


def _stream_service(world: World, data: Data) -> Data:
    return {
        "streamServiceType": "rtmp_custom",
        "streamServiceSettings": {"server": world.outputs.url, "key": "launch"},
    }


def _set_stream_service(world: World, data: Data) -> None:
    world.outputs.url = str(data["streamServiceSettings"]["server"])


def _record_status(world: World, data: Data) -> Data:
    return {"outputActive": world.outputs.record.active, "outputPaused": False}


def _start(output: Callable[[Outputs], Running]) -> Callable[[World, Data], None]:
    def start(world: World, data: Data) -> None:
        if output(world.outputs).active:
            raise Refusal(RUNNING)
        world.outputs.start(output(world.outputs))

    return start


def _stop(output: Callable[[Outputs], Running]) -> Callable[[World, Data], None]:
    def stop(world: World, data: Data) -> None:
        if not output(world.outputs).active:
            raise Refusal(NOT_RUNNING)
        world.outputs.stop(output(world.outputs))

    return stop


REQUESTS: Answers = {
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
    **INPUT_REQUESTS,
    "GetStreamServiceSettings": _stream_service,
    "SetStreamServiceSettings": _set_stream_service,
    "GetStreamStatus": _stream_status,
    "StartStream": _start(lambda outputs: outputs.stream),
    "StopStream": _stop(lambda outputs: outputs.stream),
    "GetRecordStatus": _record_status,
    "StartRecord": _start(lambda outputs: outputs.record),
    "StopRecord": _stop(lambda outputs: outputs.record),
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
