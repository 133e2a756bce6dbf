"""``launch check --live``: every far end is asked for all that the runbook needs."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from launchctl.cli import live_check
from launchctl.cli.errors import run
from launchctl.clock import wall_us
from launchctl.rehearsal.emulators.hls import HlsEmulator
from launchctl.rehearsal.emulators.obs import ObsEmulator
from launchctl.rehearsal.emulators.web import EMPTY_503, WebEmulator
from launchctl.rehearsal.emulators.x import XAccount, XEmulator
from launchctl.rehearsal.emulators.x_problems import UNAUTHORIZED
from tests.show_rig import STORES_SECRET

CEO = XAccount.made("elonmusk")
SHOW = """\
runbook: 1
title: All that can be asked
timezone: UTC
t0: 2016-03-31 20:30
stages: {{main: {{driver: obs, url: "{obs}", password: {{env: OBS_MAIN}}}}}}
outputs: {{live: {{stage: main, playback: "{hls}/live.m3u8"}}}}
accounts:
  ceo: {{network: x, handle: elonmusk, credentials: {{env: X_CEO}}, api: "{x}"}}
orders:
  deposit: {{USD: 1000}}
  sources: [{{kind: webhook, name: stores, secret: {{env: STORES}}, role: counts}}]
  show_on: {{stage: main, source: PreorderCounter, text: "{{{{ orders.units }}}}"}}
cues:
  - cue: reveal
    at: T-0
    do:
      - {{scene: Reveal}}
      - {{media: {{play: a.mp4, source: Player, scene: Film, length: 5s}}}}
  - cue: reveal-post
    after: reveal
    do: [{{post: {{as: ceo, text: "Model 3."}}}}]
  - cue: flip
    after: reveal
    do: [{{http: {{url: "{web}/flip", confirm: {{get: "{web}/m3", within: 5s}}}}}}]
"""


@dataclass
class Hall:
    """Everything outside, and the runbook that needs it."""

    obs: ObsEmulator
    hls: HlsEmulator
    x: XEmulator
    web: WebEmulator
    file: Path

    async def check(self) -> tuple[int, dict[str, Any]]:
        """The exit code, and what it found, by far end."""
        out = self.file.with_suffix(".json")
        code = await asyncio.to_thread(_checked, self.file, out)
        live: dict[str, Any] = json.loads(out.read_text())["live"]
        return code, live


def _checked(file: Path, out: Path) -> int:
    from contextlib import redirect_stdout

    with out.open("w") as stream, redirect_stdout(stream):
        return run(["check", str(file), "--live", "--json"])


@pytest.fixture
async def hall(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Hall]:
    """All of it, and all of it well."""
    obs = ObsEmulator(
        {"Reveal": ["PreorderCounter"], "Film": ["Player"]},
        texts=["PreorderCounter"],
        films={"Player": ("a.mp4", 5.0)},
        password="stage-left",
    )
    hall = Hall(
        obs,
        HlsEmulator(wall_us),
        XEmulator([CEO], wall_us),
        WebEmulator(wall_us),
        tmp_path / "show.yaml",
    )
    hall.web.pages["/m3"] = "Coming soon"
    for each in (hall.obs, hall.hls, hall.x, hall.web):
        await each.start()
    hall.file.write_text(
        SHOW.format(obs=obs.url, hls=hall.hls.url, x=hall.x.url, web=hall.web.url)
    )
    secrets = {
        "OBS_MAIN": "stage-left",
        "STORES": STORES_SECRET,
        **CEO.environ("X_CEO"),
    }
    for name, value in secrets.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    yield hall
    for each in (hall.obs, hall.hls, hall.x, hall.web):
        await each.aclose()


async def test_all_is_well(hall: Hall) -> None:
    """A line for each far end, the disk and the clock; nothing is posted or called."""
    code, live = await hall.check()
    assert 0 == code
    good = {name for name, health in live.items() if health["level"] == "good"}
    assert {
        "stage:main",
        "output:live",
        "account:ceo",
        "http",
        "source:stores",
        "disk",
    } <= good
    assert "clock" in live
    assert ([], []) == (hall.x.posts, hall.web.acted)


TROUBLE: dict[str, tuple[Callable[[Hall], object], str, str]] = {
    "a scene that nobody made": (
        lambda hall: hall.obs.world.now.scenes.pop("Film"),
        "stage:main",
        "scene 'Film' does not exist in OBS",
    ),
    "the counter's source that nobody made": (
        lambda hall: hall.obs.world.now.inputs.pop("PreorderCounter"),
        "stage:main",
        "source 'PreorderCounter' does not exist in OBS",
    ),
    "a media source that nobody made": (
        lambda hall: hall.obs.world.now.inputs.pop("Player"),
        "stage:main",
        "source 'Player' does not exist in OBS",
    ),
    "a password that was changed": (
        lambda hall: setattr(hall.obs, "password", "stage-right"),
        "stage:main",
        "OBS refuses the password",
    ),
    "a token that expired": (
        lambda hall: hall.x.faults.next(UNAUTHORIZED, on="me", times=9),
        "account:ceo",
        "X does not accept the credentials (401",
    ),
    "a playlist that is not there": (
        lambda hall: hall.hls.faults.next(EMPTY_503, on="get", times=99),
        "output:live",
        "the playlist answers 503",
    ),
    "a page that cannot confirm": (
        lambda hall: hall.web.faults.next(EMPTY_503, on="get", times=9),
        "http",
        "which shall confirm, does not answer",
    ),
}


@pytest.mark.parametrize("trouble", TROUBLE)
async def test_trouble_is_named_and_ends_with_3(hall: Hall, trouble: str) -> None:
    """Who it is and what is wrong; the other far ends are as they were."""
    arrange, target, says = TROUBLE[trouble]
    arrange(hall)
    code, live = await hall.check()
    assert 3 == code
    assert says in live[target]["text"]
    others = {name: h["level"] for name, h in live.items() if name != target}
    del others["clock"]  # this machine's
    assert {"good"} == set(others.values())


async def test_a_secret_of_a_shop_that_is_none_is_named_and_not_shown(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Found before the first order is refused."""
    monkeypatch.setenv("STORES", "whsec_not base64 at all")
    code, live = await hall.check()
    assert 3 == code
    assert "not base64 at all" not in str(live)
    assert "bad" == live["source:stores"]["level"]


async def test_a_disk_without_room_is_named(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With so little the front would refuse orders."""
    monkeypatch.setattr(live_check, "MIN_FREE_BYTES", 1 << 60)
    code, live = await hall.check()
    assert (3, "bad") == (code, live["disk"]["level"])


@pytest.mark.parametrize(
    ("error_us", "level"), [(None, "warning"), (12_000, "good"), (900_000, "warning")]
)
async def test_a_clock_that_nobody_keeps_right_is_a_warning(
    hall: Hall, monkeypatch: pytest.MonkeyPatch, error_us: int | None, level: str
) -> None:
    """It does not keep the show from starting: cues keep to this machine's clock."""
    monkeypatch.setattr(live_check, "clock_error_us", lambda: error_us)
    code, live = await hall.check()
    assert (0, level) == (code, live["clock"]["level"])
