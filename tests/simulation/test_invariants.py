"""Every checker catches what it is there for: good journals, doctored.

A check that cannot fail is none. Each test plays a small show that breaks nothing,
changes its trace in one place, and names the invariant that must speak up.
"""

from __future__ import annotations

import copy
from dataclasses import replace
from random import Random

import pytest

from launchctl.runbook import actions as act
from launchctl.runbook.base import SecretRef
from launchctl.runbook.conditions import parse_condition
from launchctl.runbook.model import (
    Account,
    AtCue,
    Ballot,
    Check,
    Confirmed,
    Else,
    Embargo,
    Late,
    Lift,
    OnAir,
    OnRecycle,
    Output,
    Poll,
    Role,
    Seen,
    StreamHealthy,
    TwoPerson,
    UrlOk,
)
from launchctl.show.commands import Command
from launchctl.show.inputs import Answer, Call, Ended, HandSeen, OutputSeen
from launchctl.times import HOUR, MINUTE, SECOND, format_instant
from tests.show.build import CREW, T0, book, choice, cue, hold, post, scene
from tests.simulation.invariants import check
from tests.simulation.trace import Crash, Sent, Step, Trace
from tests.simulation.world import BrokenError, World, replay, same

ALL = frozenset({"caller", "comms", "legal", "commerce"})
ANY = Late(within_us=None, otherwise=Else.PARK)
START = T0 - 10 * MINUTE


class Punctual(Random):
    """Always the first choice: far ends that answer at once."""

    def random(self):
        """Never a trouble."""
        return 0.999

    def choice(self, seq):
        """The quickest."""
        return seq[0]


def show(*cues, **fields):
    """A show in a world in which all goes well."""
    return World(book(*cues, **fields), Punctual(), trouble=0.0, start_us=START)


def say(world, verb, target=None, **args):
    """A call that is made now, by somebody who may everything and sees everything."""
    made = f"call-{world.head}"
    call = Call(made, "ann", ALL, verb, target, args, world.head, world.now_us, 1)
    world.call(call)


def doctored(world, change):
    """A copy of the trace with one change, numbered anew; nothing was wrong before."""
    world.finish()
    items = copy.deepcopy(world.trace.items)
    change(items)
    seq = 0
    for item in items:
        if isinstance(item, dict):
            seq += 1
            item["seq"] = seq
    return {found.number for found in check(Trace(world.runbook, items))}


def where(items, event, name=None):
    """The place of a line."""
    return next(
        place
        for place, item in enumerate(items)
        if isinstance(item, dict)
        and item["event"] == event
        and name in (None, item["cue"], item.get("name"))
    )


def sent(items, target):
    """The place of a command that left."""
    return next(
        place
        for place, item in enumerate(items)
        if isinstance(item, Sent) and item.command.target == target
    )


def like(line, event, **fields):
    """Another line of the same moment."""
    head = {key: line[key] for key in ("seq", "at", "t_s", "by", "v")}
    return {**head, "event": event, "cue": None, **fields}


def opened(line, name, since=None):
    """A hold that opens at the moment of a line."""
    return like(
        line,
        "hold_opened",
        name=name,
        kind="operator",
        release=["caller"],
        since=since or line["at"],
        until=None,
    )


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


def posting(answer=Answer.OK):
    """A show whose post is answered so."""
    world = show(cue("x", post(), at="T-0"), cue("y", at="T+1h"))
    world.advance(T0 - SECOND)
    world.far.command = lambda command: (
        isinstance(command, Command)
        and world.give(Ended(command.key, command.attempt, answer), SECOND)
    )
    world.advance(T0 + 3 * SECOND)
    return world


def again(items, place):
    """The intent and the send at ``place`` once more, as the next attempt."""
    intent = copy.deepcopy(items[where(items, "intent")])
    left = items[sent(items, "account:ceo")]
    last = next(i for i in reversed(items[:place]) if isinstance(i, dict))
    attempt = intent["attempt"] + 1
    intent |= {"attempt": attempt, "at": last["at"], "t_s": last["t_s"]}
    command = replace(left.command, attempt=attempt)
    items[place:place] = [intent, Sent(command, left.at_us)]


@pytest.mark.parametrize("answer", [Answer.UNKNOWN, Answer.OK])
def test_a_send_after_unknown_or_ok_is_caught(answer):
    """SEMANTICS 9.6: nothing is sent again blind; a certain no may be."""

    def change(items):
        again(items, where(items, "attempt_ended") + 1)

    assert {6} == doctored(posting(answer), change)
    tried = posting(Answer.NOT_SENT)
    assert [1, 2] == [line["attempt"] for line in tried.lines if "deadline" in line]
    tried.finish()


def test_a_send_without_an_answer_to_the_last_is_caught():
    """SEMANTICS 9.6: an open intent is not followed by another."""

    def change(items):
        again(items, sent(items, "account:ceo") + 1)

    assert 6 in doctored(posting(), change)


def test_a_send_of_another_process_is_caught():
    """SEMANTICS 9.6: only the process that wrote the intent may send it."""

    def change(items):
        items.insert(sent(items, "account:ceo"), Crash())

    assert {6} == doctored(posting(), change)


def test_the_same_attempt_twice_and_a_send_without_intent_are_caught():
    """SEMANTICS 9.6: the intent is durable first, and sent once."""

    def twice(items):
        place = sent(items, "account:ceo")
        items.insert(place, items[place])

    def without(items):
        del items[where(items, "intent")]

    assert {6} == doctored(posting(), twice)
    assert 6 in doctored(posting(), without)


def test_two_oks_and_a_retry_after_its_time_are_caught():
    """SEMANTICS 9.6: one ok a key; tried again within fired + ``within`` alone."""

    def twice(items):
        place = where(items, "attempt_ended")
        items.insert(place, copy.deepcopy(items[place]))

    def too_late(items):
        place = where(items, "attempt_ended")
        again(items, place + 1)
        items[place + 1]["at"] = format_instant(T0 + 121 * SECOND)
        items[place + 1]["t_s"] = 121.0
        del items[place + 2 :]

    assert {6} == doctored(posting(), twice)
    assert {6} == doctored(posting(Answer.REFUSED), too_late)


def test_another_key_is_caught():
    """SEMANTICS 3: a once key is run, procedure take, cue, action."""

    def change(items):
        items[where(items, "intent")]["key"] = "run-1/1/x/0"

    assert 6 in doctored(posting(), change)


def gated(**fields):
    """A show whose post waits for what ``fields`` say, and gets it."""
    world = show(
        cue("s", scene("Reveal"), at="T-1m"),
        cue("x", post(), at="T-0", **fields.pop("cue", {})),
        cue("y", at="T+1h"),
        **fields,
    )
    say(world, "approve", "x") if fields.get("default_approvals") else None
    world.advance(T0 + MINUTE)
    return world


def lifted(gate):
    """An embargo over everything."""
    return {"embargoes": {"car": Embargo(name="car", default=True, lifts=(gate,))}}


def test_a_closed_gate_is_caught():
    """SEMANTICS 9.7: on_air and check, as the cue fired."""
    still = (OnAir(scene="Reveal", still=True),)

    def not_on_air(items):
        for item in items:
            if isinstance(item, dict) and item["event"] == "stage_seen":
                item["program"] = "Wait"

    assert {7} == doctored(gated(cue={"gate": still}), not_on_air)
    source = parse_condition("stages.main.connected")
    said = (Check(check=source),)

    def offline(items):
        for item in items:
            if isinstance(item, dict) and item["event"] == "stage_seen":
                item["connected"] = False

    assert {7} == doctored(gated(cue={"gate": said}), offline)


def test_an_unapproved_text_is_caught():
    """SEMANTICS 9.7: the consent was taken back, or never given, or has expired."""
    world = gated(default_approvals=("comms",))

    def never(items):
        del items[where(items, "approved")]

    def expired(items):
        items[where(items, "approved")]["expires"] = format_instant(T0 - SECOND)

    assert {7} == doctored(world, never)
    assert {7} == doctored(world, expired)


def test_a_closed_embargo_is_caught():
    """SEMANTICS 9.7: nothing guarded leaves before every lift has latched."""
    world = gated(**lifted(Lift(gate=OnAir(scene="Reveal"))))

    def change(items):
        del items[where(items, "embargo_latched")]

    assert {7} == doctored(world, change)


def test_a_lift_that_did_not_hold_is_caught():
    """SEMANTICS 9.7: not what was on program before, but a cue's own ok, lifts."""
    world = gated(**lifted(Lift(gate=OnAir(scene="Reveal"))))

    def before(items):
        line = items.pop(where(items, "embargo_latched"))
        place = where(items, "stage_seen")
        here = items[place]
        items.insert(place, {**line, "at": here["at"], "t_s": here["t_s"]})

    assert 7 in doctored(world, before)
    timed = gated(**lifted(Lift(at_us=T0 - 2 * MINUTE)))

    def early(items):
        line = items.pop(where(items, "embargo_latched"))
        place = where(items, "stage_seen")
        here = items[place]
        items.insert(place, {**line, "at": here["at"], "t_s": here["t_s"]})

    assert 7 in doctored(timed, early)


def test_a_silenced_post_that_leaves_is_caught():
    """SEMANTICS 9.7 and 9.14."""

    def silence(items):
        place = sent(items, "account:ceo")
        line = items[where(items, "intent")]
        items.insert(place, like(line, "silenced", accounts=["ceo"]))

    assert {7, 14} == doctored(posting(), silence)


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


def test_a_post_that_leaves_after_the_silence_it_was_due_in_is_caught():
    """SEMANTICS 9.14: unsilence sends nothing."""

    def change(items):
        line = items[where(items, "intent")]
        place = where(items, "intent")
        during = like(line, "silenced", accounts=["ceo"])
        late = format_instant(T0 + SECOND)
        after = like(line, "unsilenced", accounts=["ceo"])
        after |= {"at": late, "t_s": 1.0}
        items[place:place] = [during, after]
        for item in items[place + 2 :]:
            if isinstance(item, dict) and item["at"] < late:
                item["at"], item["t_s"] = late, 1.0
        where_sent = sent(items, "account:ceo")
        items[where_sent] = replace(items[where_sent], at_us=T0 + SECOND)

    assert {14} == doctored(posting(), change)


def test_a_command_against_a_hand_is_caught():
    """SEMANTICS 9.15: neither again nor anew, until a cue fires."""
    world = show(cue("x", scene("A"), at="T-1m"), cue("y", at="T-0"))
    world.advance(T0 - 30 * SECOND)
    world.give(HandSeen("main", "program", "Hand"))
    world.advance(T0 - 10 * SECOND)

    def change(items):
        items.append(items[sent(items, "stage:main")])

    assert {15} == doctored(world, change)


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


def test_a_published_text_that_is_published_again_is_caught():
    """SEMANTICS 9.6, seen from the far end: it counts what stands there."""
    world = show(cue("x", post(), at="T-0"))
    world.advance(T0 + SECOND)
    left = world.trace.items[sent(world.trace.items, "account:ceo")]
    with pytest.raises(BrokenError, match="published twice"):
        world.far.publish(left.command)


def test_doubt_without_resend_is_not_proof():
    """SEMANTICS 9.6 (b): absent, and `doubt: resend`, may be sent again; else not."""
    secret = SecretRef(env="X")
    for doubt, wrong in (("ask", {6}), ("resend", set())):
        accounts = {
            "ceo": Account(network="x", handle="ceo", credentials=secret, doubt=doubt)
        }
        world = posting(Answer.UNKNOWN)
        world.trace.runbook = book(*world.runbook.cues, accounts=accounts, groups={})
        world.runbook = world.trace.runbook

        def change(items):
            place = where(items, "attempt_ended")
            line = items[place]
            read = {**line, "event": "settled", "sight": "absent"}
            items.insert(place + 1, read)
            again(items, place + 2)
            del items[place + 4 :]

        assert wrong == doctored(world, change)


# --- recycle, films, choices, permits -----------------------------------------------


def confirmed(world, verb, target, **args):
    """A call that acts on the list that it was shown."""
    say(world, verb, target, **args)
    say(world, verb, target, **args, digest=world.lines[-1]["digest"])


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


def called(items, verb):
    """The place of an accepted call, of the step that gave it, and the call."""
    place = next(
        n
        for n, item in enumerate(items)
        if isinstance(item, dict)
        and item["event"] == "call_accepted"
        and item["verb"] == verb
    )
    step = max(n for n in range(place) if isinstance(items[n], Step))
    return place, step, items[step].inputs[0]


@pytest.mark.parametrize(
    "fields",
    [
        {"seen": 1},
        {"at_us": T0 - HOUR},
        {"roles": frozenset({"legal"})},
        {"target": "other"},
    ],
)
def test_a_go_that_should_have_been_refused_is_caught(fields):
    """SEMANTICS 9.11 and 8: stale, expired, not the caller's, of something else."""
    world = show(cue("x", go=("caller",), at="T-0"), cue("y", at="T+1h"))
    world.advance(T0)
    say(world, "go", "x")

    def change(items):
        _, step, call = called(items, "go")
        items[step] = replace(items[step], inputs=(replace(call, **fields),))

    assert 11 in doctored(world, change)


def overridden():
    """A post under an embargo that two persons opened for it."""
    late = Late(within_us=None, otherwise=Else.PARK)
    crew = {**CREW, "comms": Role(may=("approve", "post", "override"))}
    world = show(
        cue("x", post(), at="T-0", late=late),
        cue("y", at="T+1h"),
        crew=crew,
        **lifted(Lift(gate=OnAir(scene="Reveal"))),
    )
    world.advance(T0 + SECOND)
    for by in ("ann", "bob"):
        args = {"gate": "car", "why": "it is out"}
        made, seen = f"call-{world.head}", world.head
        call = Call(made, by, ALL, "override", "x", args, seen, world.now_us, 1)
        world.call(call)
    world.advance(T0 + MINUTE)
    return world


def test_an_override_by_one_person_or_too_late_is_caught():
    """SEMANTICS 9.7 and 5: of an embargo a second person confirms within 60 s."""

    def alone(items):
        items[where(items, "overridden")]["by"] = "ann"

    def unasked(items):
        del items[where(items, "override_asked")]

    def late(items):
        line = items[where(items, "override_asked")]
        line["at"] = format_instant(T0 - 70 * SECOND)

    def another_take(items):
        items[where(items, "overridden")]["take"] = 2

    world = overridden()
    assert "fired" in [line["event"] for line in world.lines]
    for change in (alone, unasked, late, another_take):
        assert 7 in doctored(overridden(), change)


LIVE = {"live": Output(playback="http://127.0.0.1:1/live.m3u8")}


@pytest.mark.parametrize(
    ("gate", "event"),
    [
        (Seen(scene="Wait", output="live"), "output_seen"),
        (StreamHealthy(output="live"), "output_seen"),
        (UrlOk(url="https://shop.example/m3"), "url_seen"),
        (Confirmed(what="notice", by="legal"), "confirmed"),
        (TwoPerson(role="caller"), "confirmed"),
        (Poll(cue="poll"), "cue_ended"),
    ],
)
def test_each_kind_of_gate_that_was_closed_is_caught(gate, event):
    """SEMANTICS 9.7: without the line that opened it, the firing is a violation."""
    late = Late(within_us=None, otherwise=Else.PARK)
    ballot = Ballot(ask=("caller",), within_us=HOUR)
    world = show(
        cue("poll", poll=ballot, at="T-1m"),
        cue("x", at="T-0", gate=(gate,), late=late),
        cue("y", at="T+1h"),
        outputs=LIVE,
    )
    world.give(world.far.stage("main", streaming=True), SECOND)
    world.give(OutputSeen("live", moving=True, moved_us=START), SECOND)
    world.advance(T0 - 30 * SECOND)
    say(world, "vote", "poll", vote="go")
    world.advance(T0 + SECOND)
    what = "notice" if isinstance(gate, Confirmed) else "x"
    for by in ("ann", "bob"):
        args = {"evidence": "https://x/1"}
        made, seen = f"call-{world.head}", world.head
        world.call(Call(made, by, ALL, "confirm", what, args, seen, world.now_us, 1))
    world.advance(T0 + MINUTE)
    where(world.trace.items, "fired", "x")

    def closed(items):
        for place in reversed(range(len(items))):
            item = items[place]
            named = isinstance(item, dict) and item["event"] == event
            if (named and item["cue"] != "x") or (named and event == "confirmed"):
                del items[place]

    assert 7 in doctored(world, closed)


def test_a_post_that_was_retired_or_stood_for_by_hand_is_caught():
    """SEMANTICS 9.14 and 6: void is void; the owner's own post stands for ours."""

    def retired(items):
        place = where(items, "intent")
        items.insert(place, like(items[place], "retired", slots=[["x", "0"]]))

    def by_hand(items):
        place = where(items, "intent")
        hand = like(items[place], "post_by_hand", account="ceo")
        items.insert(place, {**hand, "cue": "x"})

    for change in (retired, by_hand):
        assert 14 in doctored(posting(), change)


def test_a_lift_by_seen_before_viewers_saw_it_is_caught():
    """SEMANTICS 9.7: the delay is over, counted while the edge moved."""
    gate = Seen(scene="Reveal", output="live")
    late = Late(within_us=None, otherwise=Else.PARK)
    world = show(
        cue("s", scene("Reveal"), at="T-1m"),
        cue("x", post(), at="T-0", late=late),
        cue("y", at="T+1h"),
        outputs=LIVE,
        **lifted(Lift(gate=gate)),
    )
    world.give(OutputSeen("live", moving=True, moved_us=START), SECOND)
    world.advance(T0 + MINUTE)
    where(world.trace.items, "embargo_latched")

    def stood(items):
        for item in items:
            if isinstance(item, dict) and item["event"] == "output_seen":
                item["moving"] = False

    assert 7 in doctored(world, stood)


def test_an_amendment_of_an_embargo_by_one_person_is_caught():
    """SEMANTICS 9.7 and 2: embargo, ``public:`` or topic changed: a second person."""
    world = show(
        cue("x", post(), at="T-0"),
        cue("y", at="T+1h"),
        **lifted(Lift(at_us=T0 - HOUR)),
    )
    new = {"car": Embargo(name="car", default=True, lifts=(Lift(at_us=T0 + HOUR),))}
    other = world.runbook.model_copy(update={"embargoes": new, "digest": "e" * 64})
    world.offer(other)
    say(world, "amend", "e" * 64)
    digest = world.lines[-1]["digest"]
    for by in ("ann", "bob"):
        take = Call(f"baton-{by}", by, ALL, "take-baton", "caller", {"why": "mine"})
        world.call(replace(take, at_us=world.now_us))
        made, seen = f"call-{world.head}", world.head
        args = {"digest": digest}
        call = Call(made, by, ALL, "amend", "e" * 64, args, seen, world.now_us, 1)
        world.call(call)

    def alone(items):
        items[where(items, "amended")]["by"] = "ann"

    assert 7 in doctored(world, alone)
