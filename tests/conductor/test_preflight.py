"""Far ends are asked when the run is armed, and not only a minute before their cue."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from launchctl.rehearsal.emulators.obs import ObsEmulator
from launchctl.rehearsal.emulators.web import WebEmulator
from launchctl.rehearsal.emulators.x import XAccount, XEmulator
from launchctl.rehearsal.emulators.x_problems import UNAUTHORIZED
from tests.conducted import START_US, T0, T0_US, Conducted, conduct, show_clock
from tests.skipping import run_skipping

CEO = XAccount.made("elonmusk")
HEAD = f"""\
runbook: 1
title: Armed hours before
timezone: UTC
t0: {T0}
"""
ACCOUNT = """\
accounts:
  ceo: {{network: x, handle: elonmusk, credentials: {{env: X}}, api: "{x}"}}
cues:
  - {{cue: reveal-post, at: T+40m, do: [{{post: {{as: ceo, text: Hello}}}}]}}
  - {{cue: close, at: T+{ends}, do: [{{end: show}}]}}
"""
STAGE = """\
stages: {{main: {{driver: obs, url: "{obs}"}}}}
embargoes: {{car: {{default: true, lifts: [{{on_air: Reveel}}]}}}}
cues:
  - cue: reveal
    at: T+40m
    do:
      - {{scene: Reveal}}
      - {{media: {{play: m3.mp4, source: Player, scene: Film, length: 5s}}}}
  - {{cue: close, at: T+{ends}, do: [{{end: show}}]}}
safe: [{{scene: HoldingSlide}}]
"""
CALL = """\
cues:
  - cue: flip
    at: T+40m
    do: [{{http: {{url: "{web}/flip", confirm: {{get: "{web}/m3", within: 5s}}}}}}]
  - {{cue: close, at: T+{ends}, do: [{{end: show}}]}}
"""
_Act = Callable[[Conducted], Coroutine[Any, Any, None]]


async def nobody_acts(_: Conducted) -> None:
    """The show runs by itself."""


def healths(show: Conducted, target: str) -> list[tuple[float, str, str]]:
    """(minutes since the run was armed, level, words) of a far end, as journaled."""
    return [
        ((line["t_s"] + (T0_US - START_US) / 1e6) / 60, line["level"], line["text"])
        for line in show.said("health", target=target)
    ]


def played_on_x(
    folder: Path,
    arrange: Callable[[XEmulator], None],
    act: Callable[[XEmulator, Conducted], Coroutine[Any, Any, None]] | None = None,
) -> tuple[Conducted, XEmulator]:
    """A show whose post is 40 minutes away when it ends."""

    async def play() -> tuple[Conducted, XEmulator]:
        origin = show_clock()
        x = XEmulator([CEO], origin.now_us)
        await x.start()
        arrange(x)

        async def people(show: Conducted) -> None:
            if act is not None:
                await act(x, show)

        text = HEAD + ACCOUNT.format(x=x.url, ends="1m" if act is None else "30m")
        try:
            environ = CEO.environ("X")
            return await conduct(text, folder, environ, origin, people), x
        finally:
            await x.aclose()

    return run_skipping(play())


def test_an_expired_token_is_found_when_the_run_is_armed(tmp_path: Path) -> None:
    """Credentials are asked; at arming, not at publish time."""
    show, x = played_on_x(
        tmp_path, lambda x: x.faults.next(UNAUTHORIZED, on="me", times=99)
    )
    bad = [told for told in healths(show, "account:ceo") if told[1] == "bad"]
    assert bad[0][0] < 1
    assert "X does not accept the credentials (401" in bad[0][2]
    assert [] == x.posts


def test_a_token_that_expires_later_is_found_before_its_post(tmp_path: Path) -> None:
    """Asked again about every ten minutes, and at no higher rate: X bills it."""

    async def revoke(x: XEmulator, show: Conducted) -> None:
        await show.at(60)
        x.faults.next(UNAUTHORIZED, on="me", times=99)

    show, x = played_on_x(tmp_path, lambda _: None, revoke)
    told = healths(show, "account:ceo")
    assert ["good", "bad"] == [level for _, level, _ in told if level != "offline"]
    assert told[-1][0] < 3 + 12.5
    asked = [request for request in x.requests if request.kind == "me"]
    assert 3 <= len(asked) <= 5


def test_what_a_mixer_lacks_is_told_when_the_run_is_armed(tmp_path: Path) -> None:
    """Scenes of cues, films, gates and ``safe``; after a collection was changed in
    OBS it is asked anew.
    """

    async def play() -> Conducted:
        origin = show_clock()
        obs = ObsEmulator({"HoldingSlide": (), "Film": ()}, program="HoldingSlide")
        await obs.start()
        text = HEAD + STAGE.format(obs=obs.url, ends="1m")
        try:
            return await conduct(text, tmp_path, {}, origin, nobody_acts)
        finally:
            await obs.aclose()

    (_, level, text) = healths(run_skipping(play()), "stage:main")[-1]
    assert "warning" == level
    for sentence in (
        "scene 'Reveal' does not exist in OBS",
        "scene 'Reveel' does not exist in OBS",
        "source 'Player' does not exist in OBS",
    ):
        assert sentence in text
    assert "Film" not in text


def test_a_page_that_cannot_confirm_is_told_when_the_run_is_armed(
    tmp_path: Path,
) -> None:
    """A call's secrets and its confirming page, without calling anything."""

    async def play() -> tuple[Conducted, WebEmulator]:
        origin = show_clock()
        shop = WebEmulator(origin.now_us)
        await shop.start()
        text = HEAD + CALL.format(web=shop.url, ends="1m")
        await shop.aclose()
        return await conduct(text, tmp_path, {}, origin, nobody_acts), shop

    show, shop = run_skipping(play())
    (_, level, text) = healths(show, "http")[-1]
    assert ("warning", True) == (level, "does not answer" in text)
    assert [] == shop.acted
