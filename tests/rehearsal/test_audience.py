"""The published curve of orders, the same for the same seed."""

from __future__ import annotations

from itertools import islice

import pytest

from launchctl.rehearsal.audience import instant_of, orders
from launchctl.times import HOUR, MINUTE


@pytest.mark.parametrize(
    ("units", "t_us"),
    [
        (0, -28 * HOUR - 30 * MINUTE),
        (95_000, -HOUR),
        (115_000, 20 * MINUTE),
        (180_000, 12 * HOUR + 41 * MINUTE),
        (253_000, 34 * HOUR + 30 * MINUTE),
        (276_000, 51 * HOUR + 30 * MINUTE),
        (325_000, 147 * HOUR + 30 * MINUTE),
        (325_001, None),
    ],
)
def test_the_curve_passes_through_what_was_published(units, t_us):
    """115,000 on stage; behind the last announcement there is no curve."""
    assert t_us == instant_of(units)


def test_the_week_ends_with_every_unit_that_was_announced():
    """325,000, and none more, whatever the last buyers would take."""
    for seed in range(20):
        assert 325_000 == 100 * sum(order.quantity for order in orders(seed, 100))


@pytest.mark.parametrize("sample", [10, 50, 500])
def test_the_sample_times_its_size_is_the_curve(sample):
    """Whatever the sample: at the announcement it stands for 115,000."""
    placed = [o for o in orders(1, sample) if o.placed_us <= 20 * MINUTE]

    units = sum(order.quantity for order in placed) * sample

    assert abs(115_000 - units) <= 2 * sample


def test_one_buyer_in_twenty_takes_two():
    """5 % ordered the maximum of two, nobody more."""
    quantities = [order.quantity for order in orders(3, 10)]

    assert {1, 2} == set(quantities)
    assert 0.04 < quantities.count(2) / len(quantities) < 0.06


def test_the_same_seed_is_the_same_audience():
    """Ids, instants, quantities and currencies."""
    assert list(orders(7, 100)) == list(orders(7, 100))
    assert list(islice(orders(7, 100), 50)) != list(islice(orders(8, 100), 50))


def test_orders_come_in_order_of_time_with_ids_of_their_own():
    """A shop numbers its orders."""
    stream = list(orders(1, 50))

    assert sorted(stream, key=lambda order: order.placed_us) == stream
    assert len({order.id for order in stream}) == len(stream)
    assert {"USD", "EUR"} == {order.currency for order in stream}
