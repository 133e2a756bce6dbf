"""The worked trace of SEMANTICS 10, row by row: one evening, and its three endings."""

from __future__ import annotations

import json

import pytest

from launchctl.runbook import actions as act
from launchctl.runbook.base import SecretRef
from launchctl.runbook.model import (
    Account,
    Else,
    Embargo,
    Figure,
    Late,
    Lift,
    Orders,
    Output,
    Runbook,
    Seen,
)
from launchctl.show import events as ev
from launchctl.show.clocks import t_at
from launchctl.show.commands import AnyCommand, Command, Settle, TakeFigure
from launchctl.show.engine import Engine
from launchctl.show.inputs import (
    Answer,
    Ended,
    FigureTaken,
    FilmSeen,
    OutputSeen,
    PostSeen,
    Receipt,
    Settled,
    Sight,
    StageSeen,
)
from launchctl.times import (
    HOUR,
    MILLISECOND,
    MINUTE,
    SECOND,
    Micros,
    format_t,
    parse_instant,
)
from tests.show.build import book, choice, cue, post, scene
from tests.show.play import Play, Reply, all_well

LENGTH = 2 * MINUTE + 14 * SECOND
DAY_ONE_KEY = "run-1/0/day-one/0"
POST_KEY = "run-1/0/post/0"
HAND_URL = "https://x.com/ceo/status/7"


def wall(clock: str, day: int = 13) -> Micros:
    """The instant at which the wall shows this; the evening is day 13."""
    return parse_instant(f"2020-09-{day}T{clock}+00:00")


T0 = wall("20:30:00")


def evening() -> Runbook:
    """The runbook of the trace."""
    body = act.FilmBody(play="film.mp4", source="Film", scene="Film", length_us=LENGTH)
    options = {
        "run-it": (cue("live-demo", scene("Demo")),),
        "skip-it": (cue("no-demo", scene("Slide")),),
    }
    fade = act.Transition(name="Fade", duration_us=500 * MILLISECOND)
    day_one = cue(
        "day-one",
        post("{{ figures['day'] }} orders"),
        at="reveal+24h",
        late=Late(within_us=20 * MINUTE, otherwise=Else.PARK),
    )
    seen = Lift(gate=Seen(scene="Reveal", output="live"))
    secret = SecretRef(env="X")
    return book(
        cue("film", act.PlayMedia(media=body), go=("caller",)),
        *choice("demo", options, after="film"),
        cue("reveal", scene("Reveal", transition=fade), go=("caller",)),
        cue("post", post("It is here."), after="reveal"),
        day_one,
        t0_us=T0,
        accounts={
            "ceo": Account(
                network="x", handle="ceo", credentials=secret, by_hand="watch"
            )
        },
        groups={},
        outputs={
            "live": Output(
                playback="http://127.0.0.1:1/live.m3u8", delay_us=20 * SECOND
            )
        },
        embargoes={"car": Embargo(name="car", default=True, lifts=(seen,))},
        figures={"day": Figure(name="day", of="orders.units", bounds=(500, 2000))},
        orders=Orders(),
    )


def world(command: AnyCommand) -> Reply:
    """The far ends of the evening: a film of its length, a fade of half a second, a
    post whose answer the crash swallows, a ledger that is complete after 4 s.
    """
    match command:
        case Command(key=key, attempt=attempt) if command.action.kind == "media":
            seen = FilmSeen(key, attempt, command.sent_after_us)
            return [(0, seen), (LENGTH, Ended(key, attempt, Answer.OK))]
        case Command(key=key, attempt=attempt, cue="reveal"):
            return [(600 * MILLISECOND, Ended(key, attempt, Answer.OK))]
        case Command(cue="post"):
            return [(5 * SECOND, Ended(command.key, command.attempt, Answer.OK))]
        case Settle():
            sent = command.command
            found = Receipt("9", "https://x.com/ceo/status/9")
            settled = Settled(sent.key, sent.attempt, Sight.FOUND, found)
            return [(SECOND, settled)]
        case TakeFigure():
            return [(4 * SECOND, FigureTaken(command.figure, 1000, 7))]
        case _:
            return all_well(command)


def on_line(play: Play, at_us: Micros) -> None:
    """The stage and the output are there; the edge moves."""
    program = play.engine.state.stages["main"].program
    stage = StageSeen("main", connected=True, program=program, streaming=True)
    play.give(at_us, stage)
    play.give(at_us, OutputSeen("live", moving=True, moved_us=at_us))


def crash(play: Play, down_us: Micros, back_us: Micros) -> None:
    """The conductor dies, with what was on the wire; another folds its journal."""
    play.run(down_us)
    play._agenda.clear()
    fresh = Engine(play.engine.runbook, "run-1")
    for event in play.events:
        fresh.apply(ev.decode(json.loads(json.dumps(ev.encode(event)))))
    assert fresh.state == play.engine.state
    play.engine = fresh
    play.now_us = back_us
    play._take(fresh.start(back_us))
    on_line(play, back_us)
    play.step(back_us)


def t_of(play: Play, at_us: Micros) -> str:
    """T at an instant, as people read it."""
    return format_t(t_at(play.engine.state, at_us))


class Evening:
    """The evening up to the fork, and the ids of the calls that matter."""

    def __init__(self) -> None:
        self.play = play = Play(evening(), start_us=T0 - HOUR, answer=world)
        on_line(play, T0 - HOUR)
        play.call(wall("20:50:00"), "go", "film")
        play.call(wall("20:51:00"), "hold", "pause")
        play.run(wall("20:52:14") - 1)
        self.before_end = play.state_of("film")
        play.run(wall("20:52:14"))
        self.at_end = play.state_of("film")
        play.run(wall("20:52:20"))
        self.in_hold = t_of(play, play.now_us)
        self.early_go = play.call(wall("20:52:20"), "go", "demo")
        play.call(wall("20:52:30"), "resume", "pause")
        play.run(wall("20:52:31"))
        self.after_hold = play.state_of("demo")
        play.call(wall("20:52:40"), "go", "demo")
        play.run(wall("20:52:41"))
        self.asked = play.state_of("demo")
        play.call(wall("20:52:50"), "choose", "demo", option="run-it")
        play.run(wall("20:58:09"))
        seen = play.engine.state.seq
        self.go = play.call(wall("20:58:10"), "go", "reveal", seen=seen)
        again_us = wall("20:58:10.400")
        self.again = play.call(again_us, "go", "reveal", seen=seen)
        play.run(wall("20:58:10.600"))
        self.revealed = {c: play.state_of(c) for c in ("reveal", "post")}
        play.run(wall("20:58:31"))
        self.sent = play.state_of("post")
        crash(play, wall("20:58:31"), wall("20:58:45"))
        self.recovered = play.state_of("post")
        play.run(wall("20:58:46"))


@pytest.fixture
def night() -> Evening:
    """Played up to the fork: the conductor is back, the post was found."""
    return Evening()


def test_row_1_go_fires_the_film(night: Evening) -> None:
    """SEMANTICS 10: 20:50, T+20:00."""
    at_us = wall("20:50:00")
    assert [at_us] == night.play.fired_us("film")
    assert "T+00:20:00" == t_of(night.play, at_us)


def test_row_2_the_films_end_in_the_hold_makes_the_demo_manual(night: Evening) -> None:
    """SEMANTICS 10: 20:51 to 20:52:30, T stands at +21:00; real end 20:52:14."""
    play = night.play
    hold = wall("20:51:00")
    ends = ("20:51:00", "20:52:14", "20:52:30")
    assert ["T+00:21:00"] * 3 == [t_of(play, wall(clock)) for clock in ends]
    assert "T+00:21:00" == night.in_hold
    assert [hold] == [e.at_us for e in play.named("hold_opened")]
    released = play.named("hold_released")
    assert [wall("20:52:30")] == [e.at_us for e in released]
    assert "running" == night.before_end
    assert "done" == night.at_end
    (manual,) = play.named("cue_manual", "demo")
    assert (wall("20:52:14"), "film", True) == (
        manual.at_us,
        manual.film,
        manual.manual,
    )
    assert "hold pause is open" in (play.refusal(night.early_go) or "")
    assert "standby" == night.after_hold


def test_row_3_go_makes_the_demo_ask_and_an_option_is_chosen(night: Evening) -> None:
    """SEMANTICS 10: 20:52:40, T+21:10: asks; at :50 run-it, skip-it not taken."""
    play = night.play
    at_us = wall("20:52:40")
    assert [at_us] == play.fired_us("demo")
    assert "T+00:21:10" == t_of(play, at_us)
    assert [at_us] == [e.at_us for e in play.named("cue_asked", "demo")]
    assert "running" == night.asked
    (chosen,) = play.named("chosen", "demo")
    assert (wall("20:52:50"), "run-it") == (chosen.at_us, chosen.option)
    assert [wall("20:52:50")] == play.fired_us("live-demo")
    assert ["done", "done", "not_taken"] == [
        play.state_of(name) for name in ("demo", "live-demo", "no-demo")
    ]


def test_row_4_go_fires_the_reveal_and_once_only(night: Evening) -> None:
    """SEMANTICS 10: 20:58:10, T+26:40; a second GO at .4 is refused."""
    play = night.play
    at_us = wall("20:58:10")
    assert play.refusal(night.go) is None
    assert [at_us] == play.fired_us("reveal")
    assert "T+00:26:40" == t_of(play, at_us)
    refused = [e for e in play.named("call_refused") if e.call == night.again]
    assert [wall("20:58:10.400")] == [e.at_us for e in refused]


def test_row_4_the_second_go_is_stale(night: Evening) -> None:
    """SEMANTICS 8 and 10: it saw an older standby: that is what the person is told."""
    assert (night.play.refusal(night.again) or "").startswith("stale")


def test_row_5_the_reveal_is_done_and_the_post_waits(night: Evening) -> None:
    """SEMANTICS 10: 20:58:10.6: on program; the post is due, behind the embargo."""
    play = night.play
    at_us = wall("20:58:10.600")
    assert {"reveal": "done", "post": "waiting"} == night.revealed
    assert "T+00:26:40.600" == t_of(play, at_us)
    assert [at_us] == [e.at_us for e in play.named("cue_ended", "reveal")]
    (due,) = play.named("cue_due", "post")
    assert (at_us, at_us, 0) == (due.at_us, due.due_us, due.late_by_us)
    assert [at_us] == [e.at_us for e in play.named("embargo_begun")]


def test_row_6_the_viewers_have_seen_it_and_the_post_fires(night: Evening) -> None:
    """SEMANTICS 10: 20:58:30.6: the embargo opens; fired, late 20 s; sent."""
    play = night.play
    at_us = wall("20:58:30.600")
    assert [at_us] == [e.at_us for e in play.named("embargo_latched")]
    assert "T+00:27:00.600" == t_of(play, at_us)
    (fired,) = play.named("fired", "post")
    assert (at_us, 20 * SECOND) == (fired.at_us, fired.late_by_us)
    assert [(at_us, POST_KEY)] == [
        (e.at_us, e.key) for e in play.named("intent", "post")
    ]
    assert 1 == len([c for c in play.sent("account:ceo") if c.cue == "post"])
    assert "running" == night.sent


def test_row_7_after_the_crash_the_network_is_asked(night: Evening) -> None:
    """SEMANTICS 10: down from :31 to :45; asked, id found: done, and sent once."""
    play = night.play
    (recovered,) = play.named("recovered")
    assert wall("20:58:45") == recovered.at_us
    (settle,) = [c for c in play.commands if isinstance(c, Settle)]
    assert POST_KEY == settle.command.key
    assert "running" == night.recovered
    (settled,) = play.named("settled", "post")
    assert (wall("20:58:46"), "found", "9") == (
        settled.at_us,
        settled.sight,
        settled.receipt_id,
    )
    assert "done" == play.state_of("post")
    assert 1 == len(play.sent("account:ceo"))
    assert "T+00:27:16" == t_of(play, play.now_us)


def test_ending_posted_by_hand(night: Evening) -> None:
    """SEMANTICS 10: + 1 d, 20:40: day-one parked, superseded; adopted: done."""
    play = night.play
    at_us = wall("20:40:00", 14)
    play.give(at_us, PostSeen("ceo", "7", HAND_URL, "1000 orders!", at_us))
    play.run(at_us)
    assert "parked" == play.state_of("day-one")
    (parked,) = play.named("cue_parked", "day-one")
    assert at_us == parked.at_us
    assert "superseded" in parked.reason
    assert "T+24:08:30" == t_of(play, at_us)
    play.call(at_us + MINUTE, "adopt", "day-one")
    play.run(at_us + MINUTE)
    assert "done" == play.state_of("day-one")
    (adopted,) = play.named("cue_adopted", "day-one")
    assert ("7", HAND_URL) == (adopted.receipt_id, adopted.receipt_url)
    assert [] == play.fired_us("day-one")
    assert ("complete", "green") == (str(play.engine.state.show), play.engine.verdict)


def test_ending_the_figure_comes_four_seconds_late(night: Evening) -> None:
    """SEMANTICS 10: 20:58:10 due; figure pending to :14, in bounds; fired, late 4 s."""
    play = night.play
    due_us = wall("20:58:10", 14)
    play.run(due_us)
    assert "waiting" == play.state_of("day-one")
    assert [due_us] == [e.due_us for e in play.named("cue_due", "day-one")]
    assert "T+24:26:40" == t_of(play, due_us)
    assert [due_us] == [e.as_of_us for e in play.named("figure_asked")]
    play.run(wall("20:58:14", 14))
    (taken,) = play.named("figure_taken")
    assert (wall("20:58:14", 14), 1000, True) == (
        taken.at_us,
        taken.value,
        taken.in_bounds,
    )
    (fired,) = play.named("fired", "day-one")
    assert (wall("20:58:14", 14), 4 * SECOND) == (fired.at_us, fired.late_by_us)
    play.run(wall("20:58:20", 14))
    assert "1000 orders" == play.sent("account:ceo")[-1].content["text"]
    assert ("complete", "green") == (str(play.engine.state.show), play.engine.verdict)


def test_ending_the_conductor_is_down_past_the_due(night: Evening) -> None:
    """SEMANTICS 10: down to 21:30: late 31:50: parked; fire: gates read, sent."""
    play = night.play
    back_us = wall("21:30:00", 14)
    crash(play, wall("20:50:00", 14), back_us)
    assert "parked" == play.state_of("day-one")
    (parked,) = play.named("cue_parked", "day-one")
    late_us = 31 * MINUTE + 50 * SECOND
    assert (back_us, late_us) == (parked.at_us, parked.late_by_us)
    assert "T+24:58:30" == t_of(play, back_us)
    asked = play.named("figure_asked")
    assert [(back_us, wall("20:58:10", 14))] == [(e.at_us, e.as_of_us) for e in asked]
    fire_us = back_us + 2 * SECOND
    play.call(fire_us, "fire", "day-one")
    play.run(fire_us)
    # its figure comes at :04: the gate is read, and the post does not leave before
    assert ("waiting", []) == (play.state_of("day-one"), play.fired_us("day-one"))
    play.run(back_us + 4 * SECOND)
    assert [back_us + 4 * SECOND] == play.fired_us("day-one")
    play.run(fire_us + 10 * SECOND)
    assert "done" == play.state_of("day-one")
    assert [DAY_ONE_KEY] == [e.key for e in play.named("intent", "day-one")]
    assert "1000 orders" == play.sent("account:ceo")[-1].content["text"]
    assert "complete" == str(play.engine.state.show)
