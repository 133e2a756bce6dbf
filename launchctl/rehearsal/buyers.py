"""What buyers do in a rehearsal, in shapes that shops have met, and a script can name.

```yaml
audience:
  - {curve: model-3}                              # the published one, 325,000 units
  - {crowd: 5000, at: T+8m, within: 2m}           # all at once, then fewer
  - {slow: 2000, at: T-1h, within: 10h}           # hardly anybody, then more
  - {recorded: orders.csv}                        # placed_at,quantity,currency
  - {cancelled: 5, at: T+24h, within: 12h}        # per cent of what was placed before
  - {twice: 3}                                    # per cent of deliveries come again
  - {shuffled: 30s}                               # out of order by so much
  - {outage: 10m, at: T+1h}                       # silence; all of it arrives after
  - {viewers: 200}                                # of the public page, buying nothing
```

The first four make orders, the others change what comes of them; viewers are load alone
(``viewers.py``). The same seed gives the same deliveries.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Iterator
from operator import attrgetter
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from launchctl.chance import SeededChance
from launchctl.errors import InputError
from launchctl.orders.model import Delivery, Happening
from launchctl.rehearsal.audience import DEPOSIT_MINOR, EURO_OF, TWO_OF, orders
from launchctl.runbook.base import Span
from launchctl.times import Micros, parse_instant, parse_t_offset

_FLOOD_S = 20.0
"""In so many seconds a sender delivers what an outage held up."""
_Percent = Annotated[float, Field(gt=0, le=100)]
_KINDS = (
    *("curve", "crowd", "slow", "recorded"),
    *("cancelled", "twice", "shuffled", "outage", "viewers"),
)
_NEED_AT = frozenset({"crowd", "slow", "cancelled", "outage"})


class Shape(BaseModel):
    """One line of an audience: exactly one kind, and where it needs them ``at`` (a
    T-offset) and ``within``.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    curve: Literal["model-3"] | None = None
    sample: Annotated[float, Field(gt=0)] = 1.0
    crowd: Annotated[int, Field(gt=0, le=1_000_000)] | None = None
    slow: Annotated[int, Field(gt=0, le=1_000_000)] | None = None
    recorded: str | None = None
    cancelled: _Percent | None = None
    twice: _Percent | None = None
    shuffled: Span | None = None
    outage: Span | None = None
    viewers: Annotated[int, Field(gt=0, le=500)] | None = None
    at: str | None = None
    within: Span = 60_000_000
    source: str | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> Shape:
        given = [name for name in _KINDS if getattr(self, name) is not None]
        if len(given) != 1:
            found = " and ".join(given) or "none"
            raise ValueError(f"a line has one of {', '.join(_KINDS)}; found {found}")
        if (given[0] in _NEED_AT) != (self.at is not None):
            raise ValueError(f"`at` stands beside {', '.join(sorted(_NEED_AT))}")
        if self.at is not None and parse_t_offset(self.at) is None:
            raise ValueError(f"{self.at!r} is no T-offset: write it like T+8m")
        return self

    @property
    def t_us(self) -> Micros:
        """The T of ``at``."""
        return (parse_t_offset(self.at) if self.at else None) or 0


class Audience:
    """The deliveries of all shapes together.

    Args:
        shapes: as the script has them.
        t0_us: T-0.
        source: the order source that takes what names none.
        seed: of the rehearsal.
        home: the folder that recorded files are relative to.
    """

    def __init__(
        self,
        shapes: Iterable[Shape],
        *,
        t0_us: Micros,
        source: str,
        seed: int,
        home: Path,
    ) -> None:
        self._shapes = tuple(shapes)
        self._t0_us = t0_us
        self._source = source
        self._seed = seed
        self._home = home
        self._outages = [
            (t0_us + shape.t_us, t0_us + shape.t_us + shape.outage)
            for shape in self._shapes
            if shape.outage is not None
        ]

    def is_up(self, now_us: Micros) -> bool:
        """False while the shops' deliveries do not come through."""
        return not any(start <= now_us < end for start, end in self._outages)

    def deliveries(self) -> list[Delivery]:
        """All of them, by the instant that the front has them.

        Raises:
            InputError: a recorded file cannot be read.
        """
        found: list[Delivery] = []
        for number, shape in enumerate(self._shapes):
            chance = SeededChance(self._seed, f"audience {number}")
            found.extend(self._placed(shape, number, chance))
        for number, shape in enumerate(self._shapes):
            chance = SeededChance(self._seed, f"changes {number}")
            found = self._changed(found, shape, chance)
        return sorted(found, key=attrgetter("received_us", "event_id"))

    def _placed(
        self, shape: Shape, number: int, chance: SeededChance
    ) -> Iterator[Delivery]:
        if shape.curve is not None:
            for order in orders(self._seed, shape.sample):
                at_us = self._t0_us + order.placed_us
                yield self._order(
                    shape, order.id, at_us, order.quantity, order.currency
                )
        elif shape.recorded is not None:
            yield from self._recorded(shape, self._home / shape.recorded)
        else:
            for index in range(shape.crowd or shape.slow or 0):
                share = chance.between(0.0, 1.0)
                # a crowd comes at once and thins out; a slow start is the reverse
                way = 1 - math.sqrt(1 - share) if shape.crowd else math.sqrt(share)
                at_us = self._t0_us + shape.t_us + round(way * shape.within)
                quantity = 2 if chance.between(0, TWO_OF) < 1 else 1
                currency = "EUR" if chance.between(0, EURO_OF) < 1 else "USD"
                name = f"{number}-{index:06}"
                yield self._order(shape, name, at_us, quantity, currency)

    def _recorded(self, shape: Shape, file: Path) -> Iterator[Delivery]:
        try:
            with file.open(newline="", encoding="utf-8") as opened:
                for line, row in enumerate(csv.DictReader(opened), start=2):
                    yield self._order(
                        shape,
                        f"{file.stem}-{line}",
                        parse_instant(row["placed_at"]),
                        int(row.get("quantity") or 1),
                        row.get("currency") or "USD",
                    )
        except OSError as error:
            raise InputError(f"{file} cannot be read: {error.strerror}") from None
        except (KeyError, ValueError) as error:
            raise InputError(
                f"{file}:{line}: {error}",
                hint="its columns are placed_at (RFC 3339), quantity and currency",
            ) from None

    def _order(
        self, shape: Shape, order_id: str, at_us: Micros, quantity: int, currency: str
    ) -> Delivery:
        return Delivery(
            source=shape.source or self._source,
            event_id=f"placed {order_id}",
            what=Happening.PLACED,
            order_id=order_id,
            occurred_us=at_us,
            received_us=at_us,
            placed_us=at_us,
            quantity=quantity,
            currency=currency,
            deposit_minor=DEPOSIT_MINOR * quantity,
        )

    def _changed(
        self, found: list[Delivery], shape: Shape, chance: SeededChance
    ) -> list[Delivery]:
        if shape.cancelled is not None:
            return [*found, *self._cancellations(found, shape, chance)]
        if shape.twice is not None:
            again = [d for d in found if chance.between(0, 100) < shape.twice]
            return [*found, *(_late(d, chance.between(1, 3600)) for d in again)]
        if shape.shuffled is not None:
            by_s = shape.shuffled / 1e6
            return [_late(each, chance.between(0, by_s)) for each in found]
        if shape.outage is not None:
            start = self._t0_us + shape.t_us
            return [_held_up(each, start, start + shape.outage) for each in found]
        return found

    def _cancellations(
        self, found: list[Delivery], shape: Shape, chance: SeededChance
    ) -> Iterator[Delivery]:
        from_us = self._t0_us + shape.t_us
        for order in found:
            if order.occurred_us >= from_us or order.what is not Happening.PLACED:
                continue
            if chance.between(0, 100) >= (shape.cancelled or 0):
                continue
            at_us = from_us + round(chance.between(0, 1) * shape.within)
            yield Delivery(
                source=order.source,
                event_id=f"cancelled {order.order_id}",
                what=Happening.CANCELLED,
                order_id=order.order_id,
                occurred_us=at_us,
                received_us=at_us,
            )


def _late(delivery: Delivery, by_s: float) -> Delivery:
    return delivery._replace(received_us=delivery.received_us + round(by_s * 1e6))


def _held_up(delivery: Delivery, start_us: Micros, end_us: Micros) -> Delivery:
    """What would have come in an outage comes after it, all in a flood, in order."""
    if not start_us <= delivery.received_us < end_us:
        return delivery
    share = (delivery.received_us - start_us) / (end_us - start_us)
    return delivery._replace(received_us=end_us + round(share * _FLOOD_S * 1e6))
