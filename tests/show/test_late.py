"""The late rule, waiting at gates, and never a burst (SEMANTICS 5)."""

import pytest

from launchctl.runbook.conditions import parse_condition
from launchctl.runbook.model import Check, Else, Late, OnAir, Wait
from launchctl.show.inputs import StageSeen
from launchctl.times import HOUR, MINUTE, SECOND
from tests.show.build import T0, book, cue, hold, http, post, scene
from tests.show.play import Play


@pytest.mark.parametrize(
    ("action", "late_by_us", "state"),
    [
        (post(), 2 * MINUTE, "running"),
        (post(), 2 * MINUTE + 1, "parked"),
        (http(), 2 * MINUTE + 1, "parked"),
        (scene("A"), 5 * SECOND, "running"),
        (scene("A"), 5 * SECOND + 1, "held"),
        (None, 24 * HOUR, "done"),
        (None, 24 * HOUR + 1, "skipped"),
    ],
)
def test_late_defaults_are_the_first_matching_line(action, late_by_us, state):
    """SEMANTICS 5: once, http 2m park; scene and the like 5s hold; others 24h skip."""
    do = (action,) if action else ()
    play = Play(book(cue("x", *do, at="T-0"), cue("end", at="T+48h")))
    play.sleep(T0 + late_by_us)
    assert state == play.state_of("x")


def test_within_any_is_never_late():
    """SEMANTICS 5: `within: any` is never late."""
    late = Late(within_us=None, otherwise=Else.PARK)
    play = Play(book(cue("x", scene("A"), at="T-0", late=late)))
    play.sleep(T0 + 20 * HOUR)
    assert [T0 + 20 * HOUR] == play.fired_us("x")


def test_resume_of_a_late_hold_means_do_it():
    """SEMANTICS 3 and 5: held -> waiting, lateness waived; T stood meanwhile."""
    play = Play(book(cue("x", scene("A"), at="T-0"), cue("y", at="T+1m")))
    play.sleep(T0 + 10 * SECOND)
    assert ["late:x"] == list(play.engine.state.holds)
    play.call(T0 + 40 * SECOND, "resume", "late:x")
    play.run(T0 + HOUR)
    assert [T0 + 40 * SECOND] == play.fired_us("x")
    assert [T0 + 90 * SECOND] == play.fired_us("y")


def test_a_hold_delays_an_unpinned_cue_and_never_makes_it_late():
    """SEMANTICS 1: offsets and late_by run on the cue's clock."""
    play = Play(book(cue("x", scene("A"), at="T-0"), cue("wall", scene("B"), at=T0)))
    play.call(T0 - MINUTE, "hold", "a")
    play.call(T0 + 9 * MINUTE, "resume", "a")
    play.run(T0 + HOUR)
    assert [T0 + 10 * MINUTE] == play.fired_us("x")
    assert [T0] == play.fired_us("wall")
    assert 0 == play.named("fired", "x")[0].late_by_us


def test_after_a_late_firing_no_cue_fires_for_two_seconds():
    """SEMANTICS 5 and 9.9: never a burst; the others keep their due and order."""
    marks = [cue(f"m{n}", at=f"T-{10 - n}s") for n in range(4)]
    play = Play(book(*marks, cue("end", at="T+1h")))
    play.sleep(T0)
    play.run(T0 + MINUTE)
    fired = [play.fired_us(f"m{n}")[0] for n in range(4)]
    assert [T0, T0 + 2 * SECOND, T0 + 4 * SECOND, T0 + 6 * SECOND] == fired
    dues = [play.named("cue_due", f"m{n}")[0].due_us for n in range(4)]
    assert [T0 - (10 - n) * SECOND for n in range(4)] == dues


def test_fire_is_not_spaced():
    """SEMANTICS 5: the pause is not for GO or `fire`."""
    play = Play(book(cue("a", at="T-5s"), cue("b", at="T+1h")))
    play.sleep(T0)
    play.call(T0 + SECOND, "fire", "b")
    play.run(T0 + 2 * SECOND)
    assert [T0 + SECOND] == play.fired_us("b")


@pytest.mark.parametrize(
    ("otherwise", "state"),
    [(Else.SKIP, "skipped"), (Else.PARK, "parked"), (Else.HOLD, "held")],
)
def test_closed_gates_end_in_the_wait_rule(otherwise, state):
    """SEMANTICS 5: deadline passed: skip, park, or hold `gate:CUE`."""
    wait = Wait(for_us=10 * SECOND, otherwise=otherwise)
    gate = (Check(check=parse_condition("stages.main.streaming")),)
    play = Play(book(cue("x", at="T-0", gate=gate, wait=wait), cue("y", at="T+1h")))
    play.run(T0 + 10 * SECOND - 1)
    assert "waiting" == play.state_of("x")
    play.run(T0 + 10 * SECOND)
    assert state == play.state_of("x")
    held = ["gate:x"] if otherwise is Else.HOLD else []
    assert held == list(play.engine.state.holds)


def test_a_gate_that_opens_at_the_deadline_wins():
    """SEMANTICS 7: what arrives with a deadline wins."""
    wait = Wait(for_us=10 * SECOND, otherwise=Else.PARK)
    gate = (Check(check=parse_condition("stages.main.streaming")),)
    play = Play(book(cue("x", at="T-0", gate=gate, wait=wait)))
    seen = StageSeen("main", connected=True, program="A", streaming=True)
    play.give(T0 + 10 * SECOND, seen)
    play.run(T0 + MINUTE)
    assert [T0 + 10 * SECOND] == play.fired_us("x")


def test_the_default_wait_is_the_larger_of_30s_and_within():
    """SEMANTICS 5: due + wait.for, by default the larger of 30 s and within."""
    gate = (OnAir(scene="A"),)
    runbook = book(
        cue("a", scene("B"), at="T-0", gate=gate),
        cue("b", post(), at=T0, gate=gate),
    )
    play = Play(runbook).run(T0 + HOUR)
    assert T0 + 30 * SECOND == play.named("cue_held", "a")[0].at_us
    assert T0 + 2 * MINUTE == play.named("cue_parked", "b")[0].at_us


def test_the_pause_leaves_nothing_overdue_behind():
    """SEMANTICS 5 and 7: once it is over all that waited is looked at, shut or not."""
    gate = (Check(check=parse_condition("stages.main.streaming")),)
    marks = [cue(f"m{n}", at=f"T-{9 - n}s") for n in range(3)]
    play = Play(book(*marks, cue("shut", at="T-1s", gate=gate), cue("end", at="T+1h")))
    play.give(T0 + SECOND, StageSeen("main", connected=True, streaming=True))
    play.sleep(T0)
    play.give(T0 + 3 * SECOND, StageSeen("main", connected=True, streaming=False))
    play.run(T0 + MINUTE)
    assert ["done", "done", "done"] == [play.state_of(f"m{n}") for n in range(3)]
    assert "waiting" == play.state_of("shut")


def test_after_a_sleep_cues_have_their_turn_by_due_whatever_woke_first():
    """SEMANTICS 7: what a planned hold of meanwhile made due comes after what was due
    before it, though an input comes with the waking.
    """
    late = Late(within_us=None, otherwise=Else.PARK)
    play = Play(
        book(
            cue("first", scene("A"), at="T-2m"),
            cue("pause", hold(for_us=30 * SECOND), at="T-60s"),
            cue("then", scene("B"), at="pause+1s", late=late),
        )
    )
    play.give(T0 + HOUR, StageSeen("main", connected=True))
    play.sleep(T0 + HOUR)
    assert ["late:first"] == list(play.engine.state.holds)
    assert [] == play.named("fired", "then")
