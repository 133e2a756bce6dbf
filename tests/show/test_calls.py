"""People's calls: answered once, with a reason (SEMANTICS 8)."""

import pytest

from launchctl.show.inputs import Call
from launchctl.show.tables import NOT_BUILT
from launchctl.times import MINUTE, SECOND
from tests.show.build import START, T0, book, cue, hold, post, scene
from tests.show.play import Play

RUNDOWN = (
    cue("one", scene("A"), go=("caller",)),
    cue("two", scene("B"), after="one", go=("caller",)),
    cue("three", scene("C"), after="two", go=("caller",)),
)


def test_go_fires_the_standby_that_was_seen():
    """SEMANTICS 4: a role has one standby: the first ready cue in file order."""
    play = Play(book(*RUNDOWN))
    play.call(START + SECOND, "go", "one")
    play.call(START + 3 * SECOND, "go", "two")
    play.run(START + 4 * SECOND)
    assert ["done", "done", "standby"] == [play.state_of(c.id) for c in RUNDOWN]
    assert "three" == play.engine.status(play.now_us)["standby"]["caller"]["cue"]


def test_a_second_press_is_stale():
    """SEMANTICS 8: `seen` before the standby last changed is stale (section 10)."""
    play = Play(book(*RUNDOWN))
    play.run(START + SECOND)
    seen = play.engine.state.seq
    play.call(START + SECOND, "go", "one", seen=seen)
    again = play.call(START + SECOND + 400_000, "go", "one", seen=seen)
    other = play.call(START + SECOND + 500_000, "go", "two", seen=seen)
    play.run(START + MINUTE)
    assert play.refusal(again).startswith("stale: 'one' does not stand by")
    assert play.refusal(other).startswith("stale: the standby changed")
    assert "standby" == play.state_of("two")


@pytest.mark.parametrize(
    ("age_us", "refused"), [(2 * SECOND, False), (2_000_001, True)]
)
def test_go_expires_two_seconds_after_the_pressing(age_us, refused):
    """SEMANTICS 8: GO, fire, resume expire 2 s after `at`."""
    play = Play(book(*RUNDOWN))
    at_us = START + 5 * SECOND
    call = play.call(at_us, "go", "one", pressed_us=at_us - age_us)
    play.run(at_us)
    assert refused == (play.refusal(call) is not None)


def test_hold_and_abort_never_expire():
    """SEMANTICS 8: only GO, fire and resume expire; hold, silence, abort never."""
    play = Play(book(*RUNDOWN))
    play.call(START + MINUTE, "hold", "a", pressed_us=START)
    play.call(START + 2 * MINUTE, "abort", pressed_us=START)
    play.run(START + 3 * MINUTE)
    assert "aborted" == str(play.engine.state.show)


def test_the_same_id_is_answered_once():
    """Invariant 11: the same id again gets that answer, no event."""
    play = Play(book(*RUNDOWN))
    play.call(START + SECOND, "go", "one", call_id="once")
    play.run(START + 2 * SECOND)
    before = play.engine.state.seq
    play.call(START + 2 * SECOND, "go", "one", call_id="once")
    play.run(START + 3 * SECOND)
    assert before == play.engine.state.seq


@pytest.mark.parametrize(
    ("verb", "target", "roles", "words"),
    [
        ("go", "one", ("legal",), "no cue stands by for you"),
        ("skip", "one", ("legal",), "may not skip: it needs go"),
        ("hold", "a", ("legal",), "may not hold"),
        ("resume", "a", ("caller",), "no hold is open"),
        ("approve", "x", ("caller",), "may not approve"),
        ("silence", "ceo", ("commerce",), "may not silence"),
        ("counter", "open", ("caller",), "may not counter"),
        ("settle", "one", ("legal",), "may not settle"),
        ("abort", None, ("comms",), "may not abort"),
        ("fire", "none", ("caller",), "may not fire|there is no cue 'none'"),
        ("dance", None, ("caller",), "there is no verb 'dance'"),
        ("counter", "up", ("commerce",), "open, freeze or hide"),
        ("call", "none", ("caller",), "may not call|there is no procedure"),
        ("go", "one", ("stranger",), "has no role in this show"),
    ],
)
def test_a_refused_call_says_why_and_changes_nothing(verb, target, roles, words):
    """SEMANTICS 8 and invariant 11: the role named; one event, nothing else."""
    runbook = book(
        cue("one", scene("A"), go=("caller",)),
        cue("two", go=("commerce",), at="T-0"),
    )
    play = Play(runbook)
    call = play.call(START + SECOND, verb, target, roles=roles)
    before = play.engine.state.seq
    play.run(START + 2 * SECOND)
    if verb == "go" and roles == ("legal",):
        assert "no cue stands by for you" == play.refusal(call)
    assert any(word in play.refusal(call) for word in words.split("|"))
    assert before + 1 == play.engine.state.seq


@pytest.mark.parametrize("verb", NOT_BUILT)
def test_what_is_not_built_is_refused_saying_so(verb):
    """A verb of the language that this release lacks is never silently accepted."""
    play = Play(book(*RUNDOWN))
    call = play.call(START, verb, "one")
    play.run(START)
    assert f"{verb} is not built yet in this release" == play.refusal(call)


def test_go_and_fire_are_refused_in_a_hold():
    """SEMANTICS 2: a hold stops GO and `fire` outside procedures."""
    play = Play(book(*RUNDOWN))
    play.call(START + SECOND, "hold", "a")
    calls = [play.call(START + 2 * SECOND, verb, "one") for verb in ("go", "fire")]
    play.run(START + 3 * SECOND)
    assert all("hold a is open" in play.refusal(call) for call in calls)


def test_fire_and_skip_are_stale_once_the_cue_changed():
    """SEMANTICS 8: the target is the cue's state."""
    play = Play(book(*RUNDOWN))
    play.call(START + SECOND, "go", "one")
    skip = play.call(START + 2 * SECOND, "skip", "two", seen=1)
    play.run(START + 3 * SECOND)
    assert play.refusal(skip).startswith("stale")


def test_a_hold_is_released_by_the_roles_it_names():
    """SEMANTICS 8: hold; also the hold's `release`."""
    stop = cue("stop", hold("legal-ok", release=("legal",)), at="T-30m")
    play = Play(book(stop, cue("end", at="T-0")))
    by_caller = play.call(T0 - 20 * MINUTE, "resume", "legal-ok", roles=("caller",))
    by_legal = play.call(T0 - 19 * MINUTE, "resume", "legal-ok", roles=("legal",))
    play.run(T0 - 18 * MINUTE)
    assert "hold legal-ok is released by legal" == play.refusal(by_caller)
    assert play.refusal(by_legal) is None


def test_releasing_a_planned_hold_early_is_confirmed():
    """SEMANTICS 1: early release (T-0 comes forward): confirm."""
    play = Play(book(cue("p", hold("p", 9 * MINUTE), at="T-1m"), cue("end", at="T-0")))
    no = play.call(T0 - 9 * MINUTE, "resume", "p")
    yes = play.call(T0 - 8 * MINUTE, "resume", "p", confirm=True)
    play.run(T0)
    assert "brings T-0 forward" in play.refusal(no)
    assert play.refusal(yes) is None
    assert [T0 - 7 * MINUTE] == play.fired_us("end")


def test_adopt_makes_a_hand_made_post_the_receipt():
    """SEMANTICS 3: parked -> adopt -> done."""
    play = Play(book(cue("x", post(), at="T-0"), cue("y", at="T+1h")))
    play.call(T0 - MINUTE, "silence", "ceo")
    play.call(T0 + MINUTE, "adopt", "x", url="https://x/1", id="1")
    play.run(T0 + 2 * MINUTE)
    status = play.engine.status(play.now_us)["posts"][0]
    assert ("sent", "1", "https://x/1") == (
        status["state"],
        status["id"],
        status["url"],
    )
    assert "done" == play.state_of("x")


def test_the_inbox_position_goes_with_the_answer():
    """A recovered conductor reads on behind the last answered call."""
    play = Play(book(*RUNDOWN))
    call = Call("c", "ann", frozenset({"caller"}), "hold", at_us=START, position=41)
    play.give(START, call)
    play.run(START)
    assert 41 == play.engine.state.inbox_position


def test_end_is_confirmed_while_something_is_parked():
    """SEMANTICS 2: `end` while parked or in doubt: confirm."""
    play = Play(book(cue("x", post(), at="T-0")))
    play.call(T0 - MINUTE, "silence", "ceo")
    no = play.call(T0 + MINUTE, "end")
    play.call(T0 + 2 * MINUTE, "end", confirm=True)
    play.run(T0 + 3 * MINUTE)
    assert "x" in play.refusal(no)
    assert "complete" == str(play.engine.state.show)
