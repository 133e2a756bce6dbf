"""The two OBS that one suite runs against: the emulator, and the real one.

``hand`` does what the operator does in OBS's own window. For real OBS that is a client
of its own, obs-websocket-py, which shares no line with the driver.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import AsyncExitStack, suppress
from typing import Any, Self

from obswebsocket import events, obsws, requests

from launchctl.clock import Origin
from launchctl.drivers.base import Context
from launchctl.drivers.obs import ObsDriver
from launchctl.rehearsal.emulators.obs import ObsEmulator
from launchctl.runbook.actions import Action
from launchctl.runbook.base import SecretRef
from launchctl.runbook.model import Stage
from launchctl.show.commands import Command
from launchctl.show.inputs import HandSeen, Input, StageSeen
from tests.obs_fixture import COLOURS, COUNTER, MICROPHONE, PASSWORD, ObsProcess

HANG_S = 20.0
"""Bounds a hang; nothing is expected to take so long."""


class EmulatedObs:
    """The emulator as a far end."""

    password = PASSWORD

    def __init__(self) -> None:
        self.emulator = ObsEmulator(
            {
                "HoldingSlide": (),
                "Countdown": (),
                "Keynote": (MICROPHONE,),
                "Reveal": (COUNTER,),
            },
            texts=[COUNTER],
            audio=[MICROPHONE],
            password=PASSWORD,
        )
        self.emulator.world.outputs.server = False
        self.url = ""

    async def start(self) -> None:
        """Start it."""
        self.url = await self.emulator.start()

    async def kill(self) -> None:
        """SIGKILL, or as good as."""
        await self.emulator.kill()

    async def boot(self) -> None:
        """Start again after a kill."""
        await self.emulator.boot()

    def freeze(self) -> None:
        """Nothing answers from here on."""
        self.emulator.freeze()

    def thaw(self) -> None:
        """Go on."""
        self.emulator.thaw()

    async def hand(self, name: str, **data: Any) -> dict[str, Any]:
        """A request that did not come through the driver."""
        told = self.emulator.ask(name, data)
        assert told["requestStatus"]["result"], told
        return told.get("responseData", {})

    async def aclose(self) -> None:
        """Let go of it."""
        await self.emulator.aclose()


class RealObs:
    """A running OBS as a far end; ``hand`` is an independent client."""

    password = PASSWORD

    def __init__(self, process: ObsProcess) -> None:
        self.process = process
        self.url = process.url
        self.client = obsws("127.0.0.1", process.port, PASSWORD, timeout=10)

    async def start(self) -> None:
        """Connect the hand, and set the stage as every test expects it."""
        await asyncio.to_thread(self.client.connect)
        await self.hand("SetCurrentSceneTransition", transitionName="Cut")
        await self._back_to_the_holding_slide()
        await self.hand("SetInputMute", inputName=MICROPHONE, inputMuted=False)
        await self.hand(
            "SetInputSettings", inputName=COUNTER, inputSettings={"text": ""}
        )
        item = await self.hand("GetSceneItemId", sceneName="Reveal", sourceName=COUNTER)
        await self.hand(
            "SetSceneItemEnabled", sceneName="Reveal", sceneItemEnabled=True, **item
        )

    async def _back_to_the_holding_slide(self) -> None:
        """And wait until OBS says that all of the cut is over."""
        answer = await self.hand("GetCurrentProgramScene")
        if answer["currentProgramSceneName"] != "HoldingSlide":
            over = threading.Event()
            listener = lambda _: over.set()  # noqa: E731  the client compares functions
            self.client.register(listener, events.SceneTransitionEnded)
            await self.hand("SetCurrentProgramScene", sceneName="HoldingSlide")
            await asyncio.to_thread(over.wait, HANG_S)
            self.client.unregister(listener, events.SceneTransitionEnded)

    async def kill(self) -> None:
        """SIGKILL, or as good as."""
        await self._disconnect()
        await asyncio.to_thread(self.process.kill)

    async def boot(self) -> None:
        """Start again after a kill."""
        await asyncio.to_thread(self.process.restart)
        await asyncio.to_thread(self.client.connect)

    def freeze(self) -> None:
        """Nothing answers from here on."""
        self.process.freeze()

    def thaw(self) -> None:
        """Go on."""
        self.process.thaw()

    async def hand(self, name: str, **data: Any) -> dict[str, Any]:
        """A request of the independent client."""
        request = getattr(requests, name)(**data)
        answer = await asyncio.to_thread(self.client.call, request)
        assert answer.status, answer
        return answer.datain

    async def _disconnect(self) -> None:
        with suppress(OSError):
            await asyncio.to_thread(self.client.disconnect)

    async def aclose(self) -> None:
        """Let go of it."""
        await self._disconnect()


class FixedSecrets:
    """Secrets for tests: one password under every reference."""

    def __init__(self, value: str) -> None:
        self._value = value

    def get(self, ref: SecretRef) -> str:
        """The one password."""
        return self._value

    def with_prefix(self, ref: SecretRef) -> dict[str, str]:
        """None are known."""
        return {}


class Hall:
    """A driver at work on a far end, and everything it reported."""

    def __init__(
        self, url: str, password: str = PASSWORD, *, confined: bool = False
    ) -> None:
        self.origin = Origin.here()
        self.inputs: list[Input] = []
        self._news = asyncio.Event()
        self._stack = AsyncExitStack()
        stage = Stage(url=url, password=SecretRef(env="OBS_MAIN"))
        context = Context(
            "stage:main",
            self.origin.now_us,
            self._report,
            FixedSecrets(password),
            confined=confined,
        )
        self.driver = ObsDriver(stage, context)

    async def __aenter__(self) -> Self:
        await self.driver.start(self._stack)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    def _report(self, given: Input) -> None:
        self.inputs.append(given)
        self._news.set()

    async def send(self, action: Action, within_s: float = 10.0, **content: Any):
        """Send an action as the conductor does."""
        return await self.driver.send(self.command(action, within_s, **content))

    def command(
        self, action: Action, within_s: float = 10.0, **content: Any
    ) -> Command:
        """As the engine gives it to the conductor."""
        return Command(
            key="run/cue/1/0",
            attempt=1,
            target="stage:main",
            action=action,
            effect=action.effect,
            cue="cue",
            reason="cue cue",
            content=content,
            deadline_us=self.origin.now_us() + round(within_s * 1_000_000),
        )

    async def until(self, condition: Callable[[], Any]) -> None:
        """Wait until the reports fulfil a condition; a hang fails."""
        async with asyncio.timeout(HANG_S):
            while not condition():
                self._news.clear()
                await self._news.wait()

    @property
    def hands(self) -> list[tuple[str, Any]]:
        """What people were seen to change: (what, value)."""
        return [(i.what, i.value) for i in self.inputs if isinstance(i, HandSeen)]

    @property
    def stages(self) -> list[StageSeen]:
        """Every report about the stage."""
        return [i for i in self.inputs if isinstance(i, StageSeen)]

    @property
    def stage(self) -> StageSeen:
        """The stage as last reported."""
        return self.stages[-1]

    def cut_the_line(self) -> None:
        """Break the driver's connections without telling either end."""
        pair = self.driver._link._pair
        for connection in (pair.commands, pair.events):
            connection._socket.get_extra_info("socket")
            connection._socket._response.connection.transport.abort()


SCENES = tuple(COLOURS)
