"""Taking back what a web service was told (SEMANTICS 6 and 8)."""

from launchctl.runbook import actions as act
from launchctl.runbook.model import Embargo, Lift, OnAir
from launchctl.show.commands import Command
from launchctl.show.engine import Engine
from launchctl.show.events import decode, encode
from launchctl.show.inputs import Answer, Ended
from launchctl.times import MINUTE, SECOND
from tests.show.build import T0, book, cue, http, scene
from tests.show.lists import confirmed
from tests.show.play import Play, all_well

BACK = act.Undo(json_body={"live": False})


def _flip(**fields):
    return http(json_body={"live": True}, undo=BACK, **fields)


def _undo(play):
    row = next(r for r in play.engine.status(play.now_us)["cues"] if r["cue"] == "flip")
    return row.get("undo")


def _bodies(play):
    return [command.action.http.json_body for command in play.sent("http")]


def test_it_is_offered_once_the_call_has_left_and_made_by_a_person_once():
    """SEMANTICS 6: `undo` is only offered; a call makes it, with an intent first."""
    play = Play(book(cue("flip", _flip(), at="T-0"), cue("end", at="T+1h")))
    early = play.call(T0 - SECOND, "undo", "flip")
    play.run(T0 + MINUTE)
    assert "cue flip has nothing to undo" == play.refusal(early)
    assert ("offered", [{"live": True}]) == (_undo(play), _bodies(play))
    made = play.call(T0 + 2 * MINUTE, "undo", "flip", roles=("commerce",))
    twice = play.call(T0 + 3 * MINUTE, "undo", "flip")
    play.run(T0 + 4 * MINUTE)
    assert play.refusal(made) is None
    assert "cue flip is undone, or about to be" == play.refusal(twice)
    assert ("done", "done") == (_undo(play), play.state_of("flip"))
    assert [{"live": True}, {"live": False}] == _bodies(play)
    intent = play.named("intent")[-1]
    assert ("once", "undo/flip/0") == (intent.effect, intent.slot)


def test_who_may_neither_go_nor_steer_the_counter_undoes_nothing():
    """SEMANTICS 8: undo takes `go` or `counter`."""
    play = Play(book(cue("flip", _flip(), at="T-0"), cue("end", at="T+1h")))
    asked = play.call(T0 + SECOND, "undo", "flip", roles=("legal",))
    play.run(T0 + MINUTE)
    assert "may" in (play.refusal(asked) or "")
    assert "offered" == _undo(play)


def test_a_failed_or_unknown_undo_is_said_and_a_person_may_ask_again():
    """No machine repeats it: what is not known counts as failed."""

    def answer(command):
        back = isinstance(command, Command) and command.key.endswith("undo/flip/0/1")
        if back:
            return [(SECOND, Ended(command.key, 1, Answer.UNKNOWN, "timed out"))]
        return all_well(command)

    play = Play(
        book(cue("flip", _flip(), at="T-0"), cue("end", at="T+1h")), answer=answer
    )
    play.call(T0 + MINUTE, "undo", "flip")
    play.run(T0 + 10 * MINUTE)
    assert ("failed", 2) == (_undo(play), len(play.sent("http")))
    note = play.named("noted")[-1]
    assert ("bad", "undo/flip/0: http: timed out") == (note.level, note.text)
    play.call(T0 + 11 * MINUTE, "undo", "flip")
    play.run(T0 + 12 * MINUTE)
    assert ("done", 3) == (_undo(play), len(play.sent("http")))


def test_an_undo_whose_sender_died_is_not_sent_again():
    """Invariant 6: another process's open intent is not sent blind."""

    def answer(command):
        return [] if "undo" in command.key else all_well(command)

    play = Play(
        book(cue("flip", _flip(), at="T-0"), cue("end", at="T+1h")), answer=answer
    )
    play.call(T0 + MINUTE, "undo", "flip")
    play.run(T0 + MINUTE + SECOND)
    assert "sent" == _undo(play)
    engine = Engine(play.engine.runbook, "run-1")
    for event in play.events:
        engine.apply(decode(encode(event)))
    decision = engine.start(T0 + 2 * MINUTE)
    assert () == decision.commands
    row = next(r for r in engine.status(T0 + 2 * MINUTE)["cues"] if r["cue"] == "flip")
    assert "failed" == row["undo"]


def test_it_stands_under_no_embargo():
    """What a recycle took back, and with it the lift, can be taken back in the shop."""
    car = Embargo(name="car", default=True, lifts=(Lift(gate=OnAir(scene="Reveal")),))
    runbook = book(
        cue("reveal", scene("Reveal"), at="T-0"),
        cue("flip", _flip(), after="reveal"),
        cue("end", at="T+1h"),
        embargoes={"car": car},
    )
    play = Play(runbook)
    play.run(T0 + MINUTE)
    confirmed(play, T0 + 2 * MINUTE, "recycle", "T-5m")
    play.run(T0 + 3 * MINUTE)
    assert "car" not in play.engine.state.opened
    play.call(T0 + 4 * MINUTE, "undo", "flip")
    play.run(T0 + 5 * MINUTE)
    assert {"live": False} == _bodies(play)[-1]
