"""Figures and money: rounded down, bounded, exact."""

from __future__ import annotations

from decimal import Decimal

import pytest
from babel.core import get_global
from hypothesis import given
from hypothesis import strategies as st

from launchctl.orders.figures import (
    implied_value,
    out_of_bounds,
    round_down,
    value_of,
)
from launchctl.orders.model import Totals
from launchctl.orders.money import exponent, is_currency, to_minor
from launchctl.runbook.model import UnitValue


@given(value=st.integers(0, 10**9), step=st.integers(1, 10**6))
def test_rounding_never_makes_a_figure_look_bigger(value, step):
    """A rounded figure is a multiple, not above the value, less than a step off."""
    rounded = round_down(value, step)
    assert rounded % step == 0
    assert 0 <= value - rounded < step


def test_figures_are_floored():
    """198,999 down to thousands is 198,000."""
    assert round_down(198_999, 1_000) == 198_000
    assert round_down(999, 1_000) == 0
    with pytest.raises(ValueError, match="rounded down"):
        round_down(1, 0)


def test_bounds_include_their_ends():
    """Inside: nothing to say; outside: a sentence with both numbers."""
    assert out_of_bounds(50_000, (50_000, 400_000)) == ""
    assert out_of_bounds(400_000, (50_000, 400_000)) == ""
    assert out_of_bounds(7, None) == ""
    assert out_of_bounds(49_999, (50_000, 400_000)) == (
        "49,999 is below the bound of 50,000"
    )
    assert out_of_bounds(400_001, (50_000, 400_000)) == (
        "400,001 is above the bound of 400,000"
    )


def test_figure_is_of_a_count():
    """A figure is taken of placed, units, net_units or cancelled."""
    totals = Totals(placed=3, units=5, net_units=4, cancelled=1, waitlist=2)
    assert value_of("orders.waitlist", totals) == 2
    assert value_of("orders.units", totals) == 5
    assert value_of("net_units", totals) == 4
    with pytest.raises(KeyError):
        value_of("orders.ledger_seq", totals)


def test_implied_value_is_units_times_unit_value():
    """325,000 cars at 42,000 USD are 13.65 billion USD, in cents; with its basis."""
    worth = UnitValue(
        amount_minor=4_200_000, currency="USD", basis="average with options"
    )
    assert implied_value(325_000, worth).as_json() == {
        "amount_minor": 1_365_000_000_000,
        "currency": "USD",
        "basis": "average with options",
    }
    assert implied_value(325_000, None) is None


def test_minor_units_are_exact():
    """Amounts become minor units by the currency's exponent, never by a float."""
    assert to_minor("1000", "USD") == 100_000
    assert to_minor("19.99", "EUR") == 1_999
    assert to_minor(5_000, "JPY") == 5_000
    assert to_minor(Decimal("1.234"), "KWD") == 1_234
    for amount, currency in (("1.005", "USD"), ("1.5", "JPY"), ("ten", "EUR")):
        with pytest.raises(ValueError, match=amount):
            to_minor(amount, currency)


def test_exponents_are_those_of_iso_4217():
    """Not CLDR's rounding for display, which drops the minor units of the rupiah."""
    assert [exponent(code) for code in ("USD", "JPY", "KWD", "CLF", "IDR")] == [
        2,
        0,
        3,
        4,
        2,
    ]
    with pytest.raises(ValueError, match="no currency code"):
        exponent("usd")


def test_exponents_above_two_agree_with_cldr():
    """Where CLDR shows more than two decimals, ISO 4217 has as many."""
    shown = {c: row[0] for c, row in get_global("currency_fractions").items()}
    more = {c: n for c, n in shown.items() if is_currency(c) and n > 2}
    assert more == {code: exponent(code) for code in more}
