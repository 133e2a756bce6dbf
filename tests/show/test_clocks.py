"""N, R and T under holds, planned holds and late wake-ups."""

import pytest

from launchctl.show.clocks import n_at_r, r_at, t_at
from launchctl.show.inputs import ClockStepped
from launchctl.times import HOUR, MINUTE, SECOND
from tests.show.build import START, T0, book, cue, hold, scene
from tests.show.play import Play

PAUSE = hold("pause", 5 * MINUTE)


def test_planned_holds_are_built_into_t0():
    """SEMANTICS 1: t0 is the wall instant of T-0, planned holds built in."""
    play = Play(book(cue("pause", PAUSE, at="T-10m"), cue("go", at="T-0")))
    play.run(T0)
    assert [T0 - 15 * MINUTE] == play.fired_us("pause")
    assert [T0] == play.fired_us("go")


def test_t_never_runs_through_a_planned_hold():
    """SEMANTICS 1, invariant 10: late wake-ups give the same T and planned holds."""
    runbook = book(
        cue("first", PAUSE, at="T-10m"),
        cue("second", hold("wait", 3 * MINUTE), at="T-2m"),
        cue("last", at="T+1h"),
    )
    punctual = Play(runbook).run(T0 - MINUTE)
    late = Play(runbook).sleep(T0 - MINUTE)
    assert t_at(punctual.engine.state, T0 - MINUTE) == t_at(
        late.engine.state, T0 - MINUTE
    )
    assert punctual.engine.state.stops == late.engine.state.stops
    assert -MINUTE == t_at(late.engine.state, T0 - MINUTE)


def test_woken_in_the_middle_of_a_planned_hold():
    """SEMANTICS 1: it begins at its due even if noticed later."""
    play = Play(book(cue("pause", PAUSE, at="T-10m"), cue("go", at="T-0")))
    play.sleep(T0 - 12 * MINUTE)
    assert T0 - 15 * MINUTE == play.engine.state.holds["pause"].since_us
    assert -10 * MINUTE == t_at(play.engine.state, play.now_us)
    play.run(T0)
    assert [T0] == play.fired_us("go")


def test_a_planned_hold_that_is_no_longer_ahead_is_skipped():
    """SEMANTICS 1 and 2: those no longer ahead when T-0 is set are skipped."""
    play = Play(book(cue("pause", PAUSE, at="T-1h"), cue("go", at="T-0")), T0 - HOUR)
    assert "skipped" == play.state_of("pause")
    play.run(T0)
    assert [T0] == play.fired_us("go")


def test_holds_stop_t_once_however_many_are_open():
    """SEMANTICS 1: R is N minus the union of holds."""
    play = Play(book(cue("go", at="T-0")))
    for minute, verb, name in ((1, "hold", "a"), (2, "hold", "b"), (3, "resume", "a")):
        play.call(START + minute * MINUTE, verb, name)
    play.call(START + 5 * MINUTE, "resume", "b")
    play.run(START + 10 * MINUTE)
    assert [(START + MINUTE, START + 5 * MINUTE)] == play.engine.state.stops
    play.run(T0 + HOUR)
    assert [T0 + 4 * MINUTE] == play.fired_us("go")


def test_a_wall_step_moves_wall_instants_alone():
    """SEMANTICS 1: clock_stepped moves wall instants only, never T."""
    play = Play(book(cue("wall", at=T0 - 30 * MINUTE), cue("t", at="T-10m")))
    play.give(START + MINUTE, ClockStepped(2 * SECOND))
    play.run(T0)
    assert [T0 - 30 * MINUTE - 2 * SECOND] == play.fired_us("wall")
    assert [T0 - 10 * MINUTE] == play.fired_us("t")


def test_the_first_go_sets_t0_where_the_file_does_not():
    """SEMANTICS 1: without t0 the first cue stands by; its GO makes its `at` now."""
    runbook = book(
        cue("open", scene("A"), at="T-1m"),
        cue("next", scene("B"), at="T-0"),
        cue("wall", at=START + SECOND),
        t0_us=None,
    )
    play = Play(runbook)
    play.run(START + MINUTE)
    assert ["standby", "pending", "done"] == [
        play.state_of(name) for name in ("open", "next", "wall")
    ]
    play.call(START + 2 * MINUTE, "go", "open")
    play.run(START + HOUR)
    assert [START + 2 * MINUTE] == play.fired_us("open")
    assert [START + 3 * MINUTE] == play.fired_us("next")


@pytest.mark.parametrize("minute", [0, 1, 2, 4, 5, 7])
def test_r_and_n_are_each_others_inverse_outside_holds(minute):
    """SEMANTICS 1: n_at_r gives the first instant at which R was there."""
    play = Play(book(cue("go", at="T-0")))
    play.call(START + 2 * MINUTE, "hold", "a")
    play.call(START + 4 * MINUTE, "resume", "a")
    state = play.run(START + 10 * MINUTE).engine.state
    now_us = START + minute * MINUTE
    first_us = START + 2 * MINUTE if minute == 4 else now_us
    assert first_us == n_at_r(state, r_at(state, now_us))


def test_resume_at_ends_the_hold_by_itself():
    """SEMANTICS 2: planned holds and `resume --at` end by themselves."""
    play = Play(book(cue("go", at="T-0")))
    play.call(START + MINUTE, "hold", "a")
    play.call(START + 2 * MINUTE, "resume", "a", at="2020-09-13T11:36:40Z")
    play.run(T0 + HOUR)
    assert [] == list(play.engine.state.holds)
    assert 1 == len(play.named("hold_released"))
