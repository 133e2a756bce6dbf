"""The baton: of two people with one role one calls the show (SEMANTICS 8)."""

import pytest

from launchctl.times import MINUTE, SECOND
from tests.show.build import T0, book, cue, scene
from tests.show.play import Play

ANN = {"by": "ann", "roles": ("caller",)}
BEN = {"by": "ben", "roles": ("caller",)}


def show():
    """Three cues that GO fires, one after the other."""
    return Play(
        book(
            cue("a", scene("A"), go=("caller",)),
            cue("b", scene("B"), after="a", go=("caller",)),
            cue("c", scene("C"), after="b", go=("caller",)),
        )
    )


def holders(play):
    """Who holds which baton."""
    batons = play.engine.status(play.now_us)["batons"]
    return {role: baton["by"] for role, baton in batons.items()}


def test_a_free_baton_goes_to_the_first_who_calls():
    """SEMANTICS 8: free: the first to call; from then on only the holder."""
    play = show()
    play.call(T0, "go", "a", **ANN)
    refused = play.call(T0 + SECOND, "go", "b", **BEN)
    play.run(T0 + MINUTE)
    assert {"caller": "ann"} == holders(play)
    assert play.refusal(refused).startswith("ann holds the baton of caller")
    assert "standby" == play.state_of("b")


def test_the_baton_is_taken_with_a_reason():
    """SEMANTICS 8: else `take-baton` with a reason; then the former holder waits."""
    play = show()
    play.call(T0, "go", "a", **ANN)
    silent = play.call(T0 + SECOND, "take-baton", "caller", **BEN)
    play.call(T0 + 2 * SECOND, "take-baton", "caller", why="ann left", **BEN)
    late = play.call(T0 + 3 * SECOND, "go", "b", **ANN)
    play.call(T0 + 4 * SECOND, "go", "b", **BEN)
    play.run(T0 + MINUTE)
    assert "give a reason" in play.refusal(silent)
    assert "ben holds" in play.refusal(late)
    assert [T0 + 4 * SECOND] == play.fired_us("b")
    moved = [(e.by, e.before, e.reason) for e in play.named("baton_taken")]
    assert [("ann", None, "the first to call"), ("ben", "ann", "ann left")] == moved


@pytest.mark.parametrize(
    ("verb", "target"),
    [("skip", "c"), ("fire", "c"), ("resume", "operator"), ("end", None)],
)
def test_steering_is_for_the_holder(verb, target):
    """SEMANTICS 8: skip, fire, resume, end and their kin are taken from the holder."""
    play = show()
    play.call(T0, "go", "a", **ANN)
    play.call(T0 + SECOND, "hold", **ANN)
    call = play.call(T0 + 2 * SECOND, verb, target, **BEN)
    play.run(T0 + MINUTE)
    assert play.refusal(call)
    if verb != "fire":  # the hold alone refuses that
        assert "holds the baton" in play.refusal(call)


@pytest.mark.parametrize("verb", ["hold", "abort", "silence"])
def test_whoever_may_can_stop_the_show(verb):
    """SEMANTICS 8: hold, abort and silence need no baton."""
    play = show()
    play.call(T0, "go", "a", **ANN)
    call = play.call(T0 + SECOND, verb, "all" if verb == "silence" else None, **BEN)
    play.run(T0 + MINUTE)
    assert play.refusal(call) is None
    assert "caller" in holders(play)


def test_a_refused_call_takes_no_baton():
    """SEMANTICS 9, 11: what was refused left no trace but its answer."""
    play = show()
    play.call(T0, "go", "b", **ANN)
    play.run(T0 + SECOND)
    assert {} == holders(play)


def test_each_role_has_its_own_baton():
    """SEMANTICS 8: of the role's baton; another role's holder is not asked."""
    play = Play(
        book(
            cue("a", scene("A"), go=("caller",)),
            cue("b", scene("B"), go=("comms",)),
        )
    )
    play.call(T0, "go", "a", **ANN)
    play.call(T0 + SECOND, "go", "b", by="ben", roles=("comms",))
    play.run(T0 + 2 * SECOND)
    assert {"caller": "ann", "comms": "ben"} == holders(play)


def test_only_a_role_of_ones_own_can_be_taken():
    """SEMANTICS 8: take-baton needs the role, and a baton seen as it is."""
    play = show()
    foreign = play.call(T0, "take-baton", "legal", why="x", **ANN)
    play.call(T0 + SECOND, "go", "a", **ANN)
    stale = play.call(T0 + 2 * SECOND, "take-baton", "caller", why="x", seen=1, **BEN)
    play.run(T0 + MINUTE)
    assert "ann is not legal" == play.refusal(foreign)
    assert "stale" in play.refusal(stale)
