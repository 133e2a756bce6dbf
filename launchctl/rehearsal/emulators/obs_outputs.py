"""The stream and the recording of an emulated OBS, and what they tell.

As OBS 29 was measured: a stream without a server begins and ends within 70 ms; one
whose server dies tries again, inactive by its event and active by its status; its
counters begin anew when it is back; a stop goes by way of STOPPING, a death does not;
the status of an output says active for some milliseconds after it told of its end.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

FPS = 30.0
_STATE = "OBS_WEBSOCKET_OUTPUT_"
_STATUS_LAG_S = 0.003

GENERAL, CONFIG, SCENES, INPUTS = 1, 2, 4, 8
TRANSITIONS, OUTPUTS, SCENE_ITEMS = 16, 64, 128
"""``EventSubscription`` of the protocol."""

Emit = Callable[[str, dict[str, Any], int], None]
"""Tells (event, its data, its ``EventSubscription``)."""


@dataclass(slots=True)
class Running:
    """An output: the stream or the recording."""

    event: str
    active: bool = False
    reconnecting: bool = False
    began_s: float = 0.0
    skipped: int = 0
    task: asyncio.Task[None] | None = None


@dataclass(slots=True)
class Outputs:
    """Both outputs. ``server``: an RTMP server takes the stream; ``url``: where."""

    emit: Emit
    server: bool = True
    url: str = "rtmp://127.0.0.1/live"
    stream: Running = field(default_factory=lambda: Running("StreamStateChanged"))
    record: Running = field(default_factory=lambda: Running("RecordStateChanged"))
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def boot(self) -> None:
        """The process begins: neither runs."""
        self.stream = Running("StreamStateChanged")
        self.record = Running("RecordStateChanged")

    def halt(self) -> None:
        """The process is gone; nothing more happens."""
        for task in tuple(self._tasks):
            task.cancel()

    def start(self, output: Running) -> None:
        """Start the stream or the recording."""
        fails = output is self.stream and not self.server
        self._tell(output, "STARTING", active=False)
        output.task = self._spawn(self._starting(output, fails=fails))

    async def _starting(self, output: Running, *, fails: bool) -> None:
        await asyncio.sleep(0.07)
        if fails:
            self._tell(output, "STOPPED", active=False)
            return
        output.active = True
        output.began_s = asyncio.get_running_loop().time()
        self._tell(output, "STARTED", active=True)

    def stop(self, output: Running) -> None:
        """Stop it, as a person or a command does: by way of STOPPING."""
        if output.task is not None:
            output.task.cancel()
        self._tell(output, "STOPPING", active=False)
        output.task = self._spawn(self._stopping(output))

    async def _stopping(self, output: Running) -> None:
        await asyncio.sleep(0.05)
        self._tell(output, "STOPPED", active=False)
        await asyncio.sleep(_STATUS_LAG_S)
        output.active = output.reconnecting = False

    def lose_server(self) -> None:
        """The RTMP server dies: the stream tries again."""
        self.server = False
        if self.stream.active:
            self.stream.reconnecting = True
            # the event says inactive, the status request says active: so does OBS
            self._tell(self.stream, "RECONNECTING", active=False)

    def find_server(self) -> None:
        """The RTMP server is back; the counters begin anew."""
        self.server = True
        if self.stream.reconnecting:
            self.stream.reconnecting = False
            self.stream.began_s = asyncio.get_running_loop().time()
            self.stream.skipped = 0
            self._tell(self.stream, "RECONNECTED", active=True)

    def give_up(self) -> None:
        """The stream ends by itself: STOPPED without STOPPING."""
        self.stream.active = self.stream.reconnecting = False
        self._tell(self.stream, "STOPPED", active=False)

    def frames(self, output: Running) -> int:
        """Frames since the output began."""
        if not output.active:
            return 0
        return int((asyncio.get_running_loop().time() - output.began_s) * FPS)

    def _tell(self, output: Running, state: str, *, active: bool) -> None:
        data: dict[str, Any] = {"outputActive": active, "outputState": _STATE + state}
        if output is self.record:
            done = state in ("STARTED", "STOPPED")
            data["outputPath"] = "/recordings/show.mkv" if done else None
        self.emit(output.event, data, OUTPUTS)

    def _spawn(self, work: Any) -> asyncio.Task[None]:
        task: asyncio.Task[None] = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task
