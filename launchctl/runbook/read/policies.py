"""Reading what happens to a cue that is late, or waits too long."""

from __future__ import annotations

from typing import Any

from launchctl.runbook import model
from launchctl.runbook.context import Context
from launchctl.runbook.defaults import default_late
from launchctl.runbook.nodes import Node, Scalar
from launchctl.runbook.read.reader import Read

_ELSE = tuple(word.value for word in model.Else)


def read_late(context: Context, do: Any) -> Read[model.Late]:
    """``late: {within, else}`` of a cue that does ``do``."""
    reader = context.reader

    def within(node: Node) -> int | None:
        if isinstance(node, Scalar) and node.text == "any":
            return -1
        return reader.span("late.within")(node)

    def read(node: Node) -> model.Late | None:
        fields = reader.fields(node, "late")
        if fields is None:
            return None
        within_us = fields.take("within", within)
        otherwise = fields.take("else", reader.word("late.else", _ELSE))
        fields.done()
        if not fields.sound:
            return None
        if within_us is None and otherwise is None:
            reader.problem(node, "late: expected `within`, `else` or both")
            return None
        usual = default_late(do)
        return model.Late(
            within_us=None
            if within_us == -1
            else (usual.within_us if within_us is None else within_us),
            otherwise=model.Else(otherwise) if otherwise else usual.otherwise,
        )

    return read


def read_wait(context: Context) -> Read[model.Wait]:
    """``wait: {for, else}``: one for all gates of a cue."""
    reader = context.reader

    def read(node: Node) -> model.Wait | None:
        fields = reader.fields(node, "wait")
        if fields is None:
            return None
        for_us = fields.take("for", reader.span("wait.for"))
        otherwise = fields.take("else", reader.word("wait.else", _ELSE))
        fields.done()
        if not fields.sound:
            return None
        return model.Wait(
            for_us=for_us, otherwise=model.Else(otherwise) if otherwise else None
        )

    return read
