"""Recycle: T goes back, and what came after runs again (SEMANTICS 2)."""

from __future__ import annotations

import pytest

from launchctl.runbook.base import SecretRef
from launchctl.runbook.conditions import parse_condition
from launchctl.runbook.model import (
    Account,
    Ballot,
    Check,
    Else,
    Embargo,
    Late,
    Lift,
    OnAir,
    OnRecycle,
)
from launchctl.show.inputs import Answer, Ended, Settled, Sight, StageSeen
from launchctl.times import MINUTE, SECOND
from tests.show.build import T0, book, choice, cue, hold, post, procedure, scene
from tests.show.lists import confirmed
from tests.show.play import Play, all_well

KEEP = OnRecycle.KEEP


def recycled(play, at_us, target):
    """Recycle, confirmed, at ``at_us`` + 1 s."""
    return confirmed(play, at_us, "recycle", target)


def t_of(play):
    """T in whole seconds."""
    return play.engine.status(play.now_us)["t_s"]


def test_it_replaces_all_holds_by_one_and_t_stands_there():
    """SEMANTICS 2: one hold `recycle` with T = T-x; a resume goes on from there."""
    play = Play(book(cue("later", scene("A"), at="T+10m")))
    play.call(T0 + 50 * SECOND, "hold", "mic")
    play.call(T0 + 55 * SECOND, "hold", "stage")
    recycled(play, T0 + 60 * SECOND, "T-30s")
    status = play.engine.status(play.now_us)
    assert ["recycle"] == [hold["name"] for hold in status["holds"]]
    assert -30 == t_of(play)
    play.run(T0 + 5 * MINUTE)
    assert -30 == t_of(play)
    play.call(T0 + 5 * MINUTE, "resume", "recycle")
    play.run(T0 + 6 * MINUTE)
    assert 30 == t_of(play)


def test_nothing_happens_before_the_list_was_shown():
    """SEMANTICS 2, 8: without the digest the list is answered, and nothing changes."""
    play = Play(book(cue("one", scene("A"), at="T-10s"), cue("end", at="T+10m")))
    call = play.call(T0 + SECOND, "recycle", "T-20s")
    play.run(T0 + SECOND)
    refused = play.named("call_refused")[-1]
    assert refused.digest in play.refusal(call)
    assert (
        "T goes back to T-00:00:20 and stands there in hold recycle",
        "one: runs again (was done)",
    ) == refused.listed
    assert "done" == play.state_of("one")


def test_a_list_that_has_changed_is_shown_anew():
    """SEMANTICS 8: the digest of another list does not confirm this one."""
    play = Play(book(cue("a", at="T-10s"), cue("b", at="T+5s"), cue("c", at="T+1h")))
    play.call(T0 + SECOND, "recycle", "T-20s")
    play.run(T0 + SECOND)
    digest = play.named("call_refused")[-1].digest
    late = play.call(T0 + 6 * SECOND, "recycle", "T-20s", digest=digest)
    play.run(T0 + 7 * SECOND)
    assert "changed since it was shown" in play.refusal(late)


def test_what_came_after_runs_again_in_a_new_take():
    """SEMANTICS 2: S returns to pending, take + 1; refiring runs it; 9.5."""
    play = Play(
        book(
            cue("before", scene("A"), at="T-1m"),
            cue("one", scene("B"), at="T-10s"),
            cue("two", scene("C"), after="one"),
            cue("end", at="T+10m"),
        )
    )
    recycled(play, T0, "T-30s")
    states = [play.state_of(name) for name in ("before", "one", "two")]
    assert ["done", "pending", "pending"] == states
    assert 2 == play.engine.state.cues["one"].take
    play.call(T0 + MINUTE, "resume", "recycle")
    play.run(T0 + 2 * MINUTE)
    assert [T0 - 10 * SECOND, T0 + 80 * SECOND] == play.fired_us("one")
    assert [1, 2] == [event.take for event in play.named("fired", "two")]
    assert 1 == len(play.fired_us("before"))


def test_a_post_that_was_sent_is_never_sent_again():
    """SEMANTICS 2, 9.6: a once action that ended ok is retained; the cue passes when
    due, without gates, and its followers follow in their place.
    """
    play = Play(
        book(
            cue("one", scene("A"), post(), at="T-20s"),
            cue("news", post(), after="one"),
            cue("last", scene("B"), after="news"),
            cue("end", at="T+10m"),
            approvals={},
        )
    )
    listed = recycled(play, T0, "T-30s")
    assert "one: runs again, but for post as ceo (sent)" in listed
    assert "news: kept: post as ceo (sent); passes at its place" in listed
    play.call(T0 + MINUTE, "resume", "recycle")
    play.run(T0 + 3 * MINUTE)
    assert 2 == len(play.sent("account:ceo"))
    assert 4 == len(play.sent("stage:main"))
    assert 1 == len(play.fired_us("news"))
    assert [2] == [event.take for event in play.named("passed", "news")]
    assert 2 == len(play.fired_us("last"))


def test_keep_retains_what_ended_ok():
    """SEMANTICS 2: `on_recycle: keep` retains those ended ok; replay forgets them."""
    play = Play(
        book(
            cue("look", scene("A"), at="T-20s", on_recycle=KEEP),
            cue("mark", at="T-15s", on_recycle=KEEP),
            cue("end", at="T+10m"),
        )
    )
    recycled(play, T0, "T-30s")
    play.call(T0 + MINUTE, "resume", "recycle")
    play.run(T0 + 3 * MINUTE)
    assert 1 == len(play.sent("stage:main"))
    assert 1 == len(play.named("passed", "look"))
    assert 2 == len(play.fired_us("mark"))


def test_a_refused_post_goes_on_counting_its_attempts():
    """SEMANTICS 2, 6: refiring runs what has not ended ok, under the same once key."""
    answers = iter([Answer.REFUSED, Answer.OK])

    def world(command):
        if getattr(command, "target", "") != "account:ceo":
            return all_well(command)
        return [(SECOND, Ended(command.key, command.attempt, next(answers)))]

    late = {"within_us": 0, "otherwise": "park"}
    news = cue("news", post(), at="T-20s", late=late)
    play = Play(book(news, cue("end", at="T+10m")), answer=world)
    recycled(play, T0, "T-30s")
    play.call(T0 + MINUTE, "resume", "recycle")
    play.run(T0 + 3 * MINUTE)
    assert [1, 2] == [command.attempt for command in play.sent("account:ceo")]
    assert 1 == len({command.key for command in play.sent("account:ceo")})
    assert "done" == play.state_of("news")


def test_it_is_refused_while_an_action_of_the_set_runs():
    """SEMANTICS 2: refused while an action of S runs."""
    play = Play(book(cue("one", scene("A"), at="T-10s")), answer=lambda _c: [])
    call = play.call(T0 - 9 * SECOND, "recycle", "T-30s")
    play.run(T0 - 9 * SECOND)
    assert "still running: one; wait for its end" == play.refusal(call)


@pytest.mark.parametrize(
    ("target", "why"),
    [
        ("T+1m", "is not earlier than T"),
        ("T-x", ""),
        ("nobody", "'nobody' is neither an instant such as T-10m nor a cue"),
        ("later", "cue later has not fired in this take"),
    ],
)
def test_it_goes_back_only(target, why):
    """SEMANTICS 2: T-x is earlier than T; a cue stands for T of its firing."""
    play = Play(book(cue("one", scene("A"), at="T-10s"), cue("later", at="T+9m")))
    call = play.call(T0, "recycle", target)
    play.run(T0)
    assert why in play.refusal(call)


def test_before_t0_is_set_there_is_nothing_to_go_back_to():
    """SEMANTICS 2: without T-0 there is no T."""
    play = Play(book(cue("one", scene("A"), go=("caller",)), t0_us=None))
    call = play.call(T0, "recycle", "T-10s")
    play.run(T0)
    assert play.refusal(call).startswith("T-0 is not set")


def test_by_cue_it_goes_back_to_its_firing():
    """SEMANTICS 2: `recycle film` is T of the film's firing."""
    play = Play(book(cue("film", scene("F"), go=("caller",)), cue("end", at="T+9m")))
    play.call(T0 + 20 * SECOND, "go", "film")
    recycled(play, T0 + MINUTE, "film")
    assert 20 == t_of(play)
    assert "pending" == play.state_of("film")


def test_pinned_cues_and_procedures_stay():
    """SEMANTICS 2: S holds unpinned cues only; procedures, `when` alone, stay."""
    play = Play(
        book(
            cue("press", at=T0 + 10 * SECOND),
            cue("press-post", post(), at=T0 + 10 * SECOND, after="press"),
            cue("count", scene("A"), when="t > 5.0"),
            cue("counted", scene("B"), after="count"),
            cue("end", at="T+10m"),
            procedures=procedure("crisis", cue("quiet", scene("C"))),
        )
    )
    play.call(T0 + 20 * SECOND, "call", "crisis")
    recycled(play, T0 + 30 * SECOND, "T-10s")
    names = ("press", "press-post", "count", "quiet")
    assert ["done"] * 4 == [play.state_of(name) for name in names]
    assert "pending" == play.state_of("counted")


def test_what_is_outside_the_set_keeps_its_t():
    """SEMANTICS 2: instants outside S keep their T."""
    play = Play(
        book(
            cue("early", at="T-1m"),
            cue("later", scene("A"), at="early+80s"),
            cue("end", at="T+10m"),
        )
    )
    recycled(play, T0, "T-30s")
    play.call(T0 + MINUTE, "resume", "recycle")
    play.run(T0 + 3 * MINUTE)
    assert [20] == [event.t_us // SECOND for event in play.named("fired", "later")]
    assert [T0 + MINUTE + 50 * SECOND] == play.fired_us("later")


def test_a_condition_counts_from_the_recycle_at_the_earliest():
    """SEMANTICS 2: conditions count from now at the earliest."""
    check = "cues['early'].state == 'done'"
    play = Play(
        book(
            cue("early", at="T-1m"),
            cue("calm", scene("A"), at="T-40s", when=check),
            cue("end", at="T+10m"),
        )
    )
    recycled(play, T0, "T-50s")
    play.call(T0 + MINUTE, "resume", "recycle")
    play.run(T0 + 3 * MINUTE)
    assert T0 + 70 * SECOND == play.fired_us("calm")[-1]


def test_planned_holds_come_again():
    """SEMANTICS 1, 2: a planned hold of S is pending again, and T-0 waits for it."""
    pause = cue("pause", hold("pause", 60 * SECOND), at="T-20s")
    play = Play(book(pause, cue("zero", scene("A"), at="T-0"), cue("end", at="T+9m")))
    recycled(play, T0 - 5 * SECOND, "T-30s")
    play.call(T0 + MINUTE, "resume", "recycle")
    play.run(T0 + 2 * MINUTE)
    assert 2 == len(play.fired_us("pause"))
    assert -20 == t_of(play)
    play.run(T0 + 3 * MINUTE)
    assert T0 + MINUTE + 90 * SECOND == play.fired_us("zero")[-1]


def test_lifts_that_latched_since_are_taken_back():
    """SEMANTICS 2: a lift latched at T >= T-x unlatches, but a wall instant (9.7)."""
    embargoes = {
        "car": Embargo(
            name="car", default=True, lifts=(Lift(gate=OnAir(scene="Reveal")),)
        ),
        "press": Embargo(name="press", topics=("x",), lifts=(Lift(at_us=T0 - SECOND),)),
    }
    play = Play(
        book(
            cue("reveal", scene("Reveal"), at="T-10s"),
            cue("news", post(), after="reveal", wait={"otherwise": "park"}),
            cue("other", post("Else"), at="T-25s"),
            cue("end", at="T+10m"),
            embargoes=embargoes,
        )
    )
    listed = recycled(play, T0, "T-30s")
    assert "embargo car: closed again" in listed
    latches = play.engine.state.latches
    assert {} == latches["car"]
    assert {0} == set(latches["press"])
    play.call(T0 + MINUTE, "resume", "recycle")
    play.run(T0 + MINUTE + 6 * SECOND)
    assert {} == latches["car"]
    play.run(T0 + 2 * MINUTE)
    assert {0} == set(latches["car"])


def test_a_held_cue_outside_the_set_waits_for_the_new_hold():
    """SEMANTICS 2, 3: its hold was replaced, so the resume of `recycle` frees it."""
    late = {"within_us": SECOND, "otherwise": "hold"}
    play = Play(
        book(
            cue("press", scene("A"), at=T0 - 20 * SECOND, late=late),
            cue("end", at="T+10m"),
        )
    )
    play.run(T0 - MINUTE)
    play.sleep(T0)
    assert "held" == play.state_of("press")
    recycled(play, T0 + SECOND, "T-30s")
    play.call(T0 + MINUTE, "resume", "recycle")
    play.run(T0 + 2 * MINUTE)
    assert "done" == play.state_of("press")


def test_what_became_due_since_and_waits_is_pending_again():
    """SEMANTICS 2, 9.4: its instant keeps its T, and that is to come once more: an
    opened gate does not fire it before.
    """
    gate = (Check(check=parse_condition("stages.main.connected")),)
    late = {"within_us": None, "otherwise": "skip"}
    play = Play(
        book(
            cue("early", at="T-1m"),
            cue("later", scene("A"), at="early+40s", gate=gate, late=late),
            cue("end", at="T+10m"),
        )
    )
    play.run(T0 - 6 * SECOND)
    assert "waiting" == play.state_of("later")
    recycled(play, T0 - 5 * SECOND, "T-30s")
    assert "pending" == play.state_of("later")
    play.give(T0 + 30 * SECOND, StageSeen("main", connected=True))
    play.call(T0 + MINUTE, "resume", "recycle")
    play.run(T0 + 3 * MINUTE)
    assert [-20] == [event.t_us // SECOND for event in play.named("fired", "later")]


def test_a_go_given_since_is_cleared():
    """SEMANTICS 2: GO is cleared: what was due by a GO at T >= T-x stands by anew."""
    gate = (Check(check=parse_condition("stages.main.connected")),)
    late = {"within_us": None, "otherwise": "skip"}
    waits = cue("reveal", scene("A"), go=("caller",), gate=gate, late=late)
    play = Play(book(cue("early", at="T-1m"), waits, cue("end", at="T+10m")))
    play.call(T0 - 10 * SECOND, "go", "reveal")
    play.run(T0 - 6 * SECOND)
    assert "waiting" == play.state_of("reveal")
    recycled(play, T0 - 5 * SECOND, "T-30s")
    play.give(T0 + 30 * SECOND, StageSeen("main", connected=True))
    play.call(T0 + MINUTE, "resume", "recycle")
    play.run(T0 + 3 * MINUTE)
    assert "standby" == play.state_of("reveal")
    assert [] == play.fired_us("reveal")


def test_what_waits_since_before_goes_on_waiting():
    """SEMANTICS 2: what became due before T-x is not of S, and keeps its due."""
    gate = (Check(check=parse_condition("stages.main.connected")),)
    late = {"within_us": None, "otherwise": "skip"}
    waits = cue("later", scene("A"), at="early+5s", gate=gate, late=late)
    play = Play(book(cue("early", at="T-1m"), waits, cue("end", at="T+10m")))
    recycled(play, T0, "T-30s")
    assert "waiting" == play.state_of("later")
    play.give(T0 + 30 * SECOND, StageSeen("main", connected=True))
    play.call(T0 + MINUTE, "resume", "recycle")
    play.run(T0 + 3 * MINUTE)
    assert [T0 - 55 * SECOND] == [e.due_us for e in play.named("fired", "later")]


def test_it_can_be_done_twice():
    """SEMANTICS 2: a second recycle goes by T of the first pass as it was then."""
    play = Play(
        book(
            cue("a", scene("A"), at="T-50s"),
            cue("b", scene("B"), at="T-20s"),
            cue("end", at="T+10m"),
        )
    )
    recycled(play, T0 - 10 * SECOND, "T-30s")
    play.call(T0, "resume", "recycle")
    recycled(play, T0 + 15 * SECOND, "T-40s")
    assert ["done", "pending"] == [play.state_of("a"), play.state_of("b")]
    play.call(T0 + MINUTE, "resume", "recycle")
    play.run(T0 + 2 * MINUTE)
    assert 1 == len(play.fired_us("a"))
    assert [-20, -20, -20] == [e.t_us // SECOND for e in play.named("fired", "b")]


def test_in_doubt_stays_in_doubt():
    """SEMANTICS 2: in_doubt stays; a person settles it."""

    def world(command):
        if getattr(command, "target", "") == "account:ceo":
            return [(SECOND, Ended(command.key, command.attempt, Answer.UNKNOWN))]
        return all_well(command)

    play = Play(
        book(cue("news", post(), at="T-80s"), cue("end", at="T+9m")), answer=world
    )
    play.run(T0 - 70 * SECOND)
    action = play.engine.state.cues["news"].actions["0"]
    play.give(T0 - 10 * SECOND, Settled(action.key, 1, Sight.ABSENT))
    listed = recycled(play, T0, "T-90s")
    assert "news: stays in doubt" in listed
    assert "in_doubt" == play.state_of("news")


def demo(**late):
    """A choice between two cameras, after a film, and what follows it."""
    return (
        cue("film", scene("F"), at="T-1m"),
        *choice(
            "demo",
            {"cam": (cue("cam-on", scene("Cam"), **late),), "no": ()},
            after="film",
        ),
        cue("next", scene("N"), after="demo"),
        cue("end", at="T+10m"),
    )


def test_a_choice_of_the_set_asks_again():
    """SEMANTICS 2: with a choice its options' cues, which become idle."""
    play = Play(book(*demo()))
    play.call(T0 - 50 * SECOND, "choose", "demo", option="cam")
    listed = recycled(play, T0, "T-70s")
    assert "demo: asks again" in listed
    names = ("film", "demo", "cam-on", "next")
    states = [play.state_of(name) for name in names]
    assert ["pending", "pending", "idle", "pending"] == states
    play.call(T0 + MINUTE, "resume", "recycle")
    play.run(T0 + 72 * SECOND)
    play.call(T0 + 72 * SECOND, "choose", "demo", option="cam")
    play.run(T0 + 3 * MINUTE)
    assert 2 == len(play.fired_us("cam-on"))
    assert 2 == len(play.fired_us("next"))


def test_a_choice_outside_the_set_goes_on_with_its_cues():
    """SEMANTICS 2: option cues whose choice is not in S are pending; the choice runs
    till they have ended, and its followers come after that.
    """
    play = Play(book(*demo()))
    play.call(T0 - 20 * SECOND, "choose", "demo", option="cam")
    recycled(play, T0, "T-30s")
    states = [play.state_of(name) for name in ("demo", "cam-on", "next")]
    assert ["running", "pending", "pending"] == states
    play.call(T0 + MINUTE, "resume", "recycle")
    play.run(T0 + 3 * MINUTE)
    assert 1 == len(play.fired_us("demo"))
    assert 2 == len(play.fired_us("cam-on"))
    assert 2 == len(play.fired_us("next"))


def test_a_poll_of_the_set_asks_again():
    """SEMANTICS 2, 5: a poll that asks, or holds for want of a go, runs no action."""
    ballot = Ballot(ask=("caller", "comms"), within_us=2 * MINUTE)
    play = Play(book(cue("poll", poll=ballot, at="T-5m"), cue("end", at="T+1h")))
    listed = recycled(play, T0 - 4 * MINUTE, "T-6m")
    assert "poll: asks again" in listed
    assert "pending" == play.state_of("poll")
    play.call(T0, "resume", "recycle")
    play.call(T0 + 90 * SECOND, "vote", "poll", vote="no", roles={"comms"})
    play.run(T0 + 2 * MINUTE)
    assert 2 == len(play.fired_us("poll"))
    assert ["poll:poll"] == list(play.engine.state.holds)
    recycled(play, T0 + 3 * MINUTE, "T-6m")
    assert ["recycle"] == list(play.engine.state.holds)
    assert "pending" == play.state_of("poll")


def test_what_waits_by_its_condition_alone_waits_for_its_due_again():
    """SEMANTICS 9.4: it is not of S, and T went back before its due: an opened gate
    does not fire it before that comes again.
    """
    gate = Check(check=parse_condition("stages.main.connected"))
    late = Late(within_us=None, otherwise=Else.PARK)
    play = Play(
        book(
            cue("x", scene("A"), when="t >= 50.0", gate=(gate,), late=late),
            cue("end", at="T+1h"),
        )
    )
    recycled(play, T0 + 55 * SECOND, "T+30s")
    assert "waiting" == play.state_of("x")
    play.call(T0 + 2 * MINUTE, "resume", "recycle")
    play.give(T0 + 2 * MINUTE + SECOND, StageSeen("main", connected=True))
    play.run(T0 + 2 * MINUTE + 19 * SECOND)
    assert [] == play.named("fired", "x")
    play.run(T0 + 2 * MINUTE + 21 * SECOND)
    assert [50 * SECOND] == [event.t_us for event in play.named("fired", "x")]


def test_a_post_adopted_beside_other_actions_is_never_sent_again():
    """SEMANTICS 2 and 6: what a person posted by hand ended ok, and is retained."""
    secret = SecretRef(env="X")
    ceo = Account(network="x", handle="ceo", credentials=secret, by_hand="ask")
    play = Play(
        book(
            cue("x", scene("A"), post(), at="T-10s"),
            cue("end", at="T+1h"),
            accounts={"ceo": ceo},
            groups={},
        )
    )
    play.call(T0, "adopt", "x", url="https://x/by-hand")
    recycled(play, T0 + SECOND, "T-20s")
    play.call(T0 + MINUTE, "resume", "recycle")
    play.run(T0 + 2 * MINUTE)
    assert 2 == len(play.named("fired", "x"))
    assert "done" == play.state_of("x")
    assert [] == play.sent("account:ceo")
