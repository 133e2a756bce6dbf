"""Films: played from the start, watched to their real end.

OBS tells of an end also when somebody cuts away, stops the film, or its file is
missing. So the end is believed only if the film's own play time says so, and its scene
stayed on program: its position is read four times a second.
"""

from __future__ import annotations

import ntpath
import posixpath
from dataclasses import dataclass, replace
from typing import Any

from obswebsocket import requests

from launchctl.drivers.base import Outcome
from launchctl.drivers.obs.attempt import Attempt, expect, ok
from launchctl.drivers.obs.cuts import put_scene
from launchctl.drivers.obs.trouble import (
    ObsError,
    RefusedByObsError,
    RefusedHereError,
)
from launchctl.runbook.actions import FilmBody, PlayMedia, Scene
from launchctl.show.commands import Command
from launchctl.show.inputs import Answer, FilmSeen
from launchctl.times import MILLISECOND, SECOND, Micros, format_span

_LOOK_S = 0.25
_START_S = 3.0
"""How long a film may take until it plays."""
_SHORT_US = SECOND // 2
"""Own play time may be this much shorter than the film."""
_GAP_US = SECOND
"""Over a gap in reports its position may be this far from where it should be."""
_STALL_US = 750 * MILLISECOND
_SAME_US = 100 * MILLISECOND
_STATE = "OBS_MEDIA_STATE_"
_RESTART = "OBS_WEBSOCKET_MEDIA_INPUT_ACTION_RESTART"


@dataclass(slots=True)
class _Progress:
    """How far a film is: its position, when that was read, its own play time."""

    cursor_us: Micros = 0
    read_us: Micros = 0
    moved_us: Micros = 0
    played_us: Micros = 0
    playing: bool = False
    told: tuple[Micros | None] | None = None


async def play_media(attempt: Attempt, command: Command) -> Outcome:
    """Play the film; ok at its real end. ``resume`` only looks whether it plays on."""
    film = expect(command, PlayMedia).media
    progress = _Progress()
    if command.content.get("resume"):
        start_us = command.content.get("start_us")
        if start_us is None:
            return _interrupted(attempt, film, progress, "it had not begun")
        progress.read_us = progress.moved_us = int(start_us)
        progress.playing = True
        gap = True
    else:
        shown = await _begin(attempt, command, film)
        if shown is not None:
            return shown
        progress.read_us = progress.moved_us = attempt.now_us()
        gap = False
    return await _watch(attempt, command, film, progress, gap=gap)


async def _begin(attempt: Attempt, command: Command, film: FilmBody) -> Outcome | None:
    """Load the file, show the scene, play from the start; an outcome if that fails."""
    await _load(attempt, film)
    stage = expect(command, PlayMedia).stage
    scene = replace(command, action=Scene(stage=stage, scene=film.scene))
    shown = await put_scene(attempt, scene)
    if shown.answer is not Answer.OK:
        return shown
    await attempt.tell(
        requests.TriggerMediaInputAction(inputName=film.source, mediaAction=_RESTART)
    )
    return None


async def _load(attempt: Attempt, film: FilmBody) -> None:
    answer = await attempt.ask(requests.GetInputSettings(inputName=film.source))
    settings: dict[str, Any] = answer.getInputSettings()
    if settings.get("looping"):
        raise RefusedHereError(
            f"source {film.source!r} loops: a film in it would never end"
        )
    present = str(settings.get("local_file", ""))
    wanted = _path(film, present)
    if wanted != present:
        await attempt.tell(
            requests.SetInputSettings(
                inputName=film.source,
                inputSettings={"local_file": wanted, "is_local_file": True},
                overlay=True,
            )
        )


def _path(film: FilmBody, present: str) -> str:
    """The file at the mixer: a name alone lies beside what the source plays now."""
    if posixpath.isabs(film.play) or ntpath.isabs(film.play):
        return film.play
    if present.replace("\\", "/").endswith(f"/{film.play}") or present == film.play:
        return present
    cut = max(present.rfind("/"), present.rfind("\\"))
    if cut < 0:
        raise RefusedHereError(
            f"source {film.source!r} has no file: give `play` its whole path"
        )
    return present[: cut + 1] + film.play


async def _watch(
    attempt: Attempt,
    command: Command,
    film: FilmBody,
    progress: _Progress,
    *,
    gap: bool,
) -> Outcome:
    """Follow the film until it ended, one way or another."""
    began_us = attempt.now_us()
    while True:
        try:
            status = await _status(attempt, film)
        except RefusedByObsError:
            raise
        except ObsError:
            await attempt.reconnected()
            gap = True
            continue
        now_us = attempt.now_us()
        program = attempt.watch.seen.program
        if program != film.scene:
            return _interrupted(attempt, film, progress, f"{program!r} is on program")
        state, cursor_us, length_us = status
        if gap and not _as_it_should(progress, state, cursor_us, now_us):
            return _interrupted(attempt, film, progress, "it did not play on")
        _take(progress, state, cursor_us, now_us)
        gap = False
        if progress.played_us or cursor_us:
            _tell(attempt, command, progress, now_us, paused=state == "PAUSED")
        if _is_over(state) and progress.playing:
            return _ended(attempt, film, progress, now_us)
        late = now_us - began_us > _START_S * SECOND
        hollow = not progress.playing and state == "PLAYING" and length_us == 0
        if (late and not progress.playing) or (
            hollow and await _never_plays(attempt, film)
        ):
            return _interrupted(attempt, film, progress, "its file does not play")
        await attempt.until(lambda: False, _LOOK_S)


async def _status(attempt: Attempt, film: FilmBody) -> tuple[str, Micros, Micros]:
    answer = await attempt.ask(requests.GetMediaInputStatus(inputName=film.source))
    data = answer.datain
    state = str(data.get("mediaState", "")).removeprefix(_STATE)
    cursor_ms, length_ms = data.get("mediaCursor"), data.get("mediaDuration")
    return (
        state,
        round((cursor_ms or 0) * MILLISECOND),
        round((length_ms or 0) * MILLISECOND),
    )


async def _never_plays(attempt: Attempt, film: FilmBody) -> bool:
    """A missing file reports PLAYING without a length: look once more."""
    await attempt.until(lambda: False, _LOOK_S * 2)
    state, cursor_us, length_us = await _status(attempt, film)
    return state == "PLAYING" and length_us == 0 and cursor_us == 0


def _is_over(state: str) -> bool:
    return state in ("ENDED", "STOPPED", "NONE", "ERROR")


def _as_it_should(
    progress: _Progress, state: str, cursor_us: Micros, now_us: Micros
) -> bool:
    """After a gap: its position moved as N did."""
    moved_us = cursor_us - progress.cursor_us
    passed_us = now_us - progress.read_us
    return state == "PLAYING" and abs(moved_us - passed_us) <= _GAP_US


def _take(progress: _Progress, state: str, cursor_us: Micros, now_us: Micros) -> None:
    passed_us = now_us - progress.read_us
    if _is_over(state):
        if progress.playing and progress.moved_us + _STALL_US > progress.read_us:
            progress.played_us += min(passed_us, SECOND)
    else:
        moved_us = cursor_us - progress.cursor_us
        if moved_us > 0:
            progress.played_us += min(moved_us, passed_us + 2 * _SAME_US)
            progress.moved_us = now_us
            progress.playing = True
        progress.cursor_us = cursor_us
    progress.read_us = now_us


def _tell(
    attempt: Attempt,
    command: Command,
    progress: _Progress,
    now_us: Micros,
    *,
    paused: bool,
) -> None:
    """Report its start, moved on by pauses and stalls; None while it stands."""
    stands = paused or now_us - progress.moved_us > _STALL_US
    start_us = None if stands else now_us - progress.cursor_us
    if progress.told is not None:
        before_us = progress.told[0]
        if before_us == start_us:
            return
        both = before_us is not None and start_us is not None
        if both and abs((before_us or 0) - (start_us or 0)) < _SAME_US:
            return
    progress.told = (start_us,)
    attempt.watch.report(FilmSeen(command.key, command.attempt, start_us))


def _ended(
    attempt: Attempt, film: FilmBody, progress: _Progress, now_us: Micros
) -> Outcome:
    if progress.played_us >= film.length_us - _SHORT_US:
        return ok(attempt, now_us)
    return _interrupted(attempt, film, progress, "it was stopped")


def _interrupted(
    attempt: Attempt, film: FilmBody, progress: _Progress, why: str
) -> Outcome:
    played = format_span(progress.played_us // SECOND * SECOND)
    length = format_span(film.length_us)
    return Outcome(
        Answer.REFUSED,
        f"{film.play} was interrupted after {played} of {length}: {why}",
        sent_us=attempt.sent_us,
    )
