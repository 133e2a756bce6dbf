"""Films: the true end, FILM.end - d, what turns manual (SEMANTICS 6, Film)."""

from __future__ import annotations

from typing import Any

import pytest

from launchctl.runbook import actions as act
from launchctl.runbook.model import After, AtCue, Cue
from launchctl.show.commands import AnyCommand, Command
from launchctl.show.engine import Engine
from launchctl.show.inputs import Answer, Ended, FilmSeen, HandSeen, StageSeen
from launchctl.times import MILLISECOND, MINUTE, SECOND, Micros
from tests.show.build import T0, book, cue, hold, scene
from tests.show.play import Play, Reply, all_well

LENGTH = 2 * MINUTE + 14 * SECOND
LAG = 20 * MILLISECOND
STARTED = T0 + LAG
ENDS = STARTED + LENGTH


def film(name: str = "film", **fields: Any) -> Cue:
    """A cue that plays a film at T-0."""
    body = act.FilmBody(play="film.mp4", source="Film", scene="Film", length_us=LENGTH)
    return cue(name, act.PlayMedia(media=body), **{"at": "T-0", **fields})


def end(offset_us: Micros = 0) -> AtCue:
    """``at: film.end + d``."""
    return AtCue(cue="film", offset_us=offset_us, film=True)


def at_end(name: str, *do: act.AnyAction, offset_us: Micros = 0, **fields: Any) -> Cue:
    """A cue that hangs on the film's end."""
    return cue(name, *(do or (scene("Next"),)), **fields).model_copy(
        update={"at": end(offset_us)}
    )


def projector(command: AnyCommand) -> Reply:
    """A film starts 20 ms after its command, and plays to its end."""
    if isinstance(command, Command) and command.action.kind == "media":
        start_us = command.sent_after_us + LAG
        ended_us = start_us + LENGTH
        ended = Ended(command.key, command.attempt, Answer.OK, confirmed_us=ended_us)
        seen = FilmSeen(command.key, command.attempt, start_us)
        return [(LAG, seen), (LAG + LENGTH, ended)]
    return all_well(command)


def starts(command: AnyCommand) -> Reply:
    """A film starts; what becomes of it a test says itself."""
    reply = projector(command)
    return reply[:1] if len(reply) == 2 else reply


def show(*cues: Cue, answer: Any = projector, **fields: Any) -> Play:
    """A show that goes on for an hour."""
    later = cue("later", scene("Z"), at="T+1h")
    return Play(book(*cues, later, **fields), answer=answer)


def interrupted(play: Play, at_us: Micros, detail: str = "cut away") -> None:
    """The far end says that the film did not really end."""
    (command,) = [c for c in play.sent("stage:main") if c.action.kind == "media"]
    play.give(at_us, Ended(command.key, command.attempt, Answer.REFUSED, detail))


def test_what_hangs_on_the_end_comes_with_the_real_end() -> None:
    """SEMANTICS 4 and 6: at FILM.end, + d, and after its cue, from the reported end."""
    play = show(
        film(),
        at_end("same"),
        at_end("more", offset_us=5 * SECOND),
        cue("follow", scene("X"), after="film"),
    ).run(T0 + 10 * MINUTE)
    assert play.fired_us("same") == [ENDS]
    assert play.fired_us("more") == [ENDS + 5 * SECOND]
    assert play.fired_us("follow") == [ENDS]
    assert play.state_of("film") == "done"


def test_before_the_end_counts_from_the_reported_play() -> None:
    """SEMANTICS 6: FILM.end - d = start + length - d; a cut by that cue ends the film
    ok there.
    """
    play = show(
        film(),
        at_end("cut", scene("Next"), offset_us=-20 * SECOND),
        cue("follow", scene("X"), after="film"),
        answer=starts,
    )
    play.run(ENDS - 20 * SECOND)
    assert play.fired_us("cut") == [ENDS - 20 * SECOND]
    interrupted(play, ENDS - 19 * SECOND)
    play.run(T0 + 10 * MINUTE)
    assert play.state_of("film") == "done"
    assert play.fired_us("follow") == [ENDS - 19 * SECOND]


def test_pauses_move_the_start_on() -> None:
    """SEMANTICS 6: the start is moved on by pauses and stalls; while it stands there is
    no instant before the end.
    """
    play = show(film(), at_end("cut", offset_us=-20 * SECOND), answer=starts)
    play.run(T0 + MINUTE)
    key = play.sent("stage:main")[0].key
    play.give(T0 + MINUTE, FilmSeen(key, 1, None))
    play.give(T0 + 3 * MINUTE, FilmSeen(key, 1, STARTED + 2 * MINUTE))
    play.run(T0 + 10 * MINUTE)
    assert play.fired_us("cut") == [ENDS + 2 * MINUTE - 20 * SECOND]


@pytest.mark.parametrize("also", [(), ("failed",)])
def test_what_hangs_on_an_interrupted_film_turns_manual(also: tuple[Any, ...]) -> None:
    """SEMANTICS 6: interrupted = failed, which satisfies no after and no also; these
    triggers become GO of the roles that may go (invariant 13).
    """
    after = After(all_of=("film",), also=also)
    play = show(
        film(),
        at_end("same"),
        cue("follow", scene("X")).model_copy(update={"after": after}),
        answer=starts,
    )
    play.run(T0 + MINUTE)
    interrupted(play, T0 + MINUTE)
    play.run(T0 + 5 * MINUTE)
    assert play.state_of("film") == "failed"
    assert [play.state_of(name) for name in ("same", "follow")] == ["standby"] * 2
    assert [e.cue for e in play.named("cue_manual")] == ["same", "follow"]
    play.call(T0 + 6 * MINUTE, "go", "same")
    play.call(T0 + 7 * MINUTE, "go", "follow")
    play.run(T0 + 8 * MINUTE)
    assert play.fired_us("same") == [T0 + 6 * MINUTE]
    assert play.fired_us("follow") == [T0 + 7 * MINUTE]


def test_a_cut_by_hand_in_mid_film_fires_nothing() -> None:
    """SEMANTICS 6: a film whose scene left the program is interrupted."""
    play = show(film(), at_end("same"), at_end("late", offset_us=SECOND))
    play.give(T0, StageSeen("main", connected=True, program="Film"))
    play.give(T0 + MINUTE, HandSeen("main", "program", "Slide"))
    play.run(T0 + 20 * MINUTE)
    assert play.fired_us("same") == play.fired_us("late") == []
    assert play.state_of("film") == "failed"


def test_an_end_in_a_hold_turns_what_hangs_on_it_manual() -> None:
    """SEMANTICS 6 and 10: its instant falls in a hold against it: GO fires it."""
    play = show(film(), cue("demo", scene("Demo"), after="film"), at_end("same"))
    play.call(T0 + MINUTE, "hold", "pause")
    play.call(T0 + 3 * MINUTE, "resume", "pause")
    play.run(T0 + 5 * MINUTE)
    assert play.fired_us("demo") == play.fired_us("same") == []
    assert play.state_of("demo") == "standby"
    play.call(T0 + 6 * MINUTE, "go", "demo")
    play.run(T0 + 6 * MINUTE)
    assert play.fired_us("demo") == [T0 + 6 * MINUTE]


def test_before_the_end_in_a_hold_turns_manual_too() -> None:
    """SEMANTICS 6: films never stop, so FILM.end - d can fall in a hold."""
    play = show(film(), at_end("cut", offset_us=-20 * SECOND))
    play.call(T0 + MINUTE, "hold", "pause")
    play.call(ENDS - 10 * SECOND, "resume", "pause")
    play.run(T0 + 10 * MINUTE)
    assert play.fired_us("cut") == []
    assert play.state_of("cut") == "standby"


def test_a_hold_that_is_over_before_moves_nothing_that_hangs_on_the_film() -> None:
    """SEMANTICS 2 and 6: holds never stop films; FILM.end - d keeps its instant."""
    play = show(film(), at_end("cut", offset_us=-20 * SECOND))
    play.call(T0 + 30 * SECOND, "hold", "pause")
    play.call(T0 + MINUTE, "resume", "pause")
    play.run(T0 + 10 * MINUTE)
    assert play.fired_us("cut") == [ENDS - 20 * SECOND]


def test_the_film_played_anew_takes_its_followers_back() -> None:
    """SEMANTICS 6: manual until the film plays anew."""
    play = show(film(), at_end("same"), answer=starts)
    play.run(T0 + MINUTE)
    interrupted(play, T0 + MINUTE)
    play.run(T0 + 2 * MINUTE)
    assert play.state_of("same") == "standby"
    play._answer = projector
    play.call(T0 + 3 * MINUTE, "fire", "film")
    play.run(T0 + 4 * MINUTE)
    assert play.state_of("same") == "pending"
    play.run(T0 + 10 * MINUTE)
    assert play.fired_us("same") == [T0 + 3 * MINUTE + LAG + LENGTH]


def test_an_early_go_of_a_cue_planned_at_the_end_is_fine() -> None:
    """SEMANTICS 4: with go, at is only the plan; its cut ends the film ok."""
    play = show(film(), at_end("reveal", go=("caller",)), answer=starts)
    play.call(T0 + 2 * MINUTE, "go", "reveal")
    play.run(T0 + 2 * MINUTE)
    interrupted(play, T0 + 2 * MINUTE + SECOND)
    play.run(T0 + 3 * MINUTE)
    assert play.fired_us("reveal") == [T0 + 2 * MINUTE]
    assert play.state_of("film") == "done"


def test_a_film_is_never_played_again_by_a_machine() -> None:
    """SEMANTICS 5 and 6: after a device's restart its scene is not put on program, as
    that may start it: a person is asked.
    """
    play = show(film(), answer=starts)
    play.run(T0 + MINUTE)
    play.give(T0 + MINUTE, StageSeen("main", connected=False))
    back = StageSeen("main", connected=True, restarted=True, program="Slide")
    play.give(T0 + MINUTE + SECOND, back)
    play.run(T0 + 2 * MINUTE)
    assert len(play.sent("stage:main")) == 1
    (asked,) = play.named("needs_person")
    assert "film.mp4" in asked.text


def test_after_a_crash_a_film_is_looked_at_and_not_played() -> None:
    """SEMANTICS 5 and 6: over a gap in reports its position decides: the command that
    is sent again only looks whether it plays on since its start.
    """
    play = show(film(), answer=starts).run(T0 + MINUTE)
    engine = Engine(play.engine.runbook, "run-1")
    for event in play.events:
        engine.apply(event)
    engine.recover(T0 + 90 * SECOND)
    seen = StageSeen("main", connected=True, program="Film")
    decision = engine.step(T0 + 91 * SECOND, [seen])
    (command,) = [c for c in decision.commands if isinstance(c, Command)]
    assert command.content["resume"] is True
    assert command.content["start_us"] == STARTED


def test_what_left_after_a_recovery_is_not_sent_a_second_time() -> None:
    """SEMANTICS 5 (recovery): only what a predecessor left without outcome; the stage
    was seen in time, so nothing waits for it any more.
    """
    play = show(film(at="T+2m"), answer=starts).run(T0 + MINUTE)
    engine = Engine(play.engine.runbook, "run-1")
    for event in play.events:
        engine.apply(event)
    now_us = T0 + 2 * MINUTE - SECOND
    engine.recover(now_us)
    decision = engine.step(now_us, [StageSeen("main", connected=True, program="Wait")])
    sent = []
    while decision.deadline_us is not None and now_us < T0 + 3 * MINUTE:
        now_us = decision.deadline_us
        decision = engine.step(now_us)
        sent += [c for c in decision.commands if isinstance(c, Command)]
    assert ["film"] == [command.cue for command in sent if command.cue == "film"]


def test_a_mixer_that_restarted_meanwhile_gets_what_was_left_open_at_once() -> None:
    """SEMANTICS 5 (recovery): its first report after the crash says so."""
    play = show(film(), answer=starts).run(T0 + MINUTE)
    engine = Engine(play.engine.runbook, "run-1")
    for event in play.events:
        engine.apply(event)
    engine.recover(T0 + 90 * SECOND)
    seen = StageSeen("main", connected=True, program="Wait", restarted=True)
    decision = engine.step(T0 + 91 * SECOND, [seen])
    sent = [c for c in decision.commands if isinstance(c, Command)]
    assert ["film"] == [command.cue for command in sent if command.cue]


def test_films_count_in_what_is_planned() -> None:
    """SEMANTICS 1: what comes after a film is planned with its length."""
    play = show(film(), cue("follow", scene("X"), after="film"), at_end("same"))
    rows = {row["cue"]: row["planned"] for row in play.engine.status(T0)["cues"]}
    assert rows["follow"] == rows["same"] != rows["film"]


def test_a_hold_over_the_end_counts_though_another_trigger_comes_later() -> None:
    """SEMANTICS 6 and 9.13: the instant fell in a hold, so what hangs on the film is
    manual, also if its condition turns true only after the hold, or nobody was awake.
    """
    late = at_end("next", when="stages.main.connected")
    for awake in (True, False):
        play = show(film(), late)
        play.call(T0 + MINUTE, "hold", "pause")
        if awake:
            play.run(ENDS + 30 * SECOND)
        play.call(ENDS + MINUTE, "resume", "pause")
        play.give(ENDS + 2 * MINUTE, StageSeen("main", connected=True))
        play.run(ENDS + 3 * MINUTE)
        assert "standby" == play.state_of("next")
        assert [("next", True)] == [
            (event.cue, event.manual) for event in play.named("cue_manual")
        ]


def test_a_hold_at_the_end_of_a_film_makes_all_that_hangs_on_it_manual() -> None:
    """SEMANTICS 6, Film: also what would have come later, and at once."""
    play = show(film(), at_end("first", hold()), at_end("more", offset_us=5 * SECOND))
    play.run(ENDS)
    assert ["pause"] == list(play.engine.state.holds)
    manual = {event.cue: event.at_us for event in play.named("cue_manual")}
    assert ENDS == manual["more"]
