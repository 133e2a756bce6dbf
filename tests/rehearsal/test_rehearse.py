"""A rehearsal in virtual time: the real conductor and drivers, the same every time."""

from __future__ import annotations

from pathlib import Path

import pytest

from launchctl.rehearsal import world
from launchctl.rehearsal.batches import shops
from launchctl.rehearsal.buyers import Shape
from launchctl.rehearsal.hands import people
from launchctl.rehearsal.rehearse import Rehearsal, rehearse
from launchctl.rehearsal.script import parse_script

SHOW = """
runbook: 1
title: A small reveal
timezone: UTC
t0: 2030-06-01 20:00
stages:
  main: {driver: obs, url: "ws://127.0.0.1:4455", password: {env: OBS_MAIN}}
accounts:
  ceo: {network: x, handle: ceo, credentials: {env: X_CEO}}
crew:
  caller: {may: [go, hold, end]}
  comms: {may: [approve]}
embargoes:
  car: {default: true, lifts: [{on_air: Reveal}]}
approvals: {default: [comms]}
cues:
  - {cue: doors, at: T-10m, do: [{scene: Countdown}]}
  - cue: reveal
    at: T-0
    after: doors
    go: caller
    do: [{scene: Reveal, transition: {fade: 500ms}}]
  - {cue: tell, after: reveal, do: [{post: {as: ceo, text: "Here it is."}}]}
  - cue: flip
    after: tell
    do:
      - http:
          method: POST
          url: "https://shop.example/flags"
          json: {live: true}
          again: safe
          confirm: {get: "https://shop.example/car", contains: Reserve, within: 90s}
  - {cue: close, at: reveal + 26h, do: [{end: show}]}
"""
SCRIPT = """
people: 1
script:
  - {event: run_started, wait: 10s, by: Ben, role: comms, do: approve, target: tell}
  - {standby: reveal, wait: 4s, by: Ana, role: caller, do: go, target: reveal}
"""


@pytest.fixture
def show(tmp_path: Path) -> Path:
    """A file with a small show of a day."""
    file = tmp_path / "show.yaml"
    file.write_text(SHOW)
    return file


def played(file: Path, script: str | None = SCRIPT, seed: int = 0):
    """Rehearse with a script; what came of it, and of each line."""
    deeds: list = []
    beside = [shops()]
    if script is not None:
        beside.append(people(parse_script(script, "script.yaml"), deeds))
    return rehearse(Rehearsal(runbook=file, seed=seed, beside=beside)), deeds


def test_the_whole_show_is_played(show: Path):
    """Scenes, a post under its embargo and a shop's flip, through the real drivers."""
    done, deeds = played(show)

    assert ("green", []) == (done.verdict, done.nobody_answered)
    assert [True, True] == [deed.accepted for deed in deeds]
    world = done.backstage.world
    shown = [each.scene for each in world.stages["main"].world.program_history]
    assert ["Countdown", "Reveal"] == shown
    assert ["Here it is."] == [post.text for post in world.networks["x"].posts]
    assert ["/flags"] == [call.path for call in world.web.acted]
    assert done.status["rehearsal"] is True


def test_one_seed_gives_one_journal(show: Path):
    """Identical to the last byte; another seed may differ, the show not."""
    assert played(show)[0].lines == played(show)[0].lines
    assert "green" == played(show, seed=7)[0].verdict


def test_orders_in_a_currency_that_is_not_declared_are_not_counted(tmp_path: Path):
    """DESIGN Orders: undeclared currencies go to quarantine, as at the shops' hook."""
    file = tmp_path / "show.yaml"
    source = "{kind: webhook, name: shop, secret: {env: SHOP}}"
    orders = f"orders: {{deposit: {{USD: 1000}}, sources: [{source}]}}\n"
    file.write_text(SHOW.replace("cues:\n", f"{orders}cues:\n", 1))
    crowd = Shape(crowd=200, at="T-5m")
    script = parse_script(SCRIPT, "script.yaml")
    beside = [shops([crowd]), people(script, [])]
    counted = rehearse(Rehearsal(runbook=file, beside=beside)).status["orders"]

    assert ["USD"] == [*counted["by_currency"]]
    assert counted["quarantined"] > 0
    assert 200 == counted["placed"] + counted["quarantined"]


def test_without_a_script_nobody_answers(show: Path):
    """A GO that nobody gives: it ends, is red, and says who was waited for."""
    done, _ = played(show, script=None)

    assert "red" == done.verdict
    assert "reveal stands by for GO by caller" in done.nobody_answered
    assert done.backstage.world.networks["x"].posts == []


def test_nobody_waits_for_what_is_in_reserve(show: Path):
    """A reserve cue stands by for ever and keeps no show open: that nobody fired it is
    no reason why one does not end (SEMANTICS 2).
    """
    text = show.read_text()
    text += "  - {cue: spare, go: caller, reserve: true, do: [{scene: Countdown}]}\n"
    show.write_text(text)
    done, _ = played(show, script=None)

    assert "reveal stands by for GO by caller" in done.nobody_answered
    assert not [said for said in done.nobody_answered if "spare" in said]


def test_hands_cut_and_post(show: Path):
    """Who cuts by hand and who posts from the phone is played too, without a call."""
    script = SCRIPT + (
        "  - {at: T-5m, by: Vic, role: video, do: cut, target: Countdown}\n"
        "  - {at: T-4m, by: Elon, role: ceo, do: post-by-hand, target: ceo,"
        ' args: {text: "Soon."}}\n'
        "  - {at: T-3m, by: Vic, role: video, do: cut, target: Nowhere}\n"
    )
    done, deeds = played(show, script)

    hands = [(d.step.target, d.accepted) for d in deeds if d.step.by in {"Vic", "Elon"}]
    assert [("Countdown", True), ("ceo", True), ("Nowhere", False)] == hands
    assert "by_hand_change" in {line["event"] for line in done.lines}
    posts = done.backstage.world.networks["x"].posts
    assert ["Here it is.", "Soon."] == [post.text for post in posts]


def test_a_far_end_without_an_emulator_fails_closed(show: Path, monkeypatch):
    """A network that nothing emulates is not reached, and is named."""
    monkeypatch.setattr(world, "EMULATED", {})
    done, _ = played(show)

    rehearsed = done.told()
    assert "red" == done.verdict
    assert ["api.twitter.com:443"] == rehearsed["out_of_reach"]
    assert (
        "account ceo: nothing emulates the network 'x'" in rehearsed["not_emulated"][0]
    )
