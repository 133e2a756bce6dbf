"""A text that changed after it was approved is shown with the difference."""

from launchctl.runbook.model import Figure, Orders, Rounding
from launchctl.show.engine import Engine
from launchctl.show.gates.wording import changes
from launchctl.times import MINUTE
from tests.show.build import T0, book, cue, post
from tests.show.play import Play


def numbers(text, step=1000):
    """A show that posts a figure."""
    figure = Figure(name="day", of="orders.units", round=Rounding(down=step))
    return book(
        cue("x", post(text), at="T+1h"),
        figures={"day": figure},
        orders=Orders(),
        default_approvals=("comms",),
    )


def test_changes_word_by_word():
    """What stayed, what is gone and what is new, in order; blanks are kept."""
    assert [
        ("same", "Model 3. "),
        ("gone", "$35k."),
        ("new", "$39k,  now."),
    ] == changes("Model 3. $35k.", "Model 3. $39k,  now.")
    assert [] == changes("", "")
    assert [("new", "all")] == changes("", "all")


def approved(old, new):
    """The posts of a status: approved by the old runbook, seen by the new one."""
    play = Play(old)
    play.call(T0 - MINUTE, "approve", "x")
    play.run(T0)
    engine = Engine(new, "run-1")
    for event in play.events:
        engine.apply(event)
    return engine.status(T0)["posts"][0]


def test_who_is_asked_again_sees_what_changed():
    """SEMANTICS 5: a change voids the approval; the earlier text stays in sight."""
    before = numbers("Over {{ figures['day'] }} orders")
    text = "More than {{ figures['day'] }} orders"
    row = approved(before, numbers(text))
    assert ["comms"] == row["needs"]
    assert "ann" == row["earlier"]["by"]
    gone = [words for what, words in row["earlier"]["changes"] if what == "gone"]
    assert ["Over"] == gone


def test_a_changed_rule_of_a_figure_is_a_change():
    """SEMANTICS 5: the figures' rules and bounds are what was approved, too."""
    text = "Over {{ figures['day'] }} orders"
    row = approved(numbers(text), numbers(text, step=5000))
    told = [change for change in row["earlier"]["changes"] if change[0] != "same"]
    assert [("gone", "1000"), ("new", "5000")] == told


def test_what_did_not_change_has_no_difference():
    """SEMANTICS 5: an approval of the present text stands."""
    same = numbers("Over {{ figures['day'] }} orders")
    row = approved(same, same)
    assert [] == row["needs"]
    assert "earlier" not in row
