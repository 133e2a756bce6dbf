"""Reading gates: one function per kind, listed in one table."""

from __future__ import annotations

from collections.abc import Callable

from launchctl.runbook import model
from launchctl.runbook.context import Context, Reference
from launchctl.runbook.nodes import Mapping, Node, Scalar, Sequence
from launchctl.runbook.read.reader import Fields, Read
from launchctl.runbook.read.words import near


def read_gates(context: Context, key: str) -> Read[tuple[model.Gate, ...]]:
    """``gate: [{on_air: Reveal}, ...]``; each item may hold several."""
    reader = context.reader

    def read(node: Node) -> tuple[model.Gate, ...] | None:
        items = node.items if isinstance(node, Sequence) else [node]
        found: list[model.Gate] = []
        for item in items:
            fields = reader.fields(item, "gate")
            if fields is None:
                continue
            for gate in read_gate(context, fields):
                context.place(f"{key} {len(found)}", item)
                found.append(gate)
            fields.done()
        return tuple(found)

    return read


def read_gate(context: Context, fields: Fields) -> list[model.Gate]:
    """The gates among the keys of a mapping."""
    reader = context.reader
    found: list[model.Gate] = []
    for key in fields.node.items:
        if key in _GATES:
            fields.raw(key)
            gate = _GATES[key](context)(fields.node.items[key])
            if gate is None:
                fields.sound = False
            else:
                found.append(gate)
        elif key not in ("at", "not_before"):
            fields.raw(key)
            reader.problem(fields.at(key), f"unknown gate {key!r}", near(key, _GATES))
    return found


def _on_air(context: Context) -> Read[model.Gate]:
    reader = context.reader

    def read(node: Node) -> model.Gate | None:
        if not isinstance(node, Mapping):
            scene = reader.text("on_air", 200)(node)
            return None if scene is None else model.OnAir(scene=scene)
        fields = reader.fields(node, "on_air")
        assert fields is not None
        scene = fields.need("scene", reader.text("on_air.scene", 200))
        stage = fields.take("stage", context.refer("stage", "on_air.stage"))
        still = fields.take("still", reader.truth("on_air.still"))
        fields.done()
        if scene is None or not fields.sound:
            return None
        return model.OnAir(scene=scene, stage=stage, still=bool(still))

    return read


def _seen(context: Context) -> Read[model.Gate]:
    reader = context.reader

    def read(node: Node) -> model.Gate | None:
        fields = reader.fields(node, "seen")
        if fields is None:
            return None
        scene = fields.need("scene", reader.text("seen.scene", 200))
        output = fields.need("output", context.refer("probed output", "seen.output"))
        fields.done()
        if scene is None or output is None or not fields.sound:
            return None
        return model.Seen(scene=scene, output=output)

    return read


def _stream_healthy(context: Context) -> Read[model.Gate]:
    """An output's name; ``true`` is the first declared one."""
    read_name = context.refer("probed output", "stream_healthy")

    def read(node: Node) -> model.Gate | None:
        declared = [key for key in context.places if key.startswith("output ")]
        if isinstance(node, Scalar) and node.value is True and declared:
            first = declared[0].removeprefix("output ")
            node = Scalar(node.line, node.column, first, first)
        output = read_name(node)
        return None if output is None else model.StreamHealthy(output=output)

    return read


def _approved_by(context: Context) -> Read[model.Gate]:
    refer = context.refer("approver", "approved_by")
    read_roles = context.reader.listed("approved_by", refer)

    def read(node: Node) -> model.Gate | None:
        roles = read_roles(node)
        return model.ApprovedBy(roles=roles) if roles else None

    return read


def _orders_fresh(context: Context) -> Read[model.Gate]:
    reader = context.reader
    read_span = reader.span("orders_fresh")

    def read(node: Node) -> model.Gate | None:
        within_us = read_span(node)
        if within_us is None:
            return None
        at = (node.line, node.column)
        context.references.append(
            Reference("orders", "orders_fresh", at, reader.cue, context.procedure)
        )
        return model.OrdersFresh(within_us=within_us)

    return read


def _url_ok(context: Context) -> Read[model.Gate]:
    read_address = context.address("url_ok", "", "web")

    def read(node: Node) -> model.Gate | None:
        url = read_address(node)
        return None if url is None else model.UrlOk(url=url)

    return read


def _check(context: Context) -> Read[model.Gate]:
    read_condition = context.condition("check")

    def read(node: Node) -> model.Gate | None:
        check = read_condition(node)
        return None if check is None else model.Check(check=check)

    return read


def _poll(context: Context) -> Read[model.Gate]:
    """``poll: final-poll``, or ``{cue: final-poll, max_age: 10m}``."""
    reader = context.reader
    refer = context.refer("poll", "poll")

    def read(node: Node) -> model.Gate | None:
        if not isinstance(node, Mapping):
            name = refer(node)
            return None if name is None else model.Poll(cue=name)
        fields = reader.fields(node, "poll")
        assert fields is not None
        cue = fields.need("cue", refer)
        max_age_us = fields.take("max_age", reader.span("poll.max_age"))
        fields.done()
        if cue is None or not fields.sound:
            return None
        return model.Poll(cue=cue, max_age_us=max_age_us)

    return read


def _confirmed(context: Context) -> Read[model.Gate]:
    reader = context.reader

    def read(node: Node) -> model.Gate | None:
        fields = reader.fields(node, "confirmed")
        if fields is None:
            return None
        what = fields.need("what", reader.text("confirmed.what", 200))
        by = fields.need("by", context.refer("role", "confirmed.by"))
        url = fields.take("evidence", reader.word("confirmed.evidence", ("url",)))
        fields.done()
        if what is None or by is None or not fields.sound:
            return None
        return model.Confirmed(what=what, by=by, evidence="url" if url else None)

    return read


def _two_person(context: Context) -> Read[model.Gate]:
    reader = context.reader
    refer = context.refer("role", "two_person")

    def read(node: Node) -> model.Gate | None:
        role = refer(node)
        if role is not None and not reader.cue:
            reader.problem(
                node,
                "two_person: two persons confirm a cue, nothing else",
                "write it as the gate of a cue",
            )
        return None if role is None else model.TwoPerson(role=role)

    return read


_GATES: dict[str, Callable[[Context], Read[model.Gate]]] = {
    "on_air": _on_air,
    "seen": _seen,
    "stream_healthy": _stream_healthy,
    "approved_by": _approved_by,
    "orders_fresh": _orders_fresh,
    "url_ok": _url_ok,
    "check": _check,
    "poll": _poll,
    "confirmed": _confirmed,
    "two_person": _two_person,
}
