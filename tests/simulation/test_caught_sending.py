"""The checkers of what may leave, and how often catch what they are there for."""

from __future__ import annotations

import copy
from dataclasses import replace

import pytest

from launchctl.runbook.base import SecretRef
from launchctl.runbook.model import (
    Account,
)
from launchctl.show.inputs import Answer, HandSeen
from launchctl.times import SECOND, format_instant
from tests.show.build import T0, book, cue, post, scene
from tests.simulation.doctored import (
    again,
    doctored,
    like,
    posting,
    sent,
    show,
    where,
)
from tests.simulation.trace import Crash
from tests.simulation.world import BrokenError


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
