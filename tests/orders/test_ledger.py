"""The merge of orders: whatever comes, in any order, any number of times."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launchctl.errors import InputError
from launchctl.orders.ledger import MAX_AMOUNT_MINOR, Book, check
from launchctl.orders.model import Delivery, Happening, Totals, Verdict

DAY_US = 1_459_382_400_000_000


def delivery(event_id: str, what: Happening, **fields: Any) -> Delivery:
    """A message about order ``a``: two units, 2,000 USD, placed at the day's start."""
    made = Delivery(
        source="shop",
        event_id=event_id,
        what=what,
        order_id="a",
        occurred_us=DAY_US,
        received_us=DAY_US,
        placed_us=DAY_US,
        quantity=2,
        currency="USD",
        deposit_minor=200_000,
    )
    return made._replace(**fields)


def placed(event_id: str = "p", **fields: Any) -> Delivery:
    """The order is placed."""
    return delivery(event_id, Happening.PLACED, **fields)


def cancelled(event_id: str = "c", **fields: Any) -> Delivery:
    """The order is cancelled; no more is told."""
    return _bare(delivery(event_id, Happening.CANCELLED, **fields))


def refunded(event_id: str = "r", **fields: Any) -> Delivery:
    """The order is refunded; no more is told but the refund."""
    return _bare(delivery(event_id, Happening.REFUNDED, **fields))


def _bare(told: Delivery) -> Delivery:
    return told._replace(
        placed_us=None, quantity=None, currency=None, deposit_minor=None
    )


def totals_of(*deliveries: Delivery) -> Totals:
    """What a new book makes of them."""
    book = Book()
    for each in deliveries:
        book.record(each)
    return book.totals()


def money(*deliveries: Delivery) -> int:
    """The deposits left, in USD cents."""
    return totals_of(*deliveries).deposits_minor["USD"]


def test_placed_order_counts_order_units_and_deposit():
    """One order of two units: placed 1, units 2, its whole deposit."""
    assert totals_of(placed()) == Totals(
        placed=1,
        units=2,
        net_units=2,
        by_currency={"USD": 2},
        deposits_minor={"USD": 200_000},
        ledger_seq=1,
        last_us=DAY_US,
    )


def test_latest_word_on_quantity_counts_whenever_it_arrives():
    """Quantity, currency and deposit go by the highest (occurred, event id)."""
    one = placed("p1", quantity=1, deposit_minor=100_000, occurred_us=DAY_US)
    three = placed("p2", quantity=3, deposit_minor=300_000, occurred_us=DAY_US + 1)
    for order in ((one, three), (three, one)):
        totals = totals_of(*order)
        assert (totals.placed, totals.net_units) == (1, 3)
        assert totals.deposits_minor == {"USD": 300_000}


def test_same_instant_goes_by_event_id():
    """Two words of one instant: the higher event id counts, in either order."""
    low, high = placed("e1", quantity=1), placed("e2", quantity=3)
    assert totals_of(low, high).net_units == totals_of(high, low).net_units == 3


def test_reduced_order_lowers_net_and_never_gross():
    """Units are gross: they stay at the most that was ever ordered."""
    more = placed("p1", quantity=3)
    less = placed("p2", quantity=1, occurred_us=DAY_US + 1)
    for order in ((more, less), (less, more)):
        totals = totals_of(*order)
        assert (totals.units, totals.net_units) == (3, 1)


def test_cancelled_is_a_tombstone():
    """Cancelled before or after placed: the same; gross stays, net does not."""
    for order in ((placed(), cancelled()), (cancelled(), placed())):
        totals = totals_of(*order)
        assert (totals.placed, totals.units) == (1, 2)
        assert (totals.net_units, totals.cancelled) == (0, 1)
        assert totals.deposits_minor == {"USD": 200_000}


def test_order_never_placed_counts_nothing():
    """A cancellation or refund of an unknown order adds nothing."""
    totals = totals_of(cancelled(), refunded(refund_minor=5))
    assert replace(totals, ledger_seq=0, last_us=None) == Totals()


def test_cumulative_refunds_merge_by_the_largest():
    """Without ids each amount is the sum so far."""
    first = refunded("r1", refund_minor=50_000)
    second = refunded("r2", refund_minor=80_000)
    assert money(placed(), first, second) == 120_000
    assert money(placed(), second, first) == 120_000


def test_refunds_with_ids_are_a_set():
    """With ids each refund counts once, however often it is told."""
    first = refunded("e1", refund_id="r1", refund_minor=50_000)
    again = refunded("e2", refund_id="r1", refund_minor=50_000)
    second = refunded("e3", refund_id="r2", refund_minor=30_000)
    assert money(placed(), first, again, second) == 120_000


def test_refunds_told_both_ways_are_not_counted_twice():
    """A cumulative sum covers the single refunds it is the sum of."""
    single = refunded("e1", refund_id="r1", refund_minor=50_000)
    total = refunded("e2", refund_minor=80_000)
    assert money(placed(), single, total) == 120_000


def test_refund_without_amount_is_all_of_it():
    """Only the order's id is needed: then everything went back."""
    totals = totals_of(refunded(), placed())
    assert totals.deposits_minor == {"USD": 0}
    assert (totals.units, totals.net_units) == (2, 0)


def test_fully_refunded_order_is_not_net():
    """Net is less the orders whose whole deposit went back; a part changes nothing."""
    part = refunded("r1", refund_minor=199_999)
    whole = refunded("r2", refund_minor=200_000)
    assert totals_of(placed(), part).net_units == 2
    assert totals_of(placed(), part, whole).net_units == 0


def test_negative_sum_is_named_and_not_shown():
    """More refunded than paid is an incident of that currency alone."""
    totals = totals_of(
        placed(),
        refunded(refund_minor=200_001),
        placed("e", order_id="b", currency="EUR"),
    )
    assert totals.deposits_minor == {"EUR": 200_000}
    assert totals.incidents == ("USD: more deposits refunded than paid",)


def test_quarantined_delivery_touches_no_order():
    """What must not count is neither placed nor a tombstone."""
    aside = cancelled(quarantine="test mode")
    book = Book()
    book.record(placed())
    assert book.record(aside) is Verdict.QUARANTINED
    assert book.record(aside) is Verdict.KNOWN
    totals = book.totals()
    assert (totals.quarantined, totals.cancelled, totals.net_units) == (1, 0, 2)


def test_order_without_placing_instant_is_placed_when_it_occurred():
    """A figure needs an instant: the earliest one told."""
    book = Book()
    book.record(placed("p1", placed_us=None, occurred_us=DAY_US + 9))
    assert book.totals(as_of_us=DAY_US + 8).placed == 0
    book.record(placed("p2", placed_us=DAY_US + 5, occurred_us=DAY_US + 20))
    assert book.totals(as_of_us=DAY_US + 5).placed == 1


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        (
            {"event_id": "x" * 257},
            "the event id must have 1 to 256 printable characters",
        ),
        (
            {"refund_id": "y" * 257},
            "the refund id must have 1 to 256 printable characters",
        ),
        ({"order_id": "a\0"}, "the order id must have 1 to 256 printable characters"),
        (
            {"order_id": "\ud800"},
            "the order id must have 1 to 256 printable characters",
        ),
        ({"quantity": -1}, "the quantity must lie between 1 and 10000"),
        (
            {"deposit_minor": MAX_AMOUNT_MINOR + 1},
            "the deposit must lie between 0 and 1000000000000",
        ),
    ],
)
def test_out_of_bounds_is_told(fields, sentence):
    """The sentence names the field and its bounds."""
    with pytest.raises(InputError) as caught:
        check(placed(**fields))
    assert str(caught.value) == sentence


# --- who pays, and how many there are ------------------------------------------------


def payment(event_id: str = "pay", **fields: Any) -> Delivery:
    """The payment service tells that order ``a`` was paid: 2,000 USD."""
    told = placed(event_id, source="pay", joins="shop", quantity=None)
    return told._replace(**fields)


def test_a_payment_counts_no_order_and_no_money_twice():
    """DESIGN, orders: a `pays` source joined to a `counts` source counts nothing twice.

    Both tell of the same 2,000 USD: one order, two units, 2,000 USD.
    """
    assert totals_of(payment()) == Totals(ledger_seq=1, last_us=DAY_US)
    both = totals_of(placed(), payment())
    assert (both.placed, both.units, both.deposits_minor) == (1, 2, {"USD": 200_000})


def test_the_money_of_an_order_is_what_its_payments_say():
    """Once a payment is known, the shop's own deposit and refunds are not added."""
    part = payment(deposit_minor=150_000)
    told_twice = refunded("r1", refund_id="r", refund_minor=50_000)
    same = told_twice._replace(event_id="r2", source="pay", joins="shop")
    assert money(placed(), part) == 150_000
    assert money(placed(), part, told_twice) == 150_000
    assert money(placed(), part, told_twice, same) == 100_000


def test_two_services_can_pay_one_order():
    """Each payment has its own last word, and both are added."""
    first = payment(deposit_minor=50_000)
    again = payment("later", deposit_minor=60_000, occurred_us=DAY_US + 1)
    other = payment(source="till", deposit_minor=140_000)
    assert money(placed(), first, again, other) == 200_000


def test_an_order_whose_payment_went_back_is_no_longer_wanted():
    """Refunded or voided in full at the payment service: gross stays, net falls."""
    whole = refunded("r")._replace(source="pay", joins="shop")
    voided = cancelled("v")._replace(source="pay", joins="shop")
    for back in (whole, voided):
        totals = totals_of(placed(), payment(), back)
        assert (totals.units, totals.net_units, totals.cancelled) == (2, 0, 0)
        assert totals.deposits_minor == {"USD": 0}


def test_a_payment_in_another_currency_is_not_added_to_the_orders():
    """Sums are per currency: euros are no part of a sum of dollars."""
    assert money(placed(), payment(currency="EUR")) == 200_000


def limited(*deliveries: Delivery, limit: int = 3) -> tuple[int | None, int | None]:
    """(available, waitlist) of so many units."""
    book = Book(limit)
    for each in deliveries:
        book.record(each)
    totals = book.totals()
    return totals.available, totals.waitlist


def test_units_beyond_the_limit_wait_and_a_cancelled_order_makes_room():
    """`limit: {units}`: net units up to it are had, the others wait."""
    second = placed("p2", order_id="b")
    assert limited() == (3, 0)
    assert limited(placed()) == (1, 0)
    assert limited(placed(), second) == (0, 1)
    assert limited(placed(), second, cancelled()) == (1, 0)
    assert Book().totals().waitlist is None


# --- properties ----------------------------------------------------------------------

_FIELDS = st.fixed_dictionaries(
    {
        "order_id": st.sampled_from("ab"),
        "what": st.sampled_from(Happening),
        "occurred_us": st.integers(DAY_US, DAY_US + 3),
        "placed_us": st.none() | st.integers(DAY_US, DAY_US + 3),
        "quantity": st.integers(1, 4),
        "currency": st.sampled_from(["USD", "EUR"]),
        "deposit_minor": st.sampled_from([0, 100, 200]),
        "refund_id": st.none() | st.sampled_from(["r1", "r2"]),
        "refund_minor": st.none() | st.integers(0, 250),
        "quarantine": st.sampled_from(["", "", "", "test mode"]),
        "source,joins": st.sampled_from(
            [("shop", ""), ("shop", ""), ("pay", "shop"), ("till", "shop")]
        ),
    }
)
_MESSAGES = st.lists(_FIELDS, max_size=12).map(
    lambda many: [
        delivery(f"e{number}", fields.pop("what"), **_told_by(fields))
        for number, fields in enumerate(map(dict, many))
    ]
)


def _told_by(fields: dict[str, Any]) -> dict[str, Any]:
    source, joins = fields.pop("source,joins")
    return {**fields, "source": source, "joins": joins}


@given(messages=_MESSAGES, data=st.data())
def test_order_and_repetition_do_not_matter(messages, data):
    """Any permutation with any repetitions gives the totals of the plain sequence."""
    repeats = data.draw(st.lists(st.sampled_from(messages or [placed()]), max_size=8))
    extra = repeats if messages else []
    shuffled = data.draw(st.permutations([*messages, *extra]))
    assert totals_of(*messages) == totals_of(*shuffled)
    assert limited(*messages) == limited(*shuffled)


@given(messages=_MESSAGES)
def test_gross_never_falls_and_net_never_exceeds_it(messages):
    """Whatever comes, placed and units only grow, and net units lie beneath."""
    book = Book()
    before = book.totals()
    for message in messages:
        book.record(message)
        now = book.totals()
        assert before.placed <= now.placed
        assert before.units <= now.units
        assert 0 <= now.net_units <= now.units
        assert now.cancelled <= now.placed
        assert all(amount >= 0 for amount in now.deposits_minor.values())
        before = now


@given(messages=_MESSAGES)
def test_as_of_grows_to_the_whole(messages):
    """Totals as of later instants include those of earlier ones; the last is all."""
    book = Book()
    for message in messages:
        book.record(message)
    counts = [book.totals(DAY_US + us).units for us in range(-1, 5)]
    assert counts == sorted(counts)
    assert counts[0] == 0
    assert book.totals(DAY_US + 3) == book.totals()
