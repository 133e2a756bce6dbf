"""What an emulated OBS answers about inputs and scene items."""
# ruff: noqa: ARG001  every answer is called alike, whatever it needs

from __future__ import annotations

from launchctl.rehearsal.emulators.obs_refusals import (
    CREATION_FAILED,
    EXISTS,
    NO_AUDIO,
    NOT_FOUND,
    Answers,
    Data,
    Refusal,
    find_input,
    find_item,
    find_scene,
    get,
)
from launchctl.rehearsal.emulators.obs_world import World

_KINDS = ("ffmpeg_source", "text_ft2_source_v2", "wasapi_input")


def _input_list(world: World, data: Data) -> Data:
    return {
        "inputs": [
            {
                "inputName": name,
                "inputKind": _kind(settings),
                "unversionedInputKind": _kind(settings).removesuffix("_v2"),
            }
            for name, settings in world.now.inputs.items()
        ]
    }


def _settings(world: World, data: Data) -> Data:
    settings = world.now.inputs[find_input(world, data)]
    return {"inputKind": _kind(settings), "inputSettings": dict(settings)}


def _kind(settings: Data) -> str:
    if "local_file" in settings:
        return "ffmpeg_source"
    return "text_ft2_source_v2" if settings else "wasapi_input"


def _media_status(world: World, data: Data) -> Data:
    return world.films.status(_film(world, data))


def _media_action(world: World, data: Data) -> None:
    action = str(get(data, "mediaAction", str)).rpartition("_")[2]
    world.films.act(_film(world, data), action)


def _film(world: World, data: Data) -> str:
    name = find_input(world, data)
    if name not in world.films.all:
        raise Refusal(NO_AUDIO, "The specified input does not support media control.")
    return name


def _set_settings(world: World, data: Data) -> None:
    name = find_input(world, data)
    settings = get(data, "inputSettings", dict)
    if "text" in settings:
        world.set_text(name, str(settings["text"]))
    if "local_file" in settings:
        world.load_film(name, str(settings["local_file"]))
    if "looping" in settings:
        world.now.inputs[name]["looping"] = bool(settings["looping"])


def _mute(world: World, data: Data) -> Data:
    name = find_input(world, data)
    if "text" in world.now.inputs[name] and not world.auto:
        raise Refusal(NO_AUDIO, "The specified input does not support audio.")
    return {"inputMuted": world.now.muted[name]}


def _set_mute(world: World, data: Data) -> None:
    _mute(world, data)
    muted = bool(get(data, "inputMuted", bool))
    world.mute(str(data["inputName"]), muted=muted)


def _item_id(world: World, data: Data) -> Data:
    scene = find_scene(world, data)
    number = world.item_number(scene, str(get(data, "sourceName", str)))
    if number is None:
        raise Refusal(
            NOT_FOUND,
            "No scene items were found in the specified scene by that name or offset.",
        )
    return {"sceneItemId": number}


def _item_list(world: World, data: Data) -> Data:
    scene = find_scene(world, data)
    return {
        "sceneItems": [
            {"sceneItemId": number, "sourceName": source, "sceneItemEnabled": shown}
            for number, (source, shown) in enumerate(world.now.scenes[scene].items(), 1)
        ]
    }


def _item_enabled(world: World, data: Data) -> Data:
    scene, source = find_item(world, data)
    return {"sceneItemEnabled": world.now.scenes[scene][source]}


def _set_item_enabled(world: World, data: Data) -> None:
    scene, source = find_item(world, data)
    world.show(scene, source, shown=bool(get(data, "sceneItemEnabled", bool)))


def _input_kinds(world: World, data: Data) -> Data:
    return {"inputKinds": [*_KINDS]}


def _create_input(world: World, data: Data) -> Data:
    scene, name = find_scene(world, data), str(get(data, "inputName", str))
    if get(data, "inputKind", str) not in _KINDS:
        raise Refusal(
            CREATION_FAILED, "Your specified input kind is not supported by OBS."
        )
    if name in world.now.inputs:
        raise Refusal(EXISTS, "A source already exists by that input name.")
    text = str((data.get("inputSettings") or {}).get("text", ""))
    world.now.inputs[name] = {"text": text}
    return _into(world, scene, name)


def _create_item(world: World, data: Data) -> Data:
    scene, name = find_scene(world, data), str(get(data, "sourceName", str))
    if name not in world.now.inputs:
        raise Refusal(NOT_FOUND, f"No source was found by the name of `{name}`.")
    return _into(world, scene, name)


def _into(world: World, scene: str, name: str) -> Data:
    """On top of the scene."""
    items = world.now.scenes[scene]
    items[name] = True
    return {"sceneItemId": len(items)}


def _remove_item(world: World, data: Data) -> None:
    scene, source = find_item(world, data)
    del world.now.scenes[scene][source]


def _remove_input(world: World, data: Data) -> None:
    name = str(get(data, "inputName", str))
    if name not in world.now.inputs:
        raise Refusal(NOT_FOUND, f"No source was found by the name of `{name}`.")
    if not any(name in items for items in world.now.scenes.values()):
        del world.now.inputs[name]  # else it stays in scenes that are not shown


INPUT_REQUESTS: Answers = {
    "GetInputKindList": _input_kinds,
    "CreateInput": _create_input,
    "CreateSceneItem": _create_item,
    "RemoveInput": _remove_input,
    "RemoveSceneItem": _remove_item,
    "GetInputList": _input_list,
    "GetInputSettings": _settings,
    "SetInputSettings": _set_settings,
    "GetMediaInputStatus": _media_status,
    "TriggerMediaInputAction": _media_action,
    "GetInputMute": _mute,
    "SetInputMute": _set_mute,
    "GetSceneItemId": _item_id,
    "GetSceneItemList": _item_list,
    "GetSceneItemEnabled": _item_enabled,
    "SetSceneItemEnabled": _set_item_enabled,
}
"""The requests about them, for the table of all."""
