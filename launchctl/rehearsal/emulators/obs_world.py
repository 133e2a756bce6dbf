"""The state of an emulated OBS: scenes, sources, transitions.

It behaves as OBS 29 was measured to: a cut tells TransitionStarted at once, VideoEnded
and SceneChanged after 18 ms, TransitionEnded 10 ms later; a fade tells the same when
its length is over; an interrupted fade never tells of the scene it was going to;
cutting to the scene on program succeeds without a word; so does the cut after a
transition was chosen in the last milliseconds of another. A killed OBS comes back with
what it last saved. All delays run on the running loop's time, so a paced loop scales
them.
"""

from __future__ import annotations

import asyncio
import copy
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from launchctl.rehearsal.emulators.obs_films import Film, Films
from launchctl.rehearsal.emulators.obs_outputs import (
    CONFIG,
    FPS,
    INPUTS,
    SCENE_ITEMS,
    SCENES,
    TRANSITIONS,
    Emit,
    Outputs,
)

_FRAME_S = 0.018
_CLOSING_S = 0.010


@dataclass(slots=True)
class Saved:
    """What OBS keeps on disk."""

    scenes: dict[str, dict[str, bool]]
    inputs: dict[str, dict[str, Any]]
    muted: dict[str, bool]
    program: str
    transition: str = "Cut"
    duration_ms: int = 300


@dataclass(frozen=True, slots=True)
class Shown:
    """A scene arrived on program. ``at_s`` is the loop's time, ``at_us`` N if known."""

    scene: str
    at_s: float
    at_us: int | None


@dataclass(slots=True)
class World:
    """One emulated OBS. Its methods are what its own window would do: a test or a
    rehearsal calls them to play the operator's hand.

    Attributes:
        now: what is on screen and in the mixer, and would be saved.
        saved: what a killed OBS comes back with.
        auto: accept any scene or source name, and make it.
        outputs: the stream and the recording.
        program_history: every scene that arrived on program, with its instant.
        text_history: every text set: (source, text, loop time).
    """

    now: Saved
    emit: Emit
    auto: bool = False
    now_us: Callable[[], int] | None = None
    saved: Saved = field(init=False)
    outputs: Outputs = field(init=False)
    films: Films = field(init=False)
    program_history: list[Shown] = field(default_factory=list)
    text_history: list[tuple[str, str, float]] = field(default_factory=list)
    booted_s: float = 0.0
    _target: str = ""
    _moving: asyncio.Task[None] | None = None
    _closing: bool = False
    _mute_next: bool = False
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def __post_init__(self) -> None:
        """What it starts with is what is on disk."""
        self.outputs = Outputs(self.emit)
        self.films = Films(self.emit)
        self.save()

    # --- life ---------------------------------------------------------------------

    def save(self) -> None:
        """Write everything to disk, as a clean quit does."""
        self.saved = copy.deepcopy(self.now)

    def boot(self) -> None:
        """Begin a process with what was saved."""
        self.now = copy.deepcopy(self.saved)
        self.booted_s = asyncio.get_running_loop().time()
        self._target = self.now.program
        self.outputs.boot()
        self._showed(self.now.program)

    def halt(self) -> None:
        """The process is gone; nothing more happens."""
        for task in tuple(self._tasks):
            task.cancel()
        self.outputs.halt()
        self.films.halt()
        self._moving = None

    @property
    def frames(self) -> int:
        """Frames drawn since the process began."""
        return int((asyncio.get_running_loop().time() - self.booted_s) * FPS)

    # --- scenes -------------------------------------------------------------------

    def add_scene(self, name: str, sources: Iterable[str] = ()) -> None:
        """Make a scene with sources, all shown."""
        self.now.scenes[name] = dict.fromkeys(sources, True)

    def has_scene(self, name: str) -> bool:
        """True if the scene exists, or ``auto`` made it now."""
        if name not in self.now.scenes and self.auto:
            self.add_scene(name)
        return name in self.now.scenes

    @property
    def target(self) -> str:
        """The scene chosen: on program, or being faded to."""
        return self._target

    def cut(self, scene: str) -> None:
        """Put a scene on program with the current transition."""
        if scene == self._target:
            return
        if self._moving is not None:
            self._moving.cancel()
            self._closing = False
        self._target = scene
        if self._mute_next:
            self._mute_next = False
            self.now.program = scene
            self._showed(scene)
            return
        self._tell_transition("SceneTransitionStarted")
        fixed = self.now.transition == "Cut"
        length_s = 0.0 if fixed else self.now.duration_ms / 1000
        self._moving = self._spawn(self._move(scene, length_s + _FRAME_S))

    async def _move(self, scene: str, length_s: float) -> None:
        await asyncio.sleep(length_s)
        self._tell_transition("SceneTransitionVideoEnded")
        self.now.program = scene
        self._showed(scene)
        self.emit("CurrentProgramSceneChanged", {"sceneName": scene}, SCENES)
        self._closing = True
        await asyncio.sleep(_CLOSING_S)
        self._closing = False
        self._moving = None
        self._tell_transition("SceneTransitionEnded")

    def _tell_transition(self, event: str) -> None:
        self.emit(event, {"transitionName": self.now.transition}, TRANSITIONS)

    def _showed(self, scene: str) -> None:
        at_us = None if self.now_us is None else self.now_us()
        loop_s = asyncio.get_running_loop().time()
        self.program_history.append(Shown(scene, loop_s, at_us))
        self.films.showed(self.now.scenes[scene])

    def set_transition(self, name: str) -> None:
        """Choose the transition."""
        self._mute_next = self._mute_next or (
            self._closing and name != self.now.transition
        )
        self.now.transition = name
        changed = {"transitionName": name}
        self.emit("CurrentSceneTransitionChanged", changed, TRANSITIONS)

    def set_duration(self, duration_ms: int) -> None:
        """Choose the transition's length."""
        self.now.duration_ms = duration_ms
        changed = {"transitionDuration": duration_ms}
        self.emit("CurrentSceneTransitionDurationChanged", changed, TRANSITIONS)

    # --- sources ------------------------------------------------------------------

    def has_input(self, name: str) -> bool:
        """True if the input exists, or ``auto`` made it now."""
        if name not in self.now.inputs and self.auto:
            self.now.inputs[name] = {"text": ""}
            self.now.muted[name] = False
        return name in self.now.inputs

    def add_film(self, name: str, file: str, length_s: float) -> None:
        """Make a media source; a scene shows it if it has a source of that name."""
        self.now.inputs[name] = {"local_file": file}
        self.now.muted[name] = False
        self.films.all[name] = Film(file, length_s)

    def load_film(self, name: str, file: str) -> None:
        """Give a media source another file; one it did not begin with is missing."""
        self.now.inputs[name]["local_file"] = file
        film = self.films.all[name]
        film.missing = file != film.file

    def set_text(self, source: str, text: str) -> None:
        """Write into a text source. OBS 29 tells nobody."""
        self.now.inputs[source]["text"] = text
        loop_s = asyncio.get_running_loop().time()
        self.text_history.append((source, text, loop_s))

    def text(self, source: str) -> str:
        """What a text source shows."""
        return str(self.now.inputs[source].get("text", ""))

    def mute(self, name: str, *, muted: bool) -> None:
        """Mute or open an audio input; no word if it is so already."""
        if self.now.muted[name] == muted:
            return
        self.now.muted[name] = muted
        changed = {"inputName": name, "inputMuted": muted}
        self.emit("InputMuteStateChanged", changed, INPUTS)

    def item_number(self, scene: str, source: str) -> int | None:
        """OBS's number of a source in a scene."""
        items = self.now.scenes[scene]
        if source not in items and self.auto:
            items[source] = True
        return list(items).index(source) + 1 if source in items else None

    def item_source(self, scene: str, number: int) -> str | None:
        """The source with that number."""
        sources = list(self.now.scenes[scene])
        return sources[number - 1] if 1 <= number <= len(sources) else None

    def show(self, scene: str, source: str, *, shown: bool) -> None:
        """Show or hide a source in a scene; no word if it is so already."""
        if self.now.scenes[scene][source] == shown:
            return
        self.now.scenes[scene][source] = shown
        changed = {
            "sceneName": scene,
            "sceneItemId": self.item_number(scene, source),
            "sceneItemEnabled": shown,
        }
        self.emit("SceneItemEnableStateChanged", changed, SCENE_ITEMS)

    # --- scene collections --------------------------------------------------------

    def begin_collection(self) -> None:
        """A person begins to change the scene collection."""
        name = {"sceneCollectionName": "Show"}
        self.emit("CurrentSceneCollectionChanging", name, CONFIG)

    def end_collection(self) -> None:
        """The scene collection is changed."""
        name = {"sceneCollectionName": "Show"}
        self.emit("CurrentSceneCollectionChanged", name, CONFIG)

    def _spawn(self, work: Any) -> asyncio.Task[None]:
        task: asyncio.Task[None] = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task


def first_state(
    scenes: Mapping[str, Iterable[str]],
    texts: Iterable[str],
    audio: Iterable[str],
    program: str | None,
) -> Saved:
    """What an emulated OBS begins with. ``scenes`` maps names to their sources."""
    items = {name: dict.fromkeys(sources, True) for name, sources in scenes.items()}
    names = [*texts, *audio]
    return Saved(
        scenes=items,
        inputs={name: {"text": ""} if name in texts else {} for name in names},
        muted=dict.fromkeys(names, False),
        program=program or next(iter(items)),
    )
