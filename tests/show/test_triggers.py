"""When cues are due (SEMANTICS 4)."""

import pytest

from launchctl.runbook.model import After, Choice, Else, InOption, Late, Option
from launchctl.show.engine import Engine
from launchctl.show.inputs import ClockStepped, OrdersSeen, StageSeen
from launchctl.show.timeline import planned
from launchctl.times import HOUR, MINUTE, SECOND
from tests.show.build import START, T0, book, cue, post, scene, when
from tests.show.play import Play


def test_due_is_the_latest_of_all_triggers():
    """SEMANTICS 4: all given triggers must hold; due = the latest of their instants."""
    runbook = book(cue("a", at="T-10s"), cue("b", at="T-0", after="a"))
    play = Play(runbook).run(T0 + MINUTE)
    assert [T0] == play.fired_us("b")


def test_at_cue_counts_from_its_firing():
    """SEMANTICS 4: `at: X+d` is X fired + d."""
    play = Play(book(cue("a", scene("A"), at="T-10s"), cue("b", at="a+30s")))
    play.run(T0 + MINUTE)
    assert [T0 + 20 * SECOND] == play.fired_us("b")


def test_a_chain_of_marks_fires_at_one_instant_in_order():
    """SEMANTICS 7: passes repeat until nothing changes."""
    marks = [cue("m0", at="T-0")]
    marks += [cue(f"m{n}", after=f"m{n - 1}") for n in range(1, 50)]
    play = Play(book(*marks)).run(T0)
    assert [f"m{n}" for n in range(50)] == [e.cue for e in play.named("fired")]


@pytest.mark.parametrize(
    ("also", "state"),
    [((), "pending"), (("skipped",), "done"), (("failed",), "pending")],
)
def test_after_admits_done_and_what_also_names(also, state):
    """SEMANTICS 4: satisfied by done, and by skipped, failed if in `also:`."""
    runbook = book(
        cue("a", at="T+5m"),
        cue("b", after=After(all_of=("a",), also=also)),
        cue("c", at="T+1h"),
    )
    play = Play(runbook)
    play.call(T0, "skip", "a")
    play.run(T0 + MINUTE)
    assert state == play.state_of("b")


def test_any_is_satisfied_by_the_first():
    """SEMANTICS 4: `any:` the first to be satisfied."""
    after = After(any_of=("a", "b"))
    play = Play(book(cue("a", at="T+5m"), cue("b", at="T-0"), cue("c", after=after)))
    play.run(T0 + MINUTE)
    assert [T0] == play.fired_us("c")


def test_after_and_any_together_take_all_of_the_one_and_one_of_the_other():
    """SEMANTICS 4: all given triggers must hold: `after` its last, `any` its first."""
    after = After(all_of=("a", "b"), any_of=("c", "d"))
    runbook = book(
        cue("a", at="T-0"),
        cue("b", at="T+1m"),
        cue("c", at="T+5m"),
        cue("d", at="T+2m"),
        cue("x", after=after),
        cue("y", after=After(all_of=("b",), any_of=("a", "c"))),
    )
    play = Play(runbook).run(T0 + 10 * MINUTE)
    assert [T0 + 2 * MINUTE] == play.fired_us("x")
    assert [T0 + MINUTE] == play.fired_us("y")
    walls = {row.cue: row.wall_us for row in planned(runbook)}
    assert (T0 + 2 * MINUTE, T0 + MINUTE) == (walls["x"], walls["y"])


def test_a_cue_is_dead_when_one_of_its_groups_cannot_come():
    """SEMANTICS 2: dead: a predecessor not taken, or every one of `any`."""
    demo = Choice(
        ask=("caller",),
        within_us=10 * SECOND,
        default="skip-it",
        options=(
            Option(name="run-it", cues=("cam", "mic")),
            Option(name="skip-it"),
        ),
    )
    either = After(all_of=("open",), any_of=("cam", "mic"))
    runbook = book(
        cue("open", at="T-0"),
        cue("demo", after="open", choice=demo),
        cue("cam", option=InOption(choice="demo", option="run-it")),
        cue("mic", option=InOption(choice="demo", option="run-it")),
        cue("x", after=either),
    )
    play = Play(runbook).run(T0 + MINUTE)
    assert "complete" == str(play.engine.state.show)
    assert "skipped" == play.state_of("x")


def test_or_after_is_satisfied_in_any_case_after_a_time():
    """SEMANTICS 4: `or_after: d`: satisfied at the latest d after the first fired."""
    after = After(all_of=("a", "b"), or_after_us=60 * SECOND)
    runbook = book(
        cue("a", scene("A"), at="T-0"),
        cue("b", at="T+1h"),
        cue("x", after=after),
        cue("y", after=After(all_of=("a", "c"), or_after_us=60 * SECOND)),
        cue("c", at="T+10s"),
    )
    play = Play(runbook).run(T0 + 2 * MINUTE)
    assert [T0 + 60 * SECOND] == play.fired_us("x")
    assert [T0 + 10 * SECOND] == play.fired_us("y")


def test_or_after_runs_on_the_cues_clock():
    """SEMANTICS 1: offsets run on the cue's clock: a hold delays them."""
    after = After(all_of=("a",), or_after_us=60 * SECOND)
    runbook = book(
        cue("a", scene("A"), at="T-0", gate=()),
        cue("x", after=after),
        cue("e", at="T+1h"),
    )
    play = Play(runbook, answer=lambda command: [])
    play.call(T0 + 10 * SECOND, "hold", "sound")
    play.call(T0 + 40 * SECOND, "resume", "sound")
    play.run(T0 + 2 * MINUTE)
    assert [T0 + 90 * SECOND] == play.fired_us("x")


def test_when_is_a_level_that_must_have_been_true_for_a_time():
    """SEMANTICS 4: C became true + `for`; unknown restarts it."""
    condition = when("stages.main.streaming", 10 * SECOND)
    runbook = book(cue("x", scene("A"), when=condition), cue("end", at="T-0"))
    play = Play(runbook)
    live = StageSeen("main", connected=True, streaming=True)
    play.give(START + 5 * SECOND, live)
    play.give(START + 12 * SECOND, StageSeen("main", connected=False))
    play.give(START + 20 * SECOND, live)
    play.run(START + MINUTE)
    assert [START + 30 * SECOND] == play.fired_us("x")


def test_when_is_not_kept_but_must_be_true_when_due():
    """SEMANTICS 4: with `after`, a condition that was true once is not enough."""
    runbook = book(
        cue("a", at="T-30m"),
        cue("x", after="a", when="stages.main.streaming"),
        cue("e", at="T-0"),
    )
    play = Play(runbook)
    play.give(START + SECOND, StageSeen("main", connected=True, streaming=True))
    play.give(START + 2 * SECOND, StageSeen("main", connected=True, streaming=False))
    play.run(T0 - MINUTE)
    assert "pending" == play.state_of("x")


def test_once_false_comes_again_after_known_false():
    """SEMANTICS 4: `once: false` re-arms after known false; take + 1 per firing."""
    runbook = book(
        cue("x", scene("A"), when="orders.units >= 10", once=False), cue("e", at="T-0")
    )
    play = Play(runbook)
    for second, units in ((1, 10), (2, 11), (3, 5), (4, 12)):
        play.give(START + second * SECOND, OrdersSeen({"units": units}))
    play.run(START + MINUTE)
    assert [START + SECOND, START + 4 * SECOND] == play.fired_us("x")
    assert 2 == play.engine.state.cues["x"].take


def test_conditions_on_t_are_read_each_whole_second():
    """SEMANTICS 4: `t` runs with T and is read at its whole seconds."""
    play = Play(book(cue("x", scene("A"), when="t >= -60.0"), cue("e", at="T-0")))
    play.run(T0)
    assert [T0 - MINUTE] == play.fired_us("x")


def test_orders_are_journaled_only_if_something_reads_them():
    """SEMANTICS 4: `orders.*` from journaled samples, only if used."""
    deaf = Play(book(cue("e", at="T-0")))
    deaf.give(START + SECOND, OrdersSeen({"units": 3}))
    deaf.run(START + MINUTE)
    assert ([], False) == (deaf.named("orders_seen"), deaf.engine.reads_orders)


def test_go_treats_at_as_its_plan():
    """SEMANTICS 4: an early GO is fine; `at` is then only the plan."""
    play = Play(book(cue("x", scene("A"), at="T-0", go=("caller",))))
    play.call(T0 - 10 * MINUTE, "go", "x")
    play.run(T0)
    assert [T0 - 10 * MINUTE] == play.fired_us("x")


def test_standby_falls_back_when_its_condition_is_no_longer_true():
    """SEMANTICS 3: standby -> its `when` is no longer true -> pending."""
    runbook = book(
        cue("x", go=("caller",), when="stages.main.streaming"), cue("e", at="T-0")
    )
    play = Play(runbook)
    play.give(START + 1, StageSeen("main", connected=True, streaming=True))
    play.run(START + SECOND)
    assert "standby" == play.state_of("x")
    play.give(START + 2 * SECOND, StageSeen("main", connected=True, streaming=False))
    play.run(START + 2 * SECOND)
    assert ("pending", (None, play.engine.state.seq)) == (
        play.state_of("x"),
        play.engine.state.standby["caller"],
    )


def test_a_cue_at_the_t_of_a_planned_hold_fires_after_it():
    """SEMANTICS 7."""
    from tests.show.build import hold

    runbook = book(
        cue("x", at="T-5m"), cue("p", hold("p", MINUTE), at="T-5m"), cue("e", at="T-0")
    )
    play = Play(runbook).run(T0)
    assert [T0 - 5 * MINUTE] == play.fired_us("x")
    assert [T0 - 6 * MINUTE] == play.fired_us("p")


def test_pinned_cues_fire_in_a_hold_unless_they_wait():
    """SEMANTICS 2: never stopped: pinned cues (unless `in_hold: wait`)."""
    runbook = book(
        cue("a", post(), at=T0),
        cue("b", scene("B"), at=T0, in_hold_wait=True),
        cue("e", at="T-0"),
    )
    play = Play(runbook)
    play.call(T0 - MINUTE, "hold", "h")
    play.call(T0 + 3 * SECOND, "resume", "h")
    play.run(T0 + HOUR)
    assert [T0] == play.fired_us("a")
    assert [T0 + 3 * SECOND] == play.fired_us("b")


def test_a_condition_slept_through_is_read_before_an_input_counts():
    """SEMANTICS 4: it must be true when due; not what was true before a long sleep."""
    late = Late(within_us=None, otherwise=Else.PARK)
    x = cue("x", at=T0 + HOUR, when="clock.minute == 26", late=late)
    engine = Engine(book(x, cue("end", at="T+9h")), "run-1")
    engine.start(T0)
    found = engine.step(T0 + HOUR + 30 * SECOND, [ClockStepped(SECOND)])
    assert [] == [event for event in found.events if event.event == "cue_due"]
    assert "pending" == engine.state.cues["x"].state
