"""Clocks, countdowns, money and journal lines, as people read them."""

from __future__ import annotations

import re
from dataclasses import MISSING, fields

import pytest
from statuses import a_line

from launchctl.cli.sentences import SENTENCES
from launchctl.cli.words import countdown, line_in_words, money, t_clock, time_of_day
from launchctl.show.events import REGISTRY, encode
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


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (
            a_line(
                7,
                "call_refused",
                verb="go",
                target="reveal",
                by="Ada",
                reason="a hold is open",
                digest="f" * 64,
            ),
            "refused: go reveal: a hold is open, by Ada",
        ),
        (a_line(8, "call_accepted", verb="go", by="Ada"), "go, by Ada"),
        (a_line(8, "standby", cue="reveal", role="c"), "reveal stands by for c"),
        (a_line(8, "standby", role="caller"), "nothing stands by for caller"),
        (
            a_line(9, "fired", cue="reveal", take=1, late_by_s=0.000_4),
            "reveal FIRED",
        ),
        (
            a_line(9, "fired", cue="reveal", take=1, late_by_s=3.2),
            "reveal FIRED, 3.2 s late",
        ),
        (
            a_line(
                10,
                "intent",
                cue="p",
                kind="post",
                target="account:ceo",
                attempt=1,
                reason="cue p",
            ),
            "p: post is about to be sent to account:ceo",
        ),
        (
            a_line(
                10,
                "intent",
                cue="p",
                kind="post",
                target="account:ceo",
                attempt=2,
                reason="cue p",
            ),
            "p: post is about to be sent to account:ceo, attempt 2",
        ),
        (
            a_line(10, "recycled", to_s=-300.0, cues=["doors", "reveal"]),
            "T goes back to -300.0 s; again: doors, reveal",
        ),
        (
            a_line(11, "stalled", cause="suspended", lost_s=61.25),
            "nobody conducted for 61.2 s (suspended)",
        ),
        (
            a_line(12, "of_a_later_release", cue="reveal", key="k", what="new"),
            "of a later release reveal what=new",
        ),
    ],
)
def test_a_line_is_a_sentence(line, said):
    """When, what happened to what and why, and who did it; nothing empty is said."""
    assert f"03:20:00    T-00:10:00  {said}" == line_in_words(line)


def test_every_event_has_its_sentence():
    """And names only fields that its lines have."""
    assert set(REGISTRY) == set(SENTENCES)
    for name, template in SENTENCES.items():
        line = encode(REGISTRY[name](**_some(REGISTRY[name])))
        named = set(re.findall(r"\{(\w+)", template))
        assert set() == named - set(line), name


def _some(event):
    """A value for each field that must be given."""
    return {
        each.name: 0 if each.name.endswith("_us") else ""
        for each in fields(event)
        if each.default is MISSING and each.default_factory is MISSING
    }


def test_a_long_value_is_cut():
    """One line of the journal is one line of the terminal."""
    said = line_in_words(a_line(7, "noted", text="word\n" * 100))

    assert "\n" not in said
    assert said.endswith("...")
