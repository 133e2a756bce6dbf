"""What is shown for a while: `for` on visible, and lower thirds (SEMANTICS 6)."""

from __future__ import annotations

from launchctl.runbook import actions as act
from launchctl.show.engine import Engine
from launchctl.show.inputs import HandSeen, StageSeen
from launchctl.times import MILLISECOND, MINUTE, SECOND
from tests.show.build import START, T0, book, cue, scene
from tests.show.play import Play

LAG = 20 * MILLISECOND
NAME = act.LowerThird(
    lower_third=act.LowerThirdBody(source="Name", text="Ana Diaz", for_us=8 * SECOND)
)


def show(action: act.AnyAction) -> Play:
    """A show that does this at T-0 and goes on for an hour."""
    later = cue("later", scene("Z"), at="T+1h")
    play = Play(book(cue("one", action, at="T-0"), later))
    play.give(START, StageSeen("main", connected=True, program="Keynote"))
    return play


def hidden(play: Play) -> list[tuple[int, object]]:
    """(when, show) of what ended a ``for``."""
    return [
        (event.at_us, event.wanted[1])
        for event in play.named("commanded")
        if event.slot.startswith("again/")
    ]


def test_a_lower_third_is_hidden_when_its_time_is_over() -> None:
    """SEMANTICS 6: text and visible for a while, then hidden; ok when it is shown."""
    play = show(NAME).run(T0 + MINUTE)
    command = play.sent("stage:main")[0]
    assert command.content == {"scene": "Keynote", "text": "Ana Diaz"}
    assert play.state_of("one") == "done"
    assert hidden(play) == [(T0 + LAG + 8 * SECOND, False)]
    wanted = play.engine.state.stages["main"].wanted
    assert wanted == {"visible:Keynote/Name": False}


def test_what_took_its_place_before_its_answer_is_left_alone() -> None:
    """SEMANTICS 6: another cue hid it meanwhile; that is no longer its time to end."""
    shown = act.Visibility(source="Logo", scene="A", show=True, for_us=10 * SECOND)
    gone = act.Visibility(source="Logo", scene="A", show=False)
    play = Play(
        book(
            cue("one", act.Visible(visible=shown), at="T-0"),
            cue("two", act.Visible(visible=gone), at="one+0s"),
            cue("later", scene("Z"), at="T+1h"),
        )
    )
    play.run(T0 + MINUTE)
    assert [] == hidden(play)
    assert {} == play.engine.state.stages["main"].shown


def test_visible_for_a_while_is_turned_round_in_a_hold_too() -> None:
    """SEMANTICS 1: `for` runs on N and never stops."""
    body = act.Visibility(source="Logo", scene="A", show=False, for_us=10 * SECOND)
    play = show(act.Visible(visible=body))
    play.call(T0 + SECOND, "hold", "pause")
    play.run(T0 + MINUTE)
    assert hidden(play) == [(T0 + LAG + 10 * SECOND, True)]


def test_what_a_person_changed_is_left_alone() -> None:
    """Invariant 15: nothing of ours undoes a hand (SEMANTICS 9)."""
    play = show(NAME)
    play.give(T0 + SECOND, HandSeen("main", "visible:Keynote/Name", False))
    play.give(T0 + 2 * SECOND, HandSeen("main", "visible:Keynote/Name", True))
    play.run(T0 + MINUTE)
    assert hidden(play) == []


def test_after_a_restart_it_is_shown_again_for_the_rest_of_its_time() -> None:
    """SEMANTICS 6: wanted state is asserted again, its text too."""
    play = show(NAME)
    back = StageSeen("main", connected=True, restarted=True, program="Keynote")
    play.give(T0 + 2 * SECOND, back)
    play.run(T0 + MINUTE)
    assert hidden(play)[0] == (T0 + 2 * SECOND, "Ana Diaz")
    assert hidden(play)[-1] == (T0 + LAG + 8 * SECOND, False)


def test_a_crash_does_not_forget_to_hide_it() -> None:
    """SEMANTICS 5: a recovered conductor knows what is to be hidden."""
    play = show(NAME).run(T0 + SECOND)
    engine = Engine(play.engine.runbook, "run-1")
    for event in play.events:
        engine.apply(event)
    engine.recover(T0 + 2 * SECOND)
    on = StageSeen("main", connected=True, program="Keynote")
    engine.step(T0 + 2 * SECOND, [on])
    engine.step(T0 + 10 * SECOND)
    assert engine.state.stages["main"].wanted["visible:Keynote/Name"] is False
