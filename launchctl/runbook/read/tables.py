"""Reading tables of names: each name has a mapping of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from launchctl.runbook.context import Context
from launchctl.runbook.nodes import Node, Scalar
from launchctl.runbook.read.reader import Fields, Read

T = TypeVar("T")


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
            inner.done()
            if one is not None and inner.sound:
                found[name] = one
        return found

    return read
