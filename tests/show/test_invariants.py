"""Rules that generated shows found broken once, each as a small show of its own."""

from launchctl.runbook.model import OrdersFresh
from launchctl.show import events as ev
from launchctl.show.commands import Command
from launchctl.show.engine import Engine
from launchctl.show.inputs import Answer, Ended, HandSeen, OrdersSeen, StageSeen
from launchctl.times import HOUR, MILLISECOND, MINUTE, SECOND
from tests.show.build import START, T0, book, cue, hold, post, scene, when
from tests.show.play import Play, all_well


def taken_up(play, at_us):
    """Another process folds the journal and goes on; (engine, what it decides)."""
    engine = Engine(play.engine.runbook, "run-1")
    for event in play.events:
        engine.apply(ev.decode(ev.encode(event)))
    return engine, engine.start(at_us)


def silent(_command):
    """Far ends that never answer."""
    return []


def fresh():
    """A gate that opens with the first sample of the orders."""
    return OrdersFresh(within_us=MINUTE)


def sample(at_us):
    """The orders, complete to this instant."""
    return OrdersSeen({"units": 1}, at_us)


def test_a_planned_hold_begins_at_its_instant_though_nobody_lived_then():
    """Invariant 10: a crash is a late wake-up: T never runs through a planned hold."""
    runbook = book(
        cue("stop", hold("plan", MINUTE), at="T-1m"), cue("x", at="T-0"), t0_us=T0
    )
    play = Play(runbook).run(T0 - 3 * MINUTE)
    _, decision = taken_up(play, T0 - 90 * SECOND)
    opened = next(e for e in decision.events if e.event == "hold_opened")
    assert T0 - 2 * MINUTE == opened.since_us
    _, decision = taken_up(play, T0 - 30 * SECOND)
    released = next(e for e in decision.events if e.event == "hold_released")
    assert T0 - MINUTE == released.ended_us


def test_a_show_ends_though_a_process_died_with_its_re_assertions_open():
    """SEMANTICS 2: running actions end; what a dead process asserted is over."""
    play = Play(book(cue("x", scene("A"), at="T-5m"), cue("y", at="T-0")))
    play.give(START, StageSeen("main", connected=True, program="A"))
    play.run(T0 - 4 * MINUTE)
    play._answer = silent
    play.give(play.now_us, StageSeen("main", connected=True, restarted=True))
    play.run(T0 - 3 * MINUTE)
    engine, _ = taken_up(play, T0 - 2 * MINUTE)
    engine.step(T0)
    engine.step(T0 + MINUTE)
    assert engine.finished


def test_what_is_safe_is_sent_again_by_the_next_process():
    """SEMANTICS 5: wanted commands without outcome are sent again, ``safe:`` too."""
    play = Play(book(cue("x", at="T-0"), safe=(scene("Wait"),)), answer=silent)
    play.give(START, StageSeen("main", connected=True, program="A"))
    play.call(T0 - MINUTE, "abort")
    play.run(T0)
    engine, _ = taken_up(play, T0 + SECOND)
    assert not engine.finished
    seen = StageSeen("main", connected=True, program="A")
    decision = engine.step(T0 + 2 * SECOND, [seen])
    sent = [c for c in decision.commands if "/safe/" in c.key]
    assert [("run-1/safe/0", 1)] == [(c.key, c.attempt) for c in sent]
    engine.step(T0 + 3 * SECOND, [Ended("run-1/safe/0", 1, Answer.OK)])
    for command in decision.commands:
        engine.step(T0 + 4 * SECOND, [Ended(command.key, 1, Answer.OK)])
    assert engine.finished


def test_nothing_comes_again_after_the_end():
    """Invariant 12: a repeating cue does not stand by in a show that is over."""
    runbook = book(cue("again", go=("caller",), once=False), cue("x", at="T-0"))
    play = Play(runbook).run(T0 - MINUTE)
    play.call(T0 - MINUTE, "go", "again")
    play.call(T0, "end")
    play.run(T0 + HOUR)
    assert "complete" == str(play.engine.state.show)
    assert "show_ended" == play.events[-1].event


def test_a_cut_by_hand_stops_a_re_assertion_of_the_same_moment():
    """Invariant 15: what the same batch of news overrules does not leave."""
    play = Play(book(cue("x", scene("A"), at="T-5m"), cue("y", at="T-0")))
    play.run(T0 - 4 * MINUTE)
    at_us = T0 - 4 * MINUTE
    play.give(at_us, StageSeen("main", connected=True, restarted=True, program="Wait"))
    play.give(at_us, HandSeen("main", "program", "B"))
    play.run(at_us + SECOND)
    assert ["A"] == [c.content["scene"] for c in play.sent("stage:main")]


def test_a_cut_by_hand_during_a_crash_is_not_undone_by_what_was_under_way():
    """Invariant 15: a scene that nobody confirmed is not sent against a hand."""
    play = Play(
        book(cue("x", scene("A"), at="T-5m"), cue("y", at="T-0")), answer=silent
    )
    play.give(START, StageSeen("main", connected=True, program="Wait"))
    play.run(T0 - 5 * MINUTE)
    engine, _ = taken_up(play, T0 - 4 * MINUTE)
    seen = StageSeen("main", connected=True, program="By hand")
    decision = engine.step(T0 - 4 * MINUTE, [seen])
    scenes = [c.content["scene"] for c in decision.commands if isinstance(c, Command)]
    assert "A" not in scenes
    assert "failed" == str(engine.state.cues["x"].state)


def test_a_retry_does_not_outlive_a_silence():
    """Invariant 14: unsilence sends nothing; what silence found is a person's."""

    def answer(command):
        if command.attempt == 1:
            return [(0, Ended(command.key, 1, Answer.REFUSED))]
        return all_well(command)

    play = Play(book(cue("x", post(), at="T-0"), cue("y", at="T+1h")), answer=answer)
    play.run(T0)
    play.call(T0 + 100 * MILLISECOND, "silence", "ceo")
    play.call(T0 + 200 * MILLISECOND, "unsilence", "ceo")
    play.run(T0 + MINUTE)
    assert ["parked", 1] == [play.state_of("x"), len(play.sent("account:ceo"))]
    play.call(T0 + MINUTE, "fire", "x")
    play.run(T0 + 2 * MINUTE)
    assert ["done", 2] == [play.state_of("x"), len(play.sent("account:ceo"))]


def test_a_post_beside_others_does_not_leave_after_the_silence_it_came_due_in():
    """Invariant 14: beside others only the post is stopped, though it waited longer."""
    runbook = book(
        cue("x", scene("A"), post(), at="T-0", gate=(fresh(),)), cue("y", at="T+1h")
    )
    play = Play(runbook)
    play.call(T0 - MINUTE, "silence", "ceo")
    play.call(T0 + SECOND, "unsilence", "ceo")
    play.give(T0 + 5 * SECOND, sample(T0 + 5 * SECOND))
    play.run(T0 + MINUTE)
    assert [0, 1] == [len(play.sent("account:ceo")), len(play.sent("stage:main"))]
    assert "parked" == play.state_of("x")


def test_a_retry_is_not_made_after_its_time_however_late_the_machine_wakes():
    """SEMANTICS 6: a certain no is tried again till fired + within; then failed."""
    no = [(0, Ended("run-1/0/x/0", 1, Answer.REFUSED))]
    play = Play(
        book(cue("x", post(), at="T-0"), cue("y", at="T+2h")), answer=lambda _: no
    )
    play.run(T0)
    play.sleep(T0 + HOUR)
    assert ["failed", 1] == [play.state_of("x"), len(play.sent("account:ceo"))]


def test_a_condition_that_has_been_true_long_enough_in_a_hold_is_due_at_the_resume():
    """SEMANTICS 1: ``for`` runs on N, so it ends in a hold that stops the cue."""
    runbook = book(
        cue("x", when=when("accounts.ceo.silenced", SECOND)), cue("y", at="T-0")
    )
    play = Play(runbook)
    play.call(T0 - MINUTE, "hold", "a")
    play.call(T0 - 50 * SECOND, "silence", "ceo")
    play.call(T0 - 40 * SECOND, "resume", "a")
    play.run(T0 - 30 * SECOND)
    assert [T0 - 40 * SECOND] == play.fired_us("x")


def test_a_condition_is_read_again_before_a_cue_is_due_by_it():
    """SEMANTICS 4: ``when`` must be true when due, though another moved just before."""
    runbook = book(
        cue("x", at="T-0"),
        cue("y", when="cues['x'].state == 'pending'", at="T-0"),
        cue("z", at="T+1m"),
    )
    play = Play(runbook).run(T0 + HOUR)
    assert "done" == play.state_of("x")
    assert [] == play.fired_us("y")


def test_a_cue_that_waits_for_itself_does_not_stop_the_show():
    """SEMANTICS 4: a repeating cue re-arms after known false, but not within a second:
    one that reads its own state would fire for ever at one instant.
    """
    runbook = book(
        cue("x", when="cues['x'].state == 'pending'", once=False), cue("y", at="T-0")
    )
    play = Play(runbook).run(START + 3 * SECOND)
    assert [START + n * SECOND for n in range(4)] == play.fired_us("x")


def test_a_folded_show_reads_the_time_before_its_first_input_too():
    """Invariant 1: what runs with time is read before the inputs of its second, also by
    a process that has only just folded the journal.
    """
    play = Play(book(cue("late", scene("A"), when="t >= -60.0"), cue("y", at="T-0")))
    play.run(T0 - MINUTE - 1)
    mirror = Engine(play.engine.runbook, "run-1")
    for event in play.events:
        mirror.apply(ev.decode(ev.encode(event)))
    inputs = [StageSeen("main", connected=True, program=name) for name in "AB"]
    live, folded = (
        engine.step(T0 - MINUTE, inputs).events for engine in (play.engine, mirror)
    )
    assert ["stage_seen", "condition_changed"] == [e.event for e in live][:2]
    assert [ev.encode(e) for e in live] == [ev.encode(e) for e in folded]
