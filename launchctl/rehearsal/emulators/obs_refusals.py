"""How an emulated OBS refuses, and how it finds what a request names.

Codes and comments are those of obs-websocket 5 (docs/generated/protocol.md), in short.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from launchctl.rehearsal.emulators.obs_world import World

UNKNOWN_REQUEST = 204
MISSING_FIELD = 300
WRONG_TYPE = 401
OUT_OF_RANGE = 402
RUNNING = 500
NOT_RUNNING = 501
STUDIO_MODE_OFF = 506
NOT_FOUND = 600
EXISTS = 601
NO_AUDIO = 604
CREATION_FAILED = 605
NOT_HERE = 206

_WORDS = {str: "a string", bool: "a boolean", int: "a number", dict: "an object"}

Data = Mapping[str, Any]
Answers = dict[str, Callable[[World, Data], Data | None]]
"""What answers each request; None has no content."""


class Refusal(Exception):  # noqa: N818  it is the protocol's answer, not an error
    """OBS answers no, with a code and a comment (or none)."""

    def __init__(self, code: int, comment: str | None = None) -> None:
        self.code = code
        self.comment = comment
        super().__init__(code, comment)


def get(data: Data, name: str, kind: type) -> Any:
    """A field of a request; refused if it is missing or of another kind."""
    if data.get(name) is None:
        raise Refusal(MISSING_FIELD, f"Your request is missing the `{name}` field.")
    value = data[name]
    fits = isinstance(value, int | float) if kind is int else isinstance(value, kind)
    if not fits or (kind is int and isinstance(value, bool)):
        raise Refusal(
            WRONG_TYPE, f"The field value of `{name}` must be {_WORDS[kind]}."
        )
    return value


def find_scene(world: World, data: Data) -> str:
    """The scene that a request names."""
    name = str(get(data, "sceneName", str))
    if not world.has_scene(name):
        raise Refusal(NOT_FOUND, f"No source was found by the name of `{name}`.")
    return name


def find_input(world: World, data: Data) -> str:
    """The input that a request names."""
    name = str(get(data, "inputName", str))
    if not world.has_input(name):
        raise Refusal(NOT_FOUND, f"No source was found by the name of `{name}`.")
    return name


def find_item(world: World, data: Data) -> tuple[str, str]:
    """(scene, source) of the scene item that a request names."""
    name = find_scene(world, data)
    number = int(get(data, "sceneItemId", int))
    source = world.item_source(name, number)
    if source is None:
        raise Refusal(NOT_FOUND, f"No scene items in `{name}` with the ID `{number}`.")
    return name, source
