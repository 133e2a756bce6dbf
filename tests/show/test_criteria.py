"""Criteria: what must be so in a span of the countdown (SEMANTICS 5, Criteria)."""

from launchctl.runbook.conditions import parse_condition
from launchctl.runbook.model import Criterion
from launchctl.show.inputs import StageSeen
from launchctl.times import MINUTE, SECOND
from tests.show.build import START, T0, book, cue
from tests.show.lists import confirmed
from tests.show.play import Play

UP = StageSeen("main", connected=True)
DOWN = StageSeen("main", connected=False)


def show(*criteria, **fields):
    """A show of an hour before and after T-0."""
    cues = (cue("a", at="T-5m"), cue("b", at="T-0"), cue("e", at="T+1h"))
    return book(*cues, criteria=criteria, **fields)


def connected(from_us=-10 * MINUTE, until_us=10 * MINUTE, **fields):
    """The stage must be connected."""
    check = parse_condition("stages.main.connected")
    return Criterion(from_us=from_us, until_us=until_us, check=check, **fields)


def holds(play):
    """The names of the open holds."""
    return list(play.engine.state.holds)


def test_it_is_read_from_its_beginning_on():
    """SEMANTICS 5 Criteria: read while T is in [from, until)."""
    play = Play(show(connected())).run(T0 - 10 * MINUTE - SECOND)
    assert [] == holds(play)
    play.run(T0 - 10 * MINUTE)
    assert ["criterion:1"] == holds(play)
    assert T0 - 10 * MINUTE == play.named("hold_opened")[0].at_us


def test_not_true_opens_its_hold_and_true_opens_none():
    """SEMANTICS 5 Criteria: not true opens hold `criterion:N`; N counts from 1."""
    other = connected(from_us=-MINUTE)
    play = Play(show(other, connected()))
    play.give(START, UP)
    play.run(T0 - 7 * MINUTE)
    assert [] == holds(play)
    play.give(T0 - 6 * MINUTE, DOWN)
    play.run(T0 - 5 * MINUTE)
    assert ["criterion:2"] == holds(play)
    assert "stages.main.connected is false" == play.named("hold_opened")[0].reason
    assert [] == play.fired_us("a")


def test_released_it_is_waived_until_it_has_been_true():
    """SEMANTICS 5 Criteria: released: waived until it has been true."""
    play = Play(show(connected()))
    play.call(T0 - 9 * MINUTE, "resume", "criterion:1")
    play.run(T0 - 8 * MINUTE)
    assert [] == holds(play)
    assert "waived" == play.engine.status(play.now_us)["criteria"][0]["state"]
    play.give(T0 - 7 * MINUTE, UP)
    play.give(T0 - 6 * MINUTE, DOWN)
    play.run(T0 - 5 * MINUTE)
    assert ["criterion:1"] == holds(play)


def test_a_release_while_it_is_true_waives_nothing():
    """SEMANTICS 5 Criteria: it has been true: the next time it holds again."""
    play = Play(show(connected()))
    play.give(T0 - 9 * MINUTE, UP)
    play.call(T0 - 8 * MINUTE, "resume", "criterion:1")
    play.give(T0 - 7 * MINUTE, DOWN)
    play.run(T0 - 6 * MINUTE)
    assert ["criterion:1"] == holds(play)


def test_from_t0_on_it_only_warns():
    """SEMANTICS 5 Criteria: from T-0 on only warns, once each time."""
    play = Play(show(connected()))
    play.give(START, UP)
    for minute, seen in ((1, DOWN), (2, UP), (3, DOWN)):
        play.give(T0 + minute * MINUTE, seen)
    play.run(T0 + 5 * MINUTE)
    assert [] == holds(play)
    levels = [note.level for note in play.named("noted")]
    assert ["warning", "info", "warning"] == levels
    assert "broken" == play.engine.status(play.now_us)["criteria"][0]["state"]
    play.run(T0 + 10 * MINUTE)
    assert [] == play.engine.status(play.now_us)["criteria"]
    assert {} == play.engine.state.notes


def test_broken_may_warn_before_t0_too():
    """SEMANTICS 5 Criteria: `broken:` says what happens."""
    play = Play(show(connected(before_t0="warn"))).run(T0 - 9 * MINUTE)
    assert [] == holds(play)
    assert ["warning"] == [note.level for note in play.named("noted")]


def test_what_is_unknown_is_not_true():
    """SEMANTICS 4: unknown (a far end offline) is not true."""
    check = parse_condition("stages.main.streaming")
    criterion = Criterion(from_us=-10 * MINUTE, until_us=0, check=check)
    play = Play(show(criterion)).run(T0 - 9 * MINUTE)
    assert ["criterion:1"] == holds(play)


def test_until_hard_out_ends_at_that_wall_instant():
    """SEMANTICS 5 Criteria: `until: hard_out`."""
    hard = connected(until_us=None)
    play = Play(show(hard, hard_out_us=T0 + 20 * MINUTE))
    play.give(START, UP)
    play.give(T0 + 21 * MINUTE, DOWN)
    play.run(T0 + 15 * MINUTE)
    assert ["true"] == [
        one["state"] for one in play.engine.status(play.now_us)["criteria"]
    ]
    play.run(T0 + 30 * MINUTE)
    assert [] == [note for note in play.named("noted") if note.level == "warning"]


def test_a_criterion_about_t_is_read_each_second():
    """SEMANTICS 4: what runs with time is read each whole second."""
    check = parse_condition("t < -60.0")
    criterion = Criterion(from_us=-10 * MINUTE, until_us=0, check=check)
    play = Play(show(criterion)).run(T0)
    assert [T0 - MINUTE] == [event.at_us for event in play.named("hold_opened")]


def test_a_hold_never_stops_criteria():
    """SEMANTICS 2: a hold never stops conditions and criteria."""
    play = Play(show(connected()))
    play.give(START, UP)
    play.call(T0 - 8 * MINUTE, "hold", "sound")
    play.give(T0 - 7 * MINUTE, DOWN)
    play.run(T0 - 6 * MINUTE)
    assert ["sound", "criterion:1"] == holds(play)


def test_a_recovered_engine_reads_them_again():
    """SEMANTICS 9.1: from any prefix folded the same comes."""
    from launchctl.show.engine import Engine

    runbook = show(connected())
    play = Play(runbook).run(T0 - 20 * MINUTE)
    again = Engine(runbook, "run-1")
    for event in play.events:
        again.apply(event)
    again.recover(T0 - 19 * MINUTE)
    decision = again.step(T0 - 9 * MINUTE)
    assert "criterion:1" in [getattr(event, "name", "") for event in decision.events]


def test_a_recycle_arms_them_again():
    """SEMANTICS 2 recycle: criteria re-arm."""
    play = Play(show(connected()))
    play.call(T0 - 9 * MINUTE, "resume", "criterion:1")
    play.run(T0 - 7 * MINUTE)
    assert {"criterion:1": None} == play.engine.state.waived
    confirmed(play, T0 - 7 * MINUTE, "recycle", "T-9m")
    play.run(T0 - 6 * MINUTE)
    assert ["recycle", "criterion:1"] == holds(play)


def test_after_a_recycle_it_counts_from_its_beginning_again():
    """SEMANTICS 2: criteria arm again; T comes to the beginning a second time."""
    play = Play(show(connected(from_us=-MINUTE, until_us=MINUTE)))
    play.give(START, UP)
    confirmed(play, T0 - 30 * SECOND, "recycle", "T-2m")
    play.give(T0, DOWN)
    play.call(T0 + SECOND, "resume", "recycle")
    play.run(T0 + 60 * SECOND)
    assert [] == holds(play)
    play.run(T0 + 62 * SECOND)
    assert ["criterion:1"] == holds(play)


def test_a_call_at_its_beginning_finds_it_read():
    """SEMANTICS 7: what comes with time alone is read before the second input of that
    instant, by who went through all of the show as by who folded its journal just now.
    """
    play = Play(show(connected()))
    play.run(T0 - 11 * MINUTE)
    play.give(T0 - 10 * MINUTE, DOWN)
    play.call(T0 - 10 * MINUTE, "hold", "mic")
    play.run(T0 - 10 * MINUTE)
    assert ["criterion:1", "mic"] == [e.name for e in play.named("hold_opened")]
