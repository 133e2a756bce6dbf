"""Promises are looked at before they are due (SEMANTICS 6)."""

from pathlib import Path

from launchctl.runbook import load
from launchctl.times import HOUR, MINUTE
from tests.show.build import START, T0, book, cue, post
from tests.show.play import Play

EXAMPLE = Path(__file__).parents[2] / "examples" / "promise.yaml"
BY = T0 + 49 * HOUR


def played(*approved):
    """The example with a later cue, and the texts of these cues approved."""
    book = load(EXAMPLE, t0_us=T0)
    later = cue("later", at="T+100h")
    play = Play(book.model_copy(update={"cues": (*book.cues, later)}))
    posts = play.engine.status(START)["posts"]
    for digest in [row["digest"] for row in posts if row["cue"] in approved]:
        play.call(START, "approve", digest, roles=("comms",), expires=FAR)
    return play


FAR = "2030-01-01T00:00:00Z"


def looked_at(play):
    """(hours before it is due, why) of every look."""
    return [(BY - e.at_us, e.why) for e in play.named("promise_checked")]


def test_a_promise_is_looked_at_24_and_3_hours_before():
    """SEMANTICS 6: events 24 h and 3 h before `by`; nothing is said if all is well."""
    play = played("first", "second").run(BY - 2 * HOUR)
    assert [(24 * HOUR, ""), (3 * HOUR, "")] == looked_at(play)


def test_an_unapproved_cue_puts_the_promise_at_risk():
    """SEMANTICS 6: ... if its cue is unapproved."""
    play = played("first").run(BY - 10 * HOUR)
    why = "second is not approved by comms"
    assert [(24 * HOUR, why)] == looked_at(play)
    assert [why] == [p["why"] for p in play.engine.status(play.now_us)["promises"]]


def test_a_skipped_cue_breaks_the_promise():
    """SEMANTICS 6: ... parked, ended undone."""
    play = played("first", "second")
    play.call(T0 + HOUR, "skip", "second", why="no colours yet")
    first, *_ = looked_at(play.run(BY - 10 * HOUR))
    assert (24 * HOUR, "second is skipped: no colours yet") == first


def test_a_cue_expected_too_late_puts_the_promise_at_risk():
    """SEMANTICS 6: ... or expected after `by`."""
    book = load(EXAMPLE, t0_us=T0)
    (post,) = book.cues[0].do
    sooner = post.post.promises.model_copy(update={"by_us": BY - HOUR})
    body = post.post.model_copy(update={"promises": sooner})
    first = book.cues[0].model_copy(
        update={"do": (post.model_copy(update={"post": body}),)}
    )
    play = Play(book.model_copy(update={"cues": (first, book.cues[1])}))
    for text in play.engine.status(START)["posts"]:
        play.call(START, "approve", text["digest"], roles=("comms",), expires=FAR)
    play.run(BY - 20 * HOUR)
    assert ["second is expected 30m after it"] == [why for _, why in looked_at(play)]


def test_a_promise_that_was_never_given_is_none():
    """SEMANTICS 6: a post that was skipped promised nothing."""
    play = played("second")
    play.call(T0 - MINUTE, "skip", "first")
    assert [(24 * HOUR, "")] == looked_at(play.run(BY - 10 * HOUR))


def test_every_promise_of_a_cue_is_looked_at():
    """SEMANTICS 6: each promise has its own instants, and its own keeper."""
    promises = [
        {"what": "the colours", "by_us": T0 + 30 * HOUR, "kept_by": "colours"},
        {"what": "the price", "by_us": T0 + 40 * HOUR, "kept_by": "price"},
    ]
    play = Play(
        book(
            cue(
                "news", *(post(str(p["what"]), promises=p) for p in promises), at="T-0"
            ),
            cue("colours", post("Three."), at="T+29h"),
            cue("price", post("8,990."), at="T+41h"),
        )
    )
    play.run(T0 + 38 * HOUR)
    found = [(e.promise, e.stage, e.why) for e in play.named("promise_checked")]
    late = "price is expected 1h after it"
    assert [
        ("the colours", "1d", ""),
        ("the price", "1d", late),
        ("the colours", "3h", ""),
        ("the price", "3h", late),
    ] == found
    rows = play.engine.status(play.now_us)["promises"]
    assert [("the colours", ""), ("the price", late)] == [
        (row["promise"], row["why"]) for row in rows
    ]
