"""The audience of the reference show: orders along the published curve.

Published (31 March to 7 April 2016; instants relative to T-0, 20:30 PDT):

- the first stores open, in Sydney, on 31 March at 10:00 local time: T-28.5 h;
- 115,000 reservations are announced on stage, some 20 minutes after T-0;
- 180,000 are announced on 1 April at 9:11 PDT (T+12:41 h), at a rate of up to
  250 a minute; 5 % of the buyers take the allowed maximum of two; 198,000 an hour
  later;
- 232,000 early on 2 April, 253,000 as of seven that morning (T+34.5 h), 276,000 at the
  end of that day (T+51.5 h);
- 325,000 by 7 April (T+147.5 h).

Between the announcements nothing was published. Taken here: the online shop, open from
one hour before T-0, brings the 250 a minute until the announcement on stage, what the
stores had before makes up the rest, and otherwise the curve is straight. The share of
EUR buyers (a quarter) is assumed as well.

They may be a **sample**: one buyer stands for ``sample`` buyers, so that a laptop can
send every single order, signed, over HTTP. Nothing multiplies them again: whoever shows
the numbers says that they are a sample.
"""

from __future__ import annotations

import itertools
import random
from bisect import bisect_right
from collections.abc import Iterator
from typing import NamedTuple

from launchctl.times import HOUR, MINUTE, Micros

CURVE: tuple[tuple[Micros, int], ...] = (
    (-28 * HOUR - 30 * MINUTE, 0),
    (-HOUR, 95_000),
    (20 * MINUTE, 115_000),
    (12 * HOUR + 41 * MINUTE, 180_000),
    (13 * HOUR + 41 * MINUTE, 198_000),
    (28 * HOUR, 232_000),
    (34 * HOUR + 30 * MINUTE, 253_000),
    (51 * HOUR + 30 * MINUTE, 276_000),
    (147 * HOUR + 30 * MINUTE, 325_000),
)
"""(instant relative to T-0, units reserved until then); straight in between."""

_COUNTS = [count for _, count in CURVE]

TWO_OF = 20
"""One buyer in twenty takes two: 5 %."""
EURO_OF = 4
DEPOSIT_MINOR = 100_000
"""1,000 USD or EUR per unit, in minor units."""


class Order(NamedTuple):
    """One buyer of the sample. ``placed_us`` is relative to T-0."""

    id: str
    placed_us: Micros
    quantity: int
    currency: str


def instant_of(units: float) -> Micros | None:
    """When, relative to T-0, the curve reaches ``units``; None behind its end."""
    if units > _COUNTS[-1]:
        return None
    index = min(bisect_right(_COUNTS, units), len(CURVE) - 1)
    (began_us, began), (ends_us, ends) = CURVE[index - 1], CURVE[index]
    return began_us + round((ends_us - began_us) * (units - began) / (ends - began))


def orders(seed: int, sample: float) -> Iterator[Order]:
    """Every order of the sample, in order of time; the same for the same seed."""
    chance = random.Random(seed)  # noqa: S311  a rehearsal wants the same again
    draw, two, euro = chance.random, 1 / TWO_OF, 1 / EURO_OF
    units = 0
    for number in itertools.count(1):
        quantity = 2 if draw() < two else 1
        if (units + quantity) * sample > _COUNTS[-1]:
            quantity = 1  # the last one takes what is left
        currency = "EUR" if draw() < euro else "USD"
        units += quantity
        placed_us = instant_of(units * sample)
        if placed_us is None:
            return
        yield Order(f"m3-{seed}-{number:06}", placed_us, quantity, currency)
