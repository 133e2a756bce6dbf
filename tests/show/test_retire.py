"""Retire voids unsent posts; who approves does not fire them (SEMANTICS 5, 6)."""

import pytest

from launchctl.runbook import actions as act
from launchctl.show.inputs import Answer, Ended
from launchctl.times import HOUR, MINUTE, SECOND
from tests.show.build import T0, book, cue, post, procedure, scene
from tests.show.play import Play, all_well

COMMS = {"by": "ben", "roles": ("comms",)}


def retire(**fields):
    """The action."""
    return act.Retire(retire=act.RetireBody(**fields))


def posts():
    """Three posts at T-0, of which two are about the price."""
    return (
        cue("a", post("From $35k"), at="T-0", about=("price",)),
        cue("b", post("Range 215 miles"), at="T-0", about=("range", "price")),
        cue("c", post("Range, really"), at="T-0", about=("range",)),
        cue("end", at="T+1h"),
    )


@pytest.mark.parametrize(
    ("which", "left"),
    [
        ({"cues": ("a", "c")}, ["b"]),
        ({"topic": "price"}, ["c"]),
        ({"containing": "range"}, ["a"]),
    ],
)
@pytest.mark.parametrize("by_cue", [True, False])
def test_retired_posts_are_skipped_and_never_sent(which, left, by_cue):
    """SEMANTICS 6: of cues, about a topic, or containing words; action and call."""
    first = cue("new-price", retire(**which), at="T-1m")
    play = Play(book(*((first, *posts()) if by_cue else posts())))
    if not by_cue:
        said = {
            key: value if value in ("price", "range") else list(value)
            for key, value in which.items()
        }
        play.call(T0 - MINUTE, "retire", why="wrong price", **COMMS, **said)
    play.run(T0 + MINUTE)
    assert left == [name for name in "abc" if play.state_of(name) == "done"]
    assert len(left) == len(play.sent("account:ceo"))
    states = {row["cue"]: row["state"] for row in play.engine.status(T0)["posts"]}
    gone = [name for name in "abc" if name not in left]
    assert {"skipped"} == {states[name] for name in gone}
    assert {"skipped"} == {play.state_of(name) for name in gone}


def test_fire_does_not_bring_a_retired_post_back():
    """SEMANTICS 6: what was retired is never sent, and `fire` of its cue is refused."""
    play = Play(book(*posts()))
    play.call(T0 - MINUTE, "retire", "a", **COMMS)
    call = play.call(T0 + MINUTE, "fire", "a")
    play.run(T0 + 2 * MINUTE)
    assert "was retired" in play.refusal(call)


def test_beside_other_actions_the_post_alone_is_left_out():
    """SEMANTICS 6: the scene is cut to, nothing waits for the void text's approval."""
    runbook = book(
        cue("a", scene("A"), post("text"), at="T-0"),
        cue("end", at="T+1h"),
        default_approvals=("comms",),
    )
    play = Play(runbook)
    play.call(T0 - MINUTE, "retire", "a", **COMMS)
    play.run(T0 + MINUTE)
    assert ["done", T0] == [play.state_of("a"), *play.fired_us("a")]
    assert [1, 0] == [len(play.sent(t)) for t in ("stage:main", "account:ceo")]


def test_a_post_that_waits_for_its_next_attempt_is_unsent():
    """SEMANTICS 6: a certain no may be tried again; retired, it is not."""

    def refusing(command):
        if getattr(command, "target", "") == "account:ceo":
            return [(SECOND // 10, Ended(command.key, command.attempt, Answer.REFUSED))]
        return all_well(command)

    play = Play(
        book(cue("a", post("text"), at="T-0"), cue("end", at="T+1h")), answer=refusing
    )
    play.call(T0 + 2 * SECOND, "retire", "a", **COMMS)
    play.run(T0 + HOUR)
    assert "done" == play.state_of("a")
    assert 2 == len(play.sent("account:ceo"))


def test_what_was_sent_is_not_unsent():
    """SEMANTICS 6: unsent posts alone; a call that means none is refused."""
    play = Play(book(*posts()))
    call = play.call(T0 + MINUTE, "retire", "a", **COMMS)
    two = play.call(T0 + MINUTE, "retire", "a", topic="price", **COMMS)
    may = play.call(T0 + MINUTE, "retire", "a", by="leo", roles=("legal",))
    play.run(T0 + 2 * MINUTE)
    assert "no unsent post" in play.refusal(call)
    assert "retire names cues" in play.refusal(two)
    assert "legal may not retire" in play.refusal(may)


def test_a_procedure_leaves_a_retired_post_out():
    """SEMANTICS 6: also what has not come yet is void."""
    crisis = procedure("crisis", cue("say", post("We had a problem")))
    play = Play(book(cue("end", at="T+1h"), procedures=crisis))
    play.call(T0, "retire", None, containing="PROBLEM", **COMMS)
    play.call(T0 + MINUTE, "call", "crisis")
    play.run(T0 + 2 * MINUTE)
    assert [] == play.sent("account:ceo")


# --- four eyes -----------------------------------------------------------------------


def show(**fields):
    """A post on GO, to be approved by comms."""
    return Play(
        book(
            cue("x", post(), go=("caller",)),
            cue("end", at="T+1h"),
            default_approvals=("comms",),
            **{"four_eyes": True, **fields},
        )
    )


@pytest.mark.parametrize("verb", ["go", "fire"])
def test_who_approved_a_text_does_not_fire_it(verb):
    """SEMANTICS 5: four eyes: the approver differs from the one who acts."""
    play = show()
    play.call(T0, "approve", "x", by="ann")
    own = play.call(T0 + SECOND, verb, "x", by="ann")
    play.call(T0 + 2 * SECOND, verb, "x", by="ben")
    play.run(T0 + MINUTE)
    assert "four eyes: ann approved this text as comms" in play.refusal(own)
    assert [T0 + 2 * SECOND] == play.fired_us("x")


def test_who_fires_a_text_does_not_approve_it():
    """SEMANTICS 5: and the other way round."""
    play = show()
    play.call(T0, "go", "x", by="ann")
    own = play.call(T0 + SECOND, "approve", "x", by="ann")
    play.call(T0 + 2 * SECOND, "approve", "x", by="ben")
    play.run(T0 + MINUTE)
    assert "four eyes" in play.refusal(own)
    assert [T0 + 2 * SECOND] == play.fired_us("x")


def test_without_four_eyes_one_person_may_do_both():
    """SEMANTICS 5: only if the runbook says so."""
    play = show(four_eyes=False)
    play.call(T0, "approve", "x", by="ann")
    play.call(T0 + SECOND, "go", "x", by="ann")
    play.run(T0 + MINUTE)
    assert "done" == play.state_of("x")
