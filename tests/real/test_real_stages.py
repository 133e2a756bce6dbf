"""A rehearsal on real OBS, as a user starts it, seen by an independent witness."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path

import pytest
from obswebsocket import requests

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
