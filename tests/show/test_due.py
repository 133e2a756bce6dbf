"""Once a cue is due: who stands by, what is not read again, what waits its turn."""

from __future__ import annotations

from launchctl.runbook import actions as act
from launchctl.runbook.conditions import parse_condition
from launchctl.runbook.model import Check
from launchctl.show.inputs import StageSeen
from launchctl.times import MINUTE, SECOND
from tests.show.build import T0, book, cue, procedure, scene
from tests.show.play import Play

ANY = {"within_us": None, "otherwise": "park"}
LIVE = (Check(check=parse_condition("stages.main.streaming")),)


def stage(**fields):
    """What the mixer tells."""
    return StageSeen("main", connected=True, **fields)


def test_once_due_its_condition_is_not_read_again():
    """SEMANTICS 4, when: must be true when due; once due, not read again."""
    waits = cue("x", scene("B"), when="stages.main.program == 'A'", gate=LIVE, late=ANY)
    play = Play(book(waits, cue("e", at="T+1h")))
    play.give(T0, stage(program="A"))
    play.give(T0 + 10 * SECOND, stage(program="C"))
    play.run(T0 + 20 * SECOND)
    assert "waiting" == play.state_of("x")
    play.give(T0 + 30 * SECOND, stage(program="C", streaming=True))
    play.run(T0 + MINUTE)
    assert [T0 + 30 * SECOND] == play.fired_us("x")


def test_a_go_is_taken_though_a_gate_is_closed():
    """SEMANTICS 4, go: not refused for closed gates: the cue waits."""
    play = Play(book(cue("x", scene("B"), go=("caller",), gate=LIVE, late=ANY)))
    go = play.call(T0, "go", "x")
    play.run(T0 + SECOND)
    assert play.refusal(go) is None
    assert "waiting" == play.state_of("x")
    play.give(T0 + 30 * SECOND, stage(streaming=True))
    play.run(T0 + MINUTE)
    assert [T0 + 30 * SECOND] == play.fired_us("x")


def test_whose_turn_it_is_in_procedures():
    """SEMANTICS 4: the first ready cue in file order, the show's before procedures'
    (by start); in a hold only procedures'.
    """
    called = {
        **procedure("first", cue("f", scene("F"), go=("caller",))),
        **procedure("second", cue("s", scene("S"), go=("caller",))),
    }
    cues = (cue("show", scene("A"), go=("caller",)), cue("e", at="T+1h"))
    play = Play(book(*cues, procedures=called))
    play.call(T0, "call", "second")
    play.call(T0 + SECOND, "call", "first")
    play.run(T0 + 2 * SECOND)

    def standing():
        play.run(play.now_us + SECOND)
        return play.engine.status(play.now_us)["standby"]["caller"]["cue"]

    assert "show" == standing()
    play.call(play.now_us, "hold", "mic")
    assert "s" == standing()
    play.call(play.now_us, "go", "s")
    assert "f" == standing()
    play.call(play.now_us, "resume", "mic")
    assert "show" == standing()


def test_behind_a_late_cue_that_holds_each_meets_its_own_rule():
    """SEMANTICS 5, never a burst: if one holds, the rest wait for the resume, each with
    its own rule; R stood meanwhile.
    """
    say = act.Say(say=act.SayBody(to="crew", text="!"))
    rules = {
        "held": {"within_us": 5 * SECOND, "otherwise": "hold"},
        "gone": {"within_us": 5 * SECOND, "otherwise": "skip"},
        "late": {"within_us": MINUTE, "otherwise": "skip"},
    }
    cues = [cue("first", say, at="T-0", late=ANY)]
    cues += [
        cue(name, scene(name), at=f"T+{second}s", late=late)
        for second, (name, late) in enumerate(rules.items(), start=1)
    ]
    play = Play(book(*cues, cue("e", at="T+1h"))).run(T0 - SECOND)
    play.sleep(T0 + 20 * SECOND)
    play.run(T0 + 40 * SECOND)
    assert [T0 + 20 * SECOND] == play.fired_us("first")
    states = {name: play.state_of(name) for name in rules}
    assert {"held": "held", "gone": "pending", "late": "pending"} == states
    play.call(T0 + 50 * SECOND, "resume", "late:held")
    play.run(T0 + 2 * MINUTE)
    states = {name: play.state_of(name) for name in rules}
    assert {"held": "done", "gone": "skipped", "late": "done"} == states
    assert T0 + 52 * SECOND == play.fired_us("late")[0]
    assert 19 * SECOND == play.named("fired", "late")[0].late_by_us


def test_an_abort_stops_procedures_and_none_starts_in_closing():
    """SEMANTICS 6, abort: procedures stop; procedures run not in closing."""
    running = procedure("crisis", cue("slide", scene("S"), gate=LIVE, late=ANY))
    by_itself = procedure("again", cue("x", scene("X")), when="stages.main.streaming")
    procedures = {**running, **by_itself}
    play = Play(book(cue("e", at="T+1h"), procedures=procedures))
    play.call(T0, "call", "crisis")
    play.run(T0 + SECOND)
    assert play.engine.state.procedures["crisis"].running
    play.call(T0 + 2 * SECOND, "abort")
    play.give(T0 + 2 * SECOND, stage(streaming=True))
    play.run(T0 + MINUTE)
    assert not any(one.running for one in play.engine.state.procedures.values())
    assert ("skipped", "idle") == (play.state_of("slide"), play.state_of("x"))
    assert ["crisis"] == [event.procedure for event in play.named("procedure_started")]
