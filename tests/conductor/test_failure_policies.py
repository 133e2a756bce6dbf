"""What a failed action does to the show, through conductor, driver and far end."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from launchctl.rehearsal.emulators.obs import ObsEmulator
from tests.conducted import T0, Conducted, conduct, show_clock
from tests.skipping import run_skipping

SCENES = ("HoldingSlide", "Countdown", "PlanB")
SHOW = """\
runbook: 1
title: An action that fails
timezone: UTC
t0: {t0}
stages: {{main: {{driver: obs, url: "{obs}", password: {{env: OBS}}}}}}
cues:
  - {{cue: countdown, at: T-30s, do: [{{scene: Countdown}}]}}
  - {{cue: reveal, at: T-0, do: [{{scene: {scene}{more}}}]}}
  - {{cue: close, at: T+90s, do: [{{end: show}}]}}
procedures:
  plan-b: {{cues: [{{cue: slide, do: [{{scene: PlanB}}]}}]}}
safe: [{{scene: HoldingSlide}}]
"""
Act = Callable[[Conducted, ObsEmulator], Coroutine[Any, Any, None]]


async def look_on(show: Conducted, obs: ObsEmulator) -> None:
    """Nobody does anything."""
    del obs
    await show.at(80)


def played(
    folder: Path, act: Act = look_on, scene: str = "Reveal", more: str = ""
) -> tuple[Conducted, str]:
    """The show, and what is on program in the end."""

    async def play() -> tuple[Conducted, str]:
        origin = show_clock()
        obs = ObsEmulator(dict.fromkeys(SCENES, ()), password="stage-left")
        await obs.start()

        async def people(show: Conducted) -> None:
            await act(show, obs)
            await show.look()
            await show.call("abort")

        text = SHOW.format(t0=T0, obs=obs.url, scene=scene, more=more)
        try:
            show = await conduct(text, folder, {"OBS": "stage-left"}, origin, people)
            answer = obs.ask("GetCurrentProgramScene", {})["responseData"]
            return show, str(answer["currentProgramSceneName"])
        finally:
            await obs.aclose()

    return run_skipping(play())


@pytest.mark.parametrize(
    ("policy", "cue", "hold", "program"),
    [
        ("ignore", "done", None, "Countdown"),
        ("continue", "failed", None, "Countdown"),
        ("hold", "failed", "failed:reveal", "Countdown"),
        ("{call: plan-b}", "failed", None, "PlanB"),
    ],
)
def test_a_failed_action_does_what_its_policy_says(
    tmp_path: Path, policy: str, cue: str, hold: str | None, program: str
) -> None:
    """SEMANTICS 6: ignore is ok; continue fails the cue; hold stops T; call starts the
    procedure, which may put another picture there.
    """
    at_the_end: list[str] = []

    async def note(show: Conducted, obs: ObsEmulator) -> None:
        await look_on(show, obs)
        answer = obs.ask("GetCurrentProgramScene", {})["responseData"]
        at_the_end.append(str(answer["currentProgramSceneName"]))

    show, _ = played(tmp_path, note, more=f", on_failure: {policy}")
    assert cue == show.cue("reveal")["state"]
    assert [hold] * (hold is not None) == [
        each["name"] for each in show.before_end["holds"] if not each["released"]
    ]
    assert [program] == at_the_end


def test_an_abort_leaves_the_safe_picture(tmp_path: Path) -> None:
    """SEMANTICS 2, 6: ``on_failure: abort`` skips what is to come; ``safe`` runs."""
    show, program = played(tmp_path, more=", on_failure: abort")
    assert ("aborted", "red") == (show.report["state"], show.report["verdict"])
    assert "HoldingSlide" == program
    assert "scene of cue reveal failed" in show.said("closing")[0]["reason"]


def test_an_action_has_the_deadline_that_it_names(tmp_path: Path) -> None:
    """SEMANTICS 6: ``timeout`` stands instead of the table's deadline."""

    async def slow(show: Conducted, obs: ObsEmulator) -> None:
        await show.at(-1)
        obs.slow(3.0)
        await show.line("cue_ended", cue="reveal")
        obs.slow(0)

    show, _ = played(tmp_path, slow, scene="PlanB", more=", timeout: 700ms")
    (ended,) = show.said("attempt_ended", cue="reveal")
    assert "did not answer SetCurrentProgramScene within 0.7 s" in ended["detail"]
    assert "failed" == show.cue("reveal")["state"]


def test_a_mixer_that_takes_our_password_again_is_used_again(tmp_path: Path) -> None:
    """Somebody changed it in OBS, and back: found within a minute, and nobody has to
    tell the machine; the scene that was wanted is asserted, for OBS was restarted.
    """

    async def change(show: Conducted, obs: ObsEmulator) -> None:
        await show.at(-20)
        await obs.kill()
        obs.password = "stage-right"
        await obs.boot()
        told = await show.line("health", target="stage:main", level="bad")
        assert "asked again once a minute" in told["text"]
        obs.password = "stage-left"
        await show.line("stage_seen", restarted=True)
        await show.at(75)

    show, _ = played(tmp_path, change, scene="PlanB")
    assert "PlanB" == show.status["stages"][0]["program"]
