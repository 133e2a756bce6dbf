"""From a scene command to OBS's own word, on real headless OBS, in interleaved rounds.

Three ways to cut, each alone on OBS in its rounds: the driver, from ``send`` being
called; its two connections without it, which is as soon as OBS can be; and everything
on one connection, as every common client does it. A frame is 1/30 s. OBS draws whole
frames, so an event comes up to one frame after its command, and later on a machine
that keeps OBS from drawing: the driver's share is what it adds to its bare connections.
"""

from __future__ import annotations

import asyncio
import functools
import socket
import statistics
import tempfile
import time
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import aiohttp
from obswebsocket import requests

from launchctl.drivers.obs.connection import Connection, open_connection
from launchctl.drivers.obs.protocol import Events, OnEvent
from launchctl.runbook.actions import Scene
from launchctl.show.inputs import Answer
from tests.obs_far_ends import Hall, RealObs
from tests.obs_fixture import FPS, ObsProcess, start_obs, why_not

_NAME = "scene command to OBS's own event, p99"
_SCENES = ("Countdown", "Keynote", "Reveal")
_GAPS_S = (0.060, 0.067, 0.075, 0.083, 0.091)
"""Not a multiple of a frame, so that commands fall anywhere in one."""
_CUTS = 30
_WATCHED = Events.GENERAL | Events.SCENES | Events.TRANSITIONS | Events.OUTPUTS


def bench_scene_command(*, short: bool) -> dict[str, dict[str, Any]]:
    """Rows: p99 in frames, and the reply, the median and the reconnect beside it."""
    reason = why_not()
    if reason is not None:
        return {_NAME: {"skipped": reason}}
    with tempfile.TemporaryDirectory() as folder, start_obs(Path(folder)) as obs:
        return asyncio.run(_measure(obs, rounds=2 if short else 8))


async def _measure(process: ObsProcess, rounds: int) -> dict[str, dict[str, Any]]:
    driver: list[float] = []
    bare: list[float] = []
    one: list[float] = []
    replies: list[float] = []
    obs = RealObs(process)
    await obs.start()
    for _ in range(rounds):
        driver += await _driver_round(obs)
        bare += await _two_connections_round(obs)
        one += await _one_connection_round(obs, replies)
    async with Hall(obs.url) as hall:
        back_s = await _reconnect(hall, obs)
    await obs.aclose()
    p99, bare_p99 = _frames(_percentile(driver, 99)), _frames(_percentile(bare, 99))
    return {
        _NAME: _row(p99, "frames", "<= 1.5", met=p99 <= 1.5),
        "the same without the driver, p99": _row(bare_p99, "frames"),
        "driver to bare connections, p99": _row(p99 / bare_p99, "times"),
        "scene command to OBS's own event, median": _row(
            statistics.median(driver), "ms"
        ),
        "the same without the driver, median": _row(statistics.median(bare), "ms"),
        "the same over one connection, median": _row(statistics.median(one), "ms"),
        "reply over one connection, median": _row(statistics.median(replies), "ms"),
        "killed OBS up again to driver connected": _row(
            back_s, "s", "<= 3", met=back_s <= 3.0
        ),
    }


async def _driver_round(obs: RealObs) -> list[float]:
    """Milliseconds from ``send`` to CurrentProgramSceneChanged."""
    taken = []
    async with Hall(obs.url) as hall:
        for index in range(_CUTS):
            asked_us = hall.origin.now_us()
            outcome = await hall.send(Scene(scene=_SCENES[index % len(_SCENES)]))
            assert outcome.answer is Answer.OK, outcome
            if outcome.sent_us is not None and outcome.confirmed_us is not None:
                taken.append((outcome.confirmed_us - asked_us) / 1000)
            await asyncio.sleep(_GAPS_S[index % len(_GAPS_S)])
    return taken


async def _two_connections_round(obs: RealObs) -> list[float]:
    """The same cuts over bare connections, commands and events apart."""
    arrival = _Arrival()
    async with aiohttp.ClientSession() as session, AsyncExitStack() as stack:
        await _connect(session, stack, obs, _WATCHED, arrival.event)
        commands = await _connect(session, stack, obs, Events.NONE, None)
        return [await arrival.cut(commands, index) for index in range(_CUTS)]


async def _one_connection_round(obs: RealObs, replies: list[float]) -> list[float]:
    """The same with commands and events on one connection, acknowledged late."""
    arrival = _Arrival()
    async with aiohttp.ClientSession() as session, AsyncExitStack() as stack:
        both = await _connect(session, stack, obs, Events(1023), arrival.event)
        _acknowledge_late(both)
        taken = [await arrival.cut(both, index) for index in range(_CUTS)]
    replies += arrival.replies_ms
    return taken


async def _connect(
    session: aiohttp.ClientSession,
    stack: AsyncExitStack,
    obs: RealObs,
    subscriptions: Events,
    on_event: OnEvent | None,
) -> Connection:
    connection = await open_connection(
        session,
        obs.url,
        password=obs.password,
        subscriptions=subscriptions,
        on_event=on_event,
    )
    stack.push_async_callback(connection.aclose)
    return connection


class _Arrival:
    """When CurrentProgramSceneChanged came."""

    def __init__(self) -> None:
        self.replies_ms: list[float] = []
        self._at_s = 0.0
        self._arrived = asyncio.Event()

    def event(self, name: str, _: Any) -> None:
        """Takes events."""
        if name == "CurrentProgramSceneChanged":
            self._at_s = time.perf_counter()
            self._arrived.set()

    async def cut(self, connection: Connection, index: int) -> float:
        """Cut to the next scene; milliseconds to the event."""
        self._arrived.clear()
        scene = _SCENES[index % len(_SCENES)]
        began_s = time.perf_counter()
        cut = requests.SetCurrentProgramScene(sceneName=scene)
        await connection.call(cut, 5.0)
        self.replies_ms.append((time.perf_counter() - began_s) * 1000)
        async with asyncio.timeout(5.0):
            await self._arrived.wait()
        await asyncio.sleep(_GAPS_S[index % len(_GAPS_S)])
        return (self._at_s - began_s) * 1000


def _acknowledge_late(connection: Connection) -> None:
    """Do as other clients do: leave acknowledging to the kernel."""
    late = functools.partial(
        connection._raw.setsockopt, socket.IPPROTO_TCP, socket.TCP_QUICKACK, 0
    )
    connection._acknowledge_now = late


async def _reconnect(hall: Hall, obs: RealObs) -> float:
    """Seconds from the moment a killed OBS listens again."""
    await obs.kill()
    await hall.until(lambda: not hall.stage.connected)
    await obs.boot()
    began_s = time.perf_counter()
    await hall.until(lambda: hall.stage.connected)
    return time.perf_counter() - began_s


def _percentile(values: list[float], percent: int) -> float:
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]


def _frames(taken_ms: float) -> float:
    return taken_ms * FPS / 1000


def _row(
    value: float, unit: str, goal: str = "", *, met: bool | None = None
) -> dict[str, Any]:
    return {"value": value, "unit": unit, "goal": goal, "met": met}
