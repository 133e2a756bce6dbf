"""From a scene command to OBS's own word, on real headless OBS.

The driver's two connections against the same driver's commands with everything on one
connection, as every common client does it; rounds are interleaved. A frame is 1/30 s.
"""

from __future__ import annotations

import asyncio
import functools
import socket
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import aiohttp
from obswebsocket import requests

from launchctl.drivers.obs.connection import Connection, open_connection
from launchctl.drivers.obs.protocol import Events
from launchctl.runbook.actions import Scene
from launchctl.show.inputs import Answer
from tests.obs_far_ends import Hall, RealObs
from tests.obs_fixture import FPS, ObsProcess, start_obs, why_not

_NAME = "scene command to OBS's own event, p99"
_SCENES = ("Countdown", "Keynote", "Reveal")
_GAPS_S = (0.060, 0.067, 0.075, 0.083, 0.091)
"""Not a multiple of a frame, so that commands fall anywhere in one."""


def bench_scene_command(*, short: bool) -> dict[str, dict[str, Any]]:
    """Rows: p99 in frames, and the reply, the median and the reconnect beside it."""
    reason = why_not()
    if reason is not None:
        return {_NAME: {"skipped": reason}}
    with tempfile.TemporaryDirectory() as folder, start_obs(Path(folder)) as obs:
        return asyncio.run(_measure(obs, rounds=2 if short else 8))


async def _measure(process: ObsProcess, rounds: int) -> dict[str, dict[str, Any]]:
    ours: list[float] = []
    theirs: list[float] = []
    replies: list[float] = []
    obs = RealObs(process)
    await obs.start()
    async with Hall(obs.url) as hall:
        for _ in range(rounds):
            ours += await _driver_round(hall)
            theirs += await _one_connection_round(obs, replies)
        back_s = await _reconnect(hall, obs)
    await obs.aclose()
    frame_ms = 1000 / FPS
    p99 = _percentile(ours, 99)
    return {
        _NAME: {
            "value": p99 / frame_ms,
            "unit": "frames",
            "goal": "<= 1.5",
            "met": p99 / frame_ms <= 1.5,
        },
        "scene command to OBS's own event, median": _row(statistics.median(ours), "ms"),
        "the same over one connection, median": _row(statistics.median(theirs), "ms"),
        "reply over one connection, median": _row(statistics.median(replies), "ms"),
        "killed OBS up again to driver connected": {
            "value": back_s,
            "unit": "s",
            "goal": "<= 3",
            "met": back_s <= 3.0,
        },
    }


async def _driver_round(hall: Hall) -> list[float]:
    """Milliseconds from the first byte to CurrentProgramSceneChanged."""
    taken = []
    for index in range(30):
        outcome = await hall.send(Scene(scene=_SCENES[index % len(_SCENES)]))
        assert outcome.answer is Answer.OK, outcome
        if outcome.sent_us is not None and outcome.confirmed_us is not None:
            taken.append((outcome.confirmed_us - outcome.sent_us) / 1000)
        await asyncio.sleep(_GAPS_S[index % len(_GAPS_S)])
    return taken


async def _one_connection_round(obs: RealObs, replies: list[float]) -> list[float]:
    """The same cuts with commands and events on one connection, acknowledged late."""
    taken = []
    arrived = asyncio.Event()
    at_s = 0.0

    def event(name: str, _: Any) -> None:
        nonlocal at_s
        if name == "CurrentProgramSceneChanged":
            at_s = time.perf_counter()
            arrived.set()

    async with aiohttp.ClientSession() as session:
        connection = await open_connection(
            session,
            obs.url,
            password=obs.password,
            subscriptions=Events(1023),
            on_event=event,
        )
        _acknowledge_late(connection)
        for index in range(30):
            arrived.clear()
            began_s = time.perf_counter()
            cut = requests.SetCurrentProgramScene(sceneName=_SCENES[(index + 1) % 3])
            await connection.call(cut, 5.0)
            replies.append((time.perf_counter() - began_s) * 1000)
            async with asyncio.timeout(5.0):
                await arrived.wait()
            taken.append((at_s - began_s) * 1000)
            await asyncio.sleep(_GAPS_S[index % len(_GAPS_S)])
        await connection.aclose()
    return taken


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


def _row(value: float, unit: str) -> dict[str, Any]:
    return {"value": value, "unit": unit, "goal": "", "met": None}
