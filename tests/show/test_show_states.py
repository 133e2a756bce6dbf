"""The show's own states: what is accepted where, and what keeps it open."""

from __future__ import annotations

import pytest

from launchctl.runbook import actions as act
from launchctl.show.commands import Command
from launchctl.show.inputs import Answer, Ended
from launchctl.times import MINUTE, SECOND
from tests.show.build import START, T0, book, cue, post, scene
from tests.show.play import Play, all_well

END = cue("end", act.End(end="show"), at="T+1m")


def silent(command):
    """A far end that never answers a post: what runs goes on running."""
    if isinstance(command, Command) and command.target == "account:ceo":
        return []
    return all_well(command)


def refused(command):
    """A network that refuses for certain."""
    if isinstance(command, Command) and command.target == "account:ceo":
        return [(SECOND, Ended(command.key, command.attempt, Answer.REFUSED))]
    return all_well(command)


def closing():
    """A show that closes, while a post of it has no answer yet."""
    cues = (cue("news", post(), at="T-0"), cue("late", post("Late"), at="T+9m"), END)
    play = Play(book(*cues), answer=silent).run(T0 + MINUTE + SECOND)
    assert ("closing", "running") == (play.engine.state.show, play.state_of("news"))
    return play


def test_l_is_the_wall_less_t0_and_no_hold_moves_it():
    """SEMANTICS 1: L = wall - T-0 as last set; no hold moves it, a retime does."""
    play = Play(book(cue("zero", at="T-0"), cue("e", at="T+1h")))
    play.call(T0 - 10 * MINUTE, "hold", "mic")
    play.run(T0 - 5 * MINUTE)
    status = play.engine.status(play.now_us)
    assert (-600, -300) == (status["t_s"], status["l_s"])
    play.call(T0 - 5 * MINUTE, "retime", "+10m")
    play.run(T0 - 4 * MINUTE)
    assert -840 == play.engine.status(play.now_us)["l_s"]


def test_opening_an_open_hold_changes_nothing():
    """SEMANTICS 2: opening an open one: no change."""
    play = Play(book(cue("zero", at="T-0")))
    play.call(START, "hold", "mic", why="first")
    call = play.call(START + SECOND, "hold", "mic", why="second")
    play.run(START + MINUTE)
    assert play.refusal(call) is None
    assert ["first"] == [event.reason for event in play.named("hold_opened")]
    assert "first" == play.engine.state.holds["mic"].reason


def test_before_t0_is_set_a_hold_shifts_nothing():
    """SEMANTICS 2: scheduled, holding, scheduled; then GO makes the `at` of the first
    cue now.
    """
    first = cue("first", scene("A"), at="T-10m", go=("caller",))
    play = Play(book(first, cue("zero", scene("B"), at="T-0"), t0_us=None))
    play.call(START, "hold", "mic")
    play.run(START + MINUTE)
    assert "holding" == play.engine.state.show
    play.call(START + 2 * MINUTE, "resume", "mic")
    play.run(START + 3 * MINUTE)
    assert "scheduled" == play.engine.state.show
    play.call(START + 4 * MINUTE, "go", "first")
    play.run(START + 20 * MINUTE)
    assert [START + 14 * MINUTE] == play.fired_us("zero")


@pytest.mark.parametrize("verb", ["go", "fire", "skip", "hold", "resume", "do", "end"])
def test_while_closing_nothing_fires_and_few_calls_are_accepted(verb):
    """SEMANTICS 2: in closing only settle, adopt, silence and abort are accepted."""
    play = closing()
    assert "skipped" == play.state_of("late")
    call = play.call(T0 + 2 * MINUTE, verb, "late")
    play.run(T0 + 3 * MINUTE)
    assert "the show is closing" == play.refusal(call)


def test_an_abort_upgrades_an_end():
    """SEMANTICS 2: closing by an end, then an abort: the show ends aborted."""
    play = closing()
    silence = play.call(T0 + 70 * SECOND, "silence", "ceo")
    abort = play.call(T0 + 80 * SECOND, "abort")
    play.run(T0 + 20 * MINUTE)
    assert [None, None] == [play.refusal(silence), play.refusal(abort)]
    key = play.sent("account:ceo")[0].key
    play.give(play.now_us, Ended(key, 1, Answer.OK))
    play.run(T0 + 21 * MINUTE)
    assert "aborted" == play.engine.state.show


@pytest.mark.parametrize("verb", ["silence", "abort", "go", "hold", "approve"])
def test_once_it_is_over_only_settle_and_adopt_are_left(verb):
    """SEMANTICS 2: after complete or aborted; 9.12."""
    play = Play(book(cue("a", scene("A"), at="T-0"), END)).run(T0 + 5 * MINUTE)
    assert "complete" == play.engine.state.show
    call = play.call(T0 + 6 * MINUTE, verb, "a")
    play.run(T0 + 7 * MINUTE)
    assert "the show is complete" == play.refusal(call)


def test_what_is_stuck_keeps_the_show_open_until_a_person_answers():
    """SEMANTICS 2: stuck (alive): a predecessor ended as its `after` does not admit."""
    cues = (cue("news", post(), at="T-0"), cue("then", scene("A"), after="news"))
    play = Play(book(*cues), answer=refused).run(T0 + 20 * MINUTE)
    assert ("failed", "pending") == (play.state_of("news"), play.state_of("then"))
    assert "counting" == play.engine.state.show
    play.call(T0 + 20 * MINUTE, "skip", "then")
    play.run(T0 + 21 * MINUTE)
    assert "complete" == play.engine.state.show


@pytest.mark.parametrize("state", ["scheduled", "counting", "holding"])
@pytest.mark.parametrize(("verb", "word"), [("end", "complete"), ("abort", "aborted")])
def test_it_can_end_from_everywhere(state, verb, word):
    """SEMANTICS 2: these three states, abort or `end` called: closing."""
    t0_us = None if state == "scheduled" else T0
    play = Play(book(cue("first", scene("A"), go=("caller",)), t0_us=t0_us))
    if state == "holding":
        play.call(START, "hold", "mic")
    play.run(START + SECOND)
    assert state == play.engine.state.show
    play.call(START + MINUTE, verb, confirm=True)
    play.run(START + 2 * MINUTE)
    assert word == play.engine.state.show
    assert "skipped" == play.state_of("first")


def test_who_may_hold_releases_where_the_runbook_says_nothing():
    """SEMANTICS 6: default `release` of a hold: the roles that may `hold`; GO of a
    first cue without `go`: those that may `go`.
    """
    play = Play(book(cue("first", scene("A")), cue("e", at="T+1h"), t0_us=None))
    play.call(START, "hold", "mic", roles={"caller"})
    not_hers = play.call(START + SECOND, "resume", "mic", roles={"comms"})
    play.run(START + MINUTE)
    assert "hold mic is released by caller" == play.refusal(not_hers)
    play.call(START + MINUTE, "resume", "mic", roles={"caller"})
    not_hers = play.call(START + 2 * MINUTE, "go", "first", roles={"comms"})
    go = play.call(START + 3 * MINUTE, "go", "first", roles={"caller"})
    play.run(START + 4 * MINUTE)
    assert "no cue stands by for you" == play.refusal(not_hers)
    assert play.refusal(go) is None
    assert [START + 3 * MINUTE] == play.fired_us("first")
