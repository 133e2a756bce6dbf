"""Retime: T-0 falls on another instant (SEMANTICS 2)."""

from __future__ import annotations

import pytest

from launchctl.runbook.model import Poll
from launchctl.show.state import Approval
from launchctl.times import HOUR, MINUTE, SECOND, format_instant
from tests.show.build import START, T0, book, cue, hold, post, scene
from tests.show.lists import confirmed
from tests.show.play import Play

LATER = format_instant(T0 + 10 * MINUTE)


def t_of(play):
    """T in seconds."""
    return play.engine.status(play.now_us)["t_s"]


@pytest.mark.parametrize("target", [LATER, "+10m"])
def test_without_a_conflict_t0_moves_at_once(target):
    """SEMANTICS 2: zero is set so that T-0 falls there; nothing is listed."""
    play = Play(book(cue("zero", scene("A"), at="T-0"), cue("end", at="T+1h")))
    call = play.call(START, "retime", target)
    play.run(T0 + 20 * MINUTE)
    assert play.refusal(call) is None
    assert [T0 + 10 * MINUTE] == play.fired_us("zero")
    assert format_instant(T0 + 10 * MINUTE) == play.engine.status(play.now_us)["t0"]


def test_planned_holds_ahead_are_built_in():
    """SEMANTICS 1, 2: T-0 falls there with the planned holds that are still ahead."""
    pause = cue("pause", hold("pause", 5 * MINUTE), at="T-10m")
    play = Play(book(pause, cue("zero", scene("A"), at="T-0")))
    play.call(START, "retime", LATER)
    play.run(T0 + HOUR)
    assert [T0 - 5 * MINUTE] == play.fired_us("pause")
    assert [T0 + 10 * MINUTE] == play.fired_us("zero")


def test_in_a_hold_it_counts_as_if_resumed_now():
    """SEMANTICS 2: as if resumed now; T stands in the hold (9.3)."""
    play = Play(book(cue("zero", scene("A"), at="T-0")))
    play.call(T0 - 10 * MINUTE, "hold", "mic")
    play.call(T0 - 5 * MINUTE, "retime", format_instant(T0))
    play.run(T0 - 4 * MINUTE)
    assert -300 == t_of(play)
    play.call(T0 - 4 * MINUTE, "resume", "mic")
    play.run(T0 + HOUR)
    assert [T0 + MINUTE] == play.fired_us("zero")


def test_what_would_be_past_is_skipped_and_what_is_sent_once_parked():
    """SEMANTICS 2: pending cues now due in the past: skipped, or parked if an action's
    effect is once; planned holds no longer ahead are skipped.
    """
    play = Play(
        book(
            cue("pause", hold("pause", 5 * MINUTE), at="T-20m"),
            cue("look", scene("A"), at="T-15m"),
            cue("news", post(), at="T-15m"),
            cue("by-hand", scene("B"), at="T-15m", go=("caller",)),
            cue("zero", scene("C"), at="T-0"),
        )
    )
    at_us = T0 - 40 * MINUTE
    listed = confirmed(play, at_us, "retime", format_instant(at_us + 10 * MINUTE))
    assert (
        "pause: the planned hold is skipped",
        "look: skipped, its instant would be past",
        "news: parked, its instant would be past",
    ) == listed
    names = ("pause", "look", "news", "by-hand", "zero")
    states = [play.state_of(name) for name in names]
    assert ["skipped", "skipped", "parked", "standby", "pending"] == states
    play.run(at_us + 10 * MINUTE)
    assert [at_us + 10 * MINUTE] == play.fired_us("zero")


def test_it_says_whose_order_with_the_wall_changes():
    """SEMANTICS 2: pinned and unpinned cues change order."""
    play = Play(
        book(cue("press", at=T0 + 5 * MINUTE), cue("zero", scene("A"), at="T-0"))
    )
    assert ("zero: comes after press now",) == confirmed(play, START, "retime", "+10m")
    back = confirmed(play, START + MINUTE, "retime", "-10m")
    assert ("zero: comes before press now",) == back


def test_it_says_what_comes_after_hard_out():
    """SEMANTICS 2: `hard_out` missed is a conflict."""
    cues = (cue("zero", at="T-0"), cue("last", at="T+15m"))
    play = Play(book(*cues, hard_out_us=T0 + 20 * MINUTE))
    listed = confirmed(play, START, "retime", "+10m")
    assert ("last: comes after hard_out",) == listed


def test_it_says_whose_approval_will_have_expired():
    """SEMANTICS 2: an approval expired by then is a conflict."""
    play = Play(
        book(cue("news", post(), at="T-0"), default_approvals=("comms",)),
    )
    expires = format_instant(T0 + MINUTE)
    play.call(START, "approve", "news", expires=expires)
    listed = confirmed(play, START + MINUTE, "retime", "+10m")
    assert ("news: the approval by comms will have expired",) == listed
    assert all(
        isinstance(given, Approval)
        for roles in play.engine.state.approvals.values()
        for given in roles.values()
    )


def test_it_says_which_poll_will_be_too_old():
    """SEMANTICS 2, 5: a poll expired by then is a conflict: no older than `max_age`."""
    asked = {"ask": ("caller",), "within_us": MINUTE}
    gate = (Poll(cue="ready", max_age_us=15 * MINUTE),)
    play = Play(
        book(
            cue("ready", at="T-10m", poll=asked),
            cue("zero", scene("A"), at="T-0", gate=gate),
            cue("end", at="T+1h"),
        )
    )
    play.call(T0 - 599 * SECOND, "vote", "ready", vote="go")
    play.run(T0 - 9 * MINUTE)
    assert "done" == play.state_of("ready")
    at_us = T0 - 8 * MINUTE
    listed = confirmed(play, at_us, "retime", "+10m")
    assert ("zero: the poll ready will be too old",) == listed


def test_it_says_which_promise_would_be_missed():
    """SEMANTICS 2: `hard_out` or a promise missed; one that was never given is not."""
    promise = {"what": "the price", "by_us": T0 + 5 * MINUTE, "kept_by": "price"}
    cues = (
        cue("news", post("The price follows.", promises=promise), at="T-30m"),
        cue("price", post("8,990."), at="T-0"),
    )
    play = Play(book(*cues)).run(T0 - 29 * MINUTE)
    listed = confirmed(play, T0 - 20 * MINUTE, "retime", "+10m")
    missed = "price: comes too late for what news promises, the price"
    assert (missed,) == listed
    play = Play(book(*cues))
    play.call(START, "skip", "news")
    call = play.call(T0 - 20 * MINUTE, "retime", "+10m")
    play.run(T0)
    assert play.refusal(call) is None


def test_another_list_than_the_shown_one_is_refused():
    """SEMANTICS 2, 8: refused without the shown list's digest; stale after a change."""
    play = Play(book(cue("press", at=T0 + MINUTE), cue("zero", at="T-0")))
    play.call(START, "retime", "+10m")
    play.run(START)
    digest = play.named("call_refused")[-1].digest
    other = play.call(START + MINUTE, "retime", "+20m", digest=digest)
    play.run(START + MINUTE)
    assert "changed since it was shown" in play.refusal(other)
    seen = play.engine.state.seq
    play.call(START + 2 * MINUTE, "retime", "+1s")
    stale = play.call(START + 3 * MINUTE, "retime", "+1s", seen=seen)
    play.run(START + 3 * MINUTE)
    assert play.refusal(stale).startswith("stale: T-0 changed since")


@pytest.mark.parametrize("target", ["", "soon", "+x", "2020-13-01 10:00"])
def test_what_is_no_instant_is_refused(target):
    """SEMANTICS 8: refused with a sentence."""
    play = Play(book(cue("zero", at="T-0")))
    call = play.call(START, "retime", target)
    play.run(START)
    assert play.refusal(call)


def test_it_sets_t0_where_the_runbook_does_not():
    """SEMANTICS 2: a show without `t0` counts from then on."""
    cues = (cue("zero", scene("A"), at="T-0", go=("caller",)), cue("a", at="T+1m"))
    play = Play(book(*cues, t0_us=None))
    play.call(START, "retime", LATER)
    play.run(T0)
    assert "counting" == str(play.engine.state.show)
    assert -600 == t_of(play)


def test_times_of_day_are_in_the_runbooks_zone():
    """SEMANTICS 1: no zone is `timezone`; no date the first at or after t0 - 12 h."""
    play = Play(book(cue("zero", at="T-0")))
    play.call(START, "retime", "12:40")
    play.run(START + SECOND)
    assert "2020-09-13T12:40:00.000000Z" == play.engine.status(play.now_us)["t0"]


@pytest.mark.parametrize(
    ("written", "until_us"),
    [
        ("+5m", T0 + 5 * MINUTE),
        ("12:40", T0 + 13 * MINUTE + 20 * SECOND),
        (format_instant(T0 + HOUR), T0 + HOUR),
    ],
)
def test_a_hold_can_be_resumed_at_an_instant(written, until_us):
    """SEMANTICS 2: `resume --at`: the hold ends by itself, at an instant in the
    runbook's zone or a span from now.
    """
    play = Play(book(cue("zero", at="T-0"), cue("end", at="T+3h")))
    play.call(T0 - MINUTE, "hold", "mic")
    play.call(T0, "resume", "mic", at=written)
    play.run(until_us - 1)
    assert "holding" == str(play.engine.state.show)
    play.run(until_us)
    assert "counting" == str(play.engine.state.show)


@pytest.mark.parametrize("written", ["-5m", "soon", ""])
def test_it_is_not_resumed_at_what_is_past_or_no_instant(written):
    """SEMANTICS 8: refused with a sentence."""
    play = Play(book(cue("zero", at="T-0"), cue("end", at="T+3h")))
    play.call(T0 - MINUTE, "hold", "mic")
    call = play.call(T0, "resume", "mic", at=written)
    play.run(T0)
    assert play.refusal(call)
