"""The arithmetic of one order: a merge, so that order and repetition do not matter.

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
  Where both ways are used, the larger sum counts: no refund is counted twice;
- **payments**, one for each source that pays for the order's shop: each by its own last
  word, with its own refunds. Once one was told, the money of the order is theirs alone,
  and what the shop says of deposits and refunds is not added to it.

An order counts once its shop told that it is placed; a payment alone counts nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple, TypeVar

from launchctl.orders.model import Delivery, Happening
from launchctl.times import Micros

Key = tuple[str, str]
"""(source, order id)."""


class Payment(NamedTuple):
    """What a source that pays told of one order; ``told_us`` as in ``OrderState``."""

    source: str
    currency: str = ""
    deposit_minor: int = 0
    told_us: Micros = -1
    told_by: str = ""
    refunded_minor: int = 0
    refunded_whole: bool = False
    refunds: tuple[tuple[str, int], ...] = ()


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
    payments: tuple[Payment, ...] = ()


Paid = TypeVar("Paid", OrderState, Payment)
"""What has a deposit and refunds."""


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


def merge(state: OrderState, delivery: Delivery) -> OrderState:
    """The state with one more delivery in it. Merging it again changes nothing."""
    if delivery.quarantine:
        return state
    if delivery.joins:
        return _merge_payment(state, delivery)
    if delivery.what is Happening.PLACED:
        return _merge_placed(state, delivery)
    if delivery.what is Happening.CANCELLED:
        return state._replace(cancelled=True)
    return _merge_refund(state, delivery)


def share(state: OrderState) -> Share:
    """What the order adds to the totals of its currency.

    A payment in another currency than the order's cannot be added to its sums.
    """
    if state.placed_us is None:
        return NOTHING
    all_back, paid_minor = _money(state)
    told = state.payments and [
        _money(payment)
        for payment in state.payments
        if payment.told_us >= 0 and payment.currency == state.currency
    ]
    if told:
        all_back = all_back or all(back for back, _ in told)
        paid_minor = sum(paid for _, paid in told)
    return Share(
        1,
        state.gross_quantity,
        0 if state.cancelled or all_back else state.quantity,
        1 if state.cancelled else 0,
        paid_minor,
    )


def _money(part: OrderState | Payment) -> tuple[bool, int]:
    """Whether all of it was given back, and what is left of it."""
    refunded = part.refunded_minor
    if part.refunds:
        refunded = max(refunded, sum(amount for _, amount in part.refunds))
    deposit = part.deposit_minor
    if part.refunded_whole:
        return True, deposit - max(refunded, deposit)
    return 0 < deposit <= refunded, deposit - refunded


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
            at_us,
            quantity,
            quantity,
            delivery.currency or "",
            delivery.deposit_minor or 0,
            delivery.occurred_us,
            delivery.event_id,
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


def _merge_payment(state: OrderState, delivery: Delivery) -> OrderState:
    payments = {payment.source: payment for payment in state.payments}
    payment = payments.get(delivery.source, Payment(delivery.source))
    if delivery.what is Happening.REFUNDED:
        payment = _merge_refund(payment, delivery)
    elif delivery.what is Happening.CANCELLED:
        payment = payment._replace(refunded_whole=True)
    elif (delivery.occurred_us, delivery.event_id) > (payment.told_us, payment.told_by):
        payment = payment._replace(
            currency=delivery.currency or "",
            deposit_minor=delivery.deposit_minor or 0,
            told_us=delivery.occurred_us,
            told_by=delivery.event_id,
        )
    payments[delivery.source] = payment
    return state._replace(payments=tuple(sorted(payments.values())))


def _merge_refund(part: Paid, delivery: Delivery) -> Paid:
    amount = delivery.refund_minor
    if amount is None:
        return part._replace(refunded_whole=True)
    if delivery.refund_id is None:
        return part._replace(refunded_minor=max(part.refunded_minor, amount))
    refunds = dict(part.refunds)
    refunds[delivery.refund_id] = max(refunds.get(delivery.refund_id, 0), amount)
    return part._replace(refunds=tuple(sorted(refunds.items())))
