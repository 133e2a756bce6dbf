"""What OBS was told last: by us, or by a person whose word then counts as much.

Every changeable thing has a name, the same that ``HandSeen.what`` uses: ``program``,
``text:SOURCE``, ``visible:SCENE/SOURCE``, ``audio:INPUT``, ``stream``, ``record``. Its
value is the scene's name; the text; shown or not; open or not; ``start`` or ``stop``.

A change that OBS tells of is *explained* if its value is the one last told, or that of
a command still on its way. Everything else is a hand.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

PROGRAM = "program"
STREAM = "stream"
RECORD = "record"
_TEXT, _VISIBLE, _AUDIO = "text:", "visible:", "audio:"


def text_of(source: str) -> str:
    """The name of a text source's text."""
    return _TEXT + source


def visible_of(scene: str, source: str) -> str:
    """The name of a source's visibility in a scene."""
    return f"{_VISIBLE}{scene}/{source}"


def audio_of(audio_input: str) -> str:
    """The name of an audio input's fader."""
    return _AUDIO + audio_input


def source_of(what: str) -> str | None:
    """The text source that ``what`` names, or None if it names something else."""
    return what[len(_TEXT) :] if what.startswith(_TEXT) else None


def input_of(what: str) -> str | None:
    """The audio input that ``what`` names, or None if it names something else."""
    return what[len(_AUDIO) :] if what.startswith(_AUDIO) else None


def item_of(what: str, scenes: Mapping[str, Any]) -> tuple[str, str] | None:
    """(scene, source) that ``what`` names, or None. Scenes may have slashes in their
    names, so those that exist decide where to cut.
    """
    if not what.startswith(_VISIBLE):
        return None
    rest = what[len(_VISIBLE) :]
    for scene in scenes:
        if rest.startswith(scene + "/"):
            return scene, rest[len(scene) + 1 :]
    scene, _, source = rest.partition("/")
    return scene, source


@dataclass(slots=True)
class Told:
    """A command on its way, and what was wanted before it."""

    what: str
    value: Any
    before: Any
    known_before: bool
    refused: bool = False
    doubted: bool = False

    def failed(self) -> None:
        """OBS refused it, or no byte of it left: what was before is wanted again."""
        self.refused = True

    def doubt(self) -> None:
        """Nobody knows whether OBS did it: finding it undone will be no hand."""
        self.doubted = True


@dataclass(slots=True)
class Wanted:
    """The record. ``values`` by name."""

    values: dict[str, Any] = field(default_factory=dict)
    _flying: list[Told] = field(default_factory=list)
    _doubts: dict[str, Any] = field(default_factory=dict)
    _editions: dict[str, int] = field(default_factory=dict)
    _waiting: list[str] = field(default_factory=list)
    _turns: dict[str, int] = field(default_factory=dict)

    def turn(self, what: str) -> int:
        """A command about ``what`` begins; from now on those before it are overtaken.

        Each reads before it sends, and the answers come as they like: without turns a
        scene asserted again could arrive after the cue that followed it.
        """
        self._turns[what] = self._turns.get(what, 0) + 1
        return self._turns[what]

    def overtaken(self, what: str, turn: int) -> bool:
        """True if a later command about ``what`` has begun."""
        return self._turns[what] != turn

    @contextmanager
    def telling(self, what: str, value: Any) -> Iterator[Told]:
        """While a command is on its way: its value is wanted, and explained."""
        told = Told(what, value, self.values.get(what), what in self.values)
        self._flying.append(told)
        self.values[what] = value
        self._doubts.pop(what, None)
        self._touch(what)
        try:
            yield told
        finally:
            self._flying = [other for other in self._flying if other is not told]
            self._touch(what)
            if told.refused and self.values.get(what) == value:
                self._restore(told)
            elif told.doubted and told.known_before:
                self._doubts[what] = told.before

    @contextmanager
    def waiting(self, what: str) -> Iterator[None]:
        """While a command about ``what`` must not leave yet: it was given after
        whatever OBS does until then, which is no hand against it.
        """
        self._waiting.append(what)
        try:
            yield
        finally:
            self._waiting.remove(what)

    def awaited(self, what: str) -> bool:
        """True while a command about ``what`` waits to leave."""
        return what in self._waiting

    def forget_sources(self) -> None:
        """Texts, faders and visibilities are of a scene collection that is gone."""
        for what in tuple(self.values):
            if what.startswith((_TEXT, _VISIBLE, _AUDIO)):
                del self.values[what]
                self._doubts.pop(what, None)
                self._touch(what)

    def _restore(self, told: Told) -> None:
        if any(other.what == told.what for other in self._flying):
            return
        if told.known_before:
            self.values[told.what] = told.before
        else:
            self.values.pop(told.what, None)

    def explains(self, what: str, value: Any) -> bool:
        """True if a change to ``value`` needs no hand."""
        if what in self.values and self.values[what] == value:
            return True
        return any(told.what == what and told.value == value for told in self._flying)

    def flying(self, what: str) -> bool:
        """True while a command about ``what`` is on its way."""
        return any(told.what == what for told in self._flying)

    def accept(self, what: str, value: Any) -> None:
        """Take over what a person, or a restart, made of it."""
        self.values[what] = value
        self._doubts.pop(what, None)
        self._touch(what)

    def forget(self) -> None:
        """The device lost its state; nothing that it was told holds any more."""
        for what in self.values:
            self._touch(what)
        self.values.clear()
        self._doubts.clear()

    def doubted(self, what: str, value: Any) -> bool:
        """True if ``value`` only shows that a doubtful command was not carried out."""
        return what in self._doubts and self._doubts[what] == value

    def edition(self, what: str) -> int:
        """Counts every change of the record of ``what``: a reading that began in one
        edition and ended in another proves nothing.
        """
        return self._editions.get(what, 0)

    def _touch(self, what: str) -> None:
        self._editions[what] = self.edition(what) + 1
