"""Dispatch: who leaves when, and always one outcome."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from launchctl.clock import Origin
from launchctl.conductor.dispatch import Dispatcher
from launchctl.drivers.base import Outcome
from launchctl.runbook.actions import Effect, Post, Scene
from launchctl.show.commands import Command
from launchctl.show.inputs import Answer, Ended, Input, Stopped
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
SCENE = Command(
    key="run/reveal/1/0",
    attempt=1,
    target="stage:main",
    action=Scene(scene="Reveal"),
    effect=Effect.WANTED,
    cue="reveal",
    reason="cue reveal",
)


class RecordingFarEnd:
    """A driver that records what it is sent and answers as it is told."""

    def __init__(self, answer: Callable[[], Awaitable[Outcome]]) -> None:
        self._answer = answer
        self.sent: list[str] = []

    async def send(self, command: Command) -> Outcome:
        """Record, then answer."""
        self.sent.append(command.key)
        return await self._answer()


async def _ok() -> Outcome:
    return Outcome(Answer.OK)


class Bench:
    """A dispatcher with one recording far end for every target."""

    def __init__(
        self,
        answer: Callable[[], Awaitable[Outcome]] = _ok,
        closed: str | None = None,
    ) -> None:
        self.far_end = RecordingFarEnd(answer)
        self.heard: list[Input] = []
        drivers: Any = {"account:ceo": self.far_end, "stage:main": self.far_end}
        self._origin = Origin.here()
        self.dispatcher = Dispatcher(
            drivers, self._origin.now_us, lambda _: closed, self.heard.append
        )
        self.durable = asyncio.get_running_loop().create_future()

    async def send(self, command: Command, *, durable: bool = True) -> list[Input]:
        """Send and wait for all that follows; what the engine hears."""
        if durable:
            self.durable.set_result(None)
        due = replace(command, deadline_us=self._origin.now_us() + SECOND)
        self.dispatcher.send(due, self.durable)
        async with asyncio.timeout(30):
            await self.dispatcher.drain()
        return self.heard


async def test_a_wanted_command_does_not_wait_for_the_disk():
    """A scene is sent at the instant; its record follows."""
    bench = Bench()
    heard = await bench.send(SCENE, durable=False)
    assert [Ended(SCENE.key, 1, Answer.OK)] == heard


async def test_a_once_command_waits_until_its_intent_is_durable():
    """No byte of a post leaves before its intent is on disk."""
    bench = Bench()
    bench.dispatcher.send(POST, bench.durable)
    for _ in range(10):
        await asyncio.sleep(0)
    assert [] == bench.far_end.sent
    bench.durable.set_result(None)
    await bench.dispatcher.drain()
    assert [POST.key] == bench.far_end.sent


async def test_gates_are_read_again_just_before_a_once_command_leaves():
    """What was silenced after the decision stays in, and the engine hears why."""
    bench = Bench(closed="ceo is silenced")
    heard = await bench.send(POST)
    assert [Stopped(POST.key, 1, "ceo is silenced")] == heard
    assert [] == bench.far_end.sent


async def test_a_lost_journal_sends_nothing():
    """If the intent never became durable, the post never leaves."""
    bench = Bench()
    bench.dispatcher.send(POST, bench.durable)
    bench.durable.cancel()
    await bench.dispatcher.drain()
    assert ([], []) == (bench.far_end.sent, bench.heard)


async def test_a_driver_that_fails_is_an_unknown_outcome():
    """A driver's defect neither takes the show down nor passes for a refusal."""

    async def fail() -> Outcome:
        raise RuntimeError("token=secret")

    heard = await Bench(fail).send(POST)
    assert [Ended(POST.key, 1, Answer.UNKNOWN, "driver failed: RuntimeError")] == heard


async def test_a_driver_that_hangs_is_an_unknown_outcome():
    """Every command has an outcome at its deadline at the latest."""

    async def hang() -> Outcome:
        await asyncio.Event().wait()
        raise AssertionError

    (ended,) = await Bench(hang).send(POST)
    assert isinstance(ended, Ended)
    assert Answer.UNKNOWN == ended.answer


async def test_a_target_without_driver_is_certainly_not_sent():
    """Nothing can have left towards a far end that this run does not have."""
    (ended,) = await Bench().send(replace(POST, target="account:brand"))
    assert isinstance(ended, Ended)
    assert Answer.NOT_SENT == ended.answer


async def test_the_end_waits_for_the_wire_not_for_who_only_reads():
    """A figure whose ledger is never complete does not keep a finished show alive."""
    bench = Bench()
    silent = asyncio.Event()

    async def read() -> None:
        await silent.wait()

    bench.dispatcher.look(read())
    assert [Ended(SCENE.key, 1, Answer.OK)] == await bench.send(SCENE)
    await bench.dispatcher.cancel()
