"""Reading words to people, and messages to desks."""

from __future__ import annotations

import re
from typing import Any

from launchctl.runbook import actions as kinds
from launchctl.runbook.context import Context
from launchctl.runbook.nodes import Node, Scalar
from launchctl.runbook.read.reader import Fields, Read


def read_notify(context: Context, fields: Fields) -> dict[str, Any] | None:
    """``notify:`` and what stands in it."""
    inner = fields.inner("notify")
    if inner is None:
        return None
    to = inner.need("to", context.refer("channel", "notify.to"))
    text = inner.need("text", context.text("notify.text", "message"))
    inner.done()
    if to is None or text is None or not inner.sound:
        return None
    return {"notify": kinds.NotifyBody(to=to, text=text)}


def read_say(context: Context, fields: Fields) -> dict[str, Any] | None:
    """``say:`` a word to the presenter or the crew; an empty text takes it away."""
    inner = fields.inner("say")
    if inner is None:
        return None
    to = inner.need("to", context.reader.word("say.to", ("stage", "crew")))
    node = inner.raw("text")
    text: str | None = None
    if node is None:
        context.reader.problem(inner.node, "say: `text` is missing")
        inner.sound = False
    elif isinstance(node, Scalar) and node.value == "":
        text = ""
    else:
        text = context.text("say.text", "message")(node)
    inner.done()
    if not inner.sound or text is None or to is None:
        return None
    return {"say": kinds.SayBody(to="stage" if to == "stage" else "crew", text=text)}


_OSC_ADDRESS = re.compile(r"(/[^\s#*,/?\[\]{}]+)+")
_MAX_ARGS = 32


def read_osc(context: Context, fields: Fields) -> dict[str, Any] | None:
    """``osc:`` one message to a desk."""
    inner = fields.inner("osc")
    if inner is None:
        return None
    reader = context.reader
    to = inner.need("to", context.refer("device", "osc.to"))
    address = inner.need("address", reader.text("osc.address", 200))
    args = inner.take("args", reader.listed("osc.args", _osc_value(context)))
    inner.done()
    if address is not None and not _OSC_ADDRESS.fullmatch(address):
        where = inner.at("address")
        reader.problem(where, f"osc.address: {address!r} is none", "such as /cue/11/go")
        return None
    if args and len(args) > _MAX_ARGS:
        reader.problem(inner.at("args"), f"osc.args: at most {_MAX_ARGS}")
    if not inner.sound or to is None or address is None:
        return None
    return {"osc": kinds.OscBody(to=to, address=address, args=args or ())}


def _osc_value(context: Context) -> Read[Any]:
    def read(node: Node) -> Any:
        value = node.value if isinstance(node, Scalar) else None
        if value is None:
            context.reader.expected(node, "osc.args", "a number, a text, true or false")
        elif type(value) is int and not -(2**31) <= value < 2**31:
            context.reader.problem(node, f"osc.args: {value} has more than 32 bits")
            return None
        return value

    return read
