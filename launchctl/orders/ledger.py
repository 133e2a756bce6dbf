"""A whole ledger in plain Python, and what every ledger shares: bounds and totals.

A delivery in quarantine is kept, counted as such and merged into nothing.
"""

from __future__ import annotations

from collections.abc import Mapping

from launchctl.errors import InputError
from launchctl.orders.merge import (
    NOTHING,
    UNKNOWN_ORDER,
    Key,
    OrderState,
    Share,
    merge,
    share,
    sum_shares,
)
from launchctl.orders.model import Delivery, Totals, Verdict
from launchctl.times import Micros

MAX_ID_CHARS = 256
MAX_QUANTITY = 10_000
MAX_AMOUNT_MINOR = 10**12
"""Of one order. A million such orders still fit into 64 bits."""
MAX_INSTANT_US = 4_102_444_800_000_000
"""The year 2100: beyond it an instant is a mistake of units."""


def check(delivery: Delivery) -> None:
    """Refuse what no shop can mean, whatever source read it.

    Raises:
        InputError: an id is empty or too long, a number is out of its bounds.
    """
    _check_id("event id", delivery.event_id)
    _check_id("order id", delivery.order_id)
    if delivery.refund_id is not None:
        _check_id("refund id", delivery.refund_id or "-")
    _check_number("quantity", delivery.quantity, 1, MAX_QUANTITY)
    _check_number("deposit", delivery.deposit_minor, 0, MAX_AMOUNT_MINOR)
    _check_number("refund", delivery.refund_minor, 0, MAX_AMOUNT_MINOR)
    _check_number("occurred instant", delivery.occurred_us, 0, MAX_INSTANT_US)
    _check_number("received instant", delivery.received_us, 0, MAX_INSTANT_US)
    _check_number("placed instant", delivery.placed_us, 0, MAX_INSTANT_US)


def _check_id(name: str, text: str) -> None:
    if not (0 < len(text) <= MAX_ID_CHARS and text.isprintable()):
        raise InputError(
            f"the {name} must have 1 to {MAX_ID_CHARS} printable characters"
        )


def _check_number(name: str, value: int | None, least: int, most: int) -> None:
    if value is not None and not least <= value <= most:
        raise InputError(f"the {name} must lie between {least} and {most}")


def totals_of(
    shares: Mapping[str, Share],
    *,
    quarantined: int,
    seq: int,
    last_us: Micros | None,
    limit: int | None = None,
) -> Totals:
    """The counter from the sums per currency.

    A currency with more refunded than paid is an incident: it is named in
    ``incidents`` and its amount is not shown. ``limit`` is how many units there are: a
    function of the sums alone, so what waits does not depend on who was heard first.
    """
    whole = NOTHING
    for part in shares.values():
        whole = whole.plus(part)
    counted = sorted((code, part) for code, part in shares.items() if part.placed)
    return Totals(
        placed=whole.placed,
        units=whole.units,
        net_units=whole.net_units,
        cancelled=whole.cancelled,
        by_currency={code: part.units for code, part in counted},
        deposits_minor={
            c: part.paid_minor for c, part in counted if part.paid_minor >= 0
        },
        quarantined=quarantined,
        ledger_seq=seq,
        last_us=last_us,
        available=None if limit is None else max(0, limit - whole.net_units),
        waitlist=None if limit is None else max(0, whole.net_units - limit),
        incidents=tuple(
            f"{code}: more deposits refunded than paid"
            for code, part in counted
            if part.paid_minor < 0
        ),
    )


class Book:
    """A whole ledger in plain Python: what every stored ledger must agree with.

    Args:
        limit: how many units there are; None: without end.
    """

    def __init__(self, limit: int | None = None) -> None:
        self._limit = limit
        self._deliveries: set[Key] = set()
        self._orders: dict[Key, OrderState] = {}
        self._shares: dict[str, Share] = {}
        self._quarantined = 0
        self._last_us: Micros | None = None

    def record(self, delivery: Delivery) -> Verdict:
        """Merge one delivery.

        Raises:
            InputError: it is out of all bounds.
        """
        check(delivery)
        return self.take(delivery)

    def take(self, delivery: Delivery) -> Verdict:
        """Merge one delivery that was checked."""
        event = (delivery.source, delivery.event_id)
        if event in self._deliveries:
            return Verdict.KNOWN
        self._deliveries.add(event)
        if delivery.quarantine:
            self._quarantined += 1
            return Verdict.QUARANTINED
        self._last_us = max(self._last_us or 0, delivery.received_us)
        key = delivery.order_key
        before = self._orders.get(key, UNKNOWN_ORDER)
        after = self._orders[key] = merge(before, delivery)
        if after != before:
            if before is not UNKNOWN_ORDER:
                self._add(before.currency, NOTHING.minus(share(before)))
            self._add(after.currency, share(after))
        return Verdict.COUNTED

    def totals(self, as_of_us: Micros | None = None) -> Totals:
        """Now, or of the orders placed at or before ``as_of_us``."""
        shares: Mapping[str, Share] = self._shares
        if as_of_us is not None:
            shares = self._shares_until(as_of_us)
        return totals_of(
            shares,
            quarantined=self._quarantined,
            seq=len(self._deliveries),
            last_us=self._last_us,
            limit=self._limit,
        )

    def _shares_until(self, as_of_us: Micros) -> Mapping[str, Share]:
        """All, less the orders placed later: of those there are few, most figures
        being of a moment ago.
        """
        later = sum_shares(
            (state.currency, share(state))
            for state in self._orders.values()
            if state.placed_us is not None and state.placed_us > as_of_us
        )
        return {
            currency: part.minus(later.get(currency, NOTHING))
            for currency, part in self._shares.items()
        }

    def _add(self, currency: str, part: Share) -> None:
        self._shares[currency] = self._shares.get(currency, NOTHING).plus(part)
