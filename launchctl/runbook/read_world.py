"""Reading what a show is made of: stages, accounts, crew, embargoes."""

from __future__ import annotations

import re
from collections.abc import Callable
from importlib.metadata import entry_points
from typing import Any, TypeVar
from urllib.parse import urlsplit

from launchctl.runbook import model
from launchctl.runbook.context import Context
from launchctl.runbook.instants import is_zone, zone_names
from launchctl.runbook.read_gates import read_gate
from launchctl.runbook.reader import Fields, Read, near, shown
from launchctl.runbook.unbuilt import DRIVERS, NETWORKS, not_built
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


def read_output(context: Context, name: str, fields: Fields) -> model.Output | None:
    """What viewers see."""
    reader = context.reader
    stage = fields.take("stage", context.refer("stage", f"outputs.{name}.stage"))
    path = f"outputs.{name}.playback"
    read = context.address("playback", path, "web")
    if not fields.has("playback") and path in context.sets:
        fields.raw("playback")
        playback = read(fields.node)
    else:
        playback = fields.take("playback", read)
    delay = fields.take("delay", reader.span("delay"))
    watch = fields.take("watch", context.address("watch", "", "web"))
    if stage is None and "stage" not in context.kinds:
        reader.problem(
            fields.node, f"output {name}: nothing feeds it", "declare `stages:`"
        )
        return None
    values: dict[str, Any] = {} if delay is None else {"delay_us": delay}
    return model.Output(stage=stage, playback=playback, watch=watch, **values)


def read_account(context: Context, name: str, fields: Fields) -> model.Account | None:
    """Who posts where."""
    reader = context.reader
    network = fields.need("network", _network(context))
    handle = fields.need("handle", reader.text("handle", 200))
    credentials = fields.need("credentials", context.secret("credentials"))
    lang = fields.take("lang", reader.name("lang"))
    api = _api(context, name, fields)
    doubt = fields.take("doubt", reader.word("doubt", ("ask", "resend")))
    by_hand = fields.take("by_hand", reader.word("by_hand", ("watch", "ask")))
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
        by_hand="watch" if by_hand == "watch" else "ask" if by_hand else None,
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
    others = fields.take("others_lift", _others_lift(context, name))
    if fields.sound and not default and not topics:
        reader.problem(
            fields.node,
            f"embargo {name}: it covers nothing",
            "give it `default: true` or `topics`",
        )
    if fields.sound and not lifts and before is None:
        hint = "give it `lifts` or `not_before`"
        if others is not None:
            hint = f"{hint}: `others_lift` only warns"
        reader.problem(fields.node, f"embargo {name}: it would never open", hint)
    return model.Embargo(
        name=name,
        default=bool(default),
        topics=topics or (),
        lifts=lifts or (),
        not_before_us=before.at_us if before else None,
        others_lift=others,
    )


def _others_lift(context: Context, embargo: str) -> Read[model.OthersLift]:
    reader = context.reader

    def read(node: Node) -> model.OthersLift | None:
        fields = reader.fields(node, "others_lift")
        if fields is None:
            return None
        where = f"embargo {embargo}"
        at = fields.need("at", context.wall("others_lift.at", where))
        who = fields.need("who", reader.text("others_lift.who", 200))
        warn = fields.take("warn", reader.span("others_lift.warn"))
        fields.done()
        if at is None or who is None or not fields.sound:
            return None
        values: dict[str, Any] = {} if warn is None else {"warn_us": warn}
        return model.OthersLift(at_us=at.at_us, who=who, **values)

    return read


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
        found: dict[str, tuple[str, ...]] = {}
        refer = context.refer("approver", "approvals")
        for topic in fields.node.items:
            if topic == "four_eyes":
                # no topic: whether who approves may also act; () stands for true
                if fields.take(topic, reader.truth("approvals.four_eyes")):
                    found[topic] = ()
                continue
            roles = fields.take(topic, reader.listed(f"approvals.{topic}", refer))
            if roles is not None:
                found[topic] = roles
        fields.done("approvals")
        return found

    return read


def read_channel(
    context: Context, _name: str, fields: Fields
) -> model.Notification | None:
    """A crew channel."""
    url = fields.need("url", context.secret("url"))
    return None if url is None else model.Notification(url=url)


def read_device(context: Context, name: str, fields: Fields) -> model.OscDevice | None:
    """A desk that takes Open Sound Control."""
    url = fields.need("url", context.address("url", f"osc.{name}.url", "osc"))
    if url is None:
        return None
    if urlsplit(url).port is None:
        context.reader.problem(
            fields.at("url"), "url: a desk listens on a port", "osc://10.0.0.7:8000"
        )
        return None
    return model.OscDevice(url=url)


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
                found[key] = _by_language(context, f"vars.{key}", item)
            elif not isinstance(item, Scalar) or item.value is None:
                reader.problem(
                    item, f"vars.{key}: expected a constant, found {shown(item)}"
                )
            else:
                found[key] = item.value
        return found

    return read


def _by_language(context: Context, what: str, node: Mapping) -> dict[str, Any]:
    """``{en: Hello, de: Hallo}``."""
    reader = context.reader
    words: dict[str, Any] = {}
    for lang, item in node.items.items():
        if not _LANG.fullmatch(lang):
            reader.problem(node.keys[lang], f"{what}: {lang!r} is no language")
        text = reader.text(f"{what}.{lang}")(item)
        if text is not None:
            words[lang] = text
    if not node.items:
        reader.problem(node, f"{what}: there are no words in any language")
    return words


_LANG = re.compile(r"[a-z]{2,3}([_-][A-Za-z0-9]{2,8})*")


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
