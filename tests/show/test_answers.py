"""Posts prepared for rumours: SEMANTICS 6, procedures."""

from __future__ import annotations

from launchctl.runbook.model import Cue, Procedure
from launchctl.times import MINUTE, SECOND
from tests.show.build import T0, book, cue, post
from tests.show.play import Play


def show(**fields) -> Play:
    """A show with one prepared answer."""
    answer = Procedure(
        name="rare",
        answer=True,
        match=("rare earth",),
        cues=(Cue(id="rare", do=(post("There are none."),)),),
    )
    return Play(book(cue("late", at="T+2h"), procedures={"rare": answer}, **fields))


def test_an_answer_is_posted_when_it_is_called() -> None:
    """Also in a hold, as procedures are; it needs no trigger (SEMANTICS 6)."""
    play = show()
    play.call(T0, "hold")
    play.call(T0 + SECOND, "call", "rare")
    play.run(T0 + MINUTE)
    assert ("done", 1) == (play.state_of("rare"), len(play.sent("account:ceo")))


def test_two_who_see_one_rumour_send_one_post() -> None:
    """A call while it runs joins it, one after it is done is refused (SEMANTICS 6)."""
    play = show()
    play.call(T0, "call", "rare", by="ann")
    play.call(T0 + 10_000, "call", "rare", by="ben")
    again = play.call(T0 + MINUTE, "call", "rare", by="ben")
    play.run(T0 + 2 * MINUTE)
    assert 1 == len(play.sent("account:ceo"))
    assert "answered already: https://x/" in str(play.refusal(again))


def test_an_unapproved_answer_waits() -> None:
    """It is approved in advance, like any text, by its name (SEMANTICS 5)."""
    play = show(default_approvals=("legal",))
    play.call(T0, "call", "rare")
    play.run(T0 + SECOND)
    assert "waiting" == play.state_of("rare")
    play.call(T0 + 2 * SECOND, "approve", "rare")
    play.run(T0 + MINUTE)
    assert "done" == play.state_of("rare")


def test_communications_may_answer() -> None:
    """Whoever may post may call an answer; legal may not (SEMANTICS 8)."""
    play = show()
    no = play.call(T0, "call", "rare", roles={"legal"})
    yes = play.call(T0 + SECOND, "call", "rare", roles={"comms"})
    play.run(T0 + MINUTE)
    assert "may not call" in str(play.refusal(no))
    assert play.refusal(yes) is None


def test_an_answer_that_nobody_called_was_not_needed() -> None:
    """Once the show is over its post waits for nobody any more: it is skipped, and says
    why; one that was called stays what it became (SEMANTICS 6).
    """
    play = show()
    row = play.engine.status(play.run(T0 + MINUTE).now_us)["posts"][0]
    assert ("waiting", None) == (row["state"], row.get("why"))
    play.call(T0 + 2 * MINUTE, "end")
    play.run(T0 + 3 * MINUTE)
    row = play.engine.status(play.now_us)["posts"][0]
    assert ("skipped", "not needed") == (row["state"], row.get("why"))

    called = show()
    called.call(T0, "call", "rare")
    called.call(T0 + MINUTE, "end")
    called.run(T0 + 2 * MINUTE)
    row = called.engine.status(called.now_us)["posts"][0]
    assert ("sent", None) == (row["state"], row.get("why"))
