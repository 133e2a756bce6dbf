"""The arithmetic of orders: a merge, so that order and repetition do not matter.

Shops deliver at least once, late, and out of order. What is known of an order is
therefore a state that deliveries are merged into, and the merge is commutative,
associative and idempotent:

- **placed** at the earliest instant that a ``placed`` delivery names;
- **details** (quantity, currency, deposit) by the ``placed`` delivery of the highest
  (occurred, event id): the last word counts, whenever it arrives;
- **gross quantity**: the largest quantity ever told, so that ``units`` never falls; a
  reduced order lowers ``net_units``;
- **cancelled** is a tombstone, also before ``placed`` was heard of;
- **refunds** with an id are a set (an id told twice: the larger amount); without one
  the amount is cumulative and the largest counts; without an amount all is refunded.
  Where both ways are used, the larger sum counts: no refund is counted twice.

An order counts once a ``placed`` was merged. A delivery in quarantine is kept, counted
as such and merged into nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from launchctl.errors import InputError
from launchctl.orders.model import Delivery, Happening, Totals, Verdict
from launchctl.times import Micros

MAX_ID_CHARS = 256
MAX_QUANTITY = 10_000
MAX_AMOUNT_MINOR = 10**12
"""Of one order. A million such orders still fit into 64 bits."""
MAX_INSTANT_US = 4_102_444_800_000_000
"""The year 2100: beyond it an instant is a mistake of units."""

Key = tuple[str, str]
"""(source, order id)."""


class OrderState(NamedTuple):
    """What is known of one order. The default is: nothing.

    ``told_us`` and ``told_by`` are the occurred instant and event id of the delivery
    that the details come from.
    """

    placed_us: Micros | None = None
    gross_quantity: int = 0
    quantity: int = 0
    currency: str = ""
    deposit_minor: int = 0
    told_us: Micros = -1
    told_by: str = ""
    cancelled: bool = False
    refunded_minor: int = 0
    refunded_whole: bool = False
    refunds: tuple[tuple[str, int], ...] = ()


class Share(NamedTuple):
    """What one order, or many of one currency, add to the totals."""

    placed: int = 0
    units: int = 0
    net_units: int = 0
    cancelled: int = 0
    paid_minor: int = 0

    def plus(self, other: Share) -> Share:
        """The sum."""
        return Share(
            self.placed + other.placed,
            self.units + other.units,
            self.net_units + other.net_units,
            self.cancelled + other.cancelled,
            self.paid_minor + other.paid_minor,
        )

    def minus(self, other: Share) -> Share:
        """The difference."""
        return Share(
            self.placed - other.placed,
            self.units - other.units,
            self.net_units - other.net_units,
            self.cancelled - other.cancelled,
            self.paid_minor - other.paid_minor,
        )


NOTHING = Share()
UNKNOWN_ORDER = OrderState()


def check(delivery: Delivery) -> None:
    """Refuse what no shop can mean, whatever source read it.

    Raises:
        InputError: an id is empty or too long, a number is out of its bounds.
    """
    for name, text in (
        ("event id", delivery.event_id),
        ("order id", delivery.order_id),
        ("refund id", delivery.refund_id or "-"),
    ):
        if not (0 < len(text) <= MAX_ID_CHARS and text.isprintable()):
            raise InputError(
                f"the {name} must have 1 to {MAX_ID_CHARS} printable characters"
            )
    bounds: tuple[tuple[str, int | None, int, int], ...] = (
        ("quantity", delivery.quantity, 1, MAX_QUANTITY),
        ("deposit", delivery.deposit_minor, 0, MAX_AMOUNT_MINOR),
        ("refund", delivery.refund_minor, 0, MAX_AMOUNT_MINOR),
        ("occurred instant", delivery.occurred_us, 0, MAX_INSTANT_US),
        ("received instant", delivery.received_us, 0, MAX_INSTANT_US),
        ("placed instant", delivery.placed_us, 0, MAX_INSTANT_US),
    )
    for name, value, least, most in bounds:
        if value is not None and not least <= value <= most:
            raise InputError(f"the {name} must lie between {least} and {most}")


def merge(state: OrderState, delivery: Delivery) -> OrderState:
    """The state with one more delivery in it. Merging it again changes nothing."""
    if delivery.quarantine:
        return state
    if delivery.what is Happening.PLACED:
        return _merge_placed(state, delivery)
    if delivery.what is Happening.CANCELLED:
        return state._replace(cancelled=True)
    return _merge_refund(state, delivery)


def share(state: OrderState) -> Share:
    """What the order adds to the totals of its currency."""
    if state.placed_us is None:
        return NOTHING
    refunded = max(state.refunded_minor, sum(amount for _, amount in state.refunds))
    if state.refunded_whole:
        refunded = max(refunded, state.deposit_minor)
    all_back = state.refunded_whole or 0 < state.deposit_minor <= refunded
    return Share(
        placed=1,
        units=state.gross_quantity,
        net_units=0 if state.cancelled or all_back else state.quantity,
        cancelled=int(state.cancelled),
        paid_minor=state.deposit_minor - refunded,
    )


def totals_of(
    shares: Mapping[str, Share], *, quarantined: int, seq: int, last_us: Micros | None
) -> Totals:
    """The counter from the sums per currency.

    A currency with more refunded than paid is an incident: it is named in
    ``incidents`` and its amount is not shown.
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
        incidents=tuple(
            f"{code}: more deposits refunded than paid"
            for code, part in counted
            if part.paid_minor < 0
        ),
    )


class Book:
    """A whole ledger in plain Python: what every stored ledger must agree with."""

    def __init__(self) -> None:
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
        event = (delivery.source, delivery.event_id)
        if event in self._deliveries:
            return Verdict.KNOWN
        self._deliveries.add(event)
        if delivery.quarantine:
            self._quarantined += 1
            return Verdict.QUARANTINED
        self._last_us = max(self._last_us or 0, delivery.received_us)
        key = (delivery.source, delivery.order_id)
        before = self._orders.get(key, UNKNOWN_ORDER)
        after = self._orders[key] = merge(before, delivery)
        if after != before:
            self._add(before.currency, NOTHING.minus(share(before)))
            self._add(after.currency, share(after))
        return Verdict.COUNTED

    def totals(self, as_of_us: Micros | None = None) -> Totals:
        """Now, or of the orders placed at or before ``as_of_us``."""
        shares: Mapping[str, Share] = self._shares
        if as_of_us is not None:
            shares = sum_shares(
                (state.currency, share(state))
                for state in self._orders.values()
                if state.placed_us is not None and state.placed_us <= as_of_us
            )
        return totals_of(
            shares,
            quarantined=self._quarantined,
            seq=len(self._deliveries),
            last_us=self._last_us,
        )

    def _add(self, currency: str, part: Share) -> None:
        self._shares[currency] = self._shares.get(currency, NOTHING).plus(part)


def sum_shares(parts: Iterable[tuple[str, Share]]) -> dict[str, Share]:
    """Shares summed per currency."""
    sums: dict[str, Share] = {}
    for currency, part in parts:
        sums[currency] = sums.get(currency, NOTHING).plus(part)
    return sums


def _merge_placed(state: OrderState, delivery: Delivery) -> OrderState:
    at_us = delivery.occurred_us if delivery.placed_us is None else delivery.placed_us
    quantity = 1 if delivery.quantity is None else delivery.quantity
    if state is UNKNOWN_ORDER:  # nearly always: spares two copies
        return OrderState(
            placed_us=at_us,
            gross_quantity=quantity,
            quantity=quantity,
            currency=delivery.currency or "",
            deposit_minor=delivery.deposit_minor or 0,
            told_us=delivery.occurred_us,
            told_by=delivery.event_id,
        )
    merged = state._replace(
        placed_us=at_us if state.placed_us is None else min(at_us, state.placed_us),
        gross_quantity=max(state.gross_quantity, quantity),
    )
    if (delivery.occurred_us, delivery.event_id) <= (state.told_us, state.told_by):
        return merged
    return merged._replace(
        quantity=quantity,
        currency=delivery.currency or "",
        deposit_minor=delivery.deposit_minor or 0,
        told_us=delivery.occurred_us,
        told_by=delivery.event_id,
    )


def _merge_refund(state: OrderState, delivery: Delivery) -> OrderState:
    amount = delivery.refund_minor
    if amount is None:
        return state._replace(refunded_whole=True)
    if delivery.refund_id is None:
        return state._replace(refunded_minor=max(state.refunded_minor, amount))
    refunds = dict(state.refunds)
    refunds[delivery.refund_id] = max(refunds.get(delivery.refund_id, 0), amount)
    return state._replace(refunds=tuple(sorted(refunds.items())))
