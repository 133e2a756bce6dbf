"""Words to the presenter and the crew (SEMANTICS 6), and hands at the mixer."""

from __future__ import annotations

import pytest

from launchctl.runbook import actions as act
from launchctl.show.inputs import HandSeen, StageSeen
from launchctl.times import MINUTE, SECOND
from tests.show.build import START, T0, book, cue, procedure, scene
from tests.show.play import Play


def say(text: str, to: str = "stage") -> act.Say:
    """A word."""
    return act.Say.model_validate({"say": {"to": to, "text": text}})


def test_a_word_stands_until_the_next_one() -> None:
    """The last word to each is what the pages show; an empty one takes it away
    (SEMANTICS 6).
    """
    play = Play(
        book(
            cue("one", say("{{ vars.car }} now", "crew"), say("Talk"), at="T-0"),
            cue("two", say("Slower"), at="T+1m"),
            cue("three", say(""), at="T+2m"),
            vars={"car": "Lumo"},
        )
    )
    shown = []
    for minutes in (0, 1, 2):
        play.run(T0 + minutes * MINUTE)
        said = play.engine.status(play.now_us)["said"]
        shown.append({to: word["text"] for to, word in said.items()})

    assert [
        {"crew": "Lumo now", "stage": "Talk"},
        {"crew": "Lumo now", "stage": "Slower"},
        {"crew": "Lumo now"},
    ] == shown
    assert ["done"] * 3 == [play.state_of(name) for name in ("one", "two", "three")]


def test_a_word_is_said_in_a_hold_by_a_procedure() -> None:
    """Keep talking is said when the show stands (SEMANTICS 2 and 6)."""
    play = Play(
        book(
            cue("late", at="T+1h"),
            procedures=procedure("down", cue("talk", say("Keep talking"))),
        )
    )
    play.call(T0, "hold")
    play.call(T0 + SECOND, "call", "down")
    play.run(T0 + MINUTE)

    assert "Keep talking" == play.engine.state.said["stage"][0]


def test_abort_says_what_is_safe() -> None:
    """``safe:`` may hold a word (SEMANTICS 2, abort)."""
    play = Play(book(cue("late", at="T+1h"), safe=(say("We stop here"),)))
    play.call(T0, "abort")
    play.run(T0 + MINUTE)

    assert "We stop here" == play.engine.state.said["stage"][0]
    assert play.engine.finished


def test_a_person_says_it_by_do() -> None:
    """A word is repeatable: ``do`` says it, also in a hold (SEMANTICS 8)."""
    play = Play(book(cue("late", at="T+1h")))
    play.call(T0, "hold")
    play.call(T0 + SECOND, "do", action='{say: {to: stage, text: "Slower"}}')
    play.run(T0 + MINUTE)

    assert "Slower" == play.engine.state.said["stage"][0]


# --- hands at the mixer ----------------------------------------------------------


def seen(program: str, **fields) -> StageSeen:
    """The mixer, as it is."""
    return StageSeen("main", connected=True, program=program, **fields)


def test_the_cue_that_a_hand_did_is_offered_and_fired() -> None:
    """A cut by hand offers the cue it matches; its ``fire`` sends the scene, which is
    there already, and is done; nothing is offered twice (SEMANTICS 6, hands).
    """
    play = Play(book(cue("reveal", scene("Reveal"), at="T+5m", go=("caller",))))
    play.give(T0, seen("Keynote"))
    play.give(T0 + SECOND, HandSeen("main", "program", "Reveal"))
    play.run(T0 + MINUTE)
    assert ["reveal"] == play.engine.status(play.now_us)["stages"][0]["offers"]

    play.call(T0 + MINUTE, "fire", "reveal")
    play.run(T0 + 2 * MINUTE)
    assert "done" == play.state_of("reveal")
    assert [] == play.engine.status(play.now_us)["stages"][0]["offers"]


def test_a_stream_that_never_stopped_is_not_asked_about() -> None:
    """A machine asks what it must not bring back; what is there it need not
    (SEMANTICS 6, recovery).
    """
    start = act.Stream(stream="start")
    play = Play(book(cue("open", start, at="T-0"), cue("late", at="T+1h")))
    play.give(START, seen("Keynote"))
    play.run(T0 + SECOND)
    play.give(T0 + 2 * SECOND, seen("Keynote", restarted=True, streaming=True))
    play.run(T0 + 3 * SECOND)
    assert [] == play.engine.status(play.now_us)["stages"][0]["asks"]


@pytest.mark.parametrize(
    ("action", "words"),
    [
        (act.Audio(audio=act.Fader(input="Lectern", open=True)), "Lectern was open"),
        (act.Stream(stream="start"), "the stream was on"),
    ],
)
def test_after_a_restart_a_machine_asks(action, words) -> None:
    """An open microphone and a running stream are a person's to bring back, and the
    question says how; done by hand it is answered (SEMANTICS 6, hands).
    """
    play = Play(book(cue("open", action, at="T-0"), cue("late", at="T+1h")))
    play.give(START, seen("Keynote"))
    play.run(T0 + SECOND)
    play.give(T0 + 2 * SECOND, seen("Keynote", restarted=True))
    play.run(T0 + 3 * SECOND)
    [question] = play.engine.status(play.now_us)["stages"][0]["asks"]
    assert question.startswith(words)
    assert "Answer at the mixer of main" in question

    what, value = play.engine.state.cues["open"].actions["0"].wanted, True
    play.give(T0 + 4 * SECOND, HandSeen("main", str(what), value))
    play.run(T0 + 5 * SECOND)
    assert [] == play.engine.status(play.now_us)["stages"][0]["asks"]
