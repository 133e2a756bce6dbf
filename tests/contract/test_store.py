"""What every store must do: one suite per interface, run on every implementation.

A further store joins by a class with the five methods of ``Backend`` and its name in
``BACKENDS``.
"""

from __future__ import annotations

import asyncio
import hashlib
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, aclosing
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any, Protocol

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from launchctl.errors import InputError, JournalError, RefusedError
from launchctl.orders.ledger import MAX_QUANTITY, Book
from launchctl.orders.model import Delivery, Happening, Totals, Verdict
from launchctl.show.inputs import Call
from launchctl.store.base import Inbox, Journal, Lease, Ledger
from launchctl.store.chain import canonical
from launchctl.store.memory import (
    MemoryInbox,
    MemoryJournal,
    MemoryLease,
    MemoryLedger,
)
from launchctl.store.sqlite import FileLease, SqliteInbox, SqliteJournal, SqliteLedger

HANG_S = 20.0
"""Bounds a hang; no test is timed by it."""

DAY_US = 1_459_382_400_000_000
SOURCES = {"shop": 3_000_000}


class Backend(Protocol):
    """One store, seen by its fixed writer and by a reader of the same run."""

    async def journals(self) -> tuple[Journal, Journal]:
        """Writer and reader."""
        ...

    async def inboxes(self) -> tuple[Inbox, Inbox]:
        """Front and conductor."""
        ...

    async def ledgers(self, limit: int | None = None) -> tuple[Ledger, Ledger]:
        """Front and conductor, of so many units."""
        ...

    def leases(self) -> tuple[Lease, Lease]:
        """Two conductors."""
        ...

    async def aclose(self) -> None:
        """Close all that was opened."""
        ...


class SqliteBackend:
    """Three files and a lock in a folder."""

    def __init__(self) -> None:
        self._stack = AsyncExitStack()
        self._folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory()))

    async def journals(self):
        """Writer and reader."""
        path = self._folder / "journal.db"
        return (
            await self._stack.enter_async_context(SqliteJournal(path, writer=True)),
            await self._stack.enter_async_context(SqliteJournal(path, writer=False)),
        )

    async def inboxes(self):
        """Front and conductor."""
        path = self._folder / "inbox.db"
        return (
            await self._stack.enter_async_context(SqliteInbox(path)),
            await self._stack.enter_async_context(SqliteInbox(path)),
        )

    async def ledgers(self, limit=None):
        """Front and conductor."""
        path = self._folder / "ledger.db"
        pair = [
            SqliteLedger(path, writer=writer, sources=SOURCES, limit=limit)
            for writer in (True, False)
        ]
        return [await self._stack.enter_async_context(ledger) for ledger in pair]

    def leases(self):
        """Two conductors."""
        path = self._folder / "lock"
        return FileLease(path), FileLease(path)

    async def aclose(self):
        """Close all that was opened."""
        await self._stack.aclose()


class MemoryBackend:
    """One process: writer and reader are one object."""

    def __init__(self) -> None:
        self._stack = AsyncExitStack()

    async def journals(self):
        """Writer and reader."""
        journal = await self._stack.enter_async_context(MemoryJournal())
        return journal, journal

    async def inboxes(self):
        """Front and conductor."""
        inbox = await self._stack.enter_async_context(MemoryInbox())
        return inbox, inbox

    async def ledgers(self, limit=None):
        """Front and conductor."""
        ledger = await self._stack.enter_async_context(MemoryLedger(SOURCES, limit))
        return ledger, ledger

    def leases(self):
        """Two conductors."""
        holders: dict[str, MemoryLease] = {}
        return MemoryLease("run", holders), MemoryLease("run", holders)

    async def aclose(self):
        """Close all that was opened."""
        await self._stack.aclose()


BACKENDS = {"sqlite": SqliteBackend, "memory": MemoryBackend}


@pytest.fixture(params=BACKENDS)
async def backend(request) -> AsyncIterator[Backend]:
    """Each store in turn."""
    made = BACKENDS[request.param]()
    yield made
    await made.aclose()


def line(seq: int, **fields: Any) -> dict[str, Any]:
    """An event line as the engine writes them."""
    return {"seq": seq, "event": "noted", "v": 1, **fields}


def order(number: int, **fields: Any) -> Delivery:
    """An order placed ``number`` seconds into the day."""
    at_us = DAY_US + number * 1_000_000
    delivery = Delivery(
        source="shop",
        event_id=f"msg-{number}",
        what=Happening.PLACED,
        order_id=f"order-{number}",
        occurred_us=at_us,
        received_us=at_us,
        placed_us=at_us,
        quantity=1,
        currency="USD",
        deposit_minor=100_000,
    )
    return delivery._replace(**fields)


async def take(batches: Any, count: int) -> list[Any]:
    """The first ``count`` items of a stream of batches; the stream is closed."""
    items: list[Any] = []
    async with asyncio.timeout(HANG_S), aclosing(batches):
        async for batch in batches:
            items.extend(batch)
            if len(items) >= count:
                break
    return items


# --- journal -------------------------------------------------------------------------


class TestJournal:
    """The append-only record of decisions."""

    async def test_new_journal_is_empty(self, backend):
        """A journal without lines has head 0 and the digest of nothing."""
        _, reader = await backend.journals()
        assert await reader.head() == 0
        assert await reader.read() == []
        assert await reader.digest() == "00" * 32
        assert await reader.verify() is None

    async def test_lines_come_back_as_written(self, backend):
        """What is appended is read back, equal and in order, by everybody."""
        writer, reader = await backend.journals()
        lines = [
            line(1, text="Größe 🚀", nested={"b": [1, None, True], "a": "x"}),
            line(2, t_s=-600.25, big=2**60),
            line(3, cue=None, half="\ud83d", nul="\0"),
        ]
        await writer.append(lines[:2])
        await writer.append(lines[2:])
        assert await reader.read() == lines
        assert await writer.read() == lines
        assert await reader.head() == 3

    async def test_read_starts_after_and_stops_at_limit(self, backend):
        """``after`` is not part of the answer; ``limit`` bounds it."""
        writer, reader = await backend.journals()
        await writer.append([line(seq) for seq in range(1, 8)])
        assert [e["seq"] for e in await reader.read(after=5)] == [6, 7]
        assert [e["seq"] for e in await reader.read(after=2, limit=3)] == [3, 4, 5]
        assert await reader.read(after=7) == []
        assert await reader.read(after=2, limit=0) == []

    async def test_long_batch_is_whole(self, backend):
        """A batch of any length is appended at once and read back whole."""
        writer, reader = await backend.journals()
        lines = [line(seq, n=seq) for seq in range(1, 1_701)]
        await writer.append(lines)
        assert await reader.read() == lines
        assert await reader.verify() is None

    async def test_empty_batch_changes_nothing(self, backend):
        """Appending no line is no event."""
        writer, reader = await backend.journals()
        await writer.append([])
        assert await reader.head() == 0

    @pytest.mark.parametrize(
        "seqs", [[2], [5], [1], [3, 5], [3, 3], [3, 4, 2]], ids=str
    )
    async def test_wrong_seq_is_refused_whole(self, backend, seqs):
        """A batch that does not continue the journal is refused; nothing stays."""
        writer, reader = await backend.journals()
        await writer.append([line(1), line(2)])
        with pytest.raises(JournalError, match="next line is"):
            await writer.append([line(seq) for seq in seqs])
        assert await reader.head() == 2
        await writer.append([line(3)])
        assert [e["seq"] for e in await reader.read()] == [1, 2, 3]

    @pytest.mark.parametrize(
        "bad", [{"event": "x"}, line(1, t_s=float("nan")), line(1, what=object())]
    )
    async def test_line_that_is_no_json_event_is_refused(self, backend, bad):
        """A line needs its seq and plain JSON values."""
        writer, reader = await backend.journals()
        with pytest.raises(JournalError, match="no JSON event"):
            await writer.append([bad])
        assert await reader.head() == 0

    async def test_concurrent_appends_keep_their_order(self, backend):
        """Appends asked for in order are in order, however they share commits."""
        writer, reader = await backend.journals()
        await asyncio.gather(*(writer.append([line(seq)]) for seq in range(1, 201)))
        assert [e["seq"] for e in await reader.read()] == list(range(1, 201))

    async def test_digest_is_the_chain_over_canonical_lines(self, backend):
        """The digest can be computed by anybody who has the lines."""
        writer, reader = await backend.journals()
        lines = [line(1, b=1, a="ä"), line(2, x=0.5)]
        await writer.append(lines)
        chain = bytes(32)
        for text in ('{"a":"ä","b":1,"event":"noted","seq":1,"v":1}',):
            assert text == canonical(lines[0])
        for entry in lines:
            chain = hashlib.sha256(chain + canonical(entry).encode()).digest()
        assert await reader.digest() == chain.hex()

    async def test_digest_after_a_line(self, backend):
        """A receipt names the chain as it was then, whatever came since."""
        writer, reader = await backend.journals()
        digests = []
        for seq in (1, 2, 3):
            await writer.append([line(seq)])
            digests.append(await reader.digest())
        assert digests == [await reader.digest(seq) for seq in (1, 2, 3)]
        with pytest.raises(JournalError, match="no line 4"):
            await reader.digest(4)

    async def test_digest_does_not_depend_on_batches(self, backend):
        """One batch or many: the same lines have the same digest."""
        writer, _ = await backend.journals()
        lines = [line(seq, n=seq * 7) for seq in range(1, 21)]
        for entry in lines:
            await writer.append([entry])
        other = MemoryJournal()
        await other.open()
        await other.append(lines)
        assert await writer.digest() == await other.digest()

    async def test_follow_gives_old_lines_then_new_ones(self, backend):
        """Who follows misses nothing, from ``after`` on."""
        writer, reader = await backend.journals()
        await writer.append([line(1), line(2)])
        followed = asyncio.create_task(take(reader.follow(after=1), 3))
        await writer.append([line(3)])
        await writer.append([line(4)])
        assert [e["seq"] for e in await followed] == [2, 3, 4]

    async def test_many_may_follow(self, backend):
        """Followers do not take lines from each other."""
        writer, reader = await backend.journals()
        tasks = [asyncio.create_task(take(reader.follow(), 50)) for _ in range(8)]
        for seq in range(1, 51):
            await writer.append([line(seq)])
        for followed in await asyncio.gather(*tasks):
            assert [e["seq"] for e in followed] == list(range(1, 51))

    async def test_follow_ends_with_the_journal(self, backend):
        """Closing ends those who follow, and takes no more."""
        writer, reader = await backend.journals()
        waiting = asyncio.create_task(take(reader.follow(), 1))
        await asyncio.sleep(0)
        await reader.aclose()
        assert await waiting == []
        await writer.aclose()
        with pytest.raises(JournalError, match="not open"):
            await writer.append([line(1)])


# --- inbox ---------------------------------------------------------------------------


def call(key: str, **fields: Any) -> Call:
    """A GO by Mira."""
    return Call(key, "mira", frozenset({"caller", "comms"}), "go", **fields)


class TestInbox:
    """Calls on their way to the conductor."""

    async def test_call_comes_back_as_put(self, backend):
        """Every field survives; the position is the store's."""
        front, conductor = await backend.inboxes()
        put = call("a1", target="reveal", args={"why": "jetzt ✓"}, seen=7, at_us=DAY_US)
        position = await front.put(put)
        assert await conductor.read() == [replace(put, position=position)]

    async def test_positions_grow(self, backend):
        """Later calls have higher positions, and reading goes on behind one."""
        front, conductor = await backend.inboxes()
        positions = [await front.put(call(key)) for key in "abc"]
        assert positions == sorted(set(positions))
        later = await conductor.read(after=positions[0])
        assert [entry.id for entry in later] == ["b", "c"]

    async def test_same_id_is_put_once(self, backend):
        """A repeated id gives the first position and leaves the first call alone."""
        front, conductor = await backend.inboxes()
        first = await front.put(call("a", target="one"))
        await front.put(call("b"))
        assert await front.put(call("a", target="two")) == first
        assert [(c.id, c.target) for c in await conductor.read()] == [
            ("a", "one"),
            ("b", None),
        ]

    async def test_both_ends_may_put(self, backend):
        """Page and command line write at once; no call is lost."""
        front, cli = await backend.inboxes()
        keys = [f"{n}" for n in range(40)]
        await asyncio.gather(
            *((front if n % 2 else cli).put(call(key)) for n, key in enumerate(keys))
        )
        assert {entry.id for entry in await front.read()} == set(keys)

    async def test_follow_gives_calls_as_they_arrive(self, backend):
        """The conductor sees each call once, in order."""
        front, conductor = await backend.inboxes()
        first = await front.put(call("a"))
        followed = asyncio.create_task(take(conductor.follow(after=first), 2))
        await front.put(call("b"))
        await front.put(call("c"))
        assert [entry.id for entry in await followed] == ["b", "c"]

    @pytest.mark.parametrize(
        "bad",
        [
            call(""),
            call("a", args={"x": object()}),
            call("a", args={"x": "y" * 70_000}),
        ],
        ids=["no id", "no plain value", "too large"],
    )
    async def test_call_that_cannot_be_kept_is_refused(self, backend, bad):
        """Nonsense is told to whoever put it, and never reaches the conductor."""
        front, conductor = await backend.inboxes()
        with pytest.raises(InputError):
            await front.put(bad)
        assert await conductor.read() == []

    async def test_closed_inbox_takes_nothing(self, backend):
        """A call is never lost silently."""
        front, _ = await backend.inboxes()
        await front.aclose()
        with pytest.raises(JournalError, match="not open"):
            await front.put(call("a"))


# --- ledger --------------------------------------------------------------------------


class TestLedger:
    """Orders, merged."""

    async def test_new_ledger_is_empty(self, backend):
        """Nothing counted, nothing known complete."""
        _, reader = await backend.ledgers()
        assert await reader.totals() == Totals()
        assert await reader.totals(DAY_US) == Totals()
        assert await reader.complete_to() is None

    async def test_order_is_counted_once(self, backend):
        """A delivery that came before changes nothing."""
        front, reader = await backend.ledgers()
        delivery = order(1, quantity=2)
        assert await front.record(delivery) is Verdict.COUNTED
        assert await front.record(delivery) is Verdict.KNOWN
        assert await reader.totals() == Totals(
            placed=1,
            units=2,
            net_units=2,
            by_currency={"USD": 2},
            deposits_minor={"USD": 100_000},
            ledger_seq=1,
            last_us=delivery.received_us,
        )

    async def test_concurrent_records_are_all_counted(self, backend):
        """Deliveries that share a commit each get their own verdict."""
        front, reader = await backend.ledgers()
        deliveries = [order(n % 150) for n in range(300)]
        verdicts = await asyncio.gather(*map(front.record, deliveries))
        assert verdicts.count(Verdict.COUNTED) == 150
        assert verdicts.count(Verdict.KNOWN) == 150
        assert (await reader.totals()).placed == 150

    async def test_same_event_id_of_two_sources_is_two_deliveries(self, backend):
        """The key of a delivery is source and event id, of an order source and id."""
        front, reader = await backend.ledgers()
        await front.record(order(1))
        assert await front.record(order(1, source="kiosk")) is Verdict.COUNTED
        assert (await reader.totals()).placed == 2

    async def test_quarantine_is_shown_and_not_counted(self, backend):
        """Test mode and undeclared currencies are kept aside, visibly."""
        front, reader = await backend.ledgers()
        aside = order(1, quarantine="test mode")
        assert await front.record(aside) is Verdict.QUARANTINED
        assert await front.record(aside) is Verdict.KNOWN
        assert await reader.totals() == Totals(quarantined=1, ledger_seq=1)

    async def test_cancelled_before_placed_counts_gross_only(self, backend):
        """A tombstone waits for its order: gross counts it, net does not."""
        front, reader = await backend.ledgers()
        await front.record(order(1, event_id="c", what=Happening.CANCELLED))
        assert (await reader.totals()).cancelled == 0
        await front.record(order(1))
        totals = await reader.totals()
        counted = (totals.placed, totals.units, totals.net_units, totals.cancelled)
        assert counted == (1, 1, 0, 1)

    async def test_a_payment_belongs_to_the_order_of_its_shop(self, backend):
        """Who pays adds no order; the money of an order is told by its payments."""
        front, reader = await backend.ledgers()
        paid = order(1, source="till", joins="shop", quantity=None, deposit_minor=7)
        await front.record(paid)
        assert (await reader.totals()).placed == 0
        await front.record(order(1))
        back = order(1, event_id="r", what=Happening.REFUNDED, refund_id="x")
        refund = back._replace(source="till", joins="shop", refund_minor=3)
        await front.record(refund)
        totals = await reader.totals()
        assert (totals.placed, totals.deposits_minor) == (1, {"USD": 4})
        assert (await reader.totals(DAY_US + 99_000_000)).deposits_minor == {"USD": 4}

    async def test_a_limit_says_what_is_left_and_what_waits(self, backend):
        """Of so many units: what is left now, and as of an instant; what waits."""
        front, reader = await backend.ledgers(limit=100)
        assert (await reader.totals()).available == 100
        await front.record_all([order(n, quantity=40) for n in (1, 2, 3)])
        now, then = await reader.totals(), await reader.totals(DAY_US + 1_999_999)
        assert (now.available, now.waitlist) == (0, 20)
        assert (then.available, then.waitlist) == (60, 0)

    async def test_more_refunded_than_paid_is_an_incident(self, backend):
        """A negative sum is named and not shown."""
        front, reader = await backend.ledgers()
        await front.record(order(1))
        refund = order(1, event_id="r", what=Happening.REFUNDED, refund_minor=100_001)
        await front.record(refund)
        totals = await reader.totals()
        assert totals.deposits_minor == {}
        assert totals.incidents == ("USD: more deposits refunded than paid",)

    async def test_totals_as_of_count_by_placing(self, backend):
        """A figure takes the orders placed up to its instant, whenever they arrived."""
        front, reader = await backend.ledgers()
        await front.record_all([order(n) for n in (30, 3, 11, 12, 20)])
        assert (await reader.totals(DAY_US + 12_000_000)).placed == 3
        assert (await reader.totals(DAY_US + 11_999_999)).placed == 2
        assert (await reader.totals(DAY_US + 2_999_999)).placed == 0
        assert (await reader.totals(DAY_US + 99_000_000)).placed == 5

    async def test_complete_to_is_the_last_heartbeat_less_settle(self, backend):
        """Heartbeats of a source that counts; the latest, whatever comes late."""
        front, reader = await backend.ledgers()
        await front.heartbeat("other", DAY_US)
        assert await reader.complete_to() is None
        await front.heartbeat("shop", DAY_US + 5_000_000)
        await front.heartbeat("shop", DAY_US + 4_000_000)
        assert await reader.complete_to() == DAY_US + 2_000_000

    @pytest.mark.parametrize(
        "bad",
        [
            {"quantity": 0},
            {"quantity": MAX_QUANTITY + 1},
            {"deposit_minor": -1},
            {"event_id": ""},
            {"order_id": "x" * 257},
            {"occurred_us": 2**63},
        ],
        ids=str,
    )
    async def test_delivery_out_of_bounds_is_refused(self, backend, bad):
        """What no shop can mean is told to whoever recorded it; nothing changes."""
        front, reader = await backend.ledgers()
        with pytest.raises(InputError):
            await front.record_all([order(1), order(2, **bad)])
        assert await reader.totals() == Totals()

    async def test_follow_gives_the_latest_totals(self, backend):
        """Who follows gets the totals at once and ends up with the last ones."""
        front, reader = await backend.ledgers()
        seen: list[int] = []

        async def follow() -> None:
            async with asyncio.timeout(HANG_S), aclosing(reader.follow()) as totals:
                async for total in totals:
                    seen.append(total.placed)
                    if total.placed == 60:
                        return

        following = asyncio.create_task(follow())
        for start in range(0, 60, 10):
            await front.record_all([order(n) for n in range(start, start + 10)])
        await following
        assert seen == sorted(set(seen))

    async def test_follow_ends_with_the_ledger(self, backend):
        """Closing ends those who follow."""
        front, reader = await backend.ledgers()
        totals = reader.follow()
        assert (await anext(totals)).placed == 0
        rest = asyncio.create_task(anext(totals, None))
        await asyncio.sleep(0)
        await reader.aclose()
        async with asyncio.timeout(HANG_S):
            assert await rest is None
        await front.aclose()
        with pytest.raises(JournalError, match="not open"):
            await front.record(order(1))


_DELIVERIES = st.lists(
    st.builds(
        order,
        st.integers(0, 30),
        order_id=st.sampled_from(["a", "b", "c"]),
        what=st.sampled_from(Happening),
        quantity=st.integers(1, 3),
        currency=st.sampled_from(["USD", "EUR"]),
        deposit_minor=st.sampled_from([0, 100_000]),
        refund_id=st.none() | st.sampled_from(["r1", "r2"]),
        refund_minor=st.none() | st.integers(0, 120_000),
        quarantine=st.sampled_from(["", "", "", "test mode"]),
        placed_us=st.none() | st.integers(DAY_US, DAY_US + 40_000_000),
        joins=st.sampled_from(["", "", "shop"]),
    ).map(lambda told: told._replace(source="till") if told.joins else told),
    max_size=40,
)


@pytest.mark.parametrize("name", BACKENDS)
@settings(max_examples=40, deadline=None)
@given(deliveries=_DELIVERIES, cuts=st.lists(st.integers(0, 40), max_size=3))
def test_every_ledger_agrees_with_the_book(name, deliveries, cuts):
    """However deliveries come and share commits, sums are those of the plain merge."""

    async def scenario() -> None:
        backend = BACKENDS[name]()
        try:
            front, reader = await backend.ledgers()
            book = Book()
            verdicts = [book.record(delivery) for delivery in deliveries]
            edges = sorted(
                [0, *(min(c, len(deliveries)) for c in cuts), len(deliveries)]
            )
            got = []
            for start, end in pairwise(edges):
                got += await front.record_all(deliveries[start:end])
            assert verdicts == got
            assert await reader.totals() == book.totals()
            for offset_us in (0, 9_999_999, 15_500_000, 40_000_000):
                at_us = DAY_US + offset_us
                assert await reader.totals(at_us) == book.totals(at_us)
        finally:
            await backend.aclose()

    asyncio.run(scenario())


# --- lease ---------------------------------------------------------------------------


@pytest.fixture(params=BACKENDS)
def leases(request) -> Iterator[tuple[Lease, Lease]]:
    """Two conductors that compete, in each store in turn."""
    backend = BACKENDS[request.param]()
    pair = backend.leases()
    yield pair
    for lease in pair:
        lease.release()
    asyncio.run(backend.aclose())


class TestLease:
    """The right to be the conductor."""

    def test_one_holds_it(self, leases):
        """The second is refused with a sentence."""
        first, second = leases
        first.acquire()
        with pytest.raises(RefusedError, match="another conductor"):
            second.acquire()

    def test_released_it_can_be_taken(self, leases):
        """Giving it back lets the next one have it."""
        first, second = leases
        first.acquire()
        first.release()
        second.acquire()
        with pytest.raises(RefusedError):
            first.acquire()

    def test_holder_may_ask_again(self, leases):
        """Taking what one has, and giving back what one has not, are no errors."""
        first, second = leases
        first.acquire()
        first.acquire()
        second.release()
        with pytest.raises(RefusedError):
            second.acquire()
