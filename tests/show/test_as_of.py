"""Figures as of an instant of their own, and others' lifts (SEMANTICS 5)."""

import pytest

from launchctl.runbook.model import (
    AtCue,
    AtT,
    AtWall,
    Embargo,
    Figure,
    Lift,
    OnAir,
    Orders,
    OthersLift,
)
from launchctl.show.commands import TakeFigure
from launchctl.times import HOUR, MINUTE, SECOND
from tests.show.build import T0, book, cue, post, scene
from tests.show.play import Play
from tests.show.test_permissions import taking

TEXT = "{{ figures['day'] }}"


def counted(as_of, *cues, **fields):
    """A show with one figure as of an instant."""
    figure = Figure(name="day", of="orders.units", as_of=as_of)
    runbook = book(*cues, figures={"day": figure}, orders=Orders(), **fields)
    return Play(runbook, answer=taking(7000))


def asked(play):
    """The instants that the ledger was asked for."""
    return [c.as_of_us for c in play.commands if isinstance(c, TakeFigure)]


@pytest.mark.parametrize(
    ("as_of", "at_us"),
    [
        (AtWall(at_us=T0 + MINUTE, written="later"), T0 + MINUTE),
        (AtT(offset_us=MINUTE), T0 + MINUTE),
        (AtT(offset_us=-MINUTE), T0 - MINUTE),
        (AtCue(cue="open", offset_us=MINUTE), T0 - 9 * MINUTE),
    ],
)
def test_a_figure_is_taken_at_its_as_of(as_of, at_us):
    """SEMANTICS 5: at `as_of`, before or without any post that uses it."""
    play = counted(as_of, cue("open", at="T-10m"), cue("x", post(TEXT), at="T+30m"))
    play.run(at_us - 1)
    assert [] == asked(play)
    play.run(T0 + HOUR)
    assert [at_us] == asked(play)
    assert [T0 + 30 * MINUTE] == play.fired_us("x")
    assert "7000" == play.sent("account:ceo")[0].content["text"]


def test_a_post_that_is_due_before_waits_for_the_figure():
    """SEMANTICS 5: till then posts wait; the number is fixed for the run."""
    play = counted(
        AtT(offset_us=MINUTE), cue("x", post(TEXT), at="T-0"), cue("y", at="T+1h")
    )
    play.run(T0 + SECOND)
    (closed,) = play.engine.status(play.now_us)["gates"][:1]
    assert "figure day is not taken yet (as of T+00:01:00)" == closed["why"]
    play.run(T0 + HOUR)
    assert [T0 + MINUTE + SECOND // 2] == play.fired_us("x")


def test_a_post_that_waits_too_long_parks():
    """SEMANTICS 5: else: park."""
    play = counted(
        AtT(offset_us=HOUR), cue("x", post(TEXT), at="T-0"), cue("y", at="T+2h")
    )
    play.run(T0 + 3 * MINUTE)
    assert "parked" == play.state_of("x")


def test_a_t_offset_moves_with_a_hold():
    """SEMANTICS 1: T stands in a hold; what is as of a T comes later by it."""
    play = counted(AtT(offset_us=MINUTE), cue("y", at="T+1h"))
    play.call(T0, "hold")
    play.call(T0 + 5 * MINUTE, "resume", "operator")
    play.run(T0 + HOUR)
    assert [T0 + 6 * MINUTE] == asked(play)


def test_a_folded_engine_asks_at_the_same_instant():
    """SEMANTICS 9, 1: an agenda built anew from the journal asks as the old one."""
    play = counted(AtT(offset_us=MINUTE), cue("y", at="T+1h"))
    play.run(T0)
    play.engine.step(T0)
    other = counted(AtT(offset_us=MINUTE), cue("y", at="T+1h")).engine
    fresh = type(other)(other.runbook, "run-1")
    for event in play.events:
        fresh.apply(event)
    commands = fresh.step(T0 + MINUTE).commands
    assert [TakeFigure("day", "orders.units", T0 + MINUTE)] == list(commands)


# --- others lift ---------------------------------------------------------------------


def reveal(at, warn_us=10 * MINUTE, **fields):
    """An embargo that a scene lifts, and that others lift at T+20m."""
    others = OthersLift(at_us=T0 + 20 * MINUTE, who="press", warn_us=warn_us)
    lifts = (Lift(gate=OnAir(scene="Reveal")),)
    car = Embargo(name="car", default=True, lifts=lifts, others_lift=others, **fields)
    runbook = book(
        cue("reveal", scene("Reveal"), at=at),
        cue("y", at="T+2h"),
        embargoes={"car": car},
    )
    return Play(runbook)


@pytest.mark.parametrize(
    ("at", "warned"),
    [("T-0", []), ("T+15m", []), ("T+25m", [10]), ("T+20m", [20])],
)
def test_a_warning_if_ours_is_expected_later(at, warned):
    """SEMANTICS 5: `others_lift` only warns: at - warn, if ours is expected later."""
    play = reveal(at).run(T0 + HOUR)
    told = [(e.at_us - T0) // MINUTE for e in play.named("embargo_warned")]
    assert warned == told


def test_a_warning_at_their_instant_if_ours_is_still_closed():
    """SEMANTICS 5: expected in time, held up: still a warning, and it lifts nothing."""
    play = reveal("T+15m")
    play.call(T0 + 14 * MINUTE, "hold")
    play.run(T0 + HOUR)
    assert [20] == [(e.at_us - T0) // MINUTE for e in play.named("embargo_warned")]
    (row,) = play.engine.status(play.now_us)["embargoes"]
    assert row["others"]["warned"]
    assert not row["open"]
