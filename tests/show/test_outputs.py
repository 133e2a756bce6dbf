"""What viewers see, and when: `seen`, `stream_healthy`, `stream_lost`, the player."""

from __future__ import annotations

from typing import Any

from launchctl.runbook import actions as act
from launchctl.runbook.model import (
    Cue,
    Embargo,
    Lift,
    Output,
    Seen,
    StreamHealthy,
    Wait,
)
from launchctl.show.engine import Engine
from launchctl.show.inputs import HandSeen, OutputSeen, StageSeen
from launchctl.times import MINUTE, SECOND, Micros
from tests.show.build import START, T0, book, cue, post, procedure, scene, when
from tests.show.play import Play

LIVE = {"live": Output(playback="http://127.0.0.1:1/live.m3u8")}
SEEN = Seen(scene="Reveal", output="live")
CAR = {"car": Embargo(name="car", default=True, lifts=(Lift(gate=SEEN),))}
LONG = Wait(for_us=10 * MINUTE)


def shows(**fields: Any) -> StageSeen:
    """The stage, connected and streaming."""
    values = {"program": "Wait", "streaming": True, **fields}
    return StageSeen("main", connected=True, **values)


def moving(at_us: Micros, delay_us: Micros | None = None) -> OutputSeen:
    """The edge moved now."""
    return OutputSeen("live", moving=True, moved_us=at_us, delay_us=delay_us)


def still(at_us: Micros) -> OutputSeen:
    """The edge has not moved for 10 s."""
    return OutputSeen("live", moving=False, moved_us=at_us - 10 * SECOND)


def reveal_and_post(*, gated: bool = False, **fields: Any) -> Play:
    """A reveal at T-0, a post after it; by a gate or under the embargo."""
    extra: dict[str, Any] = {"gate": (SEEN,)} if gated else {}
    cues: tuple[Cue, ...] = (
        cue("reveal", scene("Reveal"), at="T-0"),
        cue("post", post(), after="reveal", wait=LONG, **extra),
    )
    embargoes = {} if gated else CAR
    play = Play(book(*cues, outputs=LIVE, embargoes=embargoes, **fields))
    play.give(START, shows())
    play.give(START, moving(START))
    return play


def test_a_post_leaves_when_viewers_have_seen_the_scene() -> None:
    """SEMANTICS 5 and 10: a lift by seen opens the output's delay (20 s) after the
    scene's ok; the post fires then, late by as much.
    """
    play = reveal_and_post().run(T0 + MINUTE)
    on_us = T0 + 20_000
    assert play.fired_us("post") == [on_us + 20 * SECOND]
    assert play.named("fired", "post")[0].late_by_us == 20 * SECOND
    assert [e.at_us for e in play.named("embargo_begun")] == [on_us]
    assert [e.at_us for e in play.named("embargo_latched")] == [on_us + 20 * SECOND]


def test_the_gate_seen_opens_at_the_same_instant() -> None:
    """SEMANTICS 5: seen = on_air on the stage feeding it, then its delay over."""
    play = reveal_and_post(gated=True).run(T0 + MINUTE)
    assert play.fired_us("post") == [T0 + 20_000 + 20 * SECOND]


def test_the_larger_of_declared_and_measured_delay_counts() -> None:
    """SEMANTICS 5: the delay is the larger of the declared and the measured."""
    for gated in (False, True):
        play = reveal_and_post(gated=gated)
        play.give(T0 - SECOND, moving(T0 - SECOND, 31 * SECOND))
        play.run(T0 + MINUTE)
        assert play.fired_us("post") == [T0 + 20_000 + 31 * SECOND]


def test_only_time_in_which_the_edge_moves_counts() -> None:
    """SEMANTICS 5: the delay is counted while the output's edge moves."""
    for gated in (False, True):
        play = reveal_and_post(gated=gated)
        play.give(T0 + 15 * SECOND, still(T0 + 15 * SECOND))
        play.give(T0 + 45 * SECOND, moving(T0 + 45 * SECOND))
        play.run(T0 + 2 * MINUTE)
        assert play.fired_us("post") == [T0 + 20_000 + 50 * SECOND]


def test_an_output_that_was_never_seen_to_move_opens_nothing() -> None:
    """SEMANTICS 5: what is unknown is closed."""
    for gated in (False, True):
        play = reveal_and_post(gated=gated)
        play.give(START + 1, OutputSeen("live", moving=None))
        play.run(T0 + 5 * MINUTE)
        assert play.fired_us("post") == []
        (closed,) = play.engine.status(play.now_us)["gates"]
        assert closed["cue"] == "post"


def test_what_was_on_program_before_lifts_nothing() -> None:
    """SEMANTICS 5: a lift by seen latches only through the ok of a cue's scene action,
    or a cut by hand at T >= 0.
    """
    play = Play(
        book(
            cue("post", post(), at="T-0", wait=LONG),
            outputs=LIVE,
            embargoes=CAR,
        )
    )
    play.give(START, shows(program="Reveal"))
    play.give(START, moving(START))
    play.give(T0 - MINUTE, HandSeen("main", "program", "Reveal"))
    play.give(T0 + MINUTE, HandSeen("main", "program", "Reveal"))
    play.run(T0 + MINUTE + 19 * SECOND)
    assert play.fired_us("post") == []
    play.run(T0 + 5 * MINUTE)
    assert play.fired_us("post") == [T0 + MINUTE + 20 * SECOND]


def test_a_scene_that_is_there_since_long_has_been_seen() -> None:
    """SEMANTICS 5: on_air counts what was there before and still is; so does seen."""
    one = cue("tell", post(), at="T-0", gate=(SEEN,), wait=LONG)
    play = Play(book(one, outputs=LIVE))
    play.give(START, shows(program="Reveal"))
    play.give(START, moving(START))
    play.run(T0 + MINUTE)
    assert play.fired_us("tell") == [T0]


def test_a_scene_that_was_left_before_counts_from_its_return() -> None:
    """SEMANTICS 5: an appearance before the predecessor fired does not count."""
    play = reveal_and_post(gated=True)
    play.give(T0 - MINUTE, shows(program="Reveal"))
    play.give(T0 - 30 * SECOND, shows(program="Wait"))
    play.run(T0 + MINUTE)
    assert play.fired_us("post") == [T0 + 20_000 + 20 * SECOND]


def test_a_scene_that_was_left_as_it_came_was_not_seen() -> None:
    """SEMANTICS 5: on program for no time at all, long ago, is no beginning."""
    play = reveal_and_post(gated=True)
    play.give(T0 - MINUTE, shows(program="Reveal"))
    play.give(T0 - MINUTE, HandSeen("main", "program", "Other"))
    play.run(T0 + MINUTE)
    assert play.fired_us("post") == [T0 + 20_000 + 20 * SECOND]


def test_a_scene_that_was_out_of_sight_counts_from_when_it_is_seen_again() -> None:
    """SEMANTICS 5: unknown is closed; while the mixer was away anything was on it."""
    waits = cue("x", at="T-0", gate=(SEEN,), wait=LONG)
    play = Play(book(waits, cue("end", at="T+1h"), outputs=LIVE))
    play.give(START, moving(START))
    play.give(T0 - MINUTE, shows(program="Reveal"))
    play.give(T0 - SECOND, StageSeen("main", connected=False))
    play.give(T0 + SECOND, shows(program="Reveal"))
    play.run(T0 + MINUTE)
    assert [T0 + 21 * SECOND] == play.fired_us("x")


def test_a_lift_begun_before_a_crash_goes_on_where_the_edge_moves_again() -> None:
    """SEMANTICS 5: while nobody lives, whether the edge moves is unknown, and such
    time does not count.
    """
    play = reveal_and_post()
    play.give(T0 + 5 * SECOND, shows(program="Reveal", skipped=0.1))
    play.run(T0 + 10 * SECOND)
    engine = Engine(play.engine.runbook, "run-1")
    for event in play.events:
        engine.apply(event)
    assert engine.state == play.engine.state
    engine.recover(T0 + 30 * SECOND)
    engine.step(T0 + 30 * SECOND, [shows(program="Reveal")])
    assert engine.state.cues["post"].state == "waiting"
    again_us = T0 + 40 * SECOND
    decision = engine.step(again_us, [moving(again_us)])
    counted_us = 5 * SECOND - 20_000  # from the scene's ok to the last event
    assert decision.deadline_us == again_us + 20 * SECOND - counted_us


def test_stream_healthy_asks_for_a_live_stream_whose_edge_moves() -> None:
    """SEMANTICS 5: live, not reconnecting, edge moving."""
    one = cue(
        "one", scene("A"), at="T-0", gate=(StreamHealthy(output="live"),), wait=LONG
    )
    play = Play(book(one, outputs=LIVE))
    play.give(START, shows(streaming=False))
    play.give(START, moving(START))
    play.give(T0 + SECOND, shows(reconnecting=True))
    play.give(T0 + 2 * SECOND, still(T0 + 2 * SECOND))
    play.give(T0 + 3 * SECOND, shows())
    play.give(T0 + 4 * SECOND, moving(T0 + 4 * SECOND))
    play.run(T0 + MINUTE)
    assert play.fired_us("one") == [T0 + 4 * SECOND]


def lost(play: Play) -> list[Micros]:
    """When the procedure that hears of a lost stream started."""
    return [event.at_us for event in play.named("procedure_started")]


def listening() -> Play:
    """A show that starts the stream at T-0, and tells when it is lost."""
    down = procedure(
        "down", cue("tell", scene("B")), when=when("stages.main.stream_lost", SECOND)
    )
    start = cue("start", act.Stream(stream="start"), at="T-0")
    later = cue("later", scene("C"), at="T+1h")
    play = Play(book(start, later, outputs=LIVE, procedures=down))
    play.give(START, shows(streaming=False))
    return play


def test_a_standing_edge_is_a_lost_stream() -> None:
    """SEMANTICS 4: stream_lost if the edge of an output it feeds has stood still for
    10 s, though the stage believes that it streams.
    """
    play = listening()
    play.give(T0 + 10_000, shows())
    play.give(T0 + 5 * SECOND, moving(T0 + 5 * SECOND))
    play.give(T0 + MINUTE, still(T0 + MINUTE))
    play.run(T0 + 2 * MINUTE)
    assert lost(play) == [T0 + MINUTE + SECOND]


def test_a_stream_that_just_began_is_not_lost_by_an_old_playlist() -> None:
    """SEMANTICS 4: an edge is judged once the stage has streamed for 10 s."""
    play = listening()
    play.give(START, still(START))
    play.give(T0 + 10_000, shows())
    play.run(T0 + MINUTE)
    assert lost(play) == [T0 + 11 * SECOND + 10_000]


def test_conditions_read_age_and_moving() -> None:
    """SEMANTICS 4: age is the time since the edge last moved, moving = age <= 10 s;
    unknown before it was seen to move.
    """
    old = cue("old", scene("B"), when=when("outputs.live.age > 12.0"))
    stands = cue("stands", scene("C"), when=when("!outputs.live.moving"))
    play = Play(book(cue("first", scene("A"), at="T-0"), old, stands, outputs=LIVE))
    play.give(START + SECOND, OutputSeen("live", moving=None))
    for second in range(2, 30, 2):
        play.give(START + second * SECOND, moving(START + second * SECOND))
    last_us = START + 28 * SECOND
    play.give(last_us + 10 * SECOND, still(last_us + 10 * SECOND))
    play.run(START + 2 * MINUTE)
    assert play.fired_us("stands") == [last_us + 10 * SECOND]
    assert play.fired_us("old") == [last_us + 13 * SECOND]


def test_an_edge_is_journaled_on_change_only() -> None:
    """SEMANTICS 4: where no condition reads its age, a moving edge is no news, and a
    measured delay is news only if it grows, or shrinks by 2 s.
    """
    play = reveal_and_post()
    for second in range(1, 60):
        at_us = START + second * SECOND
        play.give(at_us, moving(at_us, (5 + second % 2) * SECOND))
    play.run(START + 2 * MINUTE)
    assert len(play.named("output_seen")) == 2


def test_the_player_is_the_output_that_the_public_page_shows() -> None:
    """SEMANTICS 6: player is wanted, and ok at once; the first output shows before."""
    outputs = {**LIVE, "backup": Output(watch="https://example.com/b")}
    one = cue("elsewhere", act.Player(player="backup"), at="T-0")
    play = Play(book(one, outputs=outputs))
    assert play.engine.status(START)["player"] == "live"
    play.run(T0)
    assert play.engine.status(T0)["player"] == "backup"
    assert play.state_of("elsewhere") == "done"


def test_texts_read_where_to_watch() -> None:
    """SEMANTICS 4: templates read outputs.X.watch, posts too."""
    outputs = {"live": Output(watch="https://example.com/live")}
    one = cue("one", post("Watch: {{ outputs.live.watch }}"), at="T-0")
    play = Play(book(one, outputs=outputs)).run(T0)
    (command,) = play.sent("account:ceo")
    assert command.content["text"] == "Watch: https://example.com/live"


def test_a_scene_cut_to_out_of_sight_counts_from_when_it_is_seen() -> None:
    """SEMANTICS 5: OBS said ok as its connection broke; what was on meanwhile nobody
    knows, so what comes due later counts from the next sight of it.
    """
    cues = (
        cue("reveal", scene("Reveal"), at="T-2m"),
        cue("tell", post(), at="T-0", gate=(SEEN,), wait=LONG),
    )
    play = Play(book(*cues, outputs=LIVE))
    play.give(START, moving(START))
    play.give(T0, shows(program="Reveal"))
    play.run(T0 + MINUTE)
    assert play.fired_us("tell") == [T0 + 20 * SECOND]
