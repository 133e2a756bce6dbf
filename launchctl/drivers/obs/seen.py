"""What OBS says of itself: a fold of its events, and of one look after connecting.

Facts of OBS 29 that this rests on (obs-websocket 5.1): CurrentProgramSceneChanged comes
when a transition is over, just after SceneTransitionVideoEnded or, rarely, after
SceneTransitionEnded; a transition interrupted by another gives two Started, one Ended
and no word about the scene that was abandoned; a transition chosen between
SceneChanged and TransitionEnded of the one before makes OBS carry out the next cut
without a word; an output that dies by itself goes to STOPPED without STOPPING, one that
a person stops goes through STOPPING; right after STOPPED its status still says active.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from launchctl.drivers.obs.wanted import PROGRAM, RECORD, STREAM, audio_of

_STATE = "OBS_WEBSOCKET_OUTPUT_"
_ACTIVE = frozenset({"STARTED", "RECONNECTED", "RESUMED", "PAUSED"})

Change = tuple[str, Any]
"""(what, value), as ``HandSeen`` has them."""


@dataclass(slots=True)
class Output:
    """The stream or the recording.

    Attributes:
        state: STARTING, STARTED, RECONNECTING, RECONNECTED, STOPPING, STOPPED; None
            before the first look.
        asked_to_stop: the present stop began with STOPPING.
        count: how many changes of state were seen.
    """

    state: str | None = None
    asked_to_stop: bool = False
    count: int = 0
    _doubt: str | None = None

    @property
    def active(self) -> bool | None:
        """Running and not reconnecting; None before the first look."""
        return None if self.state is None else self.state in _ACTIVE

    @property
    def reconnecting(self) -> bool | None:
        """Trying again; None before the first look."""
        return None if self.state is None else self.state == "RECONNECTING"

    def look(self, *, active: bool, reconnecting: bool = False) -> None:
        """Take what a status request answered. It may lag behind the events, so one
        that contradicts them is believed the second time.
        """
        state = "RECONNECTING" if reconnecting else "STARTED" if active else "STOPPED"
        before, self._doubt = self._doubt, None
        if state == self.state or (state == "STARTED" and self.active):
            return
        if self.state is None or state == before:
            self.state = state
            self.count += 1
        else:
            self._doubt = state

    def is_as(self, wish: str) -> bool:
        """True if it is, by its events, as ``start`` or ``stop`` wants it."""
        return bool(self.active) if wish == "start" else self.state == "STOPPED"

    def take(self, data: Mapping[str, Any]) -> str | None:
        """Take a state event; ``start`` or ``stop`` if a person may have done that."""
        state = str(data.get("outputState", "")).removeprefix(_STATE)
        before, self.state = self.state, state
        self._doubt = None
        self.count += 1
        if state == "STOPPING":
            self.asked_to_stop = True
        elif state == "STOPPED":
            asked, self.asked_to_stop = self.asked_to_stop, False
            return "stop" if asked else None
        elif state == "STARTED" and before != "RECONNECTING":
            self.asked_to_stop = False
            return "start"
        return None


@dataclass(slots=True)
class Seen:
    """OBS as far as it told.

    Attributes:
        program: the scene on program, its transition over; None before the first look.
        program_us: when the last CurrentProgramSceneChanged came, on N.
        program_count: how many of these came.
        moving: a transition is running.
        settling: from a transition's start until OBS said that all of it is over.
        transition: the current transition's name; ``duration_ms`` its length or None.
        transitions: all of them, name to kind.
        scenes: all scenes, as keys.
        changing: the scene collection is being changed; OBS must be left in peace.
        leaving: OBS said that it is quitting.
        skipped: share of stream frames skipped over the last seconds; None if idle.
    """

    program: str | None = None
    program_us: int = 0
    program_count: int = 0
    moving: bool = False
    settling: bool = False
    transition: str = ""
    duration_ms: int | None = None
    transitions: dict[str, str] = field(default_factory=dict)
    scenes: dict[str, None] = field(default_factory=dict)
    stream: Output = field(default_factory=Output)
    record: Output = field(default_factory=Output)
    changing: bool = False
    leaving: bool = False
    skipped: float | None = None

    def take(self, name: str, data: Mapping[str, Any], now_us: int) -> Change | None:
        """Fold one event; what it changed, if a person may have changed that."""
        match name:
            case "CurrentProgramSceneChanged":
                self.program = str(data["sceneName"])
                self.program_us = now_us
                self.program_count += 1
                return PROGRAM, self.program
            case "SceneTransitionStarted":
                self.moving = self.settling = True
            case "SceneTransitionVideoEnded":
                self.moving = False
            case "SceneTransitionEnded":
                self.moving = self.settling = False
            case "InputMuteStateChanged":
                return audio_of(str(data["inputName"])), not data["inputMuted"]
            case "StreamStateChanged":
                hand = self.stream.take(data)
                self.skipped = self.skipped if self.stream.active else None
                return _hand(STREAM, hand)
            case "RecordStateChanged":
                return _hand(RECORD, self.record.take(data))
            case _:
                self._take_setting(name, data)
        return None

    def _take_setting(self, name: str, data: Mapping[str, Any]) -> None:
        match name:
            case "CurrentSceneTransitionChanged":
                self.transition = str(data["transitionName"])
            case "CurrentSceneTransitionDurationChanged":
                self.duration_ms = data.get("transitionDuration")
            case "SceneListChanged":
                self.scenes = {
                    str(scene["sceneName"]): None for scene in data["scenes"]
                }
            case "CurrentSceneCollectionChanging":
                self.changing = True
            case "CurrentSceneCollectionChanged":
                self.changing = False
            case "ExitStarted":
                self.leaving = True

    def found_on_program(self, scene: str, now_us: int) -> None:
        """Asking showed a scene on program of which no event told."""
        self.program, self.program_us = scene, now_us
        self.moving = self.settling = False

    def find_transition(self, name: str) -> str | None:
        """The name that OBS gives a transition: exact, in another case, or by its
        kind (``fade`` finds ``fade_transition`` under whatever name); None if missing.
        """
        if name in self.transitions:
            return name
        low = name.lower()
        for known in self.transitions:
            if known.lower() == low:
                return known
        for known, kind in self.transitions.items():
            if kind == f"{low}_transition":
                return known
        return None


def _hand(what: str, value: str | None) -> Change | None:
    return None if value is None else (what, value)


@dataclass(slots=True)
class SkippedShare:
    """Share of frames skipped over the last ``window`` samples. OBS zeroes its
    counters when the stream reconnects; a falling counter is therefore a reconnect.
    """

    window: int = 10
    _samples: list[tuple[int, int]] = field(default_factory=list)

    def add(self, skipped: int, total: int) -> bool:
        """Add a sample; True if the counters went back: the stream reconnected."""
        reset = bool(self._samples) and total < self._samples[-1][1]
        if reset:
            self._samples.clear()
        self._samples = [*self._samples[-self.window :], (skipped, total)]
        return reset

    @property
    def share(self) -> float | None:
        """0 to 1 in steps of 0.01, so that noise is no news; None without samples."""
        if len(self._samples) < 2:
            return None
        skipped = self._samples[-1][0] - self._samples[0][0]
        total = self._samples[-1][1] - self._samples[0][1]
        return round(skipped / total, 2) if total > 0 else None

    def clear(self) -> None:
        """The stream is not running."""
        self._samples.clear()
