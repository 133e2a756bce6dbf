"""Polls: each role's go or no (SEMANTICS 5, Poll)."""

import pytest

from launchctl.runbook.model import Ballot, Poll
from launchctl.times import MINUTE, SECOND
from tests.show.build import T0, book, cue, procedure, scene
from tests.show.play import Play

ASKED = T0 - 5 * MINUTE


def poll(**fields):
    """A poll of caller and comms at T-5m, within 2 m."""
    ballot = Ballot(ask=("caller", "comms"), within_us=2 * MINUTE)
    return cue("poll", poll=ballot, **{"at": "T-5m", **fields})


def show(*more):
    """The poll, and a cue after it."""
    return book(
        poll(), cue("then", scene("A"), after="poll"), *more, cue("e", at="T+1h")
    )


def vote(play, at_us, role, word, **fields):
    """One role's vote."""
    return play.call(at_us, "vote", "poll", roles={role}, by=role, vote=word, **fields)


def test_all_go_is_done_at_once():
    """SEMANTICS 5 Poll: all go: done at once."""
    play = Play(show())
    vote(play, ASKED + SECOND, "caller", "go")
    vote(play, ASKED + 3 * SECOND, "comms", "go")
    play.run(ASKED + 10 * SECOND)
    assert [ASKED + 3 * SECOND] == play.fired_us("then")


def test_a_go_is_not_stale_because_another_voted():
    """SEMANTICS 8: what must not have changed is the poll, not who has voted."""
    play = Play(show()).run(ASKED)
    seen = play.engine.state.seq
    vote(play, ASKED + SECOND, "caller", "go", seen=seen)
    late = vote(play, ASKED + SECOND, "comms", "go", seen=seen)
    play.run(ASKED + 2 * SECOND)
    assert play.refusal(late) is None
    assert "done" == play.state_of("poll")


def test_a_no_holds_at_once_and_voting_goes_on():
    """SEMANTICS 5 Poll: a no opens hold `poll:CUE` at once; each one's last vote counts
    till it closes.
    """
    play = Play(show())
    vote(play, ASKED + SECOND, "comms", "no", why="no text")
    vote(play, ASKED + 2 * SECOND, "caller", "go")
    play.run(ASKED + 3 * SECOND)
    assert ["poll:poll"] == list(play.engine.state.holds)
    assert "running" == play.state_of("poll")
    vote(play, ASKED + 30 * SECOND, "comms", "go")
    play.run(ASKED + MINUTE)
    assert "done" == play.state_of("poll")
    assert [] == play.fired_us("then")
    play.call(ASKED + 2 * MINUTE, "resume", "poll:poll")
    play.run(ASKED + 3 * MINUTE)
    assert [ASKED + 2 * MINUTE] == play.fired_us("then")


def test_its_time_without_all_go_holds_and_a_resume_asks_again():
    """SEMANTICS 5 Poll: deadline without all go: that hold opens, running -> held;
    resume asks again (take + 1). Its time runs on N: a hold does not stop it.
    """
    play = Play(show())
    vote(play, ASKED + SECOND, "caller", "go")
    play.call(ASKED + 30 * SECOND, "hold", "sound")
    play.run(ASKED + 3 * MINUTE)
    assert "held" == play.state_of("poll")
    assert ASKED + 2 * MINUTE == play.named("cue_held", "poll")[0].at_us
    assert "no vote: comms" == play.named("cue_held", "poll")[0].reason
    play.call(ASKED + 4 * MINUTE, "resume", "poll:poll")
    play.call(ASKED + 5 * MINUTE, "resume", "sound")
    play.run(ASKED + 5 * MINUTE + SECOND)
    assert ("running", 2) == (
        play.state_of("poll"),
        play.engine.state.cues["poll"].take,
    )
    assert {} == play.engine.state.cues["poll"].votes
    vote(play, ASKED + 6 * MINUTE, "caller", "go")
    vote(play, ASKED + 6 * MINUTE, "comms", "go")
    play.run(ASKED + 7 * MINUTE)
    assert "done" == play.state_of("poll")


def test_skip_goes_on_without():
    """SEMANTICS 5 Poll: `skip` goes on without."""
    play = Play(show())
    play.run(ASKED + 3 * MINUTE)
    play.call(ASKED + 4 * MINUTE, "skip", "poll")
    play.call(ASKED + 4 * MINUTE, "resume", "poll:poll")
    play.run(ASKED + 5 * MINUTE)
    assert "skipped" == play.state_of("poll")
    assert "counting" == play.engine.state.show


@pytest.mark.parametrize(
    ("role", "fields", "reason"),
    [
        ("legal", {"word": "go"}, "poll poll asks caller, comms"),
        ("comms", {"word": "maybe"}, "vote is go or no"),
        ("comms", {"word": "go", "seen": 1}, "stale: poll poll changed since"),
    ],
)
def test_a_vote_is_refused(role, fields, reason):
    """SEMANTICS 8: vote: the role named; stale against the poll."""
    play = Play(show())
    call = vote(play, ASKED + SECOND, role, **fields)
    play.run(ASKED + 2 * SECOND)
    assert (play.refusal(call) or "").startswith(reason)


def test_a_no_is_never_stale():
    """SEMANTICS 8: vote: a no is never stale."""
    play = Play(show())
    call = vote(play, ASKED + SECOND, "comms", "no", seen=1)
    play.run(ASKED + 2 * SECOND)
    assert play.refusal(call) is None


def test_a_vote_before_and_after_is_refused():
    """SEMANTICS 5 Poll: votes count till it closes."""
    play = Play(show())
    early = vote(play, ASKED - SECOND, "comms", "go")
    vote(play, ASKED + SECOND, "comms", "go")
    vote(play, ASKED + SECOND, "caller", "go")
    late = vote(play, ASKED + 2 * SECOND, "comms", "no")
    play.run(ASKED + 3 * SECOND)
    assert "poll poll is pending: it does not ask" == play.refusal(early)
    assert "poll poll is done: it does not ask" == play.refusal(late)


def test_a_person_with_all_roles_votes_for_all_or_for_one():
    """SEMANTICS 5 Poll: a vote for all roles asked that they have, or for one."""
    play = Play(show())
    play.call(ASKED + SECOND, "vote", "poll", vote="go", role="comms")
    play.run(ASKED + 2 * SECOND)
    assert ["comms"] == list(play.engine.state.cues["poll"].votes)
    play.call(ASKED + 3 * SECOND, "vote", "poll", vote="go")
    play.run(ASKED + 4 * SECOND)
    assert "done" == play.state_of("poll")


def test_the_gate_poll_asks_for_its_last_result():
    """SEMANTICS 5 gate poll: P's last result is go, within `max_age`."""
    gated = [
        cue("fresh", at="T-4m", gate=(Poll(cue="poll"),), late=None),
        cue("old", at="T-3m", gate=(Poll(cue="poll", max_age_us=MINUTE),)),
    ]
    play = Play(show(*gated))
    vote(play, ASKED + 90 * SECOND, "comms", "go")
    vote(play, ASKED + 90 * SECOND, "caller", "go")
    play.run(ASKED + 2 * MINUTE)
    assert [ASKED + 90 * SECOND] == play.fired_us("fresh")
    late = Play(show(*gated))
    vote(late, ASKED + 50 * SECOND, "comms", "go")
    vote(late, ASKED + 50 * SECOND, "caller", "go")
    late.run(ASKED + 3 * MINUTE)
    assert [] == late.fired_us("old")
    assert (
        "poll poll was go 2m10s ago"
        == late.engine.status(late.now_us)["gates"][0]["why"]
    )


def test_the_end_ends_a_poll():
    """SEMANTICS 2: in closing unfired cues are skipped; so is a poll that asks."""
    play = Play(show())
    play.call(ASKED + SECOND, "end")
    play.run(ASKED + 2 * SECOND)
    assert ("skipped", True) == (play.state_of("poll"), play.engine.finished)


def test_a_poll_in_a_procedure_asks_in_a_hold():
    """SEMANTICS 2: a hold stops neither procedures nor polls."""
    ballot = Ballot(ask=("caller", "comms"), within_us=2 * MINUTE)
    asked = procedure("p", cue("poll", poll=ballot), cue("after", after="poll"))
    play = Play(book(cue("x", at="T-0"), procedures=asked))
    play.call(ASKED, "hold", "sound")
    play.call(ASKED + SECOND, "call", "p")
    play.call(ASKED + 2 * SECOND, "vote", "poll", vote="go")
    play.run(ASKED + 3 * SECOND)
    assert ["done", "done"] == [play.state_of(n) for n in ("poll", "after")]


def test_the_status_says_who_voted_what():
    """SEMANTICS 5 Poll: who asked is shown who is still to vote."""
    play = Play(show())
    vote(play, ASKED + SECOND, "comms", "no")
    play.run(ASKED + 2 * SECOND)
    (row,) = play.engine.status(play.now_us)["polls"]
    assert (["caller"], None) == (row["missing"], row["result"])
    assert [("comms", "no")] == [(v["role"], v["vote"]) for v in row["votes"]]
