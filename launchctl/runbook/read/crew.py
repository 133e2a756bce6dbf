"""Reading roles: what they may do, and what they approve."""

from __future__ import annotations

from launchctl.runbook import model
from launchctl.runbook.context import Context
from launchctl.runbook.nodes import Node
from launchctl.runbook.read.reader import Fields, Read
from launchctl.runbook.read.zones import read_zone

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


def read_role(context: Context, _name: str, fields: Fields) -> model.Role | None:
    """What the people of a role may do."""
    reader = context.reader
    may = fields.need("may", reader.listed("may", reader.word("may", VERBS)))
    zone = fields.take("timezone", read_zone(context, "timezone"))
    return None if may is None else model.Role(may=may, timezone=zone)


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
        fields.done()
        return found

    return read
