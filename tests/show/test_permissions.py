"""Embargo, approval, figure, silence: what stands before a text (SEMANTICS 5, 6)."""

import pytest

from launchctl.runbook.conditions import parse_condition
from launchctl.runbook.digest import approval_digest
from launchctl.runbook.model import (
    Check,
    Embargo,
    Figure,
    Lift,
    OnAir,
    Orders,
    Rounding,
)
from launchctl.show.commands import TakeFigure
from launchctl.show.inputs import FigureTaken, HandSeen, StageSeen
from launchctl.times import DAY, HOUR, MINUTE, SECOND
from tests.show.build import T0, book, cue, http, post, procedure, scene
from tests.show.play import Play, all_well

REVEAL = Lift(gate=OnAir(scene="Reveal"))


def car(**fields):
    """An embargo by default, lifted by the reveal on air."""
    return {"car": Embargo(name="car", default=True, **{"lifts": (REVEAL,), **fields})}


def test_a_post_waits_for_the_scene_action_of_a_cue():
    """SEMANTICS 5: a lift by on_air latches through the ok of a cue's scene action."""
    runbook = book(
        cue("early", post("now"), at="T-1m"),
        cue("reveal", scene("Reveal"), at="T-0"),
        embargoes=car(),
    )
    play = Play(runbook).run(T0 + HOUR)
    assert [T0 + 20_000] == play.fired_us("early")
    assert "green" == play.engine.verdict


def test_what_was_on_program_before_never_lifts():
    """SEMANTICS 5: by the ok of a cue or a cut by hand, never by what was there."""
    play = Play(book(cue("early", post(), at="T-1m"), embargoes=car()))
    seen = StageSeen("main", connected=True, program="Reveal")
    play.give(T0 - 30 * SECOND, seen)
    play.run(T0 + HOUR)
    assert "parked" == play.state_of("early")
    assert not play.engine.status(play.now_us)["embargoes"][0]["open"]


@pytest.mark.parametrize(("offset_us", "state"), [(-1, "waiting"), (0, "running")])
def test_a_cut_by_hand_lifts_from_t0_on(offset_us, state):
    """SEMANTICS 5: or a cut by hand at T >= 0."""
    play = Play(book(cue("x", post(), at="T-1m"), embargoes=car()))
    play.give(T0 + offset_us, HandSeen("main", "program", "Reveal"))
    play.run(T0 + offset_us)
    assert state == play.state_of("x")


def test_a_teaser_passes_a_default_embargo_but_none_by_topic():
    """SEMANTICS 5: `public: teaser` is for default embargoes."""
    embargoes = {**car(), "numbers": Embargo(name="numbers", topics=("figures",))}
    runbook = book(
        cue("a", post(), at="T-1m", teaser=True),
        cue("b", post(), at="T-1m", teaser=True, about=("figures",)),
        cue("c", http(), at="T-1m"),
        cue("d", scene("A"), at="T-1m"),
        embargoes=embargoes,
    )
    play = Play(runbook).run(T0)
    assert ["done", "waiting", "waiting", "done"] == [play.state_of(c) for c in "abcd"]


def test_not_before_is_a_wall_instant():
    """SEMANTICS 5: open = all latched, `not_before` past."""
    embargoes = car(not_before_us=T0 + 10 * SECOND)
    runbook = book(
        cue("reveal", scene("Reveal"), at="T-0"),
        cue("x", post(), after="reveal"),
        embargoes=embargoes,
    )
    play = Play(runbook).run(T0 + HOUR)
    assert [T0 + 10 * SECOND] == play.fired_us("x")


def test_an_embargo_without_lift_never_opens():
    """SEMANTICS 5: default deny."""
    play = Play(book(cue("x", post(), at="T-0"), embargoes=car(lifts=())))
    play.run(T0 + HOUR)
    assert "parked" == play.state_of("x")


# --- approval ------------------------------------------------------------------------

ASKED = {"approvals": {"figures": ("comms", "legal")}, "default_approvals": ("comms",)}


def test_an_unapproved_text_never_leaves():
    """SEMANTICS 5: every text by all roles named for its topics, none: default."""
    runbook = book(
        cue("x", post("one"), at="T-0"),
        cue("y", post("two"), at="T-0", about=("figures",)),
        **ASKED,
    )
    play = Play(runbook)
    play.call(T0 - MINUTE, "approve", "y", roles=("comms",))
    play.call(T0 + MINUTE, "approve", "x", roles=("comms",))
    play.run(T0 + HOUR)
    assert [T0 + MINUTE] == play.fired_us("x")
    assert "parked" == play.state_of("y")
    assert "approved by legal" in play.engine.state.cues["y"].reason


def test_an_approval_is_given_to_a_digest_and_can_be_revoked():
    """SEMANTICS 5 and 8: approve names the digest; revoked is as never given."""
    runbook = book(cue("x", post(), at="T-0"), **ASKED)
    digest = approval_digest(runbook, runbook.cues[0].do[0], "ceo")
    play = Play(runbook)
    play.call(T0 - 2 * MINUTE, "approve", digest)
    play.call(T0 - MINUTE, "revoke", digest)
    play.run(T0 + SECOND)
    assert 1 == len(play.named("approved"))
    assert "waiting" == play.state_of("x")


def test_an_approval_expires_a_day_after_the_planned_send():
    """SEMANTICS 5: 24 h after the send then planned, or at `expires`."""
    play = Play(book(cue("x", post(), at="T-0"), **ASKED))
    play.call(T0 - MINUTE, "approve", "x")
    play.run(T0 - 30 * SECOND)
    assert T0 + DAY == play.named("approved")[0].expires_us


def test_a_role_that_is_not_asked_cannot_approve():
    """SEMANTICS 8: approve, the role named."""
    play = Play(book(cue("x", post(), at="T-0"), **ASKED))
    call = play.call(T0 - MINUTE, "approve", "x", roles=("legal",))
    play.run(T0 - SECOND)
    assert "cue x asks for comms" == play.refusal(call)


# --- figure --------------------------------------------------------------------------


def figures(**fields):
    """One figure, and the orders it is of."""
    figure = Figure(
        name="day", of="orders.units", round=Rounding(down=1000), bounds=(5000, 9000)
    )
    return {"figures": {"day": figure}, "orders": Orders(), **fields}


def taking(value):
    """A ledger that is complete half a second after it was asked."""

    def answer(command):
        if isinstance(command, TakeFigure):
            return [(SECOND // 2, FigureTaken(command.figure, value, 3))]
        return all_well(command)

    return answer


def test_a_figure_is_taken_once_at_the_due_of_its_first_post():
    """SEMANTICS 5: `as_of` is the due of its first post; posts wait till taken."""
    text = "Over {{ figures['day'] | number }} orders"
    runbook = book(
        cue("x", post(text), at="T-0"), cue("y", post(text), at="T+1m"), **figures()
    )
    play = Play(runbook, answer=taking(6789)).run(T0 + HOUR)
    assert [T0] == [c.as_of_us for c in play.commands if isinstance(c, TakeFigure)]
    assert [T0 + SECOND // 2] == play.fired_us("x")
    texts = [command.content["text"] for command in play.sent("account:ceo")]
    assert ["Over 6,000 orders"] * 2 == texts


def test_out_of_bounds_parks_and_voids_approvals():
    """SEMANTICS 5: out of bounds: its posts park, approvals are void."""
    text = "{{ figures['day'] }}"
    runbook = book(
        cue("x", post(text), at="T-0"),
        cue("y", post(text), at="T+1m"),
        **figures(default_approvals=("comms",)),
    )
    play = Play(runbook, answer=taking(100))
    play.call(T0 - MINUTE, "approve", "x")
    again = play.call(T0 + MINUTE, "approve", "x")
    play.run(T0 + HOUR)
    assert ["parked", "parked"] == [play.state_of("x"), play.state_of("y")]
    assert 1 == len(play.named("revoked"))
    assert "out of bounds" in play.refusal(again)
    assert [] == play.sent("account:ceo")


# --- silence -------------------------------------------------------------------------


def test_what_comes_due_silenced_is_parked_and_only_fire_sends_it():
    """SEMANTICS 6: unsilence sends nothing, `fire` does."""
    runbook = book(cue("x", post(), at="T-0"), cue("y", at="T+2h"))
    play = Play(runbook)
    play.call(T0 - MINUTE, "silence", "ceo")
    play.call(T0 + MINUTE, "unsilence", "ceo")
    play.run(T0 + 2 * MINUTE)
    assert "parked" == play.state_of("x")
    play.call(T0 + 3 * MINUTE, "fire", "x")
    play.run(T0 + 4 * MINUTE)
    assert "done" == play.state_of("x")


def test_beside_other_actions_only_the_post_is_stopped():
    """SEMANTICS 6: beside others only the post is stopped; the cue ends parked."""
    runbook = book(cue("x", scene("A"), post(), at="T-0"), cue("y", at="T+2h"))
    play = Play(runbook)
    play.call(T0 - MINUTE, "silence", "all")
    play.run(T0 + MINUTE)
    assert "parked" == play.state_of("x")
    assert [1, 0] == [len(play.sent(t)) for t in ("stage:main", "account:ceo")]


def test_silence_parks_what_waits_and_reaches_what_is_about_to_leave():
    """SEMANTICS 6 and invariant 7: read again just before sending."""
    runbook = book(cue("x", post(), at="T-0"), cue("y", at="T+2h"), embargoes=car())
    play = Play(runbook)
    play.call(T0 + SECOND, "silence", "ceo")
    play.run(T0 + 2 * SECOND)
    assert "parked" == play.state_of("x")


def test_may_send_says_why_not():
    """SEMANTICS 6: just before, silence is read again; closed = stopped."""
    play = Play(book(cue("x", post(), at="T-0"), cue("y", at="T+2h")))
    play.run(T0)
    command = play.sent("account:ceo")[0]
    assert play.engine.may_send(command) is None
    play.call(T0 + 1, "silence", "ceo")
    play.run(T0 + 1)
    assert "ceo is silenced" == play.engine.may_send(command)


def test_a_procedure_may_speak_despite_silence():
    """SEMANTICS 6: a procedure's post may say `despite_silence: true`."""
    crisis = procedure("crisis", cue("say", post(despite_silence=True)))
    play = Play(book(cue("y", at="T+2h"), procedures=crisis))
    play.call(T0 - MINUTE, "silence", "all")
    play.call(T0, "call", "crisis")
    play.run(T0 + MINUTE)
    assert "done" == play.state_of("say")


def test_the_silence_of_an_abort_is_seen_by_who_waits_for_it():
    """SEMANTICS 2 and 5: abort silences every account, and whatever reads that reads it
    in that very step.
    """
    lift = Lift(gate=Check(check=parse_condition("accounts.ceo.silenced")))
    play = Play(book(cue("x", post(), at="T+1h"), embargoes=car(lifts=(lift,))))
    play.call(T0, "abort")
    play.run(T0)
    assert [T0] == [event.at_us for event in play.named("embargo_latched")]
