"""What is recorded while a whole show is played: all that the engine is asked and says,
what leaves, what the shops hand over, and who cuts at the mixers.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Any
from unittest.mock import patch

from launchctl.conductor.dispatch import Dispatcher
from launchctl.orders.model import Delivery, Verdict
from launchctl.rehearsal import rehearse as rehearsing
from launchctl.rehearsal.emulators.bluesky import BlueskyEmulator
from launchctl.rehearsal.emulators.linkedin import LinkedInEmulator
from launchctl.rehearsal.emulators.mastodon import MastodonEmulator
from launchctl.rehearsal.emulators.obs_world import World
from launchctl.rehearsal.emulators.x import XEmulator
from launchctl.rehearsal.slips import SlippingLedger
from launchctl.runbook.actions import Effect
from launchctl.runbook.model import Runbook
from launchctl.show import events as ev
from launchctl.show.commands import Command
from launchctl.show.engine import Decision, Engine
from launchctl.show.inputs import RunbookSeen
from launchctl.store.memory import MemoryJournal
from launchctl.times import Micros
from tests.simulation.trace import Crash, Item, Sent, Step

NETWORKS = (BlueskyEmulator, LinkedInEmulator, MastodonEmulator, XEmulator)


@dataclass
class Record:
    """What was recorded.

    Attributes:
        items: what the checkers of SEMANTICS 9 read.
        early: a sentence for each command that left before its intent was written.
        handed: what the shops handed over, whether it came through or waits.
        cuts: (mixer, scene, N) of each cut, whoever made it.
        by_hand: the ids of what owners posted from the phone.
        runbook: as it was at the start.
        amended: what it may have been amended to.
    """

    items: list[Item] = field(default_factory=list)
    early: list[str] = field(default_factory=list)
    handed: list[Delivery] = field(default_factory=list)
    cuts: list[tuple[World, str, Micros]] = field(default_factory=list)
    by_hand: set[str] = field(default_factory=set)
    runbook: Runbook | None = None
    amended: list[Runbook] = field(default_factory=list)


@contextmanager
def recorded(seed: int) -> Iterator[Record]:
    """Record the rehearsal that is played meanwhile, on a disk that takes its time."""
    record = Record()
    with ExitStack() as stack:
        stack.enter_context(patch.object(rehearsing, "Engine", _engine(record)))
        disk = _Disk(seed, record)
        stack.enter_context(patch.object(MemoryJournal, "append", disk.append()))
        stack.enter_context(patch.object(Dispatcher, "_send", disk.send()))
        stack.enter_context(patch.object(SlippingLedger, "record_all", _shop(record)))
        stack.enter_context(patch.object(World, "cut", _cutting(record)))
        for network in NETWORKS:
            posts = _posting(record, network)
            stack.enter_context(patch.object(network, "post_by_hand", posts))
        yield record


def _engine(record: Record) -> type[Engine]:
    items = record.items

    class Recorded(Engine):
        """An engine that keeps a trace."""

        _folded = 0

        def apply(self, event: Any) -> None:
            """As ever; a line of the journal was folded."""
            self._folded += 1
            super().apply(event)

        def start(self, now_us: Micros, inputs: Any = (), **more: Any) -> Decision:
            """As ever; whoever follows a dead one says what that one lost."""
            record.runbook = record.runbook or self.runbook
            lines = sum(isinstance(item, dict) for item in items)
            lines -= sum(item.lost for item in items if isinstance(item, Crash))
            if items:
                items.append(Crash(lines - self._folded))
            return self._asked(now_us, inputs, super().start(now_us, inputs, **more))

        def step(self, now_us: Micros, inputs: Any = ()) -> Decision:
            """As ever."""
            return self._asked(now_us, inputs, super().step(now_us, inputs))

        def _asked(self, now_us: Micros, inputs: Any, decision: Decision) -> Decision:
            items.append(Step(now_us, tuple(inputs)))
            record.amended += [i.runbook for i in inputs if isinstance(i, RunbookSeen)]
            items.extend(json.loads(json.dumps(ev.encode(e))) for e in decision.events)
            return decision

    return Recorded


class _Disk:
    """It takes its time; what it has, and what leaves before it has it."""

    def __init__(self, seed: int, record: Record) -> None:
        self.rng = Random(f"disk {seed}")
        self.record = record
        self.intents: set[tuple[str, int]] = set()

    def append(self) -> Any:
        """In the place of the journal's."""
        append = MemoryJournal.append

        async def appended(journal: MemoryJournal, lines: Any) -> None:
            await asyncio.sleep(self.rng.choice((0, 0.002, 0.02)))
            await append(journal, lines)
            self.intents.update(
                (line["key"], line["attempt"])
                for line in lines
                if line["event"] == "intent"
            )

        return appended

    def send(self) -> Any:
        """In the place of the dispatcher's."""
        send = Dispatcher._send

        async def sent(dispatcher: Dispatcher, command: Command) -> Any:
            self.record.items.append(Sent(command, dispatcher._now_us()))
            once = command.effect is Effect.ONCE
            if once and (command.key, command.attempt) not in self.intents:
                early = f"{command.key} left before its intent was written"
                self.record.early.append(early)
            return await send(dispatcher, command)

        return sent


def _shop(record: Record) -> Any:
    record_all = SlippingLedger.record_all

    async def handed(
        self: SlippingLedger, deliveries: Sequence[Delivery]
    ) -> list[Verdict]:
        record.handed += deliveries
        return await record_all(self, deliveries)

    return handed


def _cutting(record: Record) -> Any:
    cut = World.cut

    def cuts(self: World, scene: str) -> None:
        assert self.now_us is not None
        record.cuts.append((self, scene, self.now_us()))
        cut(self, scene)

    return cuts


def _posting(record: Record, network: Any) -> Any:
    post = network.post_by_hand

    def posts(self: Any, handle: str, text: str, *more: Any) -> Any:
        published = post(self, handle, text, *more)
        record.by_hand.add(published.id)
        return published

    return posts
