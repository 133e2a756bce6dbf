"""Choices: asked, answered, ended (SEMANTICS 4, choice)."""

import pytest

from launchctl.runbook.model import After, Else, Late
from launchctl.show.commands import Command
from launchctl.show.inputs import Answer, Ended
from launchctl.times import MINUTE, SECOND
from tests.show.build import START, T0, book, choice, cue, post, procedure, scene
from tests.show.play import Play, all_well


def demo(**fields):
    """A choice at T-0 between two cameras and nothing."""
    options = {
        "run-it": (cue("cam", scene("Cam")), cue("close", scene("Close"), after="cam")),
        "skip-it": (),
    }
    return choice("demo", options, **{"at": "T-0", **fields})


def end():
    """Something later, so that the show goes on."""
    return cue("end", at="T+1h")


def test_firing_asks_and_nothing_of_its_options_moves():
    """SEMANTICS 4 choice: firing asks; its options' cues are idle till one is taken."""
    play = Play(book(*demo(), end())).run(T0 + SECOND)
    assert ["running", "idle", "idle"] == [
        play.state_of(name) for name in ("demo", "cam", "close")
    ]
    assert ("run-it", "skip-it") == play.named("cue_asked", "demo")[0].options


def test_choose_makes_the_cues_of_an_option_pending():
    """SEMANTICS 4 choice: `choose` makes an option's cues pending; one without trigger
    is due at once, the others follow by `after`; then the choice is done.
    """
    play = Play(book(*demo(), cue("next", after="demo"), end()))
    play.call(T0 + 10 * SECOND, "choose", "demo", option="run-it")
    play.run(T0 + 20 * SECOND)
    assert [T0 + 10 * SECOND] == play.fired_us("cam")
    assert ["done"] * 4 == [
        play.state_of(name) for name in ("cam", "close", "demo", "next")
    ]


def test_the_others_are_not_taken():
    """SEMANTICS 3: another option is chosen: idle becomes not_taken."""
    play = Play(book(*demo(), end()))
    play.call(T0 + SECOND, "choose", "demo", option="skip-it")
    play.run(T0 + 2 * SECOND)
    assert ["done", "not_taken", "not_taken"] == [
        play.state_of(name) for name in ("demo", "cam", "close")
    ]


def test_the_default_comes_when_within_is_over():
    """SEMANTICS 4 choice: at fired + `within` the `default` is taken."""
    play = Play(book(*demo(default="run-it"), end())).run(T0 + MINUTE)
    assert [T0 + 45 * SECOND] == play.fired_us("cam")
    assert "default" == play.named("chosen")[0].how


def test_an_answer_that_arrives_with_the_deadline_wins():
    """SEMANTICS 7: what arrives with a deadline wins over it."""
    play = Play(book(*demo(default="run-it"), end()))
    play.call(T0 + 45 * SECOND, "choose", "demo", option="skip-it")
    play.run(T0 + MINUTE)
    assert "not_taken" == play.state_of("cam")


def test_a_choice_is_answered_in_a_hold_and_its_cues_wait():
    """SEMANTICS 2: a hold never stops `choose`; unpinned cues do not fire in it, and
    the choice's time stands with T.
    """
    play = Play(book(*demo(), end()))
    play.call(T0 + 5 * SECOND, "hold", "sound")
    play.run(T0 + 2 * MINUTE)
    assert "running" == play.state_of("demo")
    call = play.call(T0 + 3 * MINUTE, "choose", "demo", option="run-it")
    play.run(T0 + 4 * MINUTE)
    assert play.refusal(call) is None
    assert "pending" == play.state_of("cam")
    play.call(T0 + 5 * MINUTE, "resume", "sound")
    play.run(T0 + 6 * MINUTE)
    assert [T0 + 5 * MINUTE] == play.fired_us("cam")


@pytest.mark.parametrize(
    ("wish", "reason"),
    [
        ({"option": "dance"}, "choice demo has no option 'dance': run-it, skip-it"),
        ({"option": "run-it", "roles": {"legal"}}, "choice demo asks caller"),
        ({"option": "run-it", "seen": 1}, "stale: choice demo changed since"),
        (
            {"option": "run-it", "pressed_us": T0 - 5 * SECOND},
            "expired: pressed 6.0 s ago, at most 2 s",
        ),
    ],
)
def test_choose_is_refused(wish, reason):
    """SEMANTICS 8: choose needs the choice's role, is stale against the choice, and
    expires 2 s after the pressing.
    """
    play = Play(book(*demo(), end()))
    call = play.call(T0 + SECOND, "choose", "demo", **wish)
    play.run(T0 + 2 * SECOND)
    assert (play.refusal(call) or "").startswith(reason)
    assert "running" == play.state_of("demo")


def test_choose_before_it_asks_and_after_its_answer_is_refused():
    """SEMANTICS 9.16: in a choice's take one option's cues fire at most."""
    play = Play(book(*demo(), end()))
    early = play.call(T0 - SECOND, "choose", "demo", option="run-it")
    play.call(T0 + SECOND, "choose", "demo", option="run-it")
    second = play.call(T0 + 2 * SECOND, "choose", "demo", option="skip-it")
    play.run(T0 + 5 * SECOND)
    assert "choice demo is pending: it does not ask" == play.refusal(early)
    assert "choice demo was answered: run-it" == play.refusal(second)


def fails(scene_name):
    """A far end that refuses one scene."""

    def reply(command):
        if getattr(command, "content", {}).get("scene") != scene_name:
            return all_well(command)
        ended = Ended(command.key, command.attempt, Answer.REFUSED, detail="no")
        return [(SECOND, ended)]

    return reply


def test_a_choice_ends_as_the_worst_of_its_cues():
    """SEMANTICS 4 choice: done if all are, else the worst of in_doubt, failed, skipped;
    a stuck cue is alive and keeps it running till a person answers.
    """
    play = Play(book(*demo(default="run-it"), end()), answer=fails("Cam"))
    play.run(T0 + MINUTE)
    assert ["failed", "pending", "running"] == [
        play.state_of(name) for name in ("cam", "close", "demo")
    ]
    play.call(T0 + MINUTE, "skip", "close")
    play.run(T0 + 2 * MINUTE)
    assert "failed" == play.state_of("demo")


def test_a_skipped_cue_makes_the_choice_skipped():
    """SEMANTICS 4 choice: skipped, where nothing worse came."""
    play = Play(book(*demo(default="run-it"), end()))
    play.call(T0 + 44 * SECOND, "hold", "sound")
    play.call(T0 + 44 * SECOND, "choose", "demo", option="run-it")
    play.call(T0 + 45 * SECOND, "skip", "cam")
    play.call(T0 + 45 * SECOND, "skip", "close")
    play.run(T0 + 2 * MINUTE)
    assert "skipped" == play.state_of("demo")


def test_skipping_a_choice_takes_no_option():
    """SEMANTICS 3: choice skipped: idle becomes not_taken. `fire` asks anew."""
    play = Play(book(*demo(), end()))
    play.call(T0 - MINUTE, "skip", "demo")
    play.run(T0 + MINUTE)
    assert ["skipped", "not_taken"] == [play.state_of(n) for n in ("demo", "cam")]
    play.call(T0 + 2 * MINUTE, "fire", "demo")
    play.call(T0 + 2 * MINUTE + SECOND, "choose", "demo", option="run-it")
    play.run(T0 + 3 * MINUTE)
    assert ["done", "done"] == [play.state_of(n) for n in ("demo", "cam")]


def test_what_hangs_on_an_option_not_taken_is_dead():
    """SEMANTICS 2: dead: a predecessor not_taken; it keeps no show open. Of `any` one
    that can still come is enough.
    """
    either = After(any_of=("cam", "late"))
    runbook = book(
        *demo(),
        cue("after-cam", after="close"),
        cue("at-cam", at="cam+5s"),
        cue("either", after=either),
        cue("late", at="T+10m"),
    )
    play = Play(runbook)
    play.call(T0 + SECOND, "choose", "demo", option="skip-it")
    play.run(T0 + 5 * MINUTE)
    assert ["pending", "pending", "pending"] == [
        play.state_of(name) for name in ("after-cam", "at-cam", "either")
    ]
    assert "counting" == play.engine.state.show
    play.run(T0 + 11 * MINUTE)
    assert "done" == play.state_of("either")
    assert "complete" == play.engine.state.show


def test_options_keep_no_show_open_and_a_choice_does():
    """SEMANTICS 2: idle cues keep nothing alive; a running choice does."""
    play = Play(book(*demo())).run(T0 + 44 * SECOND)
    assert "counting" == play.engine.state.show
    play.run(T0 + MINUTE)
    assert "complete" == play.engine.state.show


@pytest.mark.parametrize("verb", ["end", "abort"])
def test_the_end_ends_what_asks(verb):
    """SEMANTICS 2: in closing nothing fires; an unanswered choice ends skipped."""
    play = Play(book(*demo(), end()))
    play.call(T0 + SECOND, verb)
    play.run(T0 + 2 * MINUTE)
    assert play.engine.finished
    assert "skipped" == play.state_of("demo")
    assert [] == play.fired_us("cam")


def test_a_choice_in_an_option():
    """SEMANTICS 4 choice: an option's cues may be a choice; not taken goes down to the
    innermost.
    """
    inner = choice("which", {"a": (cue("a1"),), "b": (cue("b1"),)})
    outer = choice("demo", {"run": inner, "not": ()}, at="T-0")
    for option, states in {
        "run": ["done", "done", "done", "not_taken"],
        "not": ["done", "not_taken", "not_taken", "not_taken"],
    }.items():
        play = Play(book(*outer, end()))
        play.call(T0 + SECOND, "choose", "demo", option=option)
        play.call(T0 + 2 * SECOND, "choose", "which", option="a")
        play.run(T0 + MINUTE)
        assert states == [play.state_of(n) for n in ("demo", "which", "a1", "b1")]


def test_a_choice_in_a_procedure_asks_each_time():
    """SEMANTICS 6 procedures: cue lists by the same rules; each start asks anew."""
    asked = choice("which", {"a": (cue("a1", scene("A")),), "b": ()})
    play = Play(book(cue("x", at="T-0"), procedures=procedure("p", *asked)))
    for minute in (1, 5):
        at_us = START + minute * MINUTE
        play.call(at_us, "call", "p")
        play.call(at_us + SECOND, "choose", "which", option="a")
        play.run(at_us + MINUTE)
        assert ["done", "done"] == [play.state_of(n) for n in ("which", "a1")]
        assert not play.engine.state.procedures["p"].running
    assert 2 == len(play.fired_us("a1"))


def test_a_recovered_engine_takes_the_default():
    """SEMANTICS 9.1: from any prefix folded the same comes: a choice's time too."""
    from launchctl.show.engine import Engine

    runbook = book(*demo(default="run-it"), end())
    play = Play(runbook).run(T0 + 30 * SECOND)
    again = Engine(runbook, "run-1")
    for event in play.events:
        again.apply(event)
    decision = again.recover(T0 + 44 * SECOND)
    assert T0 + 45 * SECOND == decision.deadline_us
    decision = again.step(T0 + 45 * SECOND)
    assert ["chosen"] == [e.event for e in decision.events if e.cue == "demo"][:1]


def test_after_a_choice_waits_for_its_end_and_or_after_does_not():
    """SEMANTICS 4: a choice's end satisfies `after`; `also` admits it skipped; with
    `or_after` what follows comes though an option was not taken.
    """
    runbook = book(
        *demo(),
        cue("then", after=After(all_of=("demo",), also=("skipped",))),
        cue("anyhow", after=After(all_of=("demo", "cam"), or_after_us=MINUTE)),
        end(),
    )
    play = Play(runbook)
    play.call(T0 + SECOND, "choose", "demo", option="skip-it")
    play.run(T0 + 5 * MINUTE)
    assert [T0 + SECOND] == play.fired_us("then")
    assert [T0 + MINUTE] == play.fired_us("anyhow")
    skipped = Play(runbook)
    skipped.call(T0 - SECOND, "skip", "demo")
    skipped.run(T0 + MINUTE)
    assert [T0 - SECOND] == skipped.fired_us("then")


def test_what_parks_while_the_show_closes_does_not_keep_it_open():
    """SEMANTICS 2: closing waits for what runs; nobody could fire what parked."""

    def answers(command):
        if isinstance(command, Command) and command.action.kind == "scene":
            return [(MINUTE, Ended(command.key, command.attempt, Answer.OK))]
        return all_well(command)

    member = cue("both", scene("A"), post(), late=Late(otherwise=Else.PARK))
    play = Play(
        book(*choice("ask", {"one": (member,)}, at="T-0"), cue("end", at="T+1h")),
        answer=answers,
    )
    play.call(T0 - SECOND, "silence", "all")
    play.call(T0 + SECOND, "choose", "ask", option="one")
    play.call(T0 + 10 * SECOND, "end", confirm=True)
    play.run(T0 + 5 * MINUTE)
    assert "parked" == play.state_of("both")
    assert "skipped" == play.state_of("ask")
    assert "complete" == play.engine.state.show
