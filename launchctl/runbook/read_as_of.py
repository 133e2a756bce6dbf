"""Reading ``as_of`` of a figure: T-offset, wall instant, or a cue and a span."""

from __future__ import annotations

import re

from launchctl.runbook import model
from launchctl.runbook.context import Context
from launchctl.runbook.instants import looks_like_wall
from launchctl.runbook.reader import Read, shown
from launchctl.runbook.yaml import Node, Scalar
from launchctl.times import parse_span, parse_t_offset

_CUE_PLUS = re.compile(
    r"(?P<cue>[A-Za-z0-9][A-Za-z0-9_.-]*?)(?:\s*\+\s*(?P<span>[0-9][^\s]*))?"
)
_HINT = "write T+1h, 2016-04-06 19:00, or a cue and a span: doors + 24h"


def read_as_of(context: Context, figure: str) -> Read[model.AsOf]:
    """The instant that a figure is of."""
    reader = context.reader

    def read(node: Node) -> model.AsOf | None:
        if not isinstance(node, Scalar) or not isinstance(node.value, str):
            reader.expected(node, "as_of", "an instant, or a cue and a span (X + 24h)")
            return None
        text = node.text.strip()
        try:
            offset = parse_t_offset(text)
        except ValueError as error:
            reader.problem(node, f"as_of: {error}")
            return None
        if offset is not None:
            return model.AtT(offset_us=offset)
        if looks_like_wall(text):
            wall = context.wall("as_of", f"figure {figure}")(node)
            if wall is None:
                return None
            return model.AtWall(at_us=wall.at_us, written=wall.written)
        return _cue_plus(context, node, text)

    return read


def _cue_plus(context: Context, node: Scalar, text: str) -> model.AtCue | None:
    reader = context.reader
    match = _CUE_PLUS.fullmatch(text)
    if match is None:
        reader.problem(node, f"as_of: {shown(node)} is no instant", _HINT)
        return None
    try:
        span_us = parse_span(match["span"]) if match["span"] else 0
    except ValueError as error:
        reader.problem(node, f"as_of: {error}")
        return None
    name = match["cue"]
    here = Scalar(node.line, node.column, name, name)
    if context.refer("cue", "as_of")(here) is None:
        return None
    return model.AtCue(cue=name, offset_us=span_us)
