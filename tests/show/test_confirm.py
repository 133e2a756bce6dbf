"""What people record: gates confirmed and two_person, and the call (SEMANTICS 5, 8)."""

import pytest

from launchctl.runbook.model import Confirmed, Embargo, Lift, TwoPerson, Wait
from launchctl.times import HOUR, MINUTE, SECOND
from tests.show.build import T0, book, cue, post, scene
from tests.show.play import Play

NOTICE = Confirmed(what="notice published", by="legal", evidence="url")
URL = "https://example.com/notice"


def gated(gate, **fields):
    """A cue at T-0 behind a gate, and something later."""
    waits = Wait(for_us=HOUR)
    fields = {"at": "T-0", "gate": (gate,), "wait": waits, **fields}
    return book(cue("x", scene("A"), **fields), cue("e", at="T+2h"))


def test_confirmed_opens_once_its_role_recorded_it():
    """SEMANTICS 5 confirmed: the role recorded it, with evidence, in this take; said
    before the cue is due counts too.
    """
    for at_us, fired_us in ((T0 - MINUTE, T0), (T0 + MINUTE, T0 + MINUTE)):
        play = Play(gated(NOTICE))
        play.call(at_us, "confirm", "notice published", evidence=URL, roles={"legal"})
        play.run(T0 + 2 * MINUTE)
        assert [fired_us] == play.fired_us("x")
        assert URL == play.named("confirmed")[0].evidence


def test_the_cue_that_waits_may_be_named_instead():
    """SEMANTICS 8: confirm names what is so, or the cue that waits for it."""
    play = Play(gated(NOTICE))
    play.call(T0 + SECOND, "confirm", "x", evidence=URL)
    play.run(T0 + 2 * SECOND)
    assert [T0 + SECOND] == play.fired_us("x")


@pytest.mark.parametrize(
    ("target", "fields", "reason"),
    [
        ("rain", {}, "nothing waits for a confirmation of 'rain'"),
        ("x", {"roles": {"comms"}}, "'x' is confirmed by legal"),
        ("x", {}, "'notice published' is confirmed with evidence: say what shows it"),
        (
            "x",
            {"evidence": "I saw it"},
            "the evidence of 'notice published' is an address (https://...)",
        ),
    ],
)
def test_confirm_is_refused(target, fields, reason):
    """SEMANTICS 8: confirm: the role named, with evidence; never stale."""
    play = Play(gated(NOTICE))
    call = play.call(T0 + SECOND, "confirm", target, **{"seen": 1, **fields})
    play.run(T0 + 2 * SECOND)
    assert reason == play.refusal(call)
    assert [] == play.named("confirmed")


def test_confirmed_lifts_an_embargo():
    """SEMANTICS 5 embargo: a lift is a gate; it latches when it first holds."""
    embargo = Embargo(name="numbers", default=True, lifts=(Lift(gate=NOTICE),))
    runbook = book(
        cue("p", post(), at="T-0", wait=Wait(for_us=HOUR)),
        cue("e", at="T+2h"),
        embargoes={"numbers": embargo},
    )
    play = Play(runbook).run(T0 + MINUTE)
    assert [] == play.fired_us("p")
    play.call(T0 + 2 * MINUTE, "confirm", "notice published", evidence=URL)
    play.run(T0 + 3 * MINUTE)
    assert [T0 + 2 * MINUTE] == play.fired_us("p")
    assert ["numbers"] == [event.embargo for event in play.named("embargo_opened")]


def two(play, *said):
    """Confirmations of cue x by (instant, person)."""
    for at_us, person in said:
        play.call(at_us, "confirm", "x", by=person, roles={"comms"})


@pytest.mark.parametrize(
    ("said", "fires"),
    [
        (((1, "ann"), (2, "ben")), True),
        (((1, "ann"), (2, "ann")), False),
        (((1, "ann"), (7, "ben")), False),
        (((1, "ann"), (7, "ben"), (8, "ann")), True),
    ],
)
def test_two_persons_confirm_within_five_minutes(said, fires):
    """SEMANTICS 5 two_person: two persons of R confirmed within 5 min."""
    play = Play(gated(TwoPerson(role="comms")))
    two(play, *((T0 + minute * MINUTE, person) for minute, person in said))
    play.run(T0 + 10 * MINUTE)
    assert fires == bool(play.fired_us("x"))


def test_a_go_counts_as_one_of_the_two():
    """SEMANTICS 5 two_person: GO counts as one; the same person's word does not."""
    for person, fires in (("ann", False), ("ben", True)):
        play = Play(gated(TwoPerson(role="caller"), go=("caller",)))
        play.call(T0, "go", "x", by="ann", roles={"caller"})
        play.call(T0 + SECOND, "confirm", "x", by=person, roles={"caller"})
        play.run(T0 + MINUTE)
        assert fires == bool(play.fired_us("x"))


def test_a_confirmation_counts_for_one_take():
    """SEMANTICS 5 confirmed: in this take: what fires again is confirmed again."""
    play = Play(gated(NOTICE, go=("caller",), once=False))
    play.call(T0 + SECOND, "confirm", "x", evidence=URL)
    play.call(T0 + 2 * SECOND, "go", "x")
    play.call(T0 + 10 * SECOND, "go", "x")
    play.run(T0 + MINUTE)
    assert [T0 + 2 * SECOND] == play.fired_us("x")
    play.call(T0 + 2 * MINUTE, "confirm", "x", evidence=URL)
    play.run(T0 + 3 * MINUTE)
    assert [T0 + 2 * SECOND, T0 + 2 * MINUTE] == play.fired_us("x")
