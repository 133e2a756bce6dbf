"""The table of cues, row by row: from where a person may do what (SEMANTICS 3)."""

from __future__ import annotations

import pytest

from launchctl.runbook.conditions import parse_condition
from launchctl.runbook.model import Check
from launchctl.show.commands import Command
from launchctl.show.inputs import Answer, Ended
from launchctl.times import MINUTE, SECOND
from tests.show.build import T0, book, cue, post, scene
from tests.show.lists import confirmed
from tests.show.play import Play, all_well

NOW = T0 + 10 * MINUTE
UNFIRED = ["pending", "standby", "waiting", "held", "parked"]
CLOSED = (Check(check=parse_condition("stages.main.connected")),)
ANY = {"within_us": None, "otherwise": "park"}


def never(command):
    """Posts are never answered."""
    return [] if is_post(command) else all_well(command)


def refuses(command):
    """Posts are refused."""
    if is_post(command):
        return [(SECOND, Ended(command.key, command.attempt, Answer.REFUSED))]
    return all_well(command)


def is_post(command):
    """True if it goes to her account."""
    return isinstance(command, Command) and command.target == "account:ceo"


def play_to(state):
    """A show in which the cue ``x``, a post, is in this state; at ``NOW``."""
    fields = {
        "pending": {"at": "T+1h"},
        "standby": {"go": ("caller",)},
        "waiting": {"at": "T-0", "gate": CLOSED, "late": ANY},
        "held": {"at": "T-0", "late": {"within_us": SECOND, "otherwise": "hold"}},
        "parked": {"at": "T-0", "late": {"within_us": SECOND, "otherwise": "park"}},
        "skipped": {"at": "T-0", "late": {"within_us": SECOND, "otherwise": "skip"}},
    }.get(state, {"at": "T-0"})
    answer = {"running": never, "failed": refuses}.get(state, all_well)
    play = Play(book(cue("x", post(), **fields), cue("e", at="T+2h")), answer=answer)
    if state in ("held", "parked", "skipped"):
        play.run(T0 - MINUTE)
        play.sleep(T0 + MINUTE)
    play.run(NOW)
    assert state == play.state_of("x")
    return play


@pytest.mark.parametrize("state", UNFIRED)
@pytest.mark.parametrize(("verb", "word"), [("skip", "skipped"), ("adopt", "done")])
def test_what_has_not_fired_can_be_skipped_and_adopted(state, verb, word):
    """SEMANTICS 3: pending, standby, waiting, held, parked: skip, adopt."""
    play = play_to(state)
    call = play.call(NOW, verb, "x", url="https://x.com/ceo/status/1")
    play.run(NOW + SECOND)
    assert play.refusal(call) is None
    assert word == play.state_of("x")


@pytest.mark.parametrize("state", ["running", "failed", "done", "skipped"])
def test_what_has_fired_or_ended_cannot_be_skipped(state):
    """SEMANTICS 3: all else is illegal, and refused."""
    play = play_to(state)
    call = play.call(NOW, "skip", "x")
    play.run(NOW + SECOND)
    assert f"cue x is {state}: it cannot be skipped" == play.refusal(call)
    assert state == play.state_of("x")


@pytest.mark.parametrize("state", ["pending", "standby", "parked", "skipped", "failed"])
def test_fire_makes_it_due_now(state):
    """SEMANTICS 3: pending, standby, parked, skipped, failed: `fire`, due = now."""
    play = play_to(state)
    call = play.call(NOW, "fire", "x")
    play.run(NOW + SECOND)
    assert play.refusal(call) is None
    due = play.named("cue_due", "x")[-1]
    assert (NOW, "fire", 0) == (due.due_us, due.how, due.late_by_us)
    assert NOW == play.fired_us("x")[-1]


@pytest.mark.parametrize("state", ["waiting", "running", "done"])
def test_fire_is_refused_elsewhere(state):
    """SEMANTICS 3: what waits is due already, what runs or is done has fired."""
    play = play_to(state)
    call = play.call(NOW, "fire", "x")
    play.run(NOW + SECOND)
    assert f"cue x is {state}: it cannot be fired" == play.refusal(call)


def test_fire_needs_no_hold_and_t0():
    """SEMANTICS 3: `fire`, guard: no hold, T-0 set."""
    play = play_to("pending")
    play.call(NOW, "hold", "mic")
    call = play.call(NOW + SECOND, "fire", "x")
    play.run(NOW + MINUTE)
    assert "hold mic is open: resume first" == play.refusal(call)
    before = Play(book(cue("first", scene("A")), cue("x", scene("B")), t0_us=None))
    call = before.call(T0, "fire", "x")
    before.run(T0 + SECOND)
    assert "T-0 is not set: the first GO sets it" == before.refusal(call)


def test_keys_of_wanted_actions_count_takes_and_those_of_once_actions_do_not():
    """SEMANTICS 3: (run, cue, take, action); (run, procedure take, cue, action)."""
    cues = (cue("x", scene("A"), post(), at="T-0"), cue("e", at="T+2h"))
    play = Play(book(*cues), answer=refuses).run(T0 + 5 * MINUTE)
    confirmed(play, T0 + 5 * MINUTE, "recycle", "T-1m")
    play.call(T0 + 6 * MINUTE, "resume", "recycle")
    play.run(T0 + 8 * MINUTE)
    assert ["run-1/1/x/0", "run-1/2/x/0"] == [
        command.key for command in play.sent("stage:main")
    ]
    assert {"run-1/0/x/1"} == {command.key for command in play.sent("account:ceo")}


def test_a_cue_that_undoes_its_own_standing_by_is_parked():
    """SEMANTICS 3 and 7: passes end at every instant; what would stand by and down for
    ever waits for a person.
    """
    play = Play(
        book(
            cue("x", when="cues['x'].state == 'pending'", go=("caller",)),
            cue("end", at="T+1h"),
        )
    )
    assert "parked" == play.state_of("x")
    play.call(T0, "fire", "x")
    play.run(T0)
    assert "done" == play.state_of("x")


def test_two_cues_that_undo_each_other_s_standing_by_come_to_rest():
    """SEMANTICS 7: no pass after pass for ever."""
    play = Play(
        book(
            cue("x", when="cues['y'].state == 'pending'", go=("caller",)),
            cue("y", when="cues['x'].state == 'standby'", go=("caller",)),
            cue("end", at="T+1h"),
        )
    )
    states = {play.state_of("x"), play.state_of("y")}
    assert "parked" in states
