"""What may have left is not sent again by a recycle (SEMANTICS 2, 6 and 9.6)."""

from __future__ import annotations

import pytest

from launchctl.show.inputs import Answer, Ended, Receipt, Settled, Sight
from launchctl.times import MINUTE, SECOND
from tests.show.build import T0, book, cue, http, post
from tests.show.lists import confirmed
from tests.show.play import Play, all_well

HTTP, POST = "run-1/0/x/0", "run-1/0/x/1"


def unknown_of(*keys):
    """Nobody knows what became of the first attempts of these."""

    def answer(command):
        if getattr(command, "key", None) in keys and command.attempt == 1:
            return [(SECOND, Ended(command.key, 1, Answer.UNKNOWN))]
        return all_well(command)

    return answer


def superseded(action, url):
    """A show whose cue x met at the far end what was there before."""
    runbook = book(cue("x", action, at="T-10s"), cue("end", at="T+1h"))
    play = Play(runbook, answer=unknown_of(HTTP))
    play.give(T0, Settled(HTTP, 1, Sight.OLDER, Receipt("9", url)))
    play.run(T0 + SECOND)
    assert "parked" == play.state_of("x")
    return play


def in_doubt(runbook):
    """A show of whose cue x two actions may have left, and nothing shows them."""
    play = Play(runbook, answer=unknown_of(HTTP, POST))
    for key in (HTTP, POST):
        play.give(T0 + MINUTE, Settled(key, 1, Sight.ABSENT))
    play.run(T0 + 2 * MINUTE)
    assert "in_doubt" == play.state_of("x")
    return play


def again(play):
    """Back to before x, and past it once more."""
    confirmed(play, play.now_us + SECOND, "recycle", "T-20s")
    play.call(play.now_us + SECOND, "resume", "recycle")
    play.run(play.now_us + MINUTE)


@pytest.mark.parametrize("action", [http(), post()], ids=["http", "post"])
@pytest.mark.parametrize("before", [None, "skip", "adopt"])
def test_what_was_there_before_is_sent_again_only_by_fire(action, before):
    """SEMANTICS 6: superseded stays superseded in every take, until a person says
    ``fire``; adopted, it ended ok.
    """
    play = superseded(action, "https://x/9")
    if before is not None:
        play.call(play.now_us + SECOND, before, "x", url="https://x/9")
        play.run(play.now_us + SECOND)
    again(play)
    assert 1 == len(play.named("intent", "x"))
    if before == "adopt":
        assert "done" == play.state_of("x")
        return
    assert "parked" == play.state_of("x")
    assert "superseded" in play.engine.state.cues["x"].reason
    play.call(play.now_us + SECOND, "fire", "x")
    play.run(play.now_us + MINUTE)
    assert 2 == len(play.named("intent", "x"))
    assert "done" == play.state_of("x")


def test_what_was_in_doubt_and_adopted_ended_ok():
    """SEMANTICS 3 and 2: the person's word is the end of every doubt of the cue."""
    runbook = book(cue("x", http(), http(), at="T-10s"), cue("end", at="T+1h"))
    play = in_doubt(runbook)
    play.call(play.now_us + SECOND, "adopt", "x")
    play.run(play.now_us + SECOND)
    assert ("0", "1") == play.named("cue_adopted", "x")[0].slots
    again(play)
    assert 2 == len(play.named("intent", "x"))
    assert 1 == len(play.named("passed", "x"))


def test_a_post_is_adopted_when_nothing_else_of_its_cue_is_in_doubt():
    """SEMANTICS 3: its address says nothing of the call beside it."""
    runbook = book(cue("x", http(), post(), at="T-10s"), cue("end", at="T+1h"))
    play = in_doubt(runbook)
    adopting = {"url": "https://x/9"}
    play.call(play.now_us + SECOND, "adopt", "x", account="ceo", **adopting)
    play.run(play.now_us + SECOND)
    assert "0 of cue x is in doubt as well" in play.named("call_refused")[-1].reason
    play.call(play.now_us + SECOND, "settle", "x", account="0", outcome="sent")
    play.call(play.now_us + 2 * SECOND, "adopt", "x", account="ceo", **adopting)
    play.run(play.now_us + 3 * SECOND)
    assert "done" == play.state_of("x")
