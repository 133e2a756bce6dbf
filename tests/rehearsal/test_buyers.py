"""The audience of a script: shapes that shops have met, the same for the same seed."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from pydantic import ValidationError

from launchctl.errors import InputError
from launchctl.orders.ledger import Book
from launchctl.orders.model import Happening
from launchctl.rehearsal.buyers import Audience, Shape
from launchctl.times import HOUR, MINUTE, SECOND

T0 = 1_459_481_400 * SECOND


def audience(*shapes: dict, seed: int = 1, home: Path = Path()) -> Audience:
    """Of these lines."""
    return Audience(
        [Shape(**shape) for shape in shapes],
        t0_us=T0,
        source="stores",
        seed=seed,
        home=home,
    )


CROWD = {"crowd": 2000, "at": "T+8m", "within": "2m"}


def test_a_crowd_comes_at_once_and_thins_out():
    """More in the first half of the span than in the second; nobody outside of it."""
    begins = T0 + 8 * MINUTE
    after_us = [each.received_us - begins for each in audience(CROWD).deliveries()]

    assert 2000 == len(after_us)
    assert (True, True) == (min(after_us) >= 0, max(after_us) <= 2 * MINUTE)
    assert sum(us < MINUTE for us in after_us) > 1200


def test_a_slow_start_is_the_reverse():
    """Most come late."""
    slow = {"slow": 2000, "at": "T-1h", "within": "10h"}
    after_us = [d.received_us - T0 + HOUR for d in audience(slow).deliveries()]

    assert sum(us < 5 * HOUR for us in after_us) < 800


def test_the_published_curve_is_a_line():
    """One in fifty of the buyers of the reference show."""
    found = audience({"curve": "model-3", "sample": 50}).deliveries()

    assert 325_000 == pytest.approx(50 * sum(d.quantity or 0 for d in found), rel=0.01)


def test_cancellations_are_of_what_was_placed_before():
    """A wave of five per cent, and nobody cancels what is placed after."""
    shapes = (
        CROWD,
        {"crowd": 500, "at": "T+30h", "within": "1m"},
        {"cancelled": 5, "at": "T+24h", "within": "12h"},
    )
    found = audience(*shapes).deliveries()
    placed = {d.order_id: d.occurred_us for d in found if d.what is Happening.PLACED}
    gone = [d for d in found if d.what is Happening.CANCELLED]

    assert 60 < len(gone) < 140
    assert all(placed[each.order_id] < T0 + 24 * HOUR for each in gone)
    assert all(T0 + 24 * HOUR <= d.received_us <= T0 + 36 * HOUR for d in gone)


def test_repeats_and_disorder_change_no_total():
    """Duplicates come under one id; the ledger's merge does not mind any of it."""
    changed = audience(CROWD, {"twice": 10}, {"shuffled": "30s"}).deliveries()
    ids = Counter(each.event_id for each in changed)
    plain, merged = Book(), Book()
    for each in audience(CROWD).deliveries():
        plain.record(each)
    for each in changed:
        merged.record(each)

    assert {1, 2} == set(ids.values())
    assert [d.event_id for d in changed] != sorted(ids)
    assert plain.totals().units == merged.totals().units


def test_an_outage_holds_up_and_then_floods():
    """Nothing comes in it, the source is not heard of, and all of it comes after."""
    shop = audience(CROWD, {"outage": "10m", "at": "T+8m30s"})
    found = shop.deliveries()
    start, end = T0 + 8 * MINUTE + 30 * SECOND, T0 + 18 * MINUTE + 30 * SECOND

    assert 2000 == len(found)
    assert not [each for each in found if start <= each.received_us < end]
    assert [each for each in found if end <= each.received_us <= end + 20 * SECOND]
    assert [True, False, True] == [shop.is_up(us) for us in (start - 1, start, end)]


def test_a_recorded_file_is_played(tmp_path: Path):
    """By its own instants."""
    (tmp_path / "orders.csv").write_text(
        "placed_at,quantity,currency\n2016-04-01T03:31:00Z,2,EUR\n"
    )
    (order,) = audience({"recorded": "orders.csv"}, home=tmp_path).deliveries()

    assert (2, "EUR", 200_000) == (order.quantity, order.currency, order.deposit_minor)


@pytest.mark.parametrize(
    "content", [None, "when\n2016\n", "placed_at\nyesterday\n"], ids=str
)
def test_a_bad_file_says_what_is_wrong(tmp_path: Path, content: str | None):
    """Whose fault, where, and what helps."""
    if content is not None:
        (tmp_path / "orders.csv").write_text(content)
    with pytest.raises(InputError, match=r"orders\.csv"):
        audience({"recorded": "orders.csv"}, home=tmp_path).deliveries()


def test_the_seed_is_the_audience():
    """The same again for the same seed, another for another."""
    assert audience(CROWD).deliveries() == audience(CROWD).deliveries()
    assert audience(CROWD).deliveries() != audience(CROWD, seed=2).deliveries()


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ({}, "found none"),
        ({"crowd": 5, "slow": 5, "at": "T-0"}, "crowd and slow"),
        ({"crowd": 5}, "`at` stands beside"),
        ({"crowd": 5, "at": "noon"}, "no T-offset"),
        ({"twice": 200}, "less than or equal to 100"),
    ],
)
def test_a_line_that_cannot_be_meant_is_refused(line: dict, why: str):
    """With a sentence."""
    with pytest.raises(ValidationError, match=why):
        Shape(**line)
