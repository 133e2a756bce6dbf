"""Actions of a mixer: pictures, films, texts, sound, stream and recording."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from launchctl.runbook.actions.base import Effect, StageAction
from launchctl.runbook.base import Frozen, Span, Text


class Transition(Frozen):
    """``transition: cut`` or ``transition: {fade: 500ms}``."""

    name: str = "Cut"
    duration_us: Span = 0


class Scene(StageAction):
    """Put a scene on program; ok once the transition is over."""

    kind = "scene"
    effect = Effect.WANTED
    scene: Text
    transition: Transition | None = None


class SetTransition(StageAction):
    """Choose the transition of the following cuts."""

    kind = "transition"
    effect = Effect.WANTED
    transition: Transition


class SourceText(Frozen):
    """A text source and the template it shall show."""

    source: Text
    text: str


class SetText(StageAction):
    """Set a text source."""

    kind = "text"
    effect = Effect.WANTED
    text: SourceText


class Visibility(Frozen):
    """Show or hide a source in a scene (None: the scene on program).

    ``for_us``: it is so for so long, and then the other way round again.
    """

    source: Text
    scene: Text | None = None
    show: bool = True
    for_us: Span | None = Field(default=None, alias="for")


class LowerThirdBody(Frozen):
    """A text source that is written, shown in a scene (None: the one on program), and
    hidden after ``for_us``.
    """

    source: Text
    text: str
    scene: Text | None = None
    for_us: Span | None = Field(default=None, alias="for")


class LowerThird(StageAction):
    """Show a name for a while."""

    kind = "lower_third"
    effect = Effect.WANTED
    lower_third: LowerThirdBody


class Visible(StageAction):
    """Show or hide a source."""

    kind = "visible"
    effect = Effect.WANTED
    visible: Visibility


class Fader(Frozen):
    """An audio input, open or muted."""

    input: Text
    open: bool


class Audio(StageAction):
    """Open or mute an audio input."""

    kind = "audio"
    effect = Effect.WANTED
    audio: Fader


class Stream(StageAction):
    """Start or stop the stream: sent once, and read before it is sent again."""

    kind = "stream"
    effect = Effect.ONCE
    stream: Literal["start", "stop"]


class Record(StageAction):
    """Start or stop the recording."""

    kind = "record"
    effect = Effect.WANTED
    record: Literal["start", "stop"]


class FilmBody(Frozen):
    """A film: its file at the mixer, the media source that plays it, the scene that
    shows it, and how long it is.
    """

    play: Text
    source: Text
    scene: Text
    length_us: Span = Field(alias="length")


class PlayMedia(StageAction):
    """Play a film; ok at its real end, and at nothing else."""

    kind = "media"
    effect = Effect.WANTED
    media: FilmBody
