"""A rehearsal on real OBS, as a user starts it, seen by an independent witness."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from obswebsocket import requests

from launchctl.clock import wall_us
from launchctl.drivers.base import Context
from launchctl.drivers.obs.mark import MARK
from launchctl.drivers.registry import stage_driver
from launchctl.runbook.base import SecretRef
from launchctl.runbook.model import Stage
from launchctl.runbook.secrets import GivenSecrets
from tests.obs_fixture import start_obs
from tests.real.witness import eventually, watching
from tests.rtmp_fixture import start_rtmp

pytestmark = pytest.mark.real
HANG_S = 90.0
"""Bounds a hang: three processes start, and ten seconds pass before the first cue."""

RUNBOOK = """
runbook: 1
title: A small reveal
t0: 2030-06-01 20:00 UTC
stages:
  main: {driver: obs, url: "ws://127.0.0.1:9", password: {env: OBS_MAIN}}
accounts:
  ceo: {network: x, handle: ceo, credentials: {env: X_CEO}}
cues:
  - {cue: doors, at: T-0, do: [{scene: Countdown}, {stream: start}, {record: start}]}
  - {cue: reveal, after: doors, do: [{scene: Reveal}]}
  - cue: tell
    after: reveal
    do: [{post: {as: ceo, text: "Here it is."}}]
  - {cue: over, after: tell, do: [{end: show}]}
"""


async def rehearsed(file: Path, obs, tmp_path: Path):
    """The verb on that OBS, with everybody saying yes: exit code, report, complaint."""
    words = ["rehearse", str(file), "--stage", "real", "--yes", "--json"]
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "launchctl",
        *words,
        "--set",
        f"stages.main.url={obs.url}",
        env={
            **os.environ,
            "OBS_MAIN": obs.password,
            "XDG_STATE_HOME": str(tmp_path / "state"),
        },
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(HANG_S):
            out, complaint = await process.communicate()
    finally:
        if process.returncode is None:
            process.terminate()  # it stops what it started
            await process.communicate()
    return process.returncode, json.loads(out or "null"), complaint.decode()


def stream_to(witness, server: str) -> None:
    """As in OBS's own settings."""
    witness.ask(
        requests.SetStreamServiceSettings(
            streamServiceType="rtmp_custom",
            streamServiceSettings={"server": server, "key": "launch"},
        )
    )


async def test_real_scenes_change_and_posts_stay_here(tmp_path: Path):
    """The stage is real, the network is not: OBS cuts, the post is confirmed
    by the emulator, whose account is invented. Nothing is streamed to a public server.
    """
    file = tmp_path / "show.yaml"
    file.write_text(RUNBOOK)
    with start_obs(tmp_path / "obs") as obs, watching(obs) as witness:
        stream_to(witness, "rtmp://live.example.com/app")
        code, report, complaint = await rehearsed(file, obs, tmp_path)

        assert (code, report["verdict"]) == (0, "green"), (report["reasons"], complaint)
        assert ["Countdown", "Reveal"] == [scene for scene, _ in witness.scenes]
        assert not witness.streaming()
        assert not witness.recording()
    assert ["sent"] == [post["state"] for post in report["posts"]]
    assert report["rehearsal"]
    assert "real" == report["rehearsed"]["stages"]


async def test_what_is_on_air_is_not_rehearsed_on(tmp_path: Path):
    """A rehearsal refuses a real stage that is streaming to a public output;
    it touches nothing.
    """
    file = tmp_path / "show.yaml"
    file.write_text(RUNBOOK)
    with (
        start_rtmp(tmp_path / "rtmp") as rtmp,
        start_obs(tmp_path / "obs") as obs,
        watching(obs) as witness,
    ):
        # loopback under a name that does not look like it: so it counts as public
        stream_to(witness, rtmp.url.replace("127.0.0.1", "2130706433"))
        witness.ask(requests.StartStream())
        await eventually(witness.streaming)
        code, said, _ = await rehearsed(file, obs, tmp_path)

        assert code == 1
        assert said["error"].startswith("stage main streams to 2130706433")
        assert [] == witness.scenes
        assert witness.streaming()


def marked_scenes(witness) -> tuple[list[str], list[str]]:
    """The scenes on top of which REHEARSAL is, and all of them."""
    listed = witness.ask(requests.GetSceneList())["scenes"]
    names = [scene["sceneName"] for scene in listed]
    return [name for name in names if _topmost(witness, name) == MARK], names


def _topmost(witness, scene: str) -> str | None:
    items = witness.ask(requests.GetSceneItemList(sceneName=scene))["sceneItems"]
    top = max(items, key=lambda item: item["sceneItemIndex"], default=None)
    return top and top["sourceName"]


def everywhere(witness) -> bool:
    """True once it is on top of every scene."""
    marked, scenes = marked_scenes(witness)
    return marked == scenes


async def test_the_picture_says_rehearsal_until_it_is_over(tmp_path: Path):
    """On top of every scene of the real OBS, and of none once it has ended."""
    file = tmp_path / "show.yaml"
    file.write_text(RUNBOOK)
    with start_obs(tmp_path / "obs") as obs, watching(obs) as witness:
        stream_to(witness, "rtmp://live.example.com/app")
        running = asyncio.ensure_future(rehearsed(file, obs, tmp_path))
        await eventually(lambda: running.done() or everywhere(witness))
        assert not running.done(), running.result()

        code, report, complaint = await running
        assert (0, "green") == (code, report["verdict"]), complaint
        inputs = witness.ask(requests.GetInputList())["inputs"]
        assert MARK not in [each["inputName"] for each in inputs]


async def test_what_a_killed_rehearsal_left_is_in_no_show(tmp_path: Path):
    """The next show that connects takes it away; another rehearsal leaves it to whoever
    put it there.
    """
    with start_obs(tmp_path / "obs") as obs, watching(obs) as witness:
        stage = Stage(driver="obs", url=obs.url, password=SecretRef(env="OBS_MAIN"))

        def driver(*, confined: bool):
            keys = GivenSecrets({"env:OBS_MAIN": obs.password})
            return stage_driver(
                stage,
                Context("stage:main", wall_us, lambda _: None, keys, confined=confined),
            )

        await driver(confined=True).mark(on=True)
        await driver(confined=True).mark(on=True)  # again, as after a kill: still one
        assert everywhere(witness)
        async with AsyncExitStack() as stack:
            await driver(confined=True).start(stack)
            assert everywhere(witness)
        async with AsyncExitStack() as stack:
            await driver(confined=False).start(stack)
            await eventually(lambda: marked_scenes(witness)[0] == [])
