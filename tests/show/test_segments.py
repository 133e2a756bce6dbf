"""Segments: what is planned, what is expected, and how far over (SEMANTICS 1)."""

from pathlib import Path

import pytest

from launchctl.runbook import load
from launchctl.runbook.model import Segment
from launchctl.show.commands import Command
from launchctl.show.inputs import Answer, Ended, Receipt, Settled, Sight
from launchctl.show.progress import Progress
from launchctl.show.timeline import timetable_of
from launchctl.times import MINUTE, SECOND, format_instant, parse_instant
from tests.show.build import START, T0, book, cue, hold, post, scene
from tests.show.play import Play, all_well

EXAMPLES = Path(__file__).parents[2] / "examples"
KEYNOTE = Segment(name="keynote", duration_us=20 * MINUTE, presenter="Ada")
CARS = Segment(name="cars", duration_us=10 * MINUTE, may_drop=True)
CLOSE = Segment(name="close", duration_us=5 * MINUTE)


def keynote(**fields):
    """Three segments: at T-0, then two that begin where the one before ends."""
    return book(
        cue("opening", scene("A"), at="T-0", segment="keynote"),
        cue("film", scene("B"), go=("caller",), segment="keynote"),
        cue("drive", scene("C"), go=("caller",), segment="cars"),
        cue("bye", scene("D"), go=("caller",), segment="close"),
        segments=(KEYNOTE, CARS, CLOSE),
        **fields,
    )


def segments(play, at_us):
    """The segments of the status at an instant, by name."""
    play.run(at_us)
    rows = play.engine.status(at_us)["segments"]
    return {row["segment"]: row for row in rows}


def at(instant):
    """A status's instant, in minutes after T-0."""
    return None if instant is None else (parse_instant(instant) - T0) / MINUTE


def test_a_segment_starts_where_the_one_before_ends():
    """SEMANTICS 1: a segment starts at its first cue's `at`, else where the one before
    ends; it ends `duration` later.
    """
    table = timetable_of(keynote())
    spans = {
        name: ((row.starts_us - T0) / MINUTE, (row.ends_us - T0) / MINUTE)
        for name, row in table.segments.items()
    }
    assert {"keynote": (0, 20), "cars": (20, 30), "close": (30, 35)} == spans


def test_a_cue_without_planned_triggers_is_planned_with_its_segment():
    """SEMANTICS 1: planned: its `at`, else the latest its triggers plan, else its
    segment's start.
    """
    runbook = book(
        cue("opening", scene("A"), at="T-0", segment="keynote"),
        cue("drive", scene("C"), go=("caller",), segment="cars"),
        cue("stop", after="drive", segment="cars"),
        cue("late", after="opening", segment="cars"),
        segments=(KEYNOTE, CARS),
    )
    planned = timetable_of(runbook).cues
    expected = {"opening": T0, "drive": T0 + 20 * MINUTE, "stop": T0 + 20 * MINUTE}
    assert expected | {"late": T0} == planned


def test_a_segment_without_duration_ends_with_its_last_cue():
    """SEMANTICS 1: without `duration` nothing is planned behind its cues."""
    runbook = book(
        cue("a", at="T-0", segment="one"),
        cue("b", at="a+90s", segment="one"),
        cue("c", go=("caller",), segment="cars"),
        segments=(Segment(name="one"), CARS),
    )
    assert T0 + 90 * SECOND == timetable_of(runbook).segments["cars"].starts_us


def test_a_segment_that_begins_with_a_cue_of_its_own_end_has_no_instant():
    """SEMANTICS 1: what hangs on itself is not planned, and nothing runs for ever."""
    runbook = book(
        cue("a", at="b+1m", segment="keynote"),
        cue("b", go=("caller",), segment="cars"),
        segments=(KEYNOTE, CARS),
    )
    assert timetable_of(runbook).cues["b"] is None


def test_before_the_show_all_is_expected_as_planned():
    """SEMANTICS 1: over = expected - planned, nothing at first."""
    rows = segments(Play(keynote()), START)
    assert [0.0, 0.0, 0.0] == [row["over_s"] for row in rows.values()]
    assert ["pending"] * 3 == [row["state"] for row in rows.values()]


def test_an_overrun_segment_lasts_to_now():
    """SEMANTICS 1: an overrun segment lasts to now; what follows moves with it."""
    rows = segments(Play(keynote()), T0 + 23 * MINUTE)
    assert (0, 23, 180.0) == (
        at(rows["keynote"]["expected_start"]),
        at(rows["keynote"]["expected_end"]),
        rows["keynote"]["over_s"],
    )
    assert (23, 33, 180.0) == (
        at(rows["cars"]["expected_start"]),
        at(rows["cars"]["expected_end"]),
        rows["cars"]["over_s"],
    )
    assert ["running", "pending"] == [rows[n]["state"] for n in ("keynote", "cars")]


def test_a_segment_is_over_when_the_next_begins():
    """SEMANTICS 1: an early GO is under: the segment before ended there."""
    play = Play(keynote())
    play.call(T0 + 5 * MINUTE, "go", "film")
    play.call(T0 + 17 * MINUTE, "go", "drive")
    rows = segments(play, T0 + 18 * MINUTE)
    assert ("done", 17, -180.0) == (
        rows["keynote"]["state"],
        at(rows["keynote"]["expected_end"]),
        rows["keynote"]["over_s"],
    )
    assert (27, 32) == tuple(at(rows[n]["expected_end"]) for n in ("cars", "close"))
    assert -180.0 == play.engine.status(play.now_us)["over_s"]


def test_the_last_segment_is_over_with_the_picture_behind_it():
    """SEMANTICS 1: a week of posts behind an evening overruns nothing."""
    runbook = book(
        cue("opening", scene("A"), at="T-0", segment="keynote"),
        cue("good-night", scene("B"), at="T+22m"),
        cue("week", at="T+100h"),
        segments=(KEYNOTE,),
        hard_out_us=T0 + 30 * MINUTE,
    )
    play = Play(runbook)
    row = segments(play, T0 + 21 * MINUTE)["keynote"]
    assert ("running", 60.0) == (row["state"], row["over_s"])
    row = segments(play, T0 + 120 * MINUTE)["keynote"]
    assert ("done", 22) == (row["state"], at(row["expected_end"]))
    status = play.engine.status(play.now_us)
    assert (22, 0.0) == (at(status["expected_end"]), status["over_s"])
    assert [] == play.named("hard_out")


def test_a_picture_in_the_last_segment_does_not_end_it():
    """SEMANTICS 1: nor does one before it: what is talked behind it is the segment."""
    for segment in ("keynote", None):
        runbook = book(
            cue("doors", scene("A"), at="T-1m", segment=segment),
            cue("talk", at="T-0", segment="keynote"),
            cue("week", at="T+100h"),
            segments=(KEYNOTE,),
        )
        row = segments(Play(runbook), T0 + 25 * MINUTE)["keynote"]
        assert "running" == row["state"]


def test_a_hold_of_unknown_end_lasts_to_now():
    """SEMANTICS 1: in a hold that a person releases, the end moves as time goes."""
    play = Play(keynote())
    play.call(T0 + 10 * MINUTE, "hold")
    rows = segments(play, T0 + 14 * MINUTE)
    assert (24, 240.0) == (
        at(rows["keynote"]["expected_end"]),
        rows["keynote"]["over_s"],
    )
    play.call(T0 + 15 * MINUTE, "resume", "operator")
    assert 300.0 == segments(play, T0 + 16 * MINUTE)["close"]["over_s"]


def test_planned_holds_ahead_are_in_the_plan():
    """SEMANTICS 1: planned holds are built in: they are no overrun."""
    runbook = book(
        cue("pause", hold("pause", 10 * MINUTE), at="T-20m"),
        cue("opening", scene("A"), at="T-0", segment="keynote"),
        cue("drive", scene("C"), go=("caller",), segment="cars"),
        segments=(KEYNOTE, CARS),
    )
    play = Play(runbook)
    over = [segments(play, T0 - m * MINUTE)["cars"]["over_s"] for m in (40, 25, 5)]
    assert [0.0, 0.0, 0.0] == over


def test_a_t0_set_by_go_plans_the_segments():
    """SEMANTICS 1: no t0: the first GO sets it, and with it what is planned."""
    runbook = keynote(t0_us=None)
    play = Play(runbook)
    assert segments(play, START)["keynote"]["planned"] is None
    play.call(START + MINUTE, "go", "opening")
    rows = segments(play, START + 2 * MINUTE)
    assert format_instant(START + 21 * MINUTE) == rows["cars"]["planned"]


def test_expected_of_a_cue_is_when_it_fired_and_none_if_it_never_will():
    """SEMANTICS 1: expected, from the present state; a cue nobody gave GO is now."""
    play = Play(keynote())
    play.call(T0 + MINUTE, "skip", "drive")
    play.run(T0 + 40 * MINUTE)
    cues = {
        c["cue"]: at(c["expected"]) for c in play.engine.status(play.now_us)["cues"]
    }
    assert {"opening": 0, "film": 0, "drive": None, "bye": 40} | {"film": 40} == cues


def test_skip_drops_a_segment_that_may_be_dropped():
    """SEMANTICS 1: `may_drop`: `skip SEGMENT` is offered, and takes its time away."""
    play = Play(keynote())
    call = play.call(T0 + 2 * MINUTE, "skip", "cars")
    rows = segments(play, T0 + 3 * MINUTE)
    assert play.refusal(call) is None
    assert ("skipped", "dropped") == (play.state_of("drive"), rows["cars"]["state"])
    assert (20, -600.0) == (
        at(rows["close"]["expected_start"]),
        rows["close"]["over_s"],
    )


@pytest.mark.parametrize(
    ("target", "why"),
    [
        ("keynote", "segment keynote may not be dropped: it has no may_drop"),
        ("cars", "segment cars has no cue that could still be skipped"),
    ],
)
def test_skip_refuses_what_cannot_be_dropped(target, why):
    """SEMANTICS 1: only what `may_drop` is skipped, and only while it can be."""
    play = Play(keynote())
    play.call(T0 + MINUTE, "skip", "drive")
    call = play.call(T0 + 2 * MINUTE, "skip", target)
    play.run(T0 + 3 * MINUTE)
    assert why == play.refusal(call)


# --- hard_out ------------------------------------------------------------------------


def test_hard_out_warns_once_and_says_when_it_is_good_again():
    """SEMANTICS 1: expected past `hard_out`: a warning, no more."""
    play = Play(keynote(hard_out_us=T0 + 37 * MINUTE))
    play.run(T0 + 30 * MINUTE)
    warned = [(e.late, (e.at_us - T0) / SECOND) for e in play.named("hard_out")]
    assert [(True, 22 * 60 + 0.000001)] == warned
    play.call(T0 + 31 * MINUTE, "skip", "cars")
    play.run(T0 + 32 * MINUTE)
    assert [True, False] == [e.late for e in play.named("hard_out")]
    assert {"at": format_instant(T0 + 37 * MINUTE), "late": False} == (
        play.engine.status(play.now_us)["hard_out"]
    )


def test_hard_out_is_never_enforced():
    """SEMANTICS 1: what is late goes on: cues fire behind `hard_out`."""
    play = Play(keynote(hard_out_us=T0 + MINUTE))
    play.call(T0 + 5 * MINUTE, "go", "film")
    play.run(T0 + 6 * MINUTE)
    assert [T0 + 5 * MINUTE] == play.fired_us("film")


def test_without_segments_the_last_picture_is_the_end():
    """SEMANTICS 1: posts of the following week are no part of the evening."""
    runbook = book(
        cue("opening", scene("A"), at="T-0"),
        cue("stop", scene("B"), at="T+10m"),
        cue("week", at="T+100h"),
        hard_out_us=T0 + 12 * MINUTE,
    )
    play = Play(runbook)
    play.call(T0 + MINUTE, "hold")
    play.call(T0 + 4 * MINUTE, "resume", "operator")
    play.run(T0 + 5 * MINUTE)
    assert [(True, T0 + 3 * MINUTE + 1)] == [
        (e.late, e.at_us) for e in play.named("hard_out")
    ]


def test_the_example_plays_with_over_and_under():
    """SEMANTICS 1: examples/segment.yaml: the demo is dropped as the show runs over."""
    play = Play(load(EXAMPLES / "segment.yaml", t0_us=T0))
    play.call(T0 + 27 * MINUTE, "skip", "demo", roles=("caller",))
    over = segments(play, T0 + 26 * MINUTE)["demo"]["over_s"]
    status = play.run(T0 + 28 * MINUTE).engine.status(T0 + 28 * MINUTE)
    assert (360.0, "dropped") == (over, status["segments"][1]["state"])
    assert [True, False] == [e.late for e in play.named("hard_out")]


def test_what_began_a_segment_and_fires_anew_begins_it_anew():
    """SEMANTICS 1: by the state alone, so that who folds the journal finds the same."""

    def answer(command):
        if isinstance(command, Command) and command.attempt == 1:
            return [(SECOND, Ended(command.key, 1, Answer.UNKNOWN))]
        return all_well(command)

    runbook = book(
        cue("x", post(), at="T-10s", segment="opening"),
        cue("end", at="T+1h"),
        segments=(Segment(name="opening"),),
    )
    play = Play(runbook, answer=answer)
    play.give(T0, Settled("run-1/0/x/0", 1, Sight.OLDER, Receipt("9", "https://x/9")))
    play.call(T0 + MINUTE, "fire", "x")
    play.run(T0 + 2 * MINUTE)
    core = play.engine._core
    assert T0 + MINUTE == core.progress.began_us("opening")
    assert T0 + MINUTE == Progress(core.plan, core.state).began_us("opening")
