"""One killing: a show is killed at a crossing, taken up, and watched to its end."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

from launchctl.conductor.viewer import Viewer
from launchctl.store.base import Line
from tests.crash.crew import Crew
from tests.crash.hall import Hall, hall
from tests.crash.invariants import Told, broken
from tests.crash.nursery import Nursery

HANG_S = 120.0
"""Real seconds for one show; bounds a hang, says nothing about speed."""
_SIGKILL = -9


@dataclass(frozen=True, slots=True)
class Killing:
    """When a show is killed, and how.

    Attributes:
        at: a crossing (``journal.db: commits#12``) of the first life; None: never.
        again: a crossing of the second life, which is then killed too.
        down_s: seconds of N that nobody conducts.
    """

    at: str | None = None
    again: str | None = None
    down_s: float = 0.0

    def __str__(self) -> str:
        then = f", again at {self.again}" if self.again else ""
        return f"{self.at}{then}, down for {self.down_s:g} s"


@dataclass(slots=True)
class Result:
    """What came of a killing.

    Attributes:
        reached: how many of its kills came to pass.
        broken: sentences about what must not be; empty is good.
        doubts: what the crew was asked about: (cue, account, what they said).
        lives: the crossings of each life that was traced.
    """

    killing: Killing
    reached: int = 0
    broken: list[str] = field(default_factory=list)
    doubts: list[tuple[str, str | None, str]] = field(default_factory=list)
    lives: list[list[str]] = field(default_factory=list)


async def kill(
    birthplace: Nursery, killing: Killing, folder: Path, *, trace: bool = False
) -> Result:
    """Play one show with its killing."""
    result = Result(killing)
    async with hall(folder) as seen, AsyncExitStack() as stack:
        inbox = await stack.enter_async_context(seen.folder.inbox())
        viewer = await Viewer.open(seen.folder)
        stack.push_async_callback(viewer.aclose)
        crew = Crew(seen, viewer, inbox)
        working = asyncio.create_task(crew.work())
        try:
            lives = _Lives(birthplace, seen, folder, result, trace=trace)
            # in the loop's seconds, which are the show's
            async with asyncio.timeout(HANG_S * seen.origin.speed):
                code = await lives.live()
        except TimeoutError:
            result.broken.append("the show hangs")
            return result
        finally:
            working.cancel()
            await asyncio.gather(working, return_exceptions=True)
        told = Told(
            await _journal(seen),
            code,
            crew.answers,
            crew.told,
            lives.state,
            lives.deaths,
        )
        result.doubts = crew.told
        result.broken += await broken(seen, told)
    return result


async def _journal(seen: Hall) -> list[Line]:
    async with seen.folder.journal() as journal:
        return await journal.read()


class _Lives:
    """A show's lives, one after the other."""

    def __init__(
        self,
        birthplace: Nursery,
        seen: Hall,
        folder: Path,
        result: Result,
        *,
        trace: bool,
    ) -> None:
        self._birthplace = birthplace
        self._hall = seen
        self._folder = folder
        self._result = result
        self._trace = trace
        self.state: str | None = None
        self.deaths: list[int] = []
        """The journal's head at each death."""

    async def live(self) -> int:
        """From the first life to the end of the last; its exit code."""
        killing = self._result.killing
        for number, at in enumerate((killing.at, killing.again, None)):
            if at is None and number == 1 and killing.at is not None:
                continue
            code = await self._life(number, at)
            if code != _SIGKILL:
                return code
            self._result.reached += 1
            self.deaths.append(len(await _journal(self._hall)))
            await asyncio.sleep(killing.down_s)
        raise AssertionError("the last life was killed by nobody")

    async def _life(self, number: int, at: str | None) -> int:
        traced = self._folder / f"life-{number}" if self._trace else None
        state = self._folder / "state"
        birth = await self._birthplace.show(
            self._hall.folder.path, self._hall.secrets, at=at, trace=traced, state=state
        )
        code = await birth.ended
        if traced is not None:
            self._result.lives.append(traced.read_text().split("\n")[:-1])
        if code != _SIGKILL and state.exists():
            self.state = state.read_text()
        return code
