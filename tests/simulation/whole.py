"""Whole shows through the real conductor and its drivers, in virtual time, in trouble.

A seed gives a show (``whole_books.py``), buyers, and what goes wrong; the crew says yes
to everything. What happened is read twice: by the checkers of SEMANTICS 9, over all
that the engine was asked and all that left; and at the far ends, whose own records must
agree with it.
"""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from random import Random
from typing import Any
from unittest.mock import patch

from launchctl.conductor.dispatch import Dispatcher
from launchctl.orders.model import Delivery
from launchctl.rehearsal import rehearse as rehearsing
from launchctl.rehearsal.batches import shops
from launchctl.rehearsal.rehearse import Rehearsal, Rehearsed, rehearse
from launchctl.rehearsal.trouble.chaos import chaos
from launchctl.rehearsal.trouble.injecting import Injected, trouble
from launchctl.rehearsal.willing import willing
from launchctl.runbook.actions import Effect
from launchctl.runbook.model import Runbook
from launchctl.show import events as ev
from launchctl.show.commands import Command
from launchctl.show.engine import Decision, Engine
from launchctl.store.memory import MemoryJournal
from tests.simulation.invariants import check
from tests.simulation.rule import BrokenError
from tests.simulation.trace import Crash, Item, Sent, Step, Trace
from tests.simulation.whole_books import whole_book
from tests.simulation.whole_people import buyers
from tests.simulation.world import told

KEPT_SHOWS = Path(__file__).parent / "kept_shows"


class WholeBrokeError(BrokenError):
    """A show broke; the message says how, and how to replay it."""


def play_whole(seed: int, file: Path | None = None) -> Rehearsed:
    """Play the show of a seed, or this one with the seed's trouble, and read it twice.

    Raises:
        WholeBrokeError: something does not hold.
    """
    with tempfile.TemporaryDirectory() as folder:
        show = file or Path(folder) / "show.yaml"
        if file is None:
            show.write_text(whole_book(seed))
        try:
            return _checked(seed, show)
        except Exception as error:
            raise WholeBrokeError(
                f"whole show {seed}: {error!r}\n{error}\n"
                f"replay: python -m tests.simulation --whole {seed}"
            ) from error


def _checked(seed: int, show: Path) -> Rehearsed:
    sold: list[Delivery] = []
    injected: list[Injected] = []
    beside = (
        willing,
        shops(),
        partial(buyers, seed, sold),
        trouble(partial(chaos, seed), injected),
    )
    with recorded(seed) as (items, early):
        done = rehearse(Rehearsal(runbook=show, seed=seed, beside=beside))
    runbook = done.backstage.show.runbook
    wrong = [
        *early,
        told(check(Trace(runbook, items))),
        *published_twice(done),
        *leaked(done),
        *called_twice(done),
        *miscounted(done, sold),
        *folded_otherwise(done, runbook),
    ]
    if any(wrong):
        raise BrokenError("\n".join(filter(None, wrong)))
    return done


# --- what is recorded -----------------------------------------------------------------


@contextmanager
def recorded(seed: int) -> Any:
    """All that the engines of a rehearsal are asked and say, and what leaves; and a
    sentence for each that left before its intent was written, on a disk that takes its
    time.
    """
    items: list[Item] = []
    early: list[str] = []
    durable: set[tuple[str, int]] = set()
    rng = Random(f"disk {seed}")
    send, append = Dispatcher._send, MemoryJournal.append

    class Recorded(Engine):
        """An engine that keeps a trace."""

        _folded = 0

        def apply(self, event: Any) -> None:
            """As ever; a line of the journal was folded."""
            self._folded += 1
            super().apply(event)

        def start(self, now_us: int, inputs: Any = (), **more: Any) -> Decision:
            """As ever; whoever follows a dead one says what that one lost."""
            lines = sum(isinstance(item, dict) for item in items)
            lines -= sum(item.lost for item in items if isinstance(item, Crash))
            if items:
                items.append(Crash(lines - self._folded))
            return self._asked(now_us, inputs, super().start(now_us, inputs, **more))

        def step(self, now_us: int, inputs: Any = ()) -> Decision:
            """As ever."""
            return self._asked(now_us, inputs, super().step(now_us, inputs))

        def _asked(self, now_us: int, inputs: Any, decision: Decision) -> Decision:
            items.append(Step(now_us, tuple(inputs)))
            items.extend(json.loads(json.dumps(ev.encode(e))) for e in decision.events)
            return decision

    async def sent(self: Dispatcher, command: Command) -> Any:
        items.append(Sent(command, self._now_us()))
        once = command.effect is Effect.ONCE
        if once and (command.key, command.attempt) not in durable:
            early.append(f"{command.key} left before its intent was written")
        return await send(self, command)

    async def appended(self: MemoryJournal, lines: Any) -> None:
        await asyncio.sleep(rng.choice((0, 0.002, 0.02)))
        await append(self, lines)
        durable.update(
            (line["key"], line["attempt"])
            for line in lines
            if line["event"] == "intent"
        )

    with ExitStack() as stack:
        stack.enter_context(patch.object(rehearsing, "Engine", Recorded))
        stack.enter_context(patch.object(Dispatcher, "_send", sent))
        stack.enter_context(patch.object(MemoryJournal, "append", appended))
        yield items, early


# --- what the far ends say ----------------------------------------------------------


def published_twice(done: Rehearsed) -> list[str]:
    """Each text stands in the show once, and may stand at a far end once."""
    posts = Counter((post.handle, post.text) for post in _posts(done))
    return [f"published twice: {post}" for post, times in posts.items() if times > 1]


def leaked(done: Rehearsed) -> list[str]:
    """Nothing stands at a far end from before the picture was on the mixer's program:
    every embargo of these shows is lifted by that scene.
    """
    shown = [
        each.at_us
        for mixer in done.backstage.world.stages.values()
        for each in mixer.world.program_history
        if each.scene == "Reveal"
    ]
    overridden = any(line["event"] == "overridden" for line in done.lines)
    first_us = min(shown, default=None)
    return [
        f"leaked: {post.text!r} at {post.at_us}, the picture at {first_us}"
        for post in _posts(done)
        if not overridden and (first_us is None or post.at_us < first_us)
    ]


def called_twice(done: Rehearsed) -> list[str]:
    """The shop's flags were set once, or a person fired it again."""
    calls = Counter(call.path for call in done.backstage.world.web.acted)
    fired = Counter(
        line["target"]
        for line in done.lines
        if line["event"] == "call_accepted" and line["verb"] == "fire"
    )
    return [
        f"called {times} times: {path}"
        for path, times in calls.items()
        if path == "/flags" and times > 1 + fired["flip"]
    ]


def miscounted(done: Rehearsed, sold: Sequence[Delivery]) -> list[str]:
    """The counter is what the shop sold, less what could not be delivered yet."""
    ledger = done.backstage.ledger
    left = {each.event_id for each in ledger.waiting("shop")}
    orders_of: dict[str, list[Delivery]] = {}
    for each in sold:
        if each.event_id not in left:
            orders_of.setdefault(each.order_id, []).append(each)
    exact = {
        "placed": len(orders_of),
        "units": sum(max(_quantities(order)) for order in orders_of.values()),
        "net_units": sum(
            _quantities([max(o, key=_age)])[0] for o in orders_of.values()
        ),
    }
    orders: Any = done.status["orders"] or dict.fromkeys(exact, 0)
    return [
        f"counted {orders[name]} {name} of {number}"
        for name, number in exact.items()
        if orders[name] != number
    ]


def _quantities(deliveries: Sequence[Delivery]) -> list[int]:
    return [delivery.quantity or 0 for delivery in deliveries]


def _age(delivery: Delivery) -> tuple[int, str]:
    return delivery.occurred_us, delivery.event_id


def folded_otherwise(done: Rehearsed, runbook: Runbook) -> list[str]:
    """Invariant 1: the journal alone gives the state that the conductor had."""
    again = Engine(runbook, done.lines[0]["run"] if done.lines else "")
    for line in done.lines:
        again.apply(ev.decode(line))
    mine = done.backstage.conducting.engine.state
    return [] if again.state == mine else ["the folded journal gives another state"]


def _posts(done: Rehearsed) -> list[Any]:
    networks: Any = done.backstage.world.networks.values()
    return [post for network in networks for post in network.posts]


# --- what is kept ------------------------------------------------------------------


def keep_whole(seed: int) -> str:
    """Keep a failing show as a file; the command that plays it again."""
    path = KEPT_SHOWS / f"whole-{seed}.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"# chaos {seed}\n{whole_book(seed)}")
    return f"whole show {seed}: launch rehearse {path} --yes --chaos {seed}"


def chaos_of(path: Path) -> int:
    """The seed of a kept show's trouble: it stands in its first line."""
    return int(path.read_text().partition("\n")[0].removeprefix("# chaos "))
