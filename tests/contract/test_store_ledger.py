"""What every ledger must do, on every implementation."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from launchctl.errors import InputError, JournalError
from launchctl.orders.ledger import MAX_QUANTITY, Book
from launchctl.orders.model import Happening, Totals, Verdict
from tests.contract.stores import BACKENDS, DAY_US, HANG_S, order


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
