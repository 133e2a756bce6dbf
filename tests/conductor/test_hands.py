"""Hands on the networks: real driver, emulator, engine and conductor, paced."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

from launchctl.clock import Origin, new_loop
from launchctl.conductor.conductor import Conductor
from launchctl.conductor.far_ends import contexts, far_ends_of
from launchctl.rehearsal.emulators.x import XAccount, XEmulator
from launchctl.runbook.loader import load
from launchctl.show.engine import Engine
from launchctl.show.inputs import Call
from launchctl.store.base import Store
from launchctl.store.memory import (
    MemoryInbox,
    MemoryJournal,
    MemoryLease,
    MemoryLedger,
)
from launchctl.times import format_instant, parse_instant
from tests.contract.posts_table import PlantedSecrets

SPEED = 10.0
HANG_S = 1_200
"""Seconds of the run's clock; bounds a hang."""
T0_US = parse_instant("2016-04-01T03:30:00+00:00")

SHOW = """\
runbook: 1
title: A reveal whose executive is quicker
timezone: UTC
t0: 2016-04-01 03:30
accounts:
  ceo: {network: x, handle: elonmusk, credentials: {env: CEO}, by_hand: watch}
crew:
  comms: {may: [post, end, approve, retime, go]}
cues:
  - {cue: reveal-post, at: T-0, do: [{post: {as: ceo, text: "Model 3. $35k."}}]}
"""


class Evening:
    """One run, and who may touch it."""

    def __init__(self, emulator: XEmulator, store: Store, origin: Origin) -> None:
        self.emulator = emulator
        self.store = store
        self.origin = origin

    async def line(self, event: str, **fields: object) -> dict[str, object]:
        """Wait for the first journal line of that event with those fields."""
        wanted = {"event": event, **fields}
        async with asyncio.timeout(HANG_S):
            async for lines in self.store.journal.follow(0):
                for line in lines:
                    if wanted.items() <= line.items():
                        return line
        raise AssertionError(event)

    async def call(self, verb: str, target: str | None = None, **args: object) -> None:
        """Somebody of communications calls."""
        await self.store.inbox.put(
            Call(
                id=f"{verb}-{target}",
                by="ben",
                roles=frozenset({"comms"}),
                verb=verb,
                target=target,
                args=args,
                at_us=self.origin.now_us(),
            )
        )


def conduct(
    folder: Path, act: Callable[[Evening], Awaitable[None]], text: str = SHOW
) -> tuple[str | None, list[str]]:
    """Play an evening at ten times the speed; its verdict, and what X has then."""
    loop = new_loop(SPEED)
    try:
        return loop.run_until_complete(_conduct(folder, act, text))
    finally:
        loop.close()


async def _conduct(
    folder: Path, act: Callable[[Evening], Awaitable[None]], text: str
) -> tuple[str | None, list[str]]:
    origin = Origin.here(T0_US - 30_000_000, SPEED)
    emulator = XEmulator([XAccount.made("elonmusk")], origin.now_us)
    file = folder / "show.yaml"
    file.write_text(text)
    url = await emulator.start()
    runbook = load(file, sets=[("accounts.ceo.api", url)])
    secrets = PlantedSecrets(XAccount.made("elonmusk").values())
    async with AsyncExitStack() as stack:
        stack.push_async_callback(emulator.aclose)
        enter = stack.enter_async_context
        store = Store(
            journal=await enter(MemoryJournal()),
            inbox=await enter(MemoryInbox()),
            ledger=await enter(MemoryLedger()),
            lease=MemoryLease("run", {}),
        )
        conductor = Conductor(
            Engine(runbook, "run"),
            store,
            origin,
            lambda report: far_ends_of(
                runbook, contexts(origin.now_us, report, secrets, folder)
            ),
        )
        conducting = asyncio.create_task(conductor.run())
        try:
            await act(Evening(emulator, store, origin))
            async with asyncio.timeout(HANG_S):
                verdict = await conducting
        finally:
            conducting.cancel()
            await asyncio.gather(conducting, return_exceptions=True)
        return verdict, [post.text for post in emulator.posts]


def test_the_executive_was_quicker(tmp_path: Path) -> None:
    """A post by hand before ours is found, ours parks, one key adopts it: X has one
    post, and the show is green (SEMANTICS 6, hands).
    """
    seen: list[dict[str, object]] = []

    async def act(evening: Evening) -> None:
        await evening.line("run_started")
        evening.emulator.post_by_hand("elonmusk", "Here it is!!")
        seen.append(await evening.line("post_by_hand"))
        seen.append(await evening.line("cue_parked", cue="reveal-post"))
        await evening.call("adopt", "reveal-post")
        seen.append(await evening.line("cue_adopted"))

    assert ("green", ["Here it is!!"]) == conduct(tmp_path, act)
    found, _, adopted = seen
    assert ("reveal-post", "Here it is!!") == (found["cue"], found["text"])
    assert found["receipt_url"] == adopted["receipt_url"]
    assert format_instant(T0_US) > str(found["posted"])


def test_nobody_posted_and_ours_leaves(tmp_path: Path) -> None:
    """Watching delays nothing, and our own post is no hand (SEMANTICS 6, hands)."""

    async def act(evening: Evening) -> None:
        await evening.line("show_ended")

    assert ("green", ["Model 3. $35k."]) == conduct(tmp_path, act)


def test_under_embargo_there_is_only_an_alarm(tmp_path: Path) -> None:
    """The leak is bad news on every page; ours waits for its embargo as before
    (SEMANTICS 6, hands).
    """
    embargo = "embargoes: {car: {default: true, not_before: 2016-04-01 03:30:10}}\n"

    async def act(evening: Evening) -> None:
        await evening.line("run_started")
        evening.emulator.post_by_hand("elonmusk", "Psst.")
        health = await evening.line("health", target="hand:ceo")
        assert "bad" == health["level"]
        await evening.line("show_ended")

    verdict, posts = conduct(tmp_path, act, SHOW + embargo)
    assert ("green", ["Psst.", "Model 3. $35k."]) == (verdict, posts)
