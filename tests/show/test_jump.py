"""Jump and do: a person sets the stages without a cue that fires (SEMANTICS 2, 8)."""

from __future__ import annotations

import pytest

from launchctl.runbook import actions as act
from launchctl.show.inputs import HandSeen
from launchctl.times import MINUTE, SECOND
from tests.show.build import START, T0, book, cue, hold, post, procedure, scene
from tests.show.lists import confirmed
from tests.show.play import Play


def audio(name, opened):
    """A fader."""
    return act.Audio(audio=act.Fader(input=name, open=opened))


def states(play, *names):
    """Where cues are."""
    return [play.state_of(name) for name in names]


def test_it_skips_what_stands_before_and_sets_the_stages():
    """SEMANTICS 2: unfired unpinned cues before it are skipped; the stages get the
    wanted state folded up to it; T and CUE's triggers stay.
    """
    play = Play(
        book(
            cue("a", scene("A"), audio("Mic", False), at="T-10m"),
            cue("b", scene("B"), at="T-5m"),
            cue("target", scene("C"), at="T-0"),
            cue("later", scene("D"), at="T+1m"),
        )
    )
    listed = confirmed(play, T0 - 20 * MINUTE, "jump", "target")
    assert (
        "a: skipped",
        "b: skipped",
        "stage main: audio:Mic becomes False",
        "stage main: program becomes B",
    ) == listed
    assert ["B"] == [
        c.content["scene"] for c in play.sent("stage:main") if "scene" in c.content
    ]
    wanted = play.engine.state.stages["main"].wanted
    assert {"audio:Mic": False, "program": "B"} == wanted
    play.run(T0 + 2 * MINUTE)
    assert ["skipped", "skipped", "done", "done"] == states(
        play, "a", "b", "target", "later"
    )
    assert [T0] == play.fired_us("target")


def test_what_it_hangs_on_and_what_is_pinned_parked_or_done_stays():
    """SEMANTICS 2: not what it depends on, not pinned ones, parked ones stay."""
    play = Play(
        book(
            cue("done", at="T-50m"),
            cue("press", at=T0 - MINUTE),
            cue("news", post(), at="T-30m"),
            cue("doors", at="T-6m"),
            cue("opening", after="doors"),
            cue("other", at="T-4m"),
            cue("target", at="opening+1m"),
            cue("end", at="T+1h"),
        )
    )
    play.call(START + MINUTE, "silence", "ceo")
    listed = confirmed(play, T0 - 10 * MINUTE, "jump", "target")
    assert ("other: skipped",) == listed
    names = ("done", "press", "news", "doors", "opening", "other")
    assert ["done", "pending", "parked", "pending", "pending", "skipped"] == states(
        play, *names
    )


def test_a_microphone_a_stream_and_the_counter_are_asked():
    """SEMANTICS 2: opening microphone or counter: asks; a stream is not repeatable."""
    play = Play(
        book(
            cue(
                "a",
                audio("Mic", True),
                act.Stream(stream="start"),
                act.Counter(counter="open"),
                at="T-10m",
            ),
            cue("target", at="T-0"),
        )
    )
    listed = confirmed(play, T0 - 20 * MINUTE, "jump", "target")
    assert (
        "a: skipped",
        "stage main: asks a person: Mic was open: open it?",
        "stage main: asks a person: start the stream?",
        "counter: asks a person: open it?",
    ) == listed
    assert [] == play.sent("stage:main")
    assert "hidden" == play.engine.state.counter
    assert 2 == len(play.engine.status(play.now_us)["stages"][0]["asks"])
    assert "counter" in play.engine.state.notes


def test_only_what_is_skipped_now_is_folded():
    """SEMANTICS 2, 9.15: what a hand made of a fired cue's wish stays."""
    play = Play(
        book(
            cue("a", scene("A"), at="T-50m"),
            cue("b", audio("Mic", False), at="T-10m"),
            cue("target", at="T-0"),
        )
    )
    play.give(T0 - 40 * MINUTE, HandSeen("main", "program", "Slide"))
    confirmed(play, T0 - 20 * MINUTE, "jump", "target")
    assert "Slide" == play.engine.state.stages["main"].wanted["program"]
    assert 2 == len(play.sent("stage:main"))


@pytest.mark.parametrize(
    ("target", "why"),
    [
        ("nobody", "there is no cue 'nobody'"),
        ("quiet", "cue quiet belongs to procedure crisis"),
        ("first", "cue first is done: jump to one that is to come"),
    ],
)
def test_it_goes_ahead_in_the_show_only(target, why):
    """SEMANTICS 2: CUE is an unfired cue of the show."""
    crisis = procedure("crisis", cue("quiet", scene("C")))
    cues = (cue("first", at="T-50m"), cue("end", at="T+1h"))
    play = Play(book(*cues, procedures=crisis))
    call = play.call(T0, "jump", target)
    play.run(T0)
    assert why == play.refusal(call)


# --- do --------------------------------------------------------------------------


def do(play, at_us, action, **fields):
    """Call `do` with an action's text; gives the call."""
    call = play.call(at_us, "do", action=action, **fields)
    play.run(at_us)
    return call


def test_do_sends_one_wanted_action_also_in_a_hold():
    """SEMANTICS 2, 8: one wanted action now; a hold does not stop it. It has its key
    and event, and is the wanted state from then on.
    """
    play = Play(book(cue("a", scene("A"), at="T-50m"), cue("end", at="T+1h")))
    play.call(T0, "hold", "mic")
    call = do(play, T0 + SECOND, "{scene: Slide, transition: {fade: 1s}}")
    assert play.refusal(call) is None
    sent = play.sent("stage:main")[-1]
    assert ("Slide", "") == (sent.content["scene"], sent.cue)
    assert sent.key == play.named("commanded")[-1].key
    play.run(T0 + 5 * SECOND)
    assert "Slide" == play.engine.state.stages["main"].wanted["program"]
    assert "ok" == play.engine.state.loose[sent.key].state


def test_do_takes_the_place_of_a_cut_by_hand():
    """SEMANTICS 6 hands: what a person orders later is the wanted state."""
    play = Play(book(cue("a", scene("A"), at="T-50m"), cue("end", at="T+1h")))
    play.give(T0, HandSeen("main", "program", "Slide"))
    do(play, T0 + SECOND, "{scene: B}")
    stage = play.engine.state.stages["main"]
    assert ({}, "B") == (stage.by_hand, stage.wanted["program"])


def test_do_sets_the_counter():
    """SEMANTICS 6: counter is wanted, and journaled."""
    play = Play(book(cue("end", at="T+1h")))
    do(play, T0, "{counter: freeze}")
    assert "frozen" == play.engine.state.counter


@pytest.mark.parametrize(
    ("action", "why"),
    [
        ("{post: {as: ceo, text: Hi}}", "do takes what can be repeated; post cannot"),
        ("{stream: start}", "do takes what can be repeated; stream cannot"),
        ("{hold: mic}", "do takes what can be repeated; hold cannot"),
        ("{scean: A}", "unknown action 'scean' (did you mean scene?)"),
        ("{scene: A, stage: mian}", "there is no stage 'mian' (did you mean main?)"),
        ("{scene: A, foo: 1}", "foo"),
        ("scene", "an action is written like {scene: Reveal}"),
        ("", "an action is written like {scene: Reveal}"),
        ("{scene: [", ""),
        ("{text: {source: T, text: '{{ orders.units }}'}}", "cannot be rendered"),
    ],
)
def test_do_refuses_what_is_not_repeatable_or_no_action(action, why):
    """SEMANTICS 8: one wanted action; everything else is refused with a sentence."""
    play = Play(book(cue("end", at="T+1h")))
    call = do(play, T0, action)
    assert why in play.refusal(call)
    assert [] == play.commands


def test_do_is_for_those_who_may_go():
    """SEMANTICS 8: do needs go."""
    play = Play(book(cue("pause", hold("p", MINUTE), at="T-1m"), cue("end", at="T+1h")))
    call = do(play, T0, "{scene: A}", roles={"legal"})
    assert "legal may not do: it needs go" == play.refusal(call)
