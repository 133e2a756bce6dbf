"""What a mixer lacks, found before it is needed."""

from __future__ import annotations

from collections.abc import Iterable

from launchctl.drivers.obs.link import Pair
from launchctl.drivers.obs.look import input_names, item_number
from launchctl.drivers.obs.messages import does_not_exist
from launchctl.drivers.obs.seen import Seen
from launchctl.drivers.obs.trouble import RefusedByObsError
from launchctl.runbook.actions import (
    Action,
    Audio,
    PlayMedia,
    Scene,
    SetText,
    SetTransition,
    Visible,
)


async def trouble_ahead(pair: Pair, seen: Seen, action: Action) -> str | None:
    """A sentence if OBS lacks what the action names; None if it can be done.

    Raises:
        ObsError: OBS could not be asked.
    """
    if isinstance(action, Scene) and action.scene not in seen.scenes:
        return does_not_exist("scene", action.scene, seen.scenes)
    if isinstance(action, Scene | SetTransition) and action.transition:
        name = action.transition.name
        if seen.find_transition(name) is None:
            return does_not_exist("transition", name, seen.transitions)
    if isinstance(action, PlayMedia) and action.media.scene not in seen.scenes:
        return does_not_exist("scene", action.media.scene, seen.scenes)
    if isinstance(action, Visible):
        return await _item_there(pair, seen, action)
    _, sources = named_by([action])
    said = await missing(pair, seen, (), sources)
    return said[0] if said else None


async def _item_there(pair: Pair, seen: Seen, action: Visible) -> str | None:
    wish = action.visible
    if wish.scene is None:
        return None  # whatever will be on program then
    if wish.scene not in seen.scenes:
        return does_not_exist("scene", wish.scene, seen.scenes)
    try:
        await item_number(pair.commands, wish.scene, wish.source)
    except RefusedByObsError:
        return f"scene {wish.scene!r} has no source {wish.source!r} in OBS"
    return None


async def missing(
    pair: Pair, seen: Seen, scenes: Iterable[str], sources: Iterable[str]
) -> tuple[str, ...]:
    """Sentences about scenes and inputs that OBS does not have.

    Raises:
        ObsError: OBS could not be asked.
    """
    known = seen.scenes
    said = [does_not_exist("scene", s, known) for s in scenes if s not in known]
    wanted = tuple(sources)
    if wanted:
        inputs = await input_names(pair.commands)
        there = inputs | set(known)
        said += [
            does_not_exist("source", source, sorted(inputs))
            for source in wanted
            if source not in there
        ]
    return tuple(said)


def named_by(actions: Iterable[Action]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(scenes, sources) that actions name, each once, in their order."""
    scenes: dict[str, None] = {}
    sources: dict[str, None] = {}
    for action in actions:
        match action:
            case Scene():
                scenes[action.scene] = None
            case SetText():
                sources[action.text.source] = None
            case Audio():
                sources[action.audio.input] = None
            case Visible():
                sources[action.visible.source] = None
                if action.visible.scene is not None:
                    scenes[action.visible.scene] = None
            case _:
                pass
    return tuple(scenes), tuple(sources)
