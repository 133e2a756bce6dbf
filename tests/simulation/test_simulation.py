"""Whole shows by seed, and what must not depend on when or in what pieces one looks."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from random import Random

import pytest

from launchctl.runbook import actions as act
from launchctl.runbook.model import AtCue, AtT, Cue, Else, Late
from launchctl.show import events as ev
from launchctl.show.engine import Engine
from launchctl.times import MINUTE, SECOND
from tests.simulation.books import START, T0, generate
from tests.simulation.case import KEPT, case_of, load, run, save
from tests.simulation.invariants import check
from tests.simulation.simulate import play
from tests.simulation.trace import Trace
from tests.simulation.world import BrokenError, replay

SEEDS = 60
RARE = 107
"""A show beyond the sample in which viewers begin to see what lifts an embargo."""
BATCH = 20
ROOT = Path(__file__).parent.parent.parent


@cache
def events_of(seed):
    """The names of what happened in this show; each is played once."""
    world = play(seed)
    assert world.engine.finished
    return frozenset(line["event"] for line in world.lines)


@pytest.mark.parametrize("first", range(0, SEEDS, BATCH))
def test_generated_shows_keep_every_invariant(first):
    """SEMANTICS 9: played to the end, with troubles, hands, crashes and late wakes."""
    for seed in range(first, first + BATCH):
        assert "show_ended" in events_of(seed)


def test_the_sample_reaches_what_it_is_there_for():
    """A simulation that never crashes, holds or retries shows nothing."""
    seen = {event for seed in (*range(SEEDS), RARE) for event in events_of(seed)}
    wanted = (
        "recycled passed cue_asked chosen voted film_seen cue_manual url_seen confirmed"
        " override_asked overridden amended retired post_by_hand output_seen shown_for"
        " embargo_begun embargo_warned promise_checked player_set said hard_out "
        "recovered hold_opened hold_released hold_timed cue_held cue_freed cue_parked"
        " cue_skipped cue_rearmed cue_unready cue_adopted intent commanded"
        " attempt_ended by_hand_change needs_person embargo_latched embargo_opened"
        " figure_taken procedure_started procedure_ended silenced unsilenced revoked"
        " clock_stepped baton_taken call_refused closing show_ended"
    )
    assert set() == set(wanted.split()) - seen


def digest(seeds):
    """One digest over the journals of these seeds."""
    found = hashlib.sha256()
    for seed in seeds:
        found.update(json.dumps(play(seed).lines).encode())
    return found.hexdigest()


def test_another_hash_seed_gives_the_same_events():
    """Invariant 1: nothing hangs on the order of a set, in this process or another."""
    seeds = range(3)
    code = (
        f"from tests.simulation.test_simulation import digest;print(digest({seeds!r}))"
    )
    for hash_seed in ("1", "4242"):
        there = subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": hash_seed},
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
        assert digest(seeds) == there.stdout.strip()


def test_a_failure_names_its_seed_and_how_to_replay_it(monkeypatch):
    """Whoever reads a failure can play it again at once."""
    monkeypatch.setattr(Engine, "finished", property(lambda _self: False))
    with pytest.raises(BrokenError, match=r"python -m tests\.simulation --seed 3"):
        play(3)


@pytest.mark.parametrize("path", sorted(KEPT.glob("*.json")), ids=lambda p: p.stem)
def test_what_once_failed_is_kept(path):
    """SEMANTICS 9: found by a seed, made small, and never again."""
    assert run(load(path), prefixes=True)


def test_a_kept_case_comes_back_from_its_file_as_it_was(tmp_path):
    """A case is a runbook and its inputs, to the last field."""
    for seed in range(20, 26):
        world = play(seed)
        case = case_of(world.runbook, world.trace.items, "nothing")
        save(case, tmp_path / "case.json")
        again = load(tmp_path / "case.json")
        assert case == again
        assert run(again)


def test_the_same_inputs_give_the_same_events():
    """Invariant 1: a trace's inputs, played again, give its journal to the letter."""
    for seed in range(300, 304):
        replay(play(seed).trace)


def unattended(seed):
    """A generated show without late rules, gates or far ends that could open a hold."""
    rng = Random(seed)
    never = Late(within_us=None, otherwise=Else.SKIP)
    cues = []
    for each in generate(rng).cues:
        is_hold = isinstance(each.at, AtT) and any(
            isinstance(action, act.Hold) and action.hold.for_us for action in each.do
        )
        done = each.do if is_hold else ()
        bare = each.model_copy(
            update={"gate": (), "late": never, "do": done, "go": (), "when": None}
            | {"choice": None, "poll": None, "option": None}
        )
        if isinstance(each.at, AtCue) and each.at.film:
            bare = bare.model_copy(update={"at": None})
        has_trigger = bare.at is not None or bare.after is not None
        cues.append(bare if has_trigger else Cue(id=each.id, at=AtT(offset_us=0)))
    book = generate(Random(seed))
    return book.model_copy(
        update={"cues": tuple(cues), "t0_us": T0, "procedures": {}, "embargoes": {}}
        | {"criteria": ()}
    )


def holds_of(events):
    """(name, since or end, T) of every hold that began or ended."""
    found = []
    for event in events:
        if isinstance(event, ev.HoldOpened):
            found.append((event.name, event.since_us, event.t_us))
        if isinstance(event, ev.HoldReleased):
            found.append((event.name, event.ended_us, event.t_us))
    return found


def woken(book, instants):
    """The events of a run that is asked at these instants, and when it asks to be."""
    engine = Engine(book, "run-1")
    decision = engine.start(START)
    events = list(decision.events)
    end_us = T0 + 20 * MINUTE
    for at_us in [*instants, end_us]:
        while decision.deadline_us is not None and decision.deadline_us < at_us:
            if instants and instants[0] is None:
                break
            decision = engine.step(decision.deadline_us)
            events += decision.events
        if engine.finished:
            break
        decision = engine.step(at_us)
        events += decision.events
    return engine, events


@pytest.mark.parametrize("seed", range(60))
def test_waking_late_gives_the_same_t_and_the_same_planned_holds(seed):
    """Invariant 10: asleep through a planned hold or not, T is the same afterwards."""
    book = unattended(seed)
    on_time, events = woken(book, [])
    late = Engine(book, "run-1")
    late_events = list(late.start(START).events)
    now_us, rng = START, Random(seed)
    while now_us < T0 + 20 * MINUTE and not late.finished:
        now_us += rng.randint(1, 500) * SECOND
        late_events += late.step(now_us).events
    named = {hold[0] for hold in holds_of(events)}
    assert holds_of(events) == [h for h in holds_of(late_events) if h[0] in named]
    assert on_time.state.zero_r_us == late.state.zero_r_us
    stops = late.state.stops[: len(on_time.state.stops)]
    assert on_time.state.stops == stops


@pytest.mark.parametrize("seed", range(40))
def test_asking_more_often_changes_nothing(seed):
    """A step at an instant at which nothing is due decides nothing, and leaves all else
    as it would have been.
    """
    book = unattended(seed)
    rng = Random(seed)
    instants = sorted(START + rng.randint(0, 1_200_000_000) for _ in range(60))
    _, seldom = woken(book, [])
    _, often = woken(book, instants)
    assert [ev.encode(e) for e in seldom] == [ev.encode(e) for e in often]


def test_a_step_without_news_at_the_same_instant_is_empty():
    """Asked twice at one instant, the second time says nothing."""
    for seed in range(40):
        engine = Engine(generate(Random(seed)), "run-1")
        decision = engine.start(START)
        while decision.deadline_us is not None and decision.deadline_us < T0:
            now_us = decision.deadline_us
            decision = engine.step(now_us)
            nothing = engine.step(now_us)
            assert ((), ()) == (nothing.events, nothing.commands)
            assert decision.deadline_us == nothing.deadline_us


def test_the_checkers_say_nothing_of_an_empty_journal():
    """Nothing happened, so nothing is wrong."""
    assert [] == check(Trace(generate(Random(1))))
