"""Figures: numbers taken from the ledger once, rounded down, held to their bounds."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from launchctl.orders.model import Totals
from launchctl.runbook.model import UnitValue

FIELDS = ("placed", "units", "net_units", "cancelled", "waitlist")
"""What a figure can be ``of``: ``orders.units`` and so on."""


@dataclass(frozen=True, slots=True)
class ImpliedValue:
    """What the orders would be worth; never money that was paid.

    ``basis`` says what one unit was put at, for whoever repeats the number.
    """

    amount_minor: int
    currency: str
    basis: str

    def as_json(self) -> dict[str, Any]:
        """``{"amount_minor", "currency", "basis"}``."""
        return asdict(self)


def round_down(value: int, step: int = 1) -> int:
    """The largest multiple of ``step`` not above ``value``: never to look bigger.

    Raises:
        ValueError: ``step`` is not positive.
    """
    if step < 1:
        raise ValueError(
            f"figures are rounded down to multiples of 1 or more, not {step}"
        )
    return value // step * step


def out_of_bounds(value: int, bounds: tuple[int, int] | None) -> str:
    """A sentence if the value lies outside ``bounds`` (both included), else empty."""
    if bounds is None:
        return ""
    least, most = bounds
    if value < least:
        return f"{value:,} is below the bound of {least:,}"
    if value > most:
        return f"{value:,} is above the bound of {most:,}"
    return ""


def value_of(name: str, totals: Totals) -> int:
    """The number a figure is ``of``, unrounded: ``orders.units`` or ``units``.

    Raises:
        KeyError: no figure can be of that, or there is no limit to wait behind.
    """
    field = name.removeprefix("orders.")
    if field not in FIELDS:
        raise KeyError(name)
    value = getattr(totals, field)
    if value is None:
        raise KeyError(name)
    return int(value)


def implied_value(units: int, unit_value: UnitValue | None) -> ImpliedValue | None:
    """Units times what one is worth; None if the runbook does not say."""
    if unit_value is None:
        return None
    return ImpliedValue(
        amount_minor=units * unit_value.amount_minor,
        currency=unit_value.currency,
        basis=unit_value.basis,
    )
