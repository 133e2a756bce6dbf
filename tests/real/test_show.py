"""One reveal, end to end, on real OBS: what an independent witness saw."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from obswebsocket import requests

from launchctl.clock import wall_us
from launchctl.rehearsal.emulators.x import XEmulator
from launchctl.rehearsal.emulators.x_account import XAccount
from tests.obs_fixture import COLOURS, ObsProcess, start_obs
from tests.real.witness import eventually, watching
from tests.show_rig import STORES_SECRET, Show, running_show

pytestmark = pytest.mark.real

ORDERS = 2_000

RUNBOOK = """
runbook: 1
title: A small reveal
timezone: America/Los_Angeles
t0: 2016-03-31 20:30
stages:
  main: {{driver: obs, url: "{obs}", password: {{env: OBS_MAIN}}}}
accounts:
  ceo: {{network: x, handle: elonmusk, credentials: {{env: X_CEO}}, api: "{x}"}}
crew:
  caller: {{may: [go, hold, abort, end, counter]}}
  comms: {{may: [approve, post, silence]}}
embargoes:
  car: {{default: true, lifts: [{{on_air: Reveal}}]}}
approvals: {{default: [comms]}}
orders:
  deposit: {{USD: 1000, EUR: 1000}}
  sources:
    - {{kind: webhook, name: stores, secret: {{env: STORES}}, role: counts}}
  show_on: {{stage: main, source: PreorderCounter, text: "{{{{ orders.units }}}}"}}
cues:
  # never late: how long this machine takes to start a show is no matter here
  - cue: doors
    at: T-3s
    late: {{within: any, else: hold}}
    do: [{{scene: Countdown}}]
  - cue: keynote
    at: T-0
    late: {{within: any, else: hold}}
    do: [{{scene: Keynote, transition: {{fade: 300ms}}}}]
  - cue: reveal
    after: keynote
    go: caller
    do: [{{scene: Reveal}}, {{counter: open}}]
  - cue: reveal-post
    after: reveal
    wait: {{for: 60s}}
    do: [{{post: {{as: ceo, text: "Model 3. 35,000 dollars."}}}}]
  - {{cue: close, after: reveal, go: caller, do: [{{end: show}}]}}
safe: [{{scene: HoldingSlide}}]
"""


@pytest.fixture
async def x() -> AsyncIterator[XEmulator]:
    """X, as far as this show needs it."""
    emulator = XEmulator([XAccount.made("elonmusk")], wall_us)
    await emulator.start()
    yield emulator
    await emulator.aclose()


def reveal_environ(obs: ObsProcess) -> dict[str, str]:
    """The secrets of the show."""
    return {"OBS_MAIN": obs.password, **XAccount.made("elonmusk").environ("X_CEO")}


async def send_orders(show: Show) -> list[int]:
    """2,000 signed orders (and every tenth again) from another process; the answers."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.real.shop",
        f"{show.place['url']}/hooks/stores",
        str(ORDERS),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await process.communicate(STORES_SECRET.encode())
    answers: list[int] = json.loads(out)
    return answers


async def test_the_reveal_on_real_obs(tmp_path: Path, x: XEmulator) -> None:
    """Scenes in order, the post after the scene and never before, every order counted
    once, and the number on the stream is the number in the ledger.
    """
    with start_obs(tmp_path / "obs") as obs, watching(obs) as witness:
        witness.ask(
            requests.OpenVideoMixProjector(
                videoMixType="OBS_WEBSOCKET_VIDEO_MIX_TYPE_PROGRAM", monitorIndex=0
            )
        )
        runbook = RUNBOOK.format(obs=obs.url, x=x.url)
        async with running_show(
            tmp_path, runbook, reveal_environ(obs), "--t0", "+6s"
        ) as show:
            await show.launch("approve", "reveal-post")
            await show.line("cue_ready", cue="reveal")
            assert [] == x.posts
            await show.launch("go", "reveal")
            await show.line("cue_ended", cue="reveal-post")
            answers = await send_orders(show)
            assert {200} == set(answers) or {204} == set(answers)
            await eventually(lambda: witness.counter() == str(ORDERS))
            blue = COLOURS["Reveal"]
            await eventually(lambda: _near(blue, obs.pixel(600, 20)))
            await show.launch("go", "close")
            assert await show.ended() == 0
            report = await show.launch("report")

    assert ["Countdown", "Keynote", "Reveal"] == [name for name, _ in witness.scenes]
    (post,) = x.posts
    assert "Model 3. 35,000 dollars." == post.text
    revealed_us = dict(witness.scenes)["Reveal"]
    first_byte_us = next(
        asked.at_us for asked in x.requests if asked.path == "/2/tweets"
    )
    assert revealed_us < first_byte_us
    assert "green" == report["verdict"]
    assert (ORDERS, ORDERS) == (report["orders"]["placed"], report["orders"]["units"])


async def test_obs_killed_in_mid_show_comes_back_as_it_was(
    tmp_path: Path, x: XEmulator
) -> None:
    """After kill -9 and a new start OBS has lost scene and text: the scene is asserted
    again, from our own record; before the counter is opened again somebody is asked.
    """
    with start_obs(tmp_path / "obs") as obs:
        runbook = RUNBOOK.format(obs=obs.url, x=x.url)
        async with running_show(
            tmp_path, runbook, reveal_environ(obs), "--t0", "+6s"
        ) as show:
            await show.line("cue_ready", cue="reveal")
            await show.launch("go", "reveal")
            await show.line("cue_ended", cue="reveal")
            assert {204, 200} >= set(await send_orders(show))
            obs.kill()
            await show.until(lambda status: not status["stages"][0]["connected"])
            obs.restart()
            up_s = time.monotonic()
            await show.until(lambda status: status["stages"][0]["connected"])
            print(f"connected {time.monotonic() - up_s:.2f} s after OBS was up")
            with watching(obs) as witness:
                await eventually(lambda: witness.program() == "Reveal")
                await show.until(lambda status: bool(status["stages"][0]["asks"]))
                await show.launch("counter", "open")
                await eventually(lambda: witness.counter() == str(ORDERS))
                await show.until(lambda status: not status["stages"][0]["asks"])


async def test_a_cut_by_hand_is_left_alone_and_shown(
    tmp_path: Path, x: XEmulator
) -> None:
    """What a person cuts in OBS becomes the wanted state: nothing cuts it back."""
    with start_obs(tmp_path / "obs") as obs, watching(obs) as witness:
        runbook = RUNBOOK.format(obs=obs.url, x=x.url)
        async with running_show(
            tmp_path, runbook, reveal_environ(obs), "--t0", "+6s"
        ) as show:
            await show.line("cue_ended", cue="keynote")
            witness.ask(requests.SetCurrentProgramScene(sceneName="HoldingSlide"))
            await show.line("by_hand_change")
            status = await show.status()
            (stage,) = status["stages"]
            assert ("HoldingSlide", "HoldingSlide") == (
                stage["program"],
                stage["wanted"],
            )
            assert any("program" in change for change in stage["by_hand"])
            await show.line("cue_ready", cue="reveal")
            assert "HoldingSlide" == witness.program()


def _near(expected: tuple[int, int, int], found: tuple[int, int, int]) -> bool:
    """Equal up to what video levels round away."""
    return all(abs(a - b) <= 12 for a, b in zip(expected, found, strict=True))


def test_the_shop_signs_as_standard_webhooks_says() -> None:
    """The test's shop is its own implementation, checked against the library."""
    from standardwebhooks import Webhook

    from tests.real.shop import signed

    headers, body = signed(STORES_SECRET, "order-1", time.time())
    assert json.loads(body) == Webhook(STORES_SECRET).verify(body, headers)


def test_the_shop_is_another_process() -> None:
    """It can be started by itself and says how it is used."""
    asked = subprocess.run(
        [sys.executable, "-m", "tests.real.shop"], capture_output=True, check=False
    )
    assert b"usage" in asked.stderr
