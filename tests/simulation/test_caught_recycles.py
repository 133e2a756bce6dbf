"""The checkers of recycles, films and choices catch what they are there for."""

from __future__ import annotations

import copy

from launchctl.runbook import actions as act
from launchctl.runbook.model import (
    AtCue,
    Lift,
    OnAir,
    OnRecycle,
)
from launchctl.times import MINUTE, SECOND, format_instant
from tests.show.build import T0, choice, cue, scene
from tests.simulation.doctored import (
    called,
    confirmed,
    doctored,
    lifted,
    like,
    opened,
    say,
    show,
    where,
)


def again_from(target="T-10s", **fields):
    """A show that went back after a scene that runs again, and one that is kept."""
    kept = {"on_recycle": OnRecycle.KEEP}
    world = show(
        cue("x", scene("A"), at="T-5s"),
        cue("kept", scene("B"), at="T-4s", **kept),
        cue("y", at="T+1h"),
        **fields,
    )
    world.advance(T0 + MINUTE)
    confirmed(world, "recycle", target)
    say(world, "resume", "recycle", confirm=True)
    world.advance(world.now_us + MINUTE)
    return world


def test_a_recycle_of_other_cues_or_that_nobody_called_is_caught():
    """SEMANTICS 2 and 9.3: S is what it is; T goes back by a person's word alone."""

    def fewer(items):
        items[where(items, "recycled")]["cues"].remove("x")

    def uncalled(items):
        place, _, _ = called(items, "recycle")
        items[place]["verb"] = "hold"

    def elsewhere(items):
        items[where(items, "recycled")]["back_s"] += 1

    for change in (fewer, uncalled, elsewhere):
        assert 3 in doctored(again_from(), change)


def test_a_recycle_that_keeps_too_little_is_caught():
    """SEMANTICS 2 and 9.5: ``keep`` retains what ended ok; a firing runs the rest."""

    def not_kept(items):
        items[where(items, "recycled")]["kept"].clear()

    assert {3} <= doctored(again_from(), not_kept)


def test_what_passes_with_something_left_to_run_is_caught():
    """SEMANTICS 9.7: only what a recycle left nothing of passes its gates."""

    def other(items):
        items[where(items, "passed", "kept")]["cue"] = "y"

    assert 7 in doctored(again_from(), other)


def test_a_lift_that_a_recycle_leaves_open_is_caught():
    """SEMANTICS 2: what latched at T >= T-x closes again."""
    world = again_from(**lifted(Lift(gate=OnAir(scene="A"))))

    def open_still(items):
        items[where(items, "recycled")]["unlatched"].clear()

    assert 3 in doctored(world, open_still)


def film_show():
    """A film of a minute, and what hangs on its end."""
    body = act.FilmBody(play="f.mp4", source="Film", scene="Film", length_us=MINUTE)
    at_end = AtCue(cue="film", offset_us=0, film=True)
    world = show(
        cue("film", act.PlayMedia(media=body), at="T-0"),
        cue("next", scene("A")).model_copy(update={"at": at_end}),
        cue("end", at="T+1h"),
    )
    world.advance(T0 + 2 * MINUTE)
    return world


def test_what_follows_a_film_that_did_not_end_is_caught():
    """SEMANTICS 9.13: an interrupted film, or one that still plays, fires nothing."""

    def interrupted(items):
        line = items[where(items, "attempt_ended", "film")]
        line |= {"answer": "refused", "became": "failed"}

    def still_plays(items):
        del items[where(items, "attempt_ended", "film")]

    def cut(items):
        items[where(items, "attempt_ended", "film")]["answer"] = "refused"

    for change in (interrupted, still_plays, cut):
        assert 13 in doctored(film_show(), change)


def test_what_follows_a_film_that_ended_in_a_hold_is_caught():
    """SEMANTICS 9.13: its instant fell in a hold against it: a GO stands for it."""

    def held(items):
        place = where(items, "attempt_ended", "film")
        line = items[place]
        began = format_instant(T0 + 59 * SECOND)
        ended = format_instant(T0 + MINUTE + SECOND)
        over = like(line, "hold_released", name="a", ended=ended)
        items[place + 1 : place + 1] = [opened(line, "a", began), over]

    assert 13 in doctored(film_show(), held)


def demo():
    """A choice of which one option was taken."""
    options = {"one": (cue("a", scene("A")),), "two": (cue("b", scene("B")),)}
    world = show(*choice("ask", options, at="T-0"), cue("end", at="T+1h"))
    world.advance(T0 + SECOND)
    say(world, "choose", "ask", option="one")
    world.advance(T0 + MINUTE)
    return world


def test_two_options_of_a_choice_are_caught():
    """SEMANTICS 9.16: the chosen one's cues, and no other's."""

    def another(items):
        place = where(items, "fired", "a")
        items.insert(place + 1, {**items[place], "cue": "b"})

    def not_chosen(items):
        items[where(items, "chosen")]["option"] = "two"

    def twice(items):
        place = where(items, "chosen")
        items.insert(place + 1, copy.deepcopy(items[place]))

    for change in (another, not_chosen, twice):
        assert 16 in doctored(demo(), change)
