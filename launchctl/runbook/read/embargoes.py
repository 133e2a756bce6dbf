"""Reading embargoes, and what lifts them."""

from __future__ import annotations

from typing import Any

from launchctl.runbook import model
from launchctl.runbook.context import Context
from launchctl.runbook.nodes import Node
from launchctl.runbook.read.gates import read_gate
from launchctl.runbook.read.reader import Fields, Read


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
