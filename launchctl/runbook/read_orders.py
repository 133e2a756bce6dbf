"""Reading the counter, its money, and the figures that are announced."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from launchctl.runbook import model
from launchctl.runbook.context import Context
from launchctl.runbook.read_as_of import read_as_of
from launchctl.runbook.reader import Fields, Read
from launchctl.runbook.unbuilt import SOURCES
from launchctl.runbook.yaml import Node, Scalar

FIGURE_OF = ("orders.units", "orders.placed", "orders.net_units")


def _currency(context: Context, what: str) -> Read[str]:
    def read(node: Node) -> str | None:
        from babel.numbers import list_currencies  # noqa: PLC0415  slow to import

        text = node.text if isinstance(node, Scalar) else ""
        if text in list_currencies():
            return text
        context.reader.expected(node, what, "a currency such as USD or EUR")
        return None

    return read


def _minor(context: Context, what: str, currency: str | None) -> Read[int]:
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


def read_orders(context: Context) -> Read[model.Orders]:
    """The counter."""
    reader = context.reader

    def read(node: Node) -> model.Orders | None:
        fields = reader.fields(node, "orders")
        if fields is None:
            return None
        deposit = fields.take("deposit", _deposit(context))
        value = fields.take("unit_value", _unit_value(context))
        sources = fields.take(
            "sources", reader.listed("sources", _source(context), single=False)
        )
        show_on = fields.take("show_on", _show_on(context))
        public = fields.take("public", _public(context))
        fields.done("orders")
        _unique(context, fields, sources or ())
        return model.Orders(
            deposit_minor=deposit or {},
            unit_value=value,
            sources=sources or (),
            show_on=show_on,
            public=public or model.PublicOrders(),
        )

    return read


def _unique(
    context: Context, fields: Fields, sources: tuple[model.OrderSource, ...]
) -> None:
    names = [source.name for source in sources]
    for name in dict.fromkeys(names):
        if names.count(name) > 1:
            context.reader.problem(
                fields.at("sources"), f"sources: {name!r} is declared twice"
            )


def _deposit(context: Context) -> Read[dict[str, int]]:
    def read(node: Node) -> dict[str, int] | None:
        fields = context.reader.fields(node, "deposit")
        if fields is None:
            return None
        found = {}
        for key in fields.node.items:
            here = Scalar(*fields.at(key), key, key)
            if _currency(context, "deposit")(here) is None:
                fields.raw(key)
                continue
            minor = fields.take(key, _minor(context, f"deposit.{key}", key))
            if minor is not None:
                found[key] = minor
        return found

    return read


def _unit_value(context: Context) -> Read[model.UnitValue]:
    reader = context.reader

    def read(node: Node) -> model.UnitValue | None:
        fields = reader.fields(node, "unit_value")
        if fields is None:
            return None
        currency = fields.need("currency", _currency(context, "unit_value.currency"))
        amount = fields.need(
            "amount", _minor(context, "unit_value.amount", currency or "USD")
        )
        basis = fields.take("basis", reader.text("unit_value.basis", 200))
        fields.take("applies_to", reader.word("applies_to", ("all",)))
        fields.done()
        if amount is None or currency is None or not fields.sound:
            return None
        return model.UnitValue(
            amount_minor=amount, currency=currency, basis=basis or ""
        )

    return read


def _source(context: Context) -> Read[model.OrderSource]:
    reader = context.reader

    def read(node: Node) -> model.OrderSource | None:
        fields = reader.fields(node, "sources")
        if fields is None:
            return None
        kind = fields.need("kind", reader.word("kind", ("webhook",), SOURCES))
        if kind is None:
            return None
        name = fields.need("name", reader.name("name"))
        secret = fields.need(
            "secret", reader.listed("secret", context.secret("secret"))
        )
        fields.take("role", reader.word("role", ("counts",), ("pays",)))
        settle = fields.take("settle", reader.span("settle"))
        fields.done("source")
        if name is None or not secret or not fields.sound:
            return None
        values: dict[str, Any] = {} if settle is None else {"settle_us": settle}
        return model.OrderSource(kind="webhook", name=name, secret=secret, **values)

    return read


def _show_on(context: Context) -> Read[model.ShowOn]:
    reader = context.reader

    def read(node: Node) -> model.ShowOn | None:
        fields = reader.fields(node, "show_on")
        if fields is None:
            return None
        stage = fields.take("stage", context.refer("stage", "show_on.stage"))
        source = fields.need("source", reader.text("show_on.source", 200))
        text = fields.take("text", context.text("show_on.text", "counter"))
        fields.done()
        if source is None or not fields.sound:
            return None
        values: dict[str, Any] = {} if text is None else {"text": text}
        return model.ShowOn(stage=stage, source=source, **values)

    return read


def _round(context: Context) -> Read[model.Rounding]:
    def read(node: Node) -> model.Rounding | None:
        fields = context.reader.fields(node, "round")
        if fields is None:
            return None
        down = fields.need("down", context.reader.integer("round.down", 1))
        fields.done()
        return None if down is None else model.Rounding(down=down)

    return read


def _public(context: Context) -> Read[model.PublicOrders]:
    def read(node: Node) -> model.PublicOrders | None:
        fields = context.reader.fields(node, "public")
        if fields is None:
            return None
        rounding = fields.take("round", _round(context))
        delay = fields.take("delay", context.reader.span("public.delay"))
        fields.done()
        return model.PublicOrders(round=rounding, delay_us=delay or 0)

    return read


def read_figure(context: Context, name: str, fields: Fields) -> model.Figure | None:
    """A number taken once."""
    reader = context.reader
    of = fields.need("of", reader.word("of", FIGURE_OF))
    rounding = fields.take("round", _round(context))
    as_of = fields.take("as_of", read_as_of(context, name))
    node = fields.raw("bounds")
    bounds = None
    if node is not None:
        read_one = reader.integer("bounds", 0)
        found = reader.listed("bounds", read_one, single=False)(node)
        if found is None or len(found) != 2 or found[0] > found[1]:
            reader.expected(
                node, "bounds", "two numbers, the lower first: [1000, 9000]"
            )
            fields.sound = False
        else:
            bounds = (found[0], found[1])
    else:
        reader.warn(fields.node, f"figure {name} has no `bounds`: any number goes out")
    if of is None:
        return None
    return model.Figure(name=name, of=of, round=rounding, bounds=bounds, as_of=as_of)
