"""Orders as the ledger knows them: strict integers in minor units, no personal data."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Any, NamedTuple

from launchctl.times import Micros


class Happening(StrEnum):
    """What a delivery says about an order."""

    PLACED = "placed"
    CANCELLED = "cancelled"
    REFUNDED = "refunded"


class Verdict(StrEnum):
    """What became of a delivery."""

    COUNTED = "counted"
    """New, and part of the totals now."""
    KNOWN = "known"
    """Delivered before: nothing changed."""
    QUARANTINED = "quarantined"
    """Test mode or undeclared currency: kept aside, shown, not counted."""


class Delivery(NamedTuple):
    """One verified message of a shop about one order.

    A tuple: one costs a third of a frozen dataclass, and a flood is made of them.

    Attributes:
        source: its name in the runbook.
        event_id: the sender's id of the message; (source, event_id) is the key.
        what: placed, cancelled, refunded.
        order_id: the sender's id of the order.
        occurred_us: when it happened (timestamp, else placed_at, else the header's).
        placed_us: when the order was placed; figures count by it. None if not told.
        quantity: units; None if not told.
        currency: ISO 4217, upper case; None if not told.
        deposit_minor: of the whole order, in minor units.
        refund_id: of a refund that has one: refunds with ids are a set.
        refund_minor: that refund's amount; without an id the cumulative amount.
        quarantine: why it must not count, or empty.
        received_us: when the front had it.
        joins: the shop whose order this pays; empty: it is the source's own order.
    """

    source: str
    event_id: str
    what: Happening
    order_id: str
    occurred_us: Micros
    received_us: Micros
    placed_us: Micros | None = None
    quantity: int | None = None
    currency: str | None = None
    deposit_minor: int | None = None
    refund_id: str | None = None
    refund_minor: int | None = None
    quarantine: str = ""
    joins: str = ""

    @property
    def order_key(self) -> tuple[str, str]:
        """(shop, order id): an order is known by its shop, also where others pay it."""
        return self.joins or self.source, self.order_id


def why_undeclared(currency: str | None, declared: Collection[str]) -> str:
    """Why an order in this currency must not count; empty: it may. Without any declared
    currency all count.
    """
    if currency is None or not declared or currency in declared:
        return ""
    return f"currency {currency} is not declared"


@dataclass(frozen=True, slots=True)
class Totals:
    """The counter.

    ``placed`` and ``units`` are gross and never fall; ``net_units`` is less cancelled
    and fully refunded orders; ``deposits_minor`` is paid less refunded, per currency;
    ``by_currency`` is units per currency. ``ledger_seq`` grows with every new delivery.
    ``available`` is how many units of a limited number are left, ``waitlist`` how many
    net units lie beyond it; None: there is no limit. ``last_us`` is when the last
    counted delivery was received. ``incidents`` are sentences about sums that cannot be
    (more refunded than paid): people must look, and
    the sum itself is left out.
    """

    placed: int = 0
    units: int = 0
    net_units: int = 0
    cancelled: int = 0
    by_currency: Mapping[str, int] = field(default_factory=dict)
    deposits_minor: Mapping[str, int] = field(default_factory=dict)
    quarantined: int = 0
    ledger_seq: int = 0
    last_us: Micros | None = None
    incidents: tuple[str, ...] = ()
    available: int | None = None
    waitlist: int | None = None

    def named(self) -> dict[str, Any]:
        """Each number by its name, as conditions and texts say it."""
        return {name: getattr(self, name) for name in _TOTALS}


_TOTALS = tuple(each.name for each in fields(Totals))
