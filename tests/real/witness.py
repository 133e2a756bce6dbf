"""An independent witness of OBS: obs-websocket-py, which shares no line with ours."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import obswebsocket
from obswebsocket import events, requests

from launchctl.clock import wall_us
from tests.obs_fixture import COUNTER, ObsProcess
from tests.show_rig import HANG_S


class Witness:
    """What an independent client of OBS saw, with the instant it saw it."""

    def __init__(self, obs: ObsProcess) -> None:
        self._client = obswebsocket.obsws("127.0.0.1", obs.port, obs.password)
        self.scenes: list[tuple[str, int]] = []
        self._lock = threading.Lock()

    def connect(self) -> None:
        """Begin to watch."""
        self._client.register(self._saw, events.CurrentProgramSceneChanged)
        self._client.connect()

    def close(self) -> None:
        """Stop watching."""
        self._client.disconnect()

    def ask(self, request: Any) -> dict[str, Any]:
        """Ask OBS something."""
        answer: dict[str, Any] = self._client.call(request).datain
        return answer

    def program(self) -> str:
        """The scene on program."""
        answer = self.ask(requests.GetCurrentProgramScene())
        return str(answer["currentProgramSceneName"])

    def counter(self) -> str:
        """What the counter's text source shows."""
        answer = self.ask(requests.GetInputSettings(inputName=COUNTER))
        return str(answer["inputSettings"].get("text", ""))

    def streaming(self) -> bool:
        """Whether the stream is live, and not trying again."""
        status = self.ask(requests.GetStreamStatus())
        return bool(status["outputActive"]) and not status["outputReconnecting"]

    def recording(self) -> bool:
        """Whether OBS records."""
        return bool(self.ask(requests.GetRecordStatus())["outputActive"])

    def _saw(self, event: Any) -> None:
        with self._lock:
            self.scenes.append((event.datain["sceneName"], wall_us()))


@contextmanager
def watching(obs: ObsProcess) -> Iterator[Witness]:
    """A witness for a while."""
    witness = Witness(obs)
    witness.connect()
    try:
        yield witness
    finally:
        witness.close()


async def eventually(holds: Callable[[], object]) -> None:
    """Wait until it holds; the deadline only bounds a hang."""
    async with asyncio.timeout(HANG_S):
        while not holds():
            await asyncio.sleep(0.02)
