"""What a runbook will ask of each far end."""

from __future__ import annotations

from launchctl.conductor.needs import needs_of
from launchctl.runbook.actions import Http, Scene, SetText
from launchctl.runbook.loader import load_text

SHOW = """
runbook: 1
title: A show
timezone: UTC
t0: 2016-03-31 20:30
stages:
  main: {driver: obs, url: "ws://127.0.0.1:1"}
  backup: {driver: obs, url: "ws://127.0.0.1:2", follows: main}
  hall: {driver: obs, url: "ws://127.0.0.1:3"}
embargoes: {car: {default: true, lifts: [{on_air: Reveal}]}}
orders:
  deposit: {USD: 1000}
  sources: [{kind: webhook, name: stores, secret: {env: STORES}, role: counts}]
  show_on: {stage: hall, source: Counter}
cues:
  - {cue: doors, at: T-0, do: [{scene: Countdown}]}
  - {cue: flip, after: doors, do: [{http: {url: "http://127.0.0.1:4/flip"}}]}
procedures:
  down: {cues: [{cue: slide, do: [{scene: HoldingSlide}]}]}
safe: [{scene: Black}]
"""


def test_every_stage_is_asked_for_all_that_it_will_show() -> None:
    """Cues, procedures, ``safe`` and what gates wait for; of the one it follows, too;
    the counter where it stands; calls.
    """
    needs = needs_of(load_text(SHOW, path="show.yaml"))
    for stage in ("stage:main", "stage:backup"):
        scenes = [action.scene for action in needs[stage] if isinstance(action, Scene)]
        assert ["Countdown", "HoldingSlide", "Black", "Reveal"] == scenes
    (counter,) = needs["stage:hall"]
    assert isinstance(counter, SetText)
    assert "Counter" == counter.text.source
    (call,) = needs["http"]
    assert isinstance(call, Http)
