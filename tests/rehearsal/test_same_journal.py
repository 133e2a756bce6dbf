"""One seed, one journal: whatever the process hashes by, however busy the machine is.

What is played has all that could bring an order of its own along: four networks at
once, orders that are late, told twice, cancelled and shuffled, a counter, a figure,
people, and trouble by a plan and by chance.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

SHOW = """
runbook: 1
title: A show in trouble
timezone: UTC
t0: 2030-06-01 20:00
stages:
  main: {driver: obs, url: "ws://127.0.0.1:4455", password: {env: OBS_MAIN}}
accounts:
  ceo: {network: x, handle: ceo, credentials: {env: X_CEO}, by_hand: watch}
  sky: {network: bluesky, handle: us.example, credentials: {env: BSKY}}
  toots: {network: mastodon, handle: us@social.example, credentials: {env: MASTO}}
  page: {network: linkedin, handle: "urn:li:organization:12", credentials: {env: LI}}
groups: {company: [sky, toots, page]}
crew:
  caller: {may: [go, hold, end]}
  comms: {may: [approve, post]}
embargoes:
  car: {default: true, lifts: [{on_air: Reveal}]}
approvals: {default: [comms]}
orders:
  sources:
    - {kind: webhook, name: shop, secret: {env: SHOP}, role: counts}
    - {kind: webhook, name: fair, secret: {env: FAIR}, role: counts}
  show_on: {stage: main, source: Counter, text: "{{ orders.units | number }}"}
figures:
  first: {of: orders.units, round: {down: 10}, bounds: [100, 10000]}
cues:
  - {cue: doors, at: T-2m, do: [{scene: Countdown}, {stream: start}]}
  - cue: reveal
    at: T-0
    after: doors
    go: caller
    do: [{scene: Reveal, transition: {fade: 500ms}}, {counter: open}]
  - {cue: hers, after: reveal, do: [{post: {as: ceo, text: "Here it is."}}]}
  - {cue: ours, after: reveal, do: [{post: {as: company, text: "It is there."}}]}
  - {cue: many, when: orders.units >= 500, do: [{notify: {to: crew, text: "500"}}]}
  - cue: figure
    at: reveal + 3m
    do: [{post: {as: ceo, text: "{{ figures['first'] | number }} so far."}}]
  - {cue: close, at: reveal + 6m, do: [{stream: stop}, {end: show}]}
"""
SCRIPT = """
people: 1
audience:
  - {crowd: 900, at: T+10s, within: 3m}
  - {slow: 300, at: T-1m, within: 6m, source: fair}
  - {cancelled: 5, at: T+1m, within: 3m}
  - {twice: 10}
  - {shuffled: 20s}
  - {outage: 30s, at: T+90s}
script:
  - {event: run_started, wait: 1s, by: Ben, role: comms, do: approve, target: hers}
  - {event: run_started, wait: 1s, by: Ben, role: comms, do: approve, target: ours}
  - {event: run_started, wait: 1s, by: Ben, role: comms, do: approve, target: figure}
  - {standby: reveal, wait: 4s, by: Ana, role: caller, do: go, target: reveal}
  - {at: T+3m, by: Vic, role: video, do: cut, target: Countdown}
"""
PLAN = """
faults: 1
plan:
  - {at: T-30s, fault: obs-dropped, on: main}
  - {after: reveal, fault: drop-after, on: x}
  - {after: reveal, fault: html-503, on: mastodon}
  - {at: T+2m, fault: crash, for: 3s}
  - {at: T+4m, fault: shop-down, on: fair, for: 20s}
"""
PLAY = """
import hashlib, json, sys
from functools import partial
from pathlib import Path
from launchctl.cli.rehearsing import rehearsal_report
from launchctl.rehearsal.batches import shops
from launchctl.rehearsal.hands import people
from launchctl.rehearsal.rehearse import Rehearsal, rehearse
from launchctl.rehearsal.script import load_script
from launchctl.rehearsal.trouble.chaos import chaos
from launchctl.rehearsal.trouble.injecting import trouble
from launchctl.rehearsal.trouble.plan import load_plan

home = Path(sys.argv[1])
script, plan = load_script(home / "people.yaml"), load_plan(home / "faults.yaml")
for _ in range(3):
    beside = (
        people(script, []),
        shops(script.audience, home),
        trouble(lambda _: plan, []),
        trouble(partial(chaos, 7), []),
    )
    done = rehearse(Rehearsal(runbook=home / "show.yaml", seed=5, beside=beside))
    report = json.dumps(rehearsal_report(done))
    orders = done.status["orders"]["placed"]
    posts = sum(len(each.posts) for each in done.backstage.world.networks.values())
    told = hashlib.sha256(report.encode()).hexdigest()
    print(done.digest, told, orders, posts, len(done.lines) > 100)
"""
HANG_S = 300


def test_the_journal_does_not_know_the_process(tmp_path: Path):
    """Nine runs, three in each of three processes that hash differently and fight for
    the processor, write one journal; what is told of it is the same to the last byte.
    """
    for name, text in (("show", SHOW), ("people", SCRIPT), ("faults", PLAN)):
        (tmp_path / f"{name}.yaml").write_text(text)
    running = [
        subprocess.Popen(
            [sys.executable, "-c", PLAY, str(tmp_path)],
            env={**os.environ, "PYTHONHASHSEED": seed},
            stdout=subprocess.PIPE,
            text=True,
        )
        for seed in ("0", "1", "4242")
    ]
    told = [process.communicate(timeout=HANG_S)[0].splitlines() for process in running]

    runs = [line for lines in told for line in lines]
    assert [runs[0]] * 9 == runs
    _, _, orders, posts, busy = runs[0].split()
    assert (True, True, "True") == (int(orders) > 900, int(posts) >= 5, busy)
