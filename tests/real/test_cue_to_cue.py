"""Cue to cue on real OBS, as a user starts it, seen by an independent witness."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path

import pytest

from tests.obs_fixture import start_obs
from tests.real.witness import watching
from tests.show_rig import HANG_S

pytestmark = pytest.mark.real

RUNBOOK = """
runbook: 1
title: Three looks
t0: 2030-06-01 20:00 UTC
stages:
  main: {driver: obs, url: "ws://127.0.0.1:9", password: {env: OBS_MAIN}}
accounts:
  ceo: {network: x, handle: ceo, credentials: {env: X_CEO}}
embargoes:
  car: {default: true, lifts: [{on_air: Reveal}]}
cues:
  - {cue: doors, at: T-10m, do: [{scene: Countdown}, {stream: start}]}
  - cue: reveal
    at: T-0
    do: [{scene: Reveal}, {text: {source: PreorderCounter, text: "Hello"}}]
  - {cue: tell, after: reveal, do: [{post: {as: ceo, text: "Here it is."}}]}
"""


async def test_a_caller_steps_a_real_obs_forth_and_back(tmp_path: Path):
    """OBS shows what stands before each cue; it never streams, and a back
    leaves it as it was. The account's secret is not even asked for.
    """
    file = tmp_path / "show.yaml"
    file.write_text(RUNBOOK)
    with start_obs(tmp_path / "obs") as obs, watching(obs) as witness:
        words = ["rehearse", str(file), "--cue-to-cue", "--json"]
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "launchctl",
            *words,
            "--set",
            f"stages.main.url={obs.url}",
            env={**os.environ, "OBS_MAIN": obs.password},
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        assert process.stdin is not None
        assert process.stdout is not None

        async def look() -> tuple[str | None, str, str]:
            assert process.stdout is not None
            line = json.loads(await process.stdout.readline())
            return line["cue"], witness.program(), witness.counter()

        found = []
        async with asyncio.timeout(HANG_S):
            before = await look()
            for word in ("next", "next", "back", "back"):
                process.stdin.write(f"{word}\n".encode())
                found.append(await look())
            process.stdin.write(b"quit\n")
            assert await process.wait() == 0
        assert before == ("doors", "HoldingSlide", "")
        assert found == [
            ("reveal", "Countdown", ""),
            ("tell", "Reveal", "Hello"),
            ("reveal", "Countdown", ""),
            ("doors", "HoldingSlide", ""),
        ]
        assert not witness.streaming()
