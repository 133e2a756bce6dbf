"""Reading the counter: its shops, its money, and where it is shown."""

from __future__ import annotations

from typing import Any

from launchctl.runbook import model
from launchctl.runbook.base import SecretRef
from launchctl.runbook.context import Context
from launchctl.runbook.nodes import Node, Scalar
from launchctl.runbook.read.money import read_currency, read_minor, read_round
from launchctl.runbook.read.reader import Fields, Read
from launchctl.runbook.read.words import near
from launchctl.runbook.unbuilt import SOURCES


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
        limit = fields.take("limit", _limit(context))
        show_on = fields.take("show_on", _show_on(context))
        public = fields.take("public", _public(context))
        fields.done()
        _unique(context, fields, sources or ())
        _joined(context, fields, sources or ())
        return model.Orders(
            deposit_minor=deposit or {},
            unit_value=value,
            sources=sources or (),
            limit=limit,
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


def _joined(
    context: Context, fields: Fields, sources: tuple[model.OrderSource, ...]
) -> None:
    """Who pays joins a shop that counts; whoever counts joins nobody."""
    counts = [source.name for source in sources if source.role == "counts"]
    for source in sources:
        problem, hint = "", ""
        if source.role == "counts" and source.joins is not None:
            problem = f"{source.name!r} counts orders of its own: it joins none"
            hint = "role: pays joins"
        elif source.role == "pays" and source.joins is None:
            problem = f"{source.name!r} pays: say with `joins` for whose orders"
        elif source.role == "pays" and source.joins not in counts:
            problem = f"{source.name!r} joins {source.joins!r}, which does not count"
            hint = near(source.joins or "", counts)
        if problem:
            context.reader.problem(fields.at("sources"), f"sources: {problem}", hint)


def _deposit(context: Context) -> Read[dict[str, int]]:
    def read(node: Node) -> dict[str, int] | None:
        fields = context.reader.fields(node, "deposit")
        if fields is None:
            return None
        found = {}
        for key in fields.node.items:
            here = Scalar(*fields.at(key), key, key)
            if read_currency(context, "deposit")(here) is None:
                fields.raw(key)
                continue
            minor = fields.take(key, read_minor(context, f"deposit.{key}", key))
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
        currency = fields.need(
            "currency", read_currency(context, "unit_value.currency")
        )
        amount = fields.need(
            "amount", read_minor(context, "unit_value.amount", currency or "USD")
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
        role = fields.take("role", reader.word("role", ("counts", "pays")))
        joins = fields.take("joins", reader.name("joins"))
        settle = fields.take("settle", reader.span("settle"))
        test = fields.take("test", _twin(context, secret))
        fields.done()
        if name is None or not secret or not fields.sound:
            return None
        values: dict[str, Any] = {} if settle is None else {"settle_us": settle}
        return model.OrderSource(
            kind="webhook",
            name=name,
            secret=secret,
            role="pays" if role == "pays" else "counts",
            joins=joins,
            test=test,
            **values,
        )

    return read


def _twin(
    context: Context, secret: tuple[SecretRef, ...] | None
) -> Read[model.SourceTwin]:
    """``test:`` another secret, of the shop's test mode, for a dress rehearsal."""
    reader = context.reader

    def read(node: Node) -> model.SourceTwin | None:
        fields = reader.fields(node, "test")
        if fields is None:
            return None
        own = fields.need(
            "secret", reader.listed("test.secret", context.secret("test.secret"))
        )
        fields.done()
        if not own or not fields.sound:
            return None
        if set(own) & set(secret or ()):
            reader.problem(
                node,
                "test: this is the shop's own secret: a rehearsal would count its "
                "orders",
                "name the secret of its test mode",
            )
            return None
        return model.SourceTwin(secret=own)

    return read


def _limit(context: Context) -> Read[model.Limit]:
    """``limit: {units, then}``; customers are not known, so none of them is limited."""
    reader = context.reader

    def read(node: Node) -> model.Limit | None:
        fields = reader.fields(node, "limit")
        if fields is None:
            return None
        units = fields.need("units", reader.integer("limit.units", 1))
        fields.take("then", reader.word("limit.then", ("waitlist",)))
        if fields.raw("per_customer") is not None:
            reader.problem(
                fields.at("per_customer"),
                "limit.per_customer: nothing is kept by which a customer could be "
                "known again",
                "set it in the shop, which knows its customers",
            )
            fields.sound = False
        fields.done()
        if units is None or not fields.sound:
            return None
        return model.Limit(units=units)

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


def _public(context: Context) -> Read[model.PublicOrders]:
    def read(node: Node) -> model.PublicOrders | None:
        fields = context.reader.fields(node, "public")
        if fields is None:
            return None
        rounding = fields.take("round", read_round(context))
        delay = fields.take("delay", context.reader.span("public.delay"))
        fields.done()
        return model.PublicOrders(round=rounding, delay_us=delay or 0)

    return read
