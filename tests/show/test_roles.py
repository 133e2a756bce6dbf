"""Which roles may give which call: the table of verbs (SEMANTICS 8)."""

from __future__ import annotations

import pytest

from launchctl.runbook.model import Role
from launchctl.show.engine import Engine
from launchctl.show.inputs import Call
from launchctl.show.tables import EXPIRING, NEEDS
from launchctl.times import MINUTE, SECOND
from tests.show.build import START, T0, book, cue, post, scene
from tests.show.play import Play

ALL = {word for needs in NEEDS.values() for word in needs}
TARGETS = {"counter": "hide", "silence": "ceo", "hold": "mic", "skip": "x", "fire": "x"}


def asked(verb, may):
    """What is answered to somebody whose one role may this."""
    runbook = book(
        cue("x", scene("A"), at="T-0"),
        cue("p", post(), at="T+1m"),
        cue("e", at="T+1h"),
        crew={"one": Role(may=tuple(may))},
    )
    play = Play(runbook)
    call = play.call(START, verb, TARGETS.get(verb, "none"), roles={"one"}, why="asked")
    play.run(START + SECOND)
    return play.refusal(call) or ""


@pytest.mark.parametrize("verb", [verb for verb, needs in NEEDS.items() if needs])
def test_a_role_needs_the_word_for_the_verb(verb):
    """SEMANTICS 8: all words but those that the verb needs are not enough; one is."""
    needs = NEEDS[verb]
    others = (
        ALL - set(needs) - ({"post"} if verb in ("skip", "fire", "call") else set())
    )
    assert asked(verb, sorted(others)).startswith(f"one may not {verb}: it needs ")
    for word in needs:
        assert "may not" not in asked(verb, [word])


@pytest.mark.parametrize("verb", ["skip", "fire"])
def test_of_a_cue_that_only_posts_who_may_post_is_enough(verb):
    """SEMANTICS 8: skip, fire: go; of posts only: or post."""
    crew = {"one": Role(may=("post",)), "two": Role(may=("go",))}
    cues = (cue("p", post(), at="T+30m"), cue("x", scene("A"), at="T+30m"))
    play = Play(book(*cues, crew=crew)).run(T0)
    mixed = play.call(T0, verb, "x", roles={"one"})
    alone = play.call(T0 + SECOND, verb, "p", roles={"one"})
    play.run(T0 + MINUTE)
    assert f"one may not {verb}: it needs go" == play.refusal(mixed)
    assert play.refusal(alone) is None


@pytest.mark.parametrize("verb", sorted(set(NEEDS) - {"vote"}))
def test_only_what_acts_on_the_instant_expires(verb):
    """SEMANTICS 8: GO, `fire`, resume, choose expire 2 s after the pressing, on the
    store's clock; everything else, hold and abort before all, never.
    """
    play = Play(book(cue("x", scene("A"), at="T-0"), cue("e", at="T+1h")))
    call = play.call(START + MINUTE, verb, "x", pressed_us=START + 57 * SECOND)
    play.run(START + 2 * MINUTE)
    expired = "expired: pressed 3.0 s ago, at most 2 s" == play.refusal(call)
    assert (verb in EXPIRING) == expired


def test_a_recovered_engine_takes_the_calls_in_order_and_refuses_what_expired():
    """SEMANTICS 5, Recovery: fold; take calls in order (expired: refused)."""
    runbook = book(
        cue("x", scene("A"), go=("caller",)),
        cue("late", at="T+2h"),
        cue("e", at="T+3h"),
    )
    play = Play(runbook).run(START + MINUTE)
    again = Engine(runbook, "run-1")
    for event in play.events:
        again.apply(event)
    at_us, roles = START + 2 * MINUTE, frozenset({"caller"})
    seen = play.engine.state.seq
    calls = [
        Call("old", "ann", roles, "go", "x", {}, seen, at_us - 9 * SECOND, 1),
        Call("stop", "ann", roles, "hold", "mic", {}, seen, at_us - 9 * SECOND, 2),
    ]
    events = again.start(at_us, calls).events
    names = [event.event for event in events if event.event != "stage_seen"]
    assert ["recovered", "call_refused", "call_accepted", "hold_opened"] == names[:4]
    assert "expired" in again.state.answered["old"].reason
    assert "standby" == again.state.cues["x"].state
