"""Sending once: intents, answers, retries, settling, and doubt (SEMANTICS 6)."""

from itertools import pairwise

import pytest

from launchctl.runbook.base import SecretRef
from launchctl.runbook.model import Account, Else, Late
from launchctl.show.commands import Command, Settle
from launchctl.show.inputs import Answer, Ended, Receipt, Settled, Sight
from launchctl.times import HOUR, MINUTE, SECOND, format_instant
from tests.show.build import T0, book, cue, hold, http, post, scene
from tests.show.play import Play, all_well

KEY = "run-1/0/x/0"


def answering(*answers):
    """A far end that gives these answers to a once action, then OK."""
    left = list(answers)

    def answer(command):
        once = isinstance(command, Command) and str(command.effect) == "once"
        if not once or not left:
            return all_well(command)
        return [(SECOND, Ended(command.key, command.attempt, left.pop(0), "because"))]

    return answer


def test_an_intent_stands_before_every_attempt_with_the_same_key():
    """SEMANTICS 3 and 6: a certain no is tried again, by a new intent of that key."""
    play = Play(
        book(cue("x", post(), at="T-0")),
        answer=answering(Answer.NOT_SENT, Answer.REFUSED),
    )
    play.run(T0 + HOUR)
    assert [(KEY, 1), (KEY, 2), (KEY, 3)] == [
        (item.key, item.attempt) for item in play.named("intent", "x")
    ]
    first, second, third = (item.at_us for item in play.named("intent", "x"))
    answered = SECOND
    for pause_s, pause_us in (
        (1, second - first - answered),
        (2, third - second - answered),
    ):
        assert 0.75 * pause_s * SECOND <= pause_us <= 1.25 * pause_s * SECOND
    assert "done" == play.state_of("x")
    assert "green" == play.engine.verdict


def test_what_failed_together_does_not_come_again_together():
    """SEMANTICS 6: a pause is jittered by its key; a fold finds the same pause."""
    play = Play(
        book(cue("x", post(), at="T-0"), cue("y", post(), at="T-0")),
        answer=answering(*[Answer.NOT_SENT] * 2),
    )
    play.run(T0 + HOUR)
    (_, again_x), (_, again_y) = (play.named("intent", name) for name in "xy")
    assert again_x.at_us != again_y.at_us


def test_what_cannot_be_read_and_may_be_repeated_is_sent_again_after_a_pause():
    """SEMANTICS 6: http ``again: safe`` without ``confirm``: again, not at once, and
    not for ever.
    """
    call = http(again="safe")

    def answer(command):
        if isinstance(command, Settle):
            key, attempt = command.command.key, command.command.attempt
            return [(1, Settled(key, attempt, Sight.UNREADABLE, detail="nothing"))]
        return [(1, Ended(command.key, command.attempt, Answer.UNKNOWN, "503"))]

    play = Play(book(cue("x", call, at="T-0")), answer=answer)
    play.run(T0 + HOUR)
    at_us = [item.at_us for item in play.named("intent", "x")]
    assert all(later - earlier >= 0.75 * SECOND for earlier, later in pairwise(at_us))
    assert 5 < len(at_us) < 12
    assert T0 + 2 * MINUTE >= at_us[-1]
    assert ("in_doubt", "http: 503; nothing") == (
        play.state_of("x"),
        play.engine.state.cues["x"].reason,
    )


def test_a_certain_no_fails_after_fired_plus_within():
    """SEMANTICS 6: tried again till fired + within; then failed."""
    play = Play(
        book(cue("x", post(), at="T-0")), answer=answering(*[Answer.REFUSED] * 50)
    )
    play.run(T0 + HOUR)
    assert "failed" == play.state_of("x")
    last = play.named("intent", "x")[-1].at_us
    assert T0 + MINUTE < last <= T0 + 2 * MINUTE
    assert "red" == play.engine.verdict


def test_a_retry_waits_for_the_far_ends_own_word():
    """SEMANTICS 6: a rate limit's reset comes before the next attempt."""

    def answer(command):
        if isinstance(command, Command) and command.attempt == 1:
            no = Ended(KEY, 1, Answer.REFUSED, retry_at_us=T0 + 90 * SECOND)
            return [(SECOND, no)]
        return all_well(command)

    play = Play(book(cue("x", post(), at="T-0")), answer=answer).run(T0 + HOUR)
    assert [T0, T0 + 90 * SECOND] == [i.at_us for i in play.named("intent", "x")]


@pytest.mark.parametrize(
    ("sight", "state"),
    [
        (Sight.FOUND, "done"),
        (Sight.OLDER, "parked"),
        (Sight.ABSENT, "in_doubt"),
        (Sight.UNREADABLE, "in_doubt"),
    ],
)
def test_unknown_is_settled_by_reading_and_never_sent_again_blind(sight, state):
    """SEMANTICS 6 and invariant 6: unknown, then what the far end shows."""
    play = Play(book(cue("x", post(), at="T-0")), answer=answering(Answer.UNKNOWN))
    play.run(T0 + SECOND)
    settle = [c for c in play.commands if isinstance(c, Settle)]
    assert [T0 + 61 * SECOND] == [c.until_us for c in settle]
    play.give(T0 + 10 * SECOND, Settled(KEY, 1, sight, Receipt("9", "https://x/9")))
    play.run(T0 + HOUR)
    assert state == play.state_of("x")
    assert 1 == len(play.sent("account:ceo"))
    found = "9" if sight is Sight.FOUND else None
    assert found == play.engine.state.cues["x"].actions["0"].receipt_id


def test_doubt_resend_sends_again_once_the_lag_window_passed():
    """SEMANTICS 6: not found, the account says `doubt: resend`: a new intent."""
    secret = SecretRef(env="X")
    accounts = {
        "ceo": Account(network="x", handle="c", credentials=secret, doubt="resend")
    }
    runbook = book(cue("x", post(), at="T-0"), accounts=accounts, groups={})
    play = Play(runbook, answer=answering(Answer.UNKNOWN))
    play.give(T0 + 61 * SECOND, Settled(KEY, 1, Sight.ABSENT))
    play.run(T0 + HOUR)
    assert [1, 2] == [item.attempt for item in play.named("intent", "x")]
    assert "done" == play.state_of("x")


@pytest.mark.parametrize(
    ("network", "minutes", "attempts", "state"),
    [
        ("bluesky", 2, [1, 2], "done"),
        ("mastodon", 2, [1, 2], "done"),
        ("mastodon", 61, [1], "in_doubt"),
        ("linkedin", 2, [1], "in_doubt"),
        ("x", 2, [1], "in_doubt"),
    ],
)
def test_an_unknown_post_leaves_again_while_its_key_is_known(
    network, minutes, attempts, state
):
    """SEMANTICS 6 (a): not found, and the network still remembers the key: a new intent
    of the same command. Mastodon keeps a key for an hour.
    """
    ceo = Account(network=network, handle="c", credentials=SecretRef(env="X"))
    late = Late(within_us=2 * HOUR, otherwise=Else.PARK)
    runbook = book(
        cue("x", post(), at="T-0", late=late), accounts={"ceo": ceo}, groups={}
    )
    play = Play(runbook, answer=answering(Answer.UNKNOWN))
    play.give(T0 + minutes * MINUTE, Settled(KEY, 1, Sight.ABSENT))
    play.run(T0 + 3 * HOUR)
    sent = play.sent("account:ceo")
    assert attempts == [command.attempt for command in sent]
    assert 1 == len({(command.key, command.sent_after_us) for command in sent})
    assert state == play.state_of("x")


@pytest.mark.parametrize(("again", "state"), [("safe", "done"), (None, "in_doubt")])
def test_http_is_sent_again_only_if_that_does_no_harm(again, state):
    """SEMANTICS 6: an unknown http call, with and without `again: safe`."""
    play = Play(
        book(cue("x", http(again=again), at="T-0")), answer=answering(Answer.UNKNOWN)
    )
    play.give(T0 + 2 * SECOND, Settled(KEY, 1, Sight.UNREADABLE))
    play.run(T0 + HOUR)
    assert state == play.state_of("x")


@pytest.mark.parametrize(
    ("outcome", "state"), [("sent", "done"), ("not-sent", "failed")]
)
def test_a_person_settles_what_is_in_doubt(outcome, state):
    """SEMANTICS 3: in_doubt -> settle sent / not-sent -> done / failed."""
    play = Play(book(cue("x", post(), at="T-0")), answer=answering(Answer.UNKNOWN))
    play.give(T0 + 61 * SECOND, Settled(KEY, 1, Sight.ABSENT))
    play.call(T0 + 70 * SECOND, "settle", "x", outcome=outcome)
    play.run(T0 + HOUR)
    assert state == play.state_of("x")


def test_what_is_no_address_settles_nothing():
    """Settling is final, and its URL becomes the receipt: a slip of the keyboard is
    refused, and the doubt stays (SEMANTICS 6).
    """
    play = Play(book(cue("x", post(), at="T-0")), answer=answering(Answer.UNKNOWN))
    play.give(T0 + 61 * SECOND, Settled(KEY, 1, Sight.ABSENT))
    slip = play.call(T0 + 70 * SECOND, "settle", "x", outcome="sent", url="x.com/1")
    play.run(T0 + 75 * SECOND)
    assert "'x.com/1' is no address" in str(play.refusal(slip))
    assert "in_doubt" == play.state_of("x")
    play.call(T0 + 80 * SECOND, "settle", "x", outcome="sent", url="https://x.com/1")
    play.run(T0 + HOUR)
    assert "done" == play.state_of("x")


def test_a_doubt_says_what_is_known_of_it():
    """When it may have left, what the far end shows, how long it is read;
    then that a person decides; then nothing more.
    """
    play = Play(book(cue("x", post(), at="T-0")), answer=answering(Answer.UNKNOWN))
    play.run(T0 + 2 * SECOND)
    (doubt,) = play.engine.status(T0 + 2 * SECOND)["doubts"]
    assert ("x", "ceo", "account:ceo", "because") == (
        doubt["cue"],
        doubt["account"],
        doubt["target"],
        doubt["detail"],
    )
    assert format_instant(T0) == doubt["decided"]
    assert format_instant(T0 + 61 * SECOND) == doubt["until"]
    play.give(T0 + 61 * SECOND, Settled(KEY, 1, Sight.ABSENT, detail="not there"))
    play.run(T0 + 62 * SECOND)
    (doubt,) = play.engine.status(T0 + 62 * SECOND)["doubts"]
    assert doubt["until"] is None
    assert "not there" in doubt["detail"]
    play.call(T0 + 70 * SECOND, "settle", "x", outcome="not-sent")
    play.run(T0 + 71 * SECOND)
    assert [] == play.engine.status(T0 + 71 * SECOND)["doubts"]


def test_a_receipt_found_later_settles_doubt():
    """SEMANTICS 6: a receipt found later settles it."""
    play = Play(book(cue("x", post(), at="T-0")), answer=answering(Answer.UNKNOWN))
    play.give(T0 + 61 * SECOND, Settled(KEY, 1, Sight.ABSENT))
    play.give(T0 + 300 * SECOND, Settled(KEY, 1, Sight.FOUND, Receipt("9")))
    play.run(T0 + HOUR)
    assert "done" == play.state_of("x")
    assert "complete" == str(play.engine.state.show)


def test_an_answer_to_another_attempt_changes_nothing():
    """Invariant 11: an answer nobody waits for is no event."""
    play = Play(book(cue("x", post(), at="T-0"), cue("y", at="T+1h")))
    play.run(T0 + MINUTE)
    before = play.engine.state.seq
    for ended in (
        Ended(KEY, 1, Answer.REFUSED),
        Ended(KEY, 2, Answer.OK),
        Ended("run-1/0/other/0", 1, Answer.OK),
    ):
        play.give(T0 + 2 * MINUTE, ended)
    play.run(T0 + 3 * MINUTE)
    assert before == play.engine.state.seq


def test_wanted_actions_are_not_retried_and_hold_by_default():
    """SEMANTICS 6: a wanted action that fails holds; the hold is `failed:CUE`."""

    def answer(command):
        return [(SECOND, Ended(command.key, command.attempt, Answer.UNKNOWN, "lost"))]

    play = Play(
        book(cue("x", scene("A"), at="T-0"), cue("y", at="T+1m")), answer=answer
    )
    play.run(T0 + HOUR)
    assert "failed" == play.state_of("x")
    assert ["failed:x"] == list(play.engine.state.holds)
    assert 1 == len(play.sent("stage:main"))


def test_fire_runs_only_what_has_not_ended_ok():
    """SEMANTICS 6: `fire` on a failed cue keeps what ended ok, once keys go on."""
    play = Play(
        book(cue("x", scene("A"), post(), at="T-0"), cue("y", at="T+2h")),
        answer=answering(*[Answer.REFUSED] * 8),
    )
    play.run(T0 + 10 * MINUTE)
    assert "failed" == play.state_of("x")
    attempts = len(play.named("intent", "x"))
    play.call(T0 + 20 * MINUTE, "fire", "x")
    play.run(T0 + HOUR)
    assert 1 == len(play.sent("stage:main"))
    assert attempts + 1 == play.named("intent", "x")[-1].attempt
    assert ["done", 2] == [play.state_of("x"), play.engine.state.cues["x"].take]


def test_a_group_posts_for_each_account():
    """SEMANTICS 6: `as:` may name a group; keys have the account."""
    play = Play(book(cue("x", post(account="company"), at="T-0"))).run(T0 + HOUR)
    assert ["run-1/0/x/0@ceo", "run-1/0/x/0@brand"] == [
        item.key for item in play.named("intent", "x")
    ]


def test_retries_go_on_in_a_hold():
    """SEMANTICS 2: a hold never stops running actions and retries."""
    play = Play(book(cue("x", post(), at="T-0")), answer=answering(Answer.NOT_SENT))
    play.call(T0 + SECOND, "hold", "a")
    play.run(T0 + MINUTE)
    assert "done" == play.state_of("x")


def test_an_unplanned_hold_action_stops_what_comes_after():
    """SEMANTICS 2: a hold stops unpinned cues from becoming due."""
    play = Play(book(cue("x", hold("stop"), at="T-0"), cue("y", at="T+1s")))
    play.run(T0 + MINUTE)
    assert ["done", "pending"] == [play.state_of("x"), play.state_of("y")]
