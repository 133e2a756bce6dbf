"""Circuits: a far end at which nobody listens is left alone, and says so."""

from __future__ import annotations

from dataclasses import replace

import pytest

from launchctl.conductor.circuits import FAILURES, Circuits
from launchctl.drivers.base import Health, Level, Outcome
from launchctl.runbook.actions import Effect, Http, Post
from launchctl.show.commands import Command
from launchctl.show.inputs import Answer
from launchctl.times import SECOND

POST = Command(
    key="run/0/reveal-post/0",
    attempt=1,
    target="account:ceo",
    action=Post.model_validate({"post": {"as": "ceo", "text": "Model 3."}}),
    effect=Effect.ONCE,
    cue="reveal-post",
    reason="cue reveal-post",
)
NOBODY = Outcome(Answer.NOT_SENT, "no connection could be made")
FINE = Health(Level.GOOD, "@elonmusk answers")


class Bench:
    """Circuits, and the clock in a test's hand."""

    def __init__(self) -> None:
        self.now_us = 0
        self.circuits = Circuits(lambda: self.now_us)

    def fail(self, times: int, command: Command = POST) -> None:
        """So many tries at which nobody listened."""
        for _ in range(times):
            self.circuits.took(command, NOBODY)


def again(command: Command = POST, attempt: int = 2) -> Command:
    """A further attempt."""
    return replace(command, attempt=attempt)


def call(host: str) -> Command:
    """An http call."""
    action = Http.model_validate({"http": {"url": f"https://{host}/flip"}})
    return replace(POST, target="http", action=action)


def test_a_circuit_opens_after_three_failures_in_a_row_and_says_so():
    """What is tried again waits for the next try; the health says when that is."""
    bench = Bench()
    bench.fail(FAILURES - 1)
    assert bench.circuits.not_yet(again()) is None
    assert FINE == bench.circuits.health("account:ceo", FINE)
    bench.fail(1)
    early = bench.circuits.not_yet(again())
    assert early is not None
    assert Answer.NOT_SENT is early.answer
    assert early.retry_at_us is not None
    assert 3 * SECOND < early.retry_at_us < 7 * SECOND
    health = bench.circuits.health("account:ceo", FINE)
    assert Level.OFFLINE is health.level
    assert "circuit open after 3 failures in a row, next try in" in health.text


def test_a_first_try_always_leaves():
    """The post that is due just now is the last that shall wait."""
    bench = Bench()
    bench.fail(FAILURES + 3)
    assert bench.circuits.not_yet(POST) is None


def test_the_next_try_is_a_probe_and_each_failure_makes_the_pause_longer():
    """5, 10, 20, 30 s, each longer or shorter by up to a quarter."""
    bench = Bench()
    bench.fail(FAILURES - 1)
    pauses_s = []
    for _ in range(5):
        bench.fail(1)
        early = bench.circuits.not_yet(again())
        assert early is not None
        assert early.retry_at_us is not None
        pauses_s.append((early.retry_at_us - bench.now_us) / SECOND)
        bench.now_us = early.retry_at_us
        assert bench.circuits.not_yet(again()) is None
    for expected_s, pause_s in zip((5, 10, 20, 30, 30), pauses_s, strict=True):
        assert 0.75 * expected_s <= pause_s <= 1.25 * expected_s


@pytest.mark.parametrize("answer", [Answer.OK, Answer.REFUSED, Answer.UNKNOWN])
def test_any_answer_closes_it(answer: Answer):
    """Whatever was answered or lost, bytes left: somebody is there."""
    bench = Bench()
    bench.fail(FAILURES)
    bench.circuits.took(POST, Outcome(answer))
    assert bench.circuits.not_yet(again()) is None
    assert FINE == bench.circuits.health("account:ceo", FINE)


def test_each_host_of_http_calls_has_its_own():
    """A dead shop does not keep calls from the flags' service; a mixer has none."""
    bench = Bench()
    bench.fail(FAILURES, call("shop.example"))
    bench.fail(FAILURES, replace(POST, target="stage:main"))
    assert bench.circuits.not_yet(again(call("shop.example"))) is not None
    assert bench.circuits.not_yet(again(call("flags.example"))) is None
    assert bench.circuits.not_yet(again(replace(POST, target="stage:main"))) is None
    assert "shop.example: circuit open" in bench.circuits.health("http", FINE).text
