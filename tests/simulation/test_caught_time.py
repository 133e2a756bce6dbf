"""The checkers of time, holds and the order of calls catch what they are there for."""

from __future__ import annotations

import copy
from dataclasses import replace

import pytest

from launchctl.runbook.model import (
    Else,
    Late,
)
from launchctl.times import HOUR, MINUTE, SECOND, format_instant
from tests.show.build import T0, book, cue, hold, scene
from tests.simulation.doctored import (
    ANY,
    doctored,
    like,
    opened,
    say,
    sent,
    show,
    where,
)
from tests.simulation.invariants import check
from tests.simulation.trace import Step, Trace
from tests.simulation.world import BrokenError, replay, same


def test_a_firing_in_a_hold_is_caught():
    """SEMANTICS 9.2."""
    world = show(cue("x", at="T-0"))
    world.advance(T0 + MINUTE)

    def change(items):
        place = where(items, "fired", "x")
        items.insert(place, opened(items[place], "a"))

    assert 2 in doctored(world, change)


def test_a_pinned_cue_that_waits_is_caught_in_a_hold():
    """SEMANTICS 9.2: ``in_hold: wait`` takes the privilege away."""
    world = show(cue("x", at=T0, in_hold_wait=True), cue("y", at=T0))
    world.advance(T0 + MINUTE)

    def change_of(name):
        def change(items):
            place = where(items, "fired", name)
            items.insert(place, opened(items[place], "a"))

        return change

    assert 2 in doctored(world, change_of("x"))
    free = show(cue("y", at=T0), cue("z", at="T+1h"))
    free.advance(T0 + MINUTE)
    assert 2 not in doctored(free, change_of("y"))


def test_a_t_that_runs_in_a_hold_is_caught():
    """SEMANTICS 9.3."""
    world = show(cue("x", at="T-0"))
    say(world, "hold", "a")
    world.advance(world.now_us + MINUTE)
    say(world, "resume", "a")
    world.advance(T0 + 2 * MINUTE)

    def change(items):
        items[where(items, "hold_released", "a")]["t_s"] += 60.0

    assert {3} == doctored(world, change)


def test_a_due_that_its_triggers_do_not_give_is_caught():
    """SEMANTICS 9.4."""
    world = show(cue("x", at="T-0"), cue("y", at="x+10s"))
    world.advance(T0 + MINUTE)

    def earlier(items):
        items[where(items, "cue_due", "y")]["due"] = format_instant(T0 + 9 * SECOND)

    def never_due(items):
        del items[where(items, "cue_due", "y")]

    assert 4 in doctored(world, earlier)
    assert 4 in doctored(world, never_due)


def test_a_lateness_that_is_not_so_is_caught():
    """SEMANTICS 9.4: the late rule judges by what really passed."""
    world = show(cue("x", at="T-0", late=ANY))
    world.step(T0 + HOUR)

    def punctual(items):
        items[where(items, "fired", "x")]["late_by_s"] = 0.0

    assert {4} == doctored(world, punctual)


def test_a_cue_too_late_that_goes_on_is_caught():
    """SEMANTICS 9.4 and 5: over ``within`` it is held, parked or skipped."""
    world = show(cue("x", at="T-0", late=ANY), cue("y", at="T+1h"))
    world.step(T0 + MINUTE)
    strict = Late(within_us=30 * SECOND, otherwise=Else.PARK)
    other = book(cue("x", at="T-0", late=strict), cue("y", at="T+1h"))
    assert {4} == {v.number for v in check(Trace(other, world.trace.items))}


def test_a_condition_that_is_not_true_is_caught():
    """SEMANTICS 9.4: a ``when`` must be true when due."""
    world = show(cue("x", when="accounts.ceo.silenced"), cue("y", at="T-0"))
    say(world, "silence", "ceo")
    world.advance(T0 + MINUTE)

    def change(items):
        items[where(items, "silenced")]["accounts"] = ["brand"]

    assert {4} == doctored(world, change)


def test_a_second_firing_is_caught():
    """SEMANTICS 9.5."""
    world = show(cue("x", at="T-0"), cue("y", at="T+1m"))
    world.advance(T0 + SECOND)

    def change(items):
        due, fired = where(items, "cue_due", "x"), where(items, "fired", "x")
        again = copy.deepcopy([items[due], items[fired]])
        again[1]["take"] = 2
        items[fired + 1 : fired + 1] = again

    assert {5} == doctored(world, change)


def test_a_cue_before_its_after_is_caught():
    """SEMANTICS 9.8: done satisfies, failed does not unless it may."""
    world = show(cue("x", at="T-0"), cue("y", after="x"))
    world.advance(T0 + MINUTE)

    def change(items):
        items[where(items, "cue_ended", "x")]["state"] = "failed"

    assert 8 in doctored(world, change)


def test_a_burst_is_caught():
    """SEMANTICS 9.9: two seconds after a late firing nothing fires by itself."""
    world = show(cue("x", at="T-0", late=ANY), cue("y", at="T+1s", late=ANY))
    world.step(T0 + MINUTE)
    world.advance(T0 + 2 * MINUTE)

    def change(items):
        place = where(items, "fired", "y")
        for item in items[place - 1 :]:
            if isinstance(item, dict):
                item["at"] = format_instant(T0 + MINUTE + SECOND)
                item["t_s"] = 61.0

    assert 9 in doctored(world, change)


def planned():
    """A show with a planned hold, noticed late."""
    world = show(cue("stop", hold("plan", MINUTE), at="T-1m"), cue("x", at="T-0"))
    world.step(T0 - 90 * SECOND)
    world.advance(T0 + MINUTE)
    return world


@pytest.mark.parametrize(
    ("event", "field"), [("hold_opened", "since"), ("hold_released", "ended")]
)
def test_a_planned_hold_at_another_instant_is_caught(event, field):
    """SEMANTICS 9.10: it begins at its due and takes its time, however late noticed."""

    def change(items):
        place = where(items, event, "plan")
        items[place][field] = format_instant(T0 - 100 * SECOND)

    assert 10 in doctored(planned(), change)


def test_a_t_that_runs_through_a_planned_hold_is_caught():
    """SEMANTICS 9.10."""

    def change(items):
        began, over = where(items, "cue_due", "stop"), where(items, "cue_ended", "stop")
        del items[began : over + 1]
        del items[where(items, "hold_released", "plan")]

    assert 10 in doctored(planned(), change)


def test_a_second_answer_and_a_refused_call_that_did_something_are_caught():
    """SEMANTICS 9.11."""
    world = show(cue("x", at="T-0"))
    say(world, "skip", "nobody")
    say(world, "silence", "ceo")

    def twice(items):
        place = where(items, "call_accepted")
        items.insert(place, copy.deepcopy(items[place]))

    def changed(items):
        place = where(items, "call_refused")
        items.insert(place + 1, like(items[place], "counter_set", counter="hidden"))

    def never(items):
        del items[where(items, "call_refused")]

    def by_an_old_call(items):
        place = where(items, "call_accepted")
        step = next(i for i in reversed(items[:place]) if isinstance(i, Step))
        line = like(items[place], "counter_set", counter="hidden")
        items.extend([step, line])

    for change in (twice, changed, never, by_an_old_call):
        assert {11} == doctored(world, change)


def test_what_happens_after_the_end_is_caught():
    """SEMANTICS 9.12."""
    world = show(cue("x", scene("A"), at="T-0"), cue("y", at="T+1h"))
    world.advance(T0 + MINUTE)
    say(world, "end")
    world.advance(T0 + 2 * MINUTE)

    def noted(items):
        items.append(
            like(items[where(items, "show_ended")], "counter_set", counter="x")
        )

    def fired(items):
        line = items[where(items, "closing")]
        late = like(line, "procedure_started", procedure="p", cues=[])
        items.insert(where(items, "closing") + 1, late)

    def left(items):
        items.append(items[sent(items, "stage:main")])

    for change in (noted, fired, left):
        assert {12} == doctored(world, change)


def test_a_call_of_the_end_that_is_not_for_it_is_caught():
    """SEMANTICS 9.12: after complete only settle and adopt are accepted."""
    world = show(cue("x", at="T-0"))
    say(world, "end")
    line = world.lines[-1]
    fields = {"call": "late", "verb": "hold", "target": None, "args": {}}
    items = [*world.trace.items, like(line, "call_accepted", **fields)]
    items[-1]["seq"] = line["seq"] + 1
    assert {12} == {v.number for v in check(Trace(world.runbook, items))}


def test_other_events_from_the_same_inputs_are_caught():
    """SEMANTICS 9.1: playing the inputs again gives the journal, to the letter."""
    world = planned()
    replay(world.trace)
    world.trace.items[where(world.trace.items, "fired", "x")]["take"] = 2
    with pytest.raises(BrokenError, match="invariant 1"):
        replay(world.trace)


def test_a_folded_prefix_that_decides_otherwise_is_caught():
    """SEMANTICS 9.1: events and commands, to the last field."""
    world = show(cue("x", scene("A"), at="T-0"))
    world.advance(T0 - SECOND)
    one, other = world._from_journal(), world._from_journal()
    decision = one.step(T0)
    same("the same", decision, other.step(T0))
    with pytest.raises(BrokenError, match="decides otherwise"):
        same("less", decision, replace(decision, events=decision.events[:-1]))
    with pytest.raises(BrokenError, match="commands otherwise"):
        same("less", decision, replace(decision, commands=()))
