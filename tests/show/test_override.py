"""Override: one gate, one take, with a reason, by those who may (SEMANTICS 5, 8)."""

import pytest

from launchctl.runbook.conditions import parse_condition
from launchctl.runbook.model import (
    ApprovedBy,
    Check,
    Confirmed,
    Embargo,
    Lift,
    OnAir,
    Role,
)
from launchctl.times import HOUR, MINUTE, SECOND
from tests.show.build import CREW, T0, book, cue, post, scene
from tests.show.play import Play

DESK = {**CREW, "head": Role(may=("override", "go", "post", "silence"))}
CAR = {
    "car": Embargo(name="car", default=True, lifts=(Lift(gate=OnAir(scene="Reveal")),))
}
ANN = {"by": "ann", "roles": ("head",), "why": "the press has it"}
BEN = {**ANN, "by": "ben"}


def embargoed(**fields):
    """One post under an embargo that nothing lifts, and a show that goes on."""
    runbook = book(
        cue("x", post(), at="T-0"),
        cue("y", at="T+2h"),
        embargoes=CAR,
        crew=DESK,
        **fields,
    )
    return Play(runbook)


def gated(gate, **fields):
    """One scene behind a gate."""
    return Play(
        book(
            cue("x", scene("A"), at="T-0", gate=(gate,), **fields),
            cue("y", at="T+2h"),
            crew=DESK,
        )
    )


FALSE = Check(check=parse_condition("t > 100000.0"))


def test_an_override_opens_one_gate_and_the_cue_fires():
    """SEMANTICS 5: override opens one gate for this take, with a reason."""
    play = gated(FALSE)
    play.call(T0 + SECOND, "override", "x", gate="check", **ANN)
    play.run(T0 + MINUTE)
    assert [T0 + SECOND] == play.fired_us("x")
    given = play.engine.status(play.now_us)["overrides"]
    assert [("x", "ann", "the press has it")] == [
        (row["cue"], row["by"], row["why"]) for row in given
    ]


def test_another_gate_stays_closed():
    """SEMANTICS 5: one gate, not all of them."""
    runbook = book(
        cue("x", scene("A"), at="T-0", gate=(FALSE, OnAir(scene="B"))),
        cue("y", at="T+2h"),
        crew=DESK,
    )
    play = Play(runbook)
    play.call(T0 + SECOND, "override", "x", gate="on_air: B", **ANN)
    play.run(T0 + 2 * SECOND)
    assert "waiting" == play.state_of("x")
    closed = [row["gate"] for row in play.engine.status(play.now_us)["gates"]]
    assert closed == ["check: t > 100000.0"]


def test_an_embargo_takes_a_second_person_within_60_s():
    """SEMANTICS 5: an embargo once a second person confirms within 60 s."""
    play = embargoed()
    play.call(T0 + SECOND, "override", "x", gate="embargo: car", **ANN)
    play.run(T0 + 2 * SECOND)
    assert "waiting" == play.state_of("x")
    assert [] == play.sent("account:ceo")
    alone = play.call(T0 + 3 * SECOND, "override", "x", gate="car", **ANN)
    play.call(T0 + 61 * SECOND, "override", "x", gate="car", **BEN)
    play.run(T0 + 90 * SECOND)
    assert "second person" in play.refusal(alone)
    assert [T0 + 61 * SECOND] == play.fired_us("x")
    assert "done" == play.state_of("x")
    (given,) = play.engine.status(play.now_us)["overrides"]
    assert ("ann", "ben", None) == (given["asked_by"], given["by"], given["until"])
    assert not play.engine.status(play.now_us)["embargoes"][0]["open"]


def test_after_60_s_the_second_call_is_a_first_one():
    """SEMANTICS 5: within 60 s; later it has to be asked for again."""
    play = embargoed()
    play.call(T0 + SECOND, "override", "x", gate="car", **ANN)
    play.call(T0 + 61 * SECOND + 1, "override", "x", gate="car", **BEN)
    play.run(T0 + 90 * SECOND)
    assert [] == play.fired_us("x")
    (asked,) = play.engine.status(play.now_us)["overrides"]
    assert "ben" == asked["by"]
    assert asked["until"] is not None


def test_a_parked_post_is_overridden_and_then_fired():
    """SEMANTICS 5: overridden while parked, it leaves by `fire`; gates are reread."""
    play = embargoed()
    play.call(T0 + HOUR, "override", "x", gate="car", **ANN)
    play.call(T0 + HOUR + SECOND, "override", "x", gate="car", **BEN)
    play.run(T0 + HOUR + MINUTE)
    assert "parked" == play.state_of("x")
    play.call(T0 + HOUR + 2 * MINUTE, "fire", "x")
    play.run(T0 + HOUR + 3 * MINUTE)
    assert "done" == play.state_of("x")


def test_an_override_is_for_one_take():
    """SEMANTICS 5: for this take: the next firing meets the gate again."""
    runbook = book(
        cue("x", scene("A"), go=("caller",), once=False, gate=(FALSE,)),
        cue("y", at="T+2h"),
        crew=DESK,
    )
    play = Play(runbook)
    play.call(T0, "override", "x", gate="check", **ANN)
    play.call(T0 + SECOND, "go", "x")
    play.call(T0 + 10 * SECOND, "go", "x")
    play.run(T0 + 12 * SECOND)
    assert [T0 + SECOND] == play.fired_us("x")
    assert "waiting" == play.state_of("x")


def test_silence_stands_before_an_overridden_embargo():
    """SEMANTICS 5: silence has no override; it is read again before sending."""
    play = embargoed()
    play.call(T0 + SECOND, "override", "x", gate="car", **ANN)
    play.call(T0 + 2 * SECOND, "silence", "ceo")
    play.call(T0 + 3 * SECOND, "override", "x", gate="car", **BEN)
    play.run(T0 + MINUTE)
    assert [] == play.sent("account:ceo")
    assert "parked" == play.state_of("x")


@pytest.mark.parametrize(
    ("gate", "fields", "why"),
    [
        ("approval", {}, "cannot be overridden"),
        ("approved_by: legal", {}, "cannot be overridden"),
        ("figure", {}, "cannot be overridden"),
        ("silence", {}, "cannot be overridden"),
        ("hold", {}, "cannot be overridden"),
        ("on_air", {}, "has no gate 'on_air': check: t > 100000.0"),
        ("check", {"why": " "}, "needs a reason"),
        ("check", {"roles": ("caller",)}, "caller may not override"),
        ("check", {"seen": 1}, "stale"),
    ],
)
def test_what_cannot_be_overridden_is_refused(gate, fields, why):
    """SEMANTICS 5 and 8: approval, figure, silence, freeze, hold, doubt have none."""
    runbook = book(
        cue("x", post(), at="T-0", gate=(FALSE, ApprovedBy(roles=("legal",)))),
        cue("y", at="T+2h"),
        crew=DESK,
    )
    play = Play(runbook)
    call = play.call(T0 + SECOND, "override", "x", gate=gate, **{**ANN, **fields})
    play.run(T0 + 2 * SECOND)
    assert why in play.refusal(call)
    assert [] == play.fired_us("x")


def test_an_open_embargo_needs_no_override():
    """SEMANTICS 5: there is nothing to open."""
    runbook = book(
        cue("x", post(), at="T+1m"),
        embargoes={"car": Embargo(name="car", default=True, not_before_us=T0)},
        crew=DESK,
    )
    play = Play(runbook)
    call = play.call(T0 + SECOND, "override", "x", gate="car", **ANN)
    play.run(T0 + 2 * SECOND)
    assert "embargo car is open" == play.refusal(call)


def test_an_embargo_lifts_by_what_a_person_confirms():
    """SEMANTICS 5: a lift is any gate: here what somebody recorded, with evidence."""
    gate = Confirmed(what="notice published", by="legal")
    car = Embargo(name="car", default=True, lifts=(Lift(gate=gate),))
    runbook = book(
        cue("x", post(), at="T-0"),
        cue("y", at="T+2h"),
        embargoes={"car": car},
        crew=DESK,
    )
    play = Play(runbook)
    play.call(
        T0 + SECOND,
        "confirm",
        "notice published",
        by="lea",
        roles=("legal",),
        evidence="https://example.com/notice",
    )
    play.run(T0 + MINUTE)
    assert [T0 + SECOND] == play.fired_us("x")
    assert 1 == len(play.named("embargo_latched"))
