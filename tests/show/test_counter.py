"""The counter on the stream: opened by people and cues, never by a reconnect."""

from launchctl.runbook import actions as act
from launchctl.runbook.model import Orders, ShowOn, Stage
from launchctl.show.engine import Engine
from launchctl.show.inputs import StageSeen
from launchctl.times import HOUR, MINUTE, SECOND
from tests.show.build import T0, book, cue
from tests.show.play import Play

BACK = StageSeen("main", connected=True, restarted=True)


def show(**fields):
    """A counter on the first stage, opened at T-0."""
    counters = [
        cue(f"{word}-it", act.Counter(counter=word), at=at)
        for word, at in (("open", "T-0"), ("freeze", "T+30m"), ("hide", "T+40m"))
    ]
    orders = Orders(show_on=ShowOn(source="Counter"))
    return book(*counters, cue("end", at="T+1h"), orders=orders, **fields)


def asked(play):
    """What is asked of the stage, in the words of the status."""
    (stage, *_) = play.engine.status(play.now_us)["stages"]
    return [text for text in stage["asks"] if "counter" in text]


def test_after_a_restart_it_asks_before_an_open_counter_is_shown():
    """SEMANTICS 5 Recovery, 9.15: a counter opening is never re-asserted by a machine;
    whoever may `counter` answers.
    """
    play = Play(show()).run(T0 + MINUTE)
    play.give(T0 + 2 * MINUTE, BACK)
    play.run(T0 + 3 * MINUTE)
    text = "the counter was open: open it?"
    assert [("main", "counter", text)] == [
        (e.stage, e.what, e.text) for e in play.named("needs_person")
    ]
    assert [f"{text} Answer with launch counter open, or fire a cue that sets it."] == (
        asked(play)
    )
    call = play.call(T0 + 4 * MINUTE, "counter", "open", roles={"commerce"})
    play.run(T0 + 5 * MINUTE)
    assert play.refusal(call) is None
    assert [] == asked(play)


def test_a_cue_that_sets_the_counter_answers_too():
    """SEMANTICS 6: the cue's word is the later one."""
    play = Play(show()).run(T0 + MINUTE)
    play.give(T0 + 2 * MINUTE, BACK)
    play.run(T0 + 31 * MINUTE)
    assert "frozen" == play.engine.state.counter
    assert [] == asked(play)


def test_a_hidden_or_frozen_counter_asks_nothing():
    """SEMANTICS 5 Recovery: only opening asks."""
    play = Play(show())
    play.give(T0 - MINUTE, BACK)
    play.give(T0 + 35 * MINUTE, BACK)
    play.give(T0 + 45 * MINUTE, BACK)
    play.run(T0 + 50 * MINUTE)
    assert [] == play.named("needs_person")


def test_a_stage_that_does_not_show_it_asks_nothing():
    """SEMANTICS 6: its text is a projection on one stage."""
    stages = {name: Stage(url="ws://127.0.0.1:1") for name in ("main", "other")}
    play = Play(show(stages=stages)).run(T0 + MINUTE)
    other = StageSeen("other", connected=True, restarted=True)
    play.give(T0 + 2 * MINUTE, other)
    play.run(T0 + 3 * MINUTE)
    assert [] == play.named("needs_person")


def test_after_a_crash_it_asks_as_well():
    """SEMANTICS 5 Recovery: but to play a film, open a microphone or the counter it
    asks.
    """
    runbook = show()
    play = Play(runbook).run(T0 + MINUTE)
    again = Engine(runbook, "run-1")
    for event in play.events:
        again.apply(event)
    decision = again.start(T0 + MINUTE + SECOND)
    assert ["counter"] == [
        event.what for event in decision.events if event.event == "needs_person"
    ]
    assert T0 + HOUR > decision.deadline_us
