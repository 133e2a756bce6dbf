"""Reading currencies, amounts and how a number is rounded."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from launchctl.runbook import model
from launchctl.runbook.context import Context
from launchctl.runbook.nodes import Node, Scalar
from launchctl.runbook.read.reader import Read


def read_currency(context: Context, what: str) -> Read[str]:
    """A currency of ISO 4217."""

    def read(node: Node) -> str | None:
        from babel.numbers import list_currencies  # noqa: PLC0415  slow to import

        text = node.text if isinstance(node, Scalar) else ""
        if text in list_currencies():
            return text
        context.reader.expected(node, what, "a currency such as USD or EUR")
        return None

    return read


def read_minor(context: Context, what: str, currency: str | None) -> Read[int]:
    """An amount in units of the currency, as whole minor units."""

    def read(node: Node) -> int | None:
        from babel.numbers import get_currency_precision  # noqa: PLC0415

        digits = get_currency_precision(currency) if currency else 2
        value = node.value if isinstance(node, Scalar) else None
        try:
            if isinstance(value, bool) or not isinstance(value, int | float):
                raise InvalidOperation  # noqa: TRY301  the same answer
            assert isinstance(node, Scalar)
            minor = Decimal(node.text).scaleb(digits)
        except InvalidOperation:
            context.reader.expected(node, what, "an amount")
            return None
        if minor != minor.to_integral_value() or not 0 <= minor <= 10**15:
            context.reader.problem(
                node, f"{what}: {currency} has {digits} decimals, this is {node.text}"
            )
            return None
        return int(minor)

    return read


def read_round(context: Context) -> Read[model.Rounding]:
    """``round: {down: 1000}``."""

    def read(node: Node) -> model.Rounding | None:
        fields = context.reader.fields(node, "round")
        if fields is None:
            return None
        down = fields.need("down", context.reader.integer("round.down", 1))
        fields.done()
        return None if down is None else model.Rounding(down=down)

    return read
