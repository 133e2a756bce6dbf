"""Reading when: instants, what a cue follows, what must be true."""

from __future__ import annotations

import re

from launchctl.runbook import model
from launchctl.runbook.context import Context
from launchctl.runbook.instants import looks_like_wall
from launchctl.runbook.nodes import Mapping, Node, Scalar
from launchctl.runbook.read.reader import Fields, Read
from launchctl.runbook.read.words import shown
from launchctl.times import parse_span, parse_t_offset

_CUE_PLUS = re.compile(
    r"(?P<cue>[A-Za-z0-9][A-Za-z0-9_.-]*?)"
    r"(?:\s*(?P<sign>[+-])\s*(?P<span>[0-9][^\s]*))?"
)


def read_at(context: Context, cue: str) -> Read[model.At]:
    """``at:`` of a cue: an instant, or from another cue or the end of its film."""
    hint = "write T-10m, 2016-03-31 20:30, or a cue and a span: doors + 5m"
    expected = "T-10m, an instant, or a cue and a span (X + 24h)"
    return _instant(context, "at", f"cue {cue}", expected, hint, films=True)


def read_as_of(context: Context, figure: str) -> Read[model.AsOf]:
    """``as_of:`` of a figure: the instant that the number is of."""
    hint = "write T+1h, 2016-04-06 19:00, or a cue and a span: doors + 24h"
    expected = "an instant, or a cue and a span (X + 24h)"
    return _instant(context, "as_of", f"figure {figure}", expected, hint, films=False)


def _instant(  # noqa: PLR0913  the words of two keys
    context: Context, what: str, where: str, expected: str, hint: str, *, films: bool
) -> Read[model.At]:
    reader = context.reader

    def read(node: Node) -> model.At | None:
        if not isinstance(node, Scalar) or not isinstance(node.value, str):
            reader.expected(node, what, expected)
            return None
        text = node.text.strip()
        try:
            offset = parse_t_offset(text)
        except ValueError as error:
            reader.problem(node, f"{what}: {error}")
            return None
        if offset is not None:
            return model.AtT(offset_us=offset)
        if looks_like_wall(text):
            wall = context.wall(what, where)(node)
            if wall is None:
                return None
            return model.AtWall(at_us=wall.at_us, written=wall.written)
        match = _CUE_PLUS.fullmatch(text)
        if match is None or (match["sign"] == "-" and not films):
            reader.problem(node, f"{what}: {shown(node)} is no instant", hint)
            return None
        return _from_cue(context, what, node, match, films=films)

    return read


def _from_cue(
    context: Context, what: str, node: Scalar, match: re.Match[str], *, films: bool
) -> model.AtCue | None:
    reader = context.reader
    name, span_us = match["cue"], 0
    film = films and name.endswith(".end")
    if film:
        name = name.removesuffix(".end")
    if match["span"]:
        try:
            span_us = parse_span(match["span"])
        except ValueError as error:
            reader.problem(node, f"{what}: {error}")
            return None
        if match["sign"] == "-" and film:
            span_us = -span_us
        elif match["sign"] == "-" and span_us:
            reader.problem(
                node,
                f"{what}: nothing can be due before {name!r} has fired",
                "only the end of a film is known ahead",
            )
            return None
    kind = "film" if film else "cue"
    if context.refer(kind, what)(Scalar(node.line, node.column, name, name)) is None:
        return None
    return model.AtCue(cue=name, offset_us=span_us, film=film)


def read_after(context: Context, fields: Fields) -> model.After | None:
    """``after`` or ``any``, with what else satisfies it."""
    reader = context.reader
    refer = context.refer
    after = fields.take("after", reader.listed("after", refer("cue", "after")))
    any_of = fields.take("any", reader.listed("any", refer("cue", "any")))
    also = fields.take(
        "also", reader.listed("also", reader.word("also", ("skipped", "failed")))
    )
    or_after_us = fields.take("or_after", reader.span("or_after"))
    for key in ("also", "or_after"):
        if fields.has(key) and not (after or any_of):
            if fields.sound:
                reader.problem(fields.at(key), f"`{key}` belongs to `after` or `any`")
            return None
    if not (after or any_of):
        return None
    return model.After(
        all_of=after or (),
        any_of=any_of or (),
        also=also or (),
        or_after_us=or_after_us,
    )


def read_when(context: Context) -> Read[model.When]:
    """``when: C`` or ``when: {check: C, for: 5s}``."""
    reader = context.reader

    def read(node: Node) -> model.When | None:
        if not isinstance(node, Mapping):
            check = context.condition("when")(node)
            return None if check is None else model.When(check=check)
        fields = reader.fields(node, "when")
        assert fields is not None
        check = fields.need("check", context.condition("when.check"))
        for_us = fields.take("for", reader.span("when.for"))
        fields.done()
        if check is None or not fields.sound:
            return None
        return model.When(check=check, for_us=for_us or 0)

    return read
