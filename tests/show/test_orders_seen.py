"""Samples of the ledger: journaled on use and change, not at rate (SEMANTICS 4)."""

from __future__ import annotations

import json

from launchctl.runbook import actions as act
from launchctl.runbook.model import OrdersFresh
from launchctl.show import events as ev
from launchctl.show.inputs import OrdersSeen
from launchctl.store.chain import canonical
from launchctl.times import MINUTE, SECOND
from tests.show.build import START, T0, book, cue, when
from tests.show.play import Play

FULL = {
    "placed": 360_479,
    "units": 385_479,
    "net_units": 324_000,
    "by_currency": {"USD": 200_000, "EUR": 185_479},
    "deposits_minor": {"USD": 20_000_000_000, "EUR": 12_500_000_000},
}
CHAIN_BYTES, ROW_BYTES = 32, 16
"""What SQLite keeps beside a line: its link, and the row's own."""
WEEK_S, ORDERS = 7 * 24 * 3600, 325_000


def samples(play: Play) -> list[ev.OrdersSampled]:
    """What was journaled of the orders."""
    return play.named("orders_seen")


def seen_by(*cues, **sample) -> list[ev.OrdersSampled]:
    """Samples of a show with these cues that was told a sample, the same again a
    second later, and one more of which only ``placed`` is new.
    """
    play = Play(book(*cues, cue("end", at="T+48h")))
    for second, values in enumerate((FULL, FULL, {**FULL, "placed": 1})):
        at_us = START + second * SECOND
        play.give(at_us, OrdersSeen(values, at_us if sample else None))
    play.run(START + MINUTE)
    return samples(play)


def test_only_what_a_condition_reads_is_journaled_and_only_when_it_changes():
    """A name that nothing reads is in no line, and its change is none."""
    told = seen_by(cue("x", when=when("orders.units > 400000")))
    assert [{"units": 385_479}] == [dict(sample.values) for sample in told]


def test_how_fresh_they_are_is_news_where_it_is_asked():
    """Beside a gate that reads it, every word of it is."""
    fresh = cue("x", at="T-0", gate=(OrdersFresh(within_us=5 * SECOND),))
    assert 3 == len(seen_by(fresh, complete=True))
    assert [] == seen_by(cue("x", at="T-0"), complete=True)


def test_the_samples_of_the_reference_week_stay_under_100_mb():
    """The worst of 325,000 orders: each alone in its second, and in between, every
    third second, the word how fresh the count is, because a condition asks for it.
    """
    told = seen_by(
        cue("x", when=when("orders.units > 1 && orders.age < 60.0")), complete=True
    )
    line = ev.encode(told[-1])
    size = len(canonical(json.loads(json.dumps(line)))) + CHAIN_BYTES + ROW_BYTES
    lines = ORDERS + (WEEK_S - ORDERS) // 3
    assert 100_000_000 > size * lines


def test_what_a_text_reads_is_journaled_until_its_cue_has_fired():
    """SEMANTICS 4: texts may read `orders.*`, also where no condition does."""
    text = act.SetText(
        text=act.SourceText(source="Card", text="{{ orders.units }} orders")
    )
    play = Play(book(cue("card", text, at="T-0"), cue("end", at="T+1h")))
    play.give(T0 - MINUTE, OrdersSeen({"units": 5, "placed": 4}))
    play.give(T0 + MINUTE, OrdersSeen({"units": 6, "placed": 5}))
    play.give(T0 + 2 * MINUTE, OrdersSeen({"units": 7, "placed": 6}))
    play.run(T0 + 3 * MINUTE)
    assert ["5 orders"] == [command.content["text"] for command in play.commands]
    assert [{"units": 5}, {}] == [seen.values for seen in play.named("orders_seen")]
