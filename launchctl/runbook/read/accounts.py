"""Reading who posts where."""

from __future__ import annotations

from importlib.metadata import entry_points

from launchctl.runbook import model
from launchctl.runbook.base import SecretRef
from launchctl.runbook.context import Context
from launchctl.runbook.networks import NETWORKS
from launchctl.runbook.nodes import Node
from launchctl.runbook.read.reader import Fields, Read
from launchctl.runbook.read.words import near


def read_account(context: Context, name: str, fields: Fields) -> model.Account | None:
    """Who posts where."""
    reader = context.reader
    network = fields.need("network", _network(context))
    handle = fields.need("handle", _handle(context, network))
    credentials = fields.need("credentials", context.secret("credentials"))
    lang = fields.take("lang", reader.name("lang"))
    api = _api(context, name, fields)
    doubt = fields.take("doubt", reader.word("doubt", ("ask", "resend")))
    by_hand = fields.take("by_hand", reader.word("by_hand", ("watch", "ask")))
    test = fields.take("test", _twin(context, network, handle, credentials))
    if network is None or handle is None or credentials is None:
        return None
    known = NETWORKS.get(network)
    if by_hand == "watch" and known and not known.reads:
        reader.problem(
            fields.at("by_hand"),
            f"by_hand: {known.shown} does not show an account's own posts",
            "write `by_hand: ask`",
        )
        return None
    return model.Account(
        network=network,
        handle=handle,
        credentials=credentials,
        lang=lang,
        api=api,
        doubt="resend" if doubt == "resend" else "ask",
        by_hand="watch" if by_hand == "watch" else "ask" if by_hand else None,
        test=test,
    )


def _handle(context: Context, network: str | None) -> Read[str]:
    known = NETWORKS.get(network or "")
    read_text = context.reader.text("handle", 200)

    def read(node: Node) -> str | None:
        handle = read_text(node)
        if handle is not None and handle.startswith("@"):
            context.reader.problem(node, "handle: write it without the @")
            return None
        if handle and known and known.handle and not known.handle.fullmatch(handle):
            what = f"handle: {handle!r} is none on {known.shown}"
            context.reader.problem(node, what, f"write it like {known.like}")
            return None
        return handle

    return read


def _twin(
    context: Context,
    network: str | None,
    handle: str | None,
    credentials: SecretRef | None,
) -> Read[model.AccountTwin]:
    """``test:`` another account of the same network, for a dress rehearsal."""
    reader = context.reader

    def read(node: Node) -> model.AccountTwin | None:
        fields = reader.fields(node, "test")
        if fields is None:
            return None
        name = fields.need("handle", _handle(context, network))
        own = fields.need("credentials", context.secret("test.credentials"))
        api = fields.take("api", context.address("test.api", "", "web"))
        fields.done()
        if name is None or own is None or not fields.sound:
            return None
        if name == handle or own == credentials:
            reader.problem(
                node,
                "test: this is the account itself: a rehearsal would post there",
                "name an account made for rehearsals",
            )
            return None
        return model.AccountTwin(handle=name, credentials=own, api=api)

    return read


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
        if name is None or name in NETWORKS:
            return name
        if name in {point.name for point in entry_points(group="launchctl.drivers")}:
            return name
        context.reader.problem(
            node, f"network: there is none called {name!r}", near(name, NETWORKS)
        )
        return None

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
