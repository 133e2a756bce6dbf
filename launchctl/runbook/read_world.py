"""Reading what a show is made of: stages, accounts, crew, embargoes, orders, figures."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from importlib.metadata import entry_points
from typing import Any, TypeVar

from launchctl.runbook import model
from launchctl.runbook.context import Context
from launchctl.runbook.instants import is_zone, zone_names
from launchctl.runbook.read_cues import read_gate
from launchctl.runbook.reader import Fields, Read, near, shown
from launchctl.runbook.unbuilt import DRIVERS, NETWORKS, SOURCES, not_built
from launchctl.runbook.yaml import Mapping, Node, Scalar

T = TypeVar("T")

VERBS = (
    "go",
    "hold",
    "abort",
    "retime",
    "end",
    "approve",
    "post",
    "silence",
    "override",
    "counter",
)
"""What a role may be given (SEMANTICS 8)."""

FIGURE_OF = ("orders.units", "orders.placed", "orders.net_units")


def read_table(
    context: Context,
    what: str,
    read_one: Callable[[Context, str, Fields], T | None],
    kind: str,
) -> Read[dict[str, T]]:
    """A mapping of names to mappings, each read by ``read_one``."""
    reader = context.reader

    def read(node: Node) -> dict[str, T] | None:
        fields = reader.fields(node, what)
        if fields is None:
            return None
        found: dict[str, T] = {}
        for name, item in fields.node.items.items():
            context.place(f"{kind} {name}", item)
            here = Scalar(*fields.at(name), name, name)
            if reader.name(what)(here) is None:
                continue
            inner = reader.fields(item, f"{what}.{name}")
            if inner is None:
                continue
            one = read_one(context, name, inner)
            inner.done(kind)
            if one is not None and inner.sound:
                found[name] = one
        return found

    return read


def read_zone(context: Context, what: str) -> Read[str]:
    """A zone of the time zone data."""

    def read(node: Node) -> str | None:
        name = context.reader.text(what, 64)(node)
        if name is None:
            return None
        if not is_zone(name):
            context.reader.problem(
                node,
                f"{what}: there is no time zone {name!r}",
                near(name, zone_names()),
            )
            return None
        return name

    return read


def read_stage(context: Context, name: str, fields: Fields) -> model.Stage | None:
    """One mixer."""
    reader = context.reader
    fields.need("driver", reader.word("driver", ("obs",), DRIVERS))
    url = fields.need("url", context.address("url", f"stages.{name}.url", "stage"))
    password = fields.take("password", context.secret("password"))
    if url is None:
        return None
    return model.Stage(driver="obs", url=url, password=password)


def read_account(context: Context, name: str, fields: Fields) -> model.Account | None:
    """Who posts where."""
    reader = context.reader
    network = fields.need("network", _network(context))
    handle = fields.need("handle", reader.text("handle", 200))
    credentials = fields.need("credentials", context.secret("credentials"))
    lang = fields.take("lang", reader.name("lang"))
    api = _api(context, name, fields)
    doubt = fields.take("doubt", reader.word("doubt", ("ask", "resend")))
    if handle is not None and handle.startswith("@"):
        reader.problem(fields.at("handle"), "handle: write it without the @")
        return None
    if network is None or handle is None or credentials is None:
        return None
    return model.Account(
        network=network,
        handle=handle,
        credentials=credentials,
        lang=lang,
        api=api,
        doubt="resend" if doubt == "resend" else "ask",
    )


def _api(context: Context, name: str, fields: Fields) -> str | None:
    """``api:``, which ``--set`` may also add where the runbook has none."""
    path = f"accounts.{name}.api"
    read = context.address("api", path, "web")
    if not fields.has("api") and path in context.sets:
        fields.raw("api")
        return read(fields.node)
    return fields.take("api", read)


def _network(context: Context) -> Read[str]:
    def read(node: Node) -> str | None:
        name = context.reader.name("network")(node)
        if name is None or name == "x":
            return name
        if name in {point.name for point in entry_points(group="launchctl.drivers")}:
            return name
        if name in NETWORKS:
            context.reader.problem(node, not_built(f"network: {name}"))
        else:
            context.reader.problem(
                node, f"network: there is none called {name!r}", near(name, NETWORKS)
            )
        return None

    return read


def read_role(context: Context, _name: str, fields: Fields) -> model.Role | None:
    """What the people of a role may do."""
    reader = context.reader
    may = fields.need("may", reader.listed("may", reader.word("may", VERBS)))
    zone = fields.take("timezone", read_zone(context, "timezone"))
    return None if may is None else model.Role(may=may, timezone=zone)


def read_embargo(context: Context, name: str, fields: Fields) -> model.Embargo | None:
    """One embargo."""
    reader = context.reader
    default = fields.take("default", reader.truth("default"))
    topics = fields.take("topics", reader.listed("topics", reader.name("topics")))
    lifts = fields.take("lifts", reader.listed("lifts", _lift(context, name)))
    before = fields.take("not_before", context.wall("not_before", f"embargo {name}"))
    if fields.sound and not default and not topics:
        reader.problem(
            fields.node,
            f"embargo {name}: it covers nothing",
            "give it `default: true` or `topics`",
        )
    if fields.sound and not lifts and before is None:
        if fields.has("others_lift"):
            return None
        reader.problem(
            fields.node,
            f"embargo {name}: it would never open",
            "give it `lifts` or `not_before`",
        )
    return model.Embargo(
        name=name,
        default=bool(default),
        topics=topics or (),
        lifts=lifts or (),
        not_before_us=before.at_us if before else None,
    )


def _lift(context: Context, embargo: str) -> Read[model.Lift]:
    reader = context.reader

    def read(node: Node) -> model.Lift | None:
        fields = reader.fields(node, "lifts")
        if fields is None:
            return None
        at = fields.take("at", context.wall("lifts.at", f"embargo {embargo}"))
        if at is None and fields.has("at"):
            return None
        gates = read_gate(context, fields)
        fields.done()
        if not fields.sound or len(gates) + (at is not None) != 1:
            if fields.sound and not any(
                (problem.line, problem.column) == (node.line, node.column)
                for problem in reader.problems
            ):
                reader.problem(node, "lifts: expected one gate or one `at` an item")
            return None
        return model.Lift(
            gate=gates[0] if gates else None, at_us=at.at_us if at else None
        )

    return read


def read_approvals(context: Context) -> Read[dict[str, tuple[str, ...]]]:
    """``approvals:`` roles by topic; ``default`` for the rest."""
    reader = context.reader

    def read(node: Node) -> dict[str, tuple[str, ...]] | None:
        fields = reader.fields(node, "approvals")
        if fields is None:
            return None
        found = {}
        refer = context.refer("approver", "approvals")
        for topic in fields.node.items:
            if topic == "four_eyes":
                continue
            roles = fields.take(topic, reader.listed(f"approvals.{topic}", refer))
            if roles is not None:
                found[topic] = roles
        fields.done("approvals")
        return found

    return read


# --- the counter ---------------------------------------------------------------------------


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
    return model.Figure(name=name, of=of, round=rounding, bounds=bounds)


def read_channel(
    context: Context, _name: str, fields: Fields
) -> model.Notification | None:
    """A crew channel."""
    url = fields.need("url", context.secret("url"))
    return None if url is None else model.Notification(url=url)


def read_vars(context: Context) -> Read[dict[str, Any]]:
    """Plain constants."""
    reader = context.reader

    def read(node: Node) -> dict[str, Any] | None:
        fields = reader.fields(node, "vars")
        if fields is None:
            return None
        found: dict[str, Any] = {}
        for key, item in fields.node.items.items():
            if not key.isidentifier():
                reader.problem(
                    fields.at(key), f"vars: {key!r} is no name", "letters, digits and _"
                )
            elif isinstance(item, Mapping):
                reader.problem(item, not_built(f"vars.{key} by language"))
            elif not isinstance(item, Scalar) or item.value is None:
                reader.problem(
                    item, f"vars.{key}: expected a constant, found {shown(item)}"
                )
            else:
                found[key] = item.value
        return found

    return read


def read_groups(context: Context) -> Read[dict[str, tuple[str, ...]]]:
    """Groups of accounts that post together."""
    reader = context.reader

    def read(node: Node) -> dict[str, tuple[str, ...]] | None:
        fields = reader.fields(node, "groups")
        if fields is None:
            return None
        found = {}
        for name in fields.node.items:
            context.place(f"group {name}", fields.node.items[name])
            refer = context.refer("account", f"groups.{name}")
            members = fields.take(name, reader.listed(f"groups.{name}", refer))
            if members:
                found[name] = tuple(dict.fromkeys(members))
        return found

    return read
