"""What emulated mixers and shops must have for a runbook to find what it names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from launchctl.runbook import actions as act
from launchctl.runbook.model import Gate, OnAir, Runbook, Seen, UrlOk
from launchctl.runbook.references import all_cues
from launchctl.times import SECOND


@dataclass(slots=True)
class Scenery:
    """One mixer's: ``scenes`` with their sources; ``films`` with file and length."""

    scenes: dict[str, list[str]] = field(default_factory=dict)
    texts: dict[str, None] = field(default_factory=dict)
    audio: dict[str, None] = field(default_factory=dict)
    films: dict[str, tuple[str, float]] = field(default_factory=dict)

    def take(self, action: act.Action) -> tuple[str | None, str] | None:
        """Note what an action names; a source that has to be shown in a scene (None:
        in all) is returned.
        """
        match action:
            case act.Scene():
                self.scenes.setdefault(action.scene, [])
            case act.SetText():
                self.texts[action.text.source] = None
            case act.LowerThird():
                self.texts[action.lower_third.source] = None
                return action.lower_third.scene, action.lower_third.source
            case act.PlayMedia():
                film = action.media
                self.films[film.source] = (film.play, film.length_us / SECOND)
                return film.scene, film.source
            case act.Audio():
                self.audio[action.audio.input] = None
            case act.Visible():
                return action.visible.scene, action.visible.source
        return None


def scenery_of(runbook: Runbook, stage: str) -> Scenery:
    """What the mixer of a stage needs. The scene of ``safe:`` is on program at first,
    or the first that is named.
    """
    found = Scenery()
    shown = [
        found.take(action)
        for action in actions_of(runbook)
        if getattr(action, "stage", None) in {None, stage}
    ]
    if runbook.orders and runbook.orders.show_on:
        found.texts[runbook.orders.show_on.source] = None
    for gate in gates_of(runbook):
        if isinstance(gate, OnAir | Seen):
            found.scenes.setdefault(gate.scene, [])
    if not found.scenes:
        found.scenes["Scene"] = []
    for scene, source in filter(None, shown):
        for name in [scene] if scene else list(found.scenes):
            found.scenes.setdefault(name, []).append(source)
    return found


def actions_of(runbook: Runbook) -> Iterator[act.Action]:
    """Every action, those of ``safe:`` first."""
    yield from runbook.safe
    for _, cue in all_cues(runbook):
        yield from cue.do


def gates_of(runbook: Runbook) -> Iterator[Gate]:
    """Every gate of a cue or of an embargo's lift."""
    for _, cue in all_cues(runbook):
        yield from cue.gate
    for embargo in runbook.embargoes.values():
        yield from (lift.gate for lift in embargo.lifts if lift.gate is not None)


def web_addresses(runbook: Runbook) -> Iterator[str]:
    """Every address of a web service that the show asks or calls by itself."""
    for gate in gates_of(runbook):
        if isinstance(gate, UrlOk):
            yield gate.url
    for action in actions_of(runbook):
        if isinstance(action, act.Http):
            yield action.http.url
            if action.http.confirm is not None:
                yield action.http.confirm.get
