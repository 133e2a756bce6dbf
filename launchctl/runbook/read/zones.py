"""Reading the names of time zones."""

from __future__ import annotations

from launchctl.runbook.context import Context
from launchctl.runbook.instants import is_zone, zone_names
from launchctl.runbook.nodes import Node
from launchctl.runbook.read.reader import Read
from launchctl.runbook.read.words import near


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
