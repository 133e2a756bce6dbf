"""Media sources of an emulated OBS: what plays, how far it is, and what it tells.

As OBS 29 was measured: a film starts with its scene (restart_on_activate), 0.15 s after
the cut; it tells of an end also 72 ms after its scene left in mid-film, when stopped,
and at once, with a start, for a missing file; it never does when looping; its length is
known only while it plays.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from dataclasses import dataclass, field

from launchctl.rehearsal.emulators.obs_outputs import Emit

MEDIA = 256
"""``EventSubscription`` of the protocol."""
_WAKE_S = 0.15
_LEAVE_S = 0.072


@dataclass(slots=True)
class Film:
    """One media source. ``cursor_s`` is how far it was at ``at_s``."""

    file: str
    length_s: float
    missing: bool = False
    state: str = "NONE"
    cursor_s: float = 0.0
    at_s: float = 0.0
    task: asyncio.Task[None] | None = None


@dataclass(slots=True)
class Films:
    """All media sources, by name."""

    emit: Emit
    all: dict[str, Film] = field(default_factory=dict)

    def act(self, name: str, action: str) -> None:
        """RESTART, PLAY, PAUSE or STOP."""
        film = self.all[name]
        match action:
            case "RESTART":
                self._start(name, film)
            case "PAUSE" if film.state == "PLAYING":
                self._stand(film, "PAUSED")
            case "PLAY" if film.state == "PAUSED":
                film.state, film.at_s = "PLAYING", _now_s()
                film.task = self._later(film.length_s - film.cursor_s, name, "ENDED")
            case "STOP" if film.state in ("PLAYING", "PAUSED"):
                self._stand(film, "STOPPED")
                self._tell("Ended", name)
            case _:
                pass

    def status(self, name: str) -> dict[str, object]:
        """As GetMediaInputStatus answers."""
        film = self.all[name]
        known = film.state in ("PLAYING", "PAUSED")
        length_ms = 0 if film.missing else round(film.length_s * 1000)
        return {
            "mediaState": f"OBS_MEDIA_STATE_{film.state}",
            "mediaDuration": length_ms if known else None,
            "mediaCursor": round(self._cursor_s(film) * 1000) if known else None,
        }

    def showed(self, sources: Collection[str]) -> None:
        """A scene with these sources is on program: others leave, its own start."""
        for name, film in self.all.items():
            if name in sources and film.state not in ("PLAYING", "PAUSED"):
                self._stop_task(film)
                film.task = self._later(_WAKE_S, name, "RESTART")
            elif name not in sources and film.state in ("PLAYING", "PAUSED"):
                self._stop_task(film)
                film.task = self._later(_LEAVE_S, name, "STOPPED")

    def halt(self) -> None:
        """The process is gone."""
        for film in self.all.values():
            self._stop_task(film)
            film.state = "NONE"

    # --- inside -----------------------------------------------------------------------

    def _start(self, name: str, film: Film) -> None:
        self._stop_task(film)
        film.state, film.cursor_s, film.at_s = "PLAYING", 0.0, _now_s()
        self._tell("Started", name)
        if film.missing:
            self._tell("Ended", name)
        else:
            film.task = self._later(film.length_s, name, "ENDED")

    def _later(self, after_s: float, name: str, what: str) -> asyncio.Task[None]:
        async def work() -> None:
            await asyncio.sleep(after_s)
            film = self.all[name]
            film.task = None
            if what == "RESTART":
                self._start(name, film)
            else:
                film.state = what
                self._tell("Ended", name)

        return asyncio.get_running_loop().create_task(work())

    def _stand(self, film: Film, state: str) -> None:
        film.cursor_s = self._cursor_s(film)
        self._stop_task(film)
        film.state = state

    def _stop_task(self, film: Film) -> None:
        if film.task is not None:
            film.task.cancel()
            film.task = None

    def _cursor_s(self, film: Film) -> float:
        if film.missing:
            return 0.0
        ran_s = _now_s() - film.at_s if film.state == "PLAYING" else 0.0
        return min(film.length_s, film.cursor_s + ran_s)

    def _tell(self, what: str, name: str) -> None:
        self.emit(f"MediaInputPlayback{what}", {"inputName": name}, MEDIA)


def _now_s() -> float:
    return asyncio.get_running_loop().time()
