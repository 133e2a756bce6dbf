"""What a mixer lacks, found before it is needed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from launchctl.drivers.obs.link import Pair
from launchctl.drivers.obs.look import input_names, item_number
from launchctl.drivers.obs.messages import does_not_exist
from launchctl.drivers.obs.seen import Seen
from launchctl.drivers.obs.trouble import RefusedByObsError
from launchctl.runbook.actions import (
    Action,
    Audio,
    LowerThird,
    PlayMedia,
    Scene,
    SetText,
    SetTransition,
    Visible,
)


async def lacking(pair: Pair, seen: Seen, actions: Iterable[Action]) -> tuple[str, ...]:
    """Sentences about what OBS lacks of what actions name, each once.

    Raises:
        ObsError: OBS could not be asked.
    """
    said: dict[str, None] = {}
    inputs: set[str] | None = None
    for action in actions:
        for scene in _scenes_of(action):
            if scene not in seen.scenes:
                said[does_not_exist("scene", scene, seen.scenes)] = None
        for source in _sources_of(action):
            inputs = await input_names(pair.commands) if inputs is None else inputs
            if source not in inputs and source not in seen.scenes:
                said[does_not_exist("source", source, sorted(inputs))] = None
        if isinstance(action, Scene | SetTransition) and action.transition:
            name = action.transition.name
            if seen.find_transition(name) is None:
                said[does_not_exist("transition", name, seen.transitions)] = None
        trouble = await _item_there(pair, seen, action)
        if trouble is not None and _known(action, seen, inputs):
            said[trouble] = None
    return tuple(said)


async def _item_there(pair: Pair, seen: Seen, action: Action) -> str | None:
    """A sentence if the action's source does not stand in the action's scene."""
    match action:
        case Visible(visible=wish) | LowerThird(lower_third=wish):
            scene, source = wish.scene, wish.source
        case _:
            return None
    if scene is None or scene not in seen.scenes:
        return None  # whatever will be on program then; or said already
    try:
        await item_number(pair.commands, scene, source)
    except RefusedByObsError:
        return f"scene {scene!r} has no source {source!r} in OBS"
    return None


def _known(action: Action, seen: Seen, inputs: set[str] | None) -> bool:
    """Whether its source is there at all: else that was said, and is enough."""
    there = (inputs or set()) | set(seen.scenes)
    return all(source in there for source in _sources_of(action))


def _scenes_of(action: Action) -> Iterator[str]:
    match action:
        case Scene():
            yield action.scene
        case PlayMedia():
            yield action.media.scene
        case Visible(visible=wish) | LowerThird(lower_third=wish):
            if wish.scene is not None:
                yield wish.scene
        case _:
            pass


def _sources_of(action: Action) -> Iterator[str]:
    match action:
        case SetText():
            yield action.text.source
        case Audio():
            yield action.audio.input
        case PlayMedia():
            yield action.media.source
        case Visible(visible=wish) | LowerThird(lower_third=wish):
            yield wish.source
        case _:
            pass
