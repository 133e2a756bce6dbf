"""Written gates, one by one, and what they are read for (SEMANTICS 5, gates)."""

from __future__ import annotations

import pytest

from launchctl.runbook import actions as act
from launchctl.runbook.conditions import parse_condition
from launchctl.runbook.model import Check, OnAir, OrdersFresh
from launchctl.show.commands import Command
from launchctl.show.inputs import Answer, Ended, OrdersSeen, StageSeen
from launchctl.times import MINUTE, SECOND
from tests.show.build import T0, book, cue, procedure, scene
from tests.show.play import Play, all_well

ANY = {"within_us": None, "otherwise": "park"}
CONNECTED = Check(check=parse_condition("stages.main.connected"))


def program(play, at_us, name):
    """A person or a cue put this on program, as the mixer tells."""
    play.give(at_us, StageSeen("main", connected=True, program=name))


def waiting(gate, **fields):
    """The cue that waits: after ``first``, a mark at T-0, and 10 s."""
    return book(
        cue("first", at="T-0"),
        cue(
            "x", act.Say(say=act.SayBody(to="crew", text="!")), gate=gate, late=ANY
        ).model_copy(update=fields),
        cue("e", at="T+1h"),
    )


AFTER = cue("after", at="first+10s").at


@pytest.mark.parametrize(
    ("on_us", "off_us", "opens"),
    [
        (T0 + 2 * SECOND, T0 + 4 * SECOND, True),  # since its predecessor fired
        (T0 - 9 * SECOND, None, True),  # there before, and still
        (T0 - 9 * SECOND, T0 - 4 * SECOND, False),  # there before, and gone
    ],
)
def test_on_air_is_any_instant_since_the_first_predecessor_fired(on_us, off_us, opens):
    """SEMANTICS 5, on_air: confirmed on program at an instant since then, also if there
    before and still.
    """
    play = Play(waiting((OnAir(scene="A"),), at=AFTER))
    program(play, on_us, "A")
    if off_us is not None:
        program(play, off_us, "B")
    play.run(T0 + MINUTE)
    assert ([T0 + 10 * SECOND] if opens else []) == play.fired_us("x")


def test_on_air_counts_from_the_due_where_nothing_comes_before():
    """SEMANTICS 5, on_air: no predecessor: since due."""
    gate = (OnAir(scene="A"),)
    play = Play(waiting(gate, at=cue("t", at="T+10s").at))
    program(play, T0 + 2 * SECOND, "A")
    program(play, T0 + 4 * SECOND, "B")
    program(play, T0 + 30 * SECOND, "A")
    play.run(T0 + MINUTE)
    assert [T0 + 30 * SECOND] == play.fired_us("x")


def test_still_asks_for_this_moment():
    """SEMANTICS 5, on_air: `still: true`: now."""
    play = Play(waiting((OnAir(scene="A", still=True),), at=AFTER))
    program(play, T0 + 2 * SECOND, "A")
    program(play, T0 + 4 * SECOND, "B")
    program(play, T0 + 30 * SECOND, "A")
    play.run(T0 + MINUTE)
    assert [T0 + 30 * SECOND] == play.fired_us("x")


def test_orders_fresh_asks_how_complete_the_ledger_is():
    """SEMANTICS 5, orders_fresh: the least fresh source known complete <= d ago; what
    is not known is closed.
    """
    play = Play(waiting((OrdersFresh(within_us=5 * SECOND),), at=AFTER))
    play.give(T0 + 15 * SECOND, OrdersSeen({"units": 1}, complete_us=None))
    play.give(T0 + 20 * SECOND, OrdersSeen({"units": 1}, complete_us=T0))
    play.run(T0 + 25 * SECOND)
    (row,) = play.engine.status(play.now_us)["gates"]
    assert ("x", "orders are complete only to 25s ago") == (row["cue"], row["why"])
    play.give(T0 + 30 * SECOND, OrdersSeen({"units": 1}, complete_us=T0 + 26 * SECOND))
    play.run(T0 + MINUTE)
    assert [T0 + 30 * SECOND] == play.fired_us("x")


def test_all_are_to_be_open_in_one_reading():
    """SEMANTICS 5: gates are read at every change; all open in one reading = fire."""
    a, b = (Check(check=parse_condition(f"stages.main.program == '{s}'")) for s in "AB")
    either = Check(check=parse_condition("stages.main.streaming"))
    play = Play(waiting((CONNECTED, either), at=AFTER))
    play.give(T0 + 20 * SECOND, StageSeen("main", connected=True, streaming=False))
    play.give(T0 + 25 * SECOND, StageSeen("main", connected=False, streaming=True))
    play.run(T0 + 30 * SECOND)
    assert [] == play.fired_us("x")
    play.give(T0 + 35 * SECOND, StageSeen("main", connected=True, streaming=True))
    play.run(T0 + MINUTE)
    assert [T0 + 35 * SECOND] == play.fired_us("x")
    never = Play(waiting((a, b), at=AFTER))
    for number in range(6):
        program(never, T0 + (20 + number) * SECOND, "AB"[number % 2])
    never.run(T0 + MINUTE)
    assert [] == never.fired_us("x")


def test_a_closed_gate_refuses_the_start_of_a_procedure():
    """SEMANTICS 6, procedures: a closed `gate` refuses the start; the `call` failed."""
    crisis = procedure("crisis", cue("slide", scene("Slide")), gate=(CONNECTED,))
    cues = (cue("ask", act.CallProcedure(call="crisis"), at="T-0"), cue("e", at="T+1h"))
    play = Play(book(*cues, procedures=crisis)).run(T0 + SECOND)
    (refused,) = play.named("procedure_refused")
    why = "stages.main.connected is false"
    assert ("crisis", why) == (refused.procedure, refused.reason)
    assert [] == play.named("procedure_started")
    assert "failed" == play.state_of("ask")
    play.give(T0 + 10 * SECOND, StageSeen("main", connected=True))
    play.call(T0 + 20 * SECOND, "resume", "failed:ask")
    play.call(T0 + 30 * SECOND, "call", "crisis")
    play.run(T0 + MINUTE)
    assert "done" == play.state_of("slide")


def test_an_alert_is_tried_five_times_and_never_fails_its_cue():
    """SEMANTICS 6: notify is at least once: five attempts; `ignore` is its default."""
    alert = act.Notify(notify=act.NotifyBody(to="crew", text="300,000"))

    def unheard(command):
        if isinstance(command, Command) and command.target == "notify:crew":
            return [(SECOND, Ended(command.key, command.attempt, Answer.UNKNOWN))]
        return all_well(command)

    play = Play(book(cue("x", alert, at="T-0"), cue("e", at="T+1h")), answer=unheard)
    play.run(T0 + 10 * MINUTE)
    assert [1, 2, 3, 4, 5] == [command.attempt for command in play.sent("notify:crew")]
    assert "ignored" == play.engine.state.cues["x"].actions["0"].state
    assert "done" == play.state_of("x")
