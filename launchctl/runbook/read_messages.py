"""Reading words to people on the pages, and messages to desks."""

from __future__ import annotations

import re
from typing import Any

from launchctl.runbook import actions as kinds
from launchctl.runbook.context import Context
from launchctl.runbook.read_posts import inner_fields
from launchctl.runbook.reader import Fields, Read
from launchctl.runbook.yaml import Node, Scalar


def read_say(context: Context, fields: Fields) -> dict[str, Any] | None:
    """``say:`` a word to the presenter or the crew; an empty text takes it away."""
    inner = inner_fields(context, fields, "say")
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
    inner = inner_fields(context, fields, "osc")
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
