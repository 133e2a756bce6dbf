"""The checkers of gates, embargoes and who may what catch what they are there for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from launchctl.runbook.conditions import parse_condition
from launchctl.runbook.model import (
    Ballot,
    Check,
    Confirmed,
    Else,
    Embargo,
    Late,
    Lift,
    OnAir,
    Output,
    Poll,
    Role,
    Seen,
    StreamHealthy,
    TwoPerson,
    UrlOk,
)
from launchctl.show.inputs import Call, OutputSeen
from launchctl.times import HOUR, MINUTE, SECOND, format_instant
from tests.show.build import CREW, T0, cue, post, scene
from tests.simulation.doctored import (
    ALL,
    START,
    called,
    doctored,
    lifted,
    like,
    posting,
    say,
    sent,
    show,
    where,
)


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
