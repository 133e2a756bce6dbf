"""Clocks, countdowns, money and journal lines, as people read them."""

from __future__ import annotations

import pytest
from statuses import a_line

from launchctl.cli.words import countdown, line_in_words, money, t_clock, time_of_day
from launchctl.times import DAY, HOUR, MINUTE, SECOND


@pytest.mark.parametrize(
    ("t_s", "said"),
    [
        (None, "T-?"),
        (-600.0, "T-00:10:00"),
        (-599.4, "T-00:10:00"),
        (-0.2, "T-00:00:01"),
        (0.0, "T+00:00:00"),
        (0.9, "T+00:00:00"),
        (61.5, "T+00:01:01"),
    ],
)
def test_the_t_clock_shows_the_second_that_runs(t_s, said):
    """T-0 is shown when it is T-0, not a second early."""
    assert said == t_clock(t_s)


@pytest.mark.parametrize(
    ("span_us", "said"),
    [
        (0, "now"),
        (SECOND - 1, "now"),
        (125 * SECOND, "in 2:05"),
        (HOUR + 2 * MINUTE + 5 * SECOND, "in 1:02:05"),
        (3 * DAY + 4 * HOUR, "in 3 d 4 h"),
        (-12 * SECOND, "0:12 ago"),
    ],
)
def test_a_countdown_says_how_long(span_us, said):
    """In the unit that a caller would say."""
    assert said == countdown(span_us)


@pytest.mark.parametrize(
    ("minor", "currency", "said"),
    [
        (1_365_000_000_000, "USD", "13,650,000,000 USD"),
        (100_050, "EUR", "1,000.50 EUR"),
        (-100_050, "EUR", "-1,000.50 EUR"),
        (5_000, "JPY", "5,000 JPY"),
        (5_001, "KWD", "5.001 KWD"),
    ],
)
def test_money_has_its_currencys_decimals(minor, currency, said):
    """ISO 4217: yen have none, dinars three."""
    assert said == money(minor, currency)


def test_an_instant_is_shown_in_its_zone():
    """UTC unless another is asked for."""
    assert "03:30:00" == time_of_day("2016-04-01T03:30:00.000000Z")
    assert "20:30:00" == time_of_day(
        "2016-04-01T03:30:00.000000Z", "America/Los_Angeles"
    )
    assert "-" == time_of_day(None)


def test_a_line_says_when_what_which_and_who():
    """Then what else it carries; empty fields and digests are left out."""
    line = a_line(
        7,
        "call_refused",
        cue="reveal",
        by="Ada",
        reason="a hold is open",
        target=None,
        args={},
        digest="f" * 64,
    )

    said = "03:20:00    T-00:10:00  call refused reveal by Ada reason=a hold is open"
    assert said == line_in_words(line)


def test_a_long_value_is_cut():
    """One line of the journal is one line of the terminal."""
    said = line_in_words(a_line(7, "noted", text="word\n" * 100))

    assert "\n" not in said
    assert said.endswith("...")
