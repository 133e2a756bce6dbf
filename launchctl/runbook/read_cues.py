"""Reading cues: triggers, policies, and the procedures made of them."""

from __future__ import annotations

import re
from typing import Any

from launchctl.runbook import model
from launchctl.runbook.context import Context
from launchctl.runbook.defaults import default_late
from launchctl.runbook.instants import looks_like_wall
from launchctl.runbook.read_actions import read_do
from launchctl.runbook.read_choice import read_choice, read_poll
from launchctl.runbook.read_gates import read_gates
from launchctl.runbook.read_sheets import read_sheet
from launchctl.runbook.reader import Fields, Read, shown
from launchctl.runbook.unbuilt import CUE, not_built
from launchctl.runbook.yaml import Mapping, Node, Scalar, Sequence
from launchctl.times import parse_span, parse_t_offset

MAX_CUES = 20_000
_CUE_PLUS = re.compile(
    r"(?P<cue>[A-Za-z0-9][A-Za-z0-9_.-]*?)"
    r"(?:\s*(?P<sign>[+-])\s*(?P<span>[0-9][^\s]*))?"
)
_ELSE = tuple(word.value for word in model.Else)
_ON_RECYCLE = ("replay", "keep")


def read_cues(context: Context, what: str) -> Read[tuple[model.Cue, ...]]:
    """A list of cues, in file order."""
    reader = context.reader

    def read(node: Node) -> tuple[model.Cue, ...] | None:
        if not isinstance(node, Sequence):
            reader.expected(node, what, "a list of cues")
            return None
        if len(node.items) > MAX_CUES:
            reader.problem(node, f"{what}: at most {MAX_CUES:,} cues")
        found: list[model.Cue] = []
        for item in node.items[:MAX_CUES]:
            if isinstance(item, Mapping) and "segment" in item.items:
                found.extend(_read_segment(context, item))
            else:
                found.extend(_read_item(context, item))
        return tuple(found)

    return read


def _read_item(context: Context, node: Node) -> tuple[model.Cue, ...]:
    """A cue, or a choice and behind it the cues of its options."""
    reader = context.reader
    fields = reader.fields(node, "cue")
    if fields is None:
        return ()
    key = "cue"
    if "cue" not in fields.node.items:
        key = "choice" if fields.has("choice") else "cue"
    fields.what = key
    name = fields.need(key, _cue_name(context))
    if name is not None:
        if f"cue {name}" in context.places:
            line = reader.line_in_words(context.places[f"cue {name}"][0], node.line)
            reader.problem(node, f"the cue {name!r} stands in {line} already")
        context.place(f"cue {name}", node)
    inner: tuple[model.Cue, ...] = ()
    with reader.within(name or ""):
        values = _cue_values(context, fields, name or "?")
        if key == "choice":
            values["choice"], inner = read_choice(
                context, fields, name or "?", read_cues
            )
            values["late"] = fields.take("late", _late(context, ()))
        else:
            values |= _deeds(context, fields, name or "?")
            values["poll"] = read_poll(context, fields)
        fields.done(later=CUE)
    if name is None or not fields.sound:
        return inner
    values["segment"] = context.segment
    values["option"] = context.option
    file, own_line = reader.place(node.line)
    cue = model.Cue(id=name, file=file, line=own_line, **values)
    return (cue, *inner)


def _read_segment(context: Context, node: Mapping) -> tuple[model.Cue, ...]:
    """``- segment: keynote``, what it says of itself, and its cues."""
    reader = context.reader
    fields = reader.fields(node, "segment")
    assert fields is not None
    if context.procedure or context.segment is not None or context.option is not None:
        where = "a procedure" if context.procedure else "a segment"
        where = where if context.option is None else "an option"
        reader.problem(fields.at("segment"), f"there are no segments in {where}")
        return ()
    name = fields.need("segment", _cue_name(context, "segment"))
    if name is not None and f"segment {name}" in context.places:
        line = reader.line_in_words(context.places[f"segment {name}"][0], node.line)
        reader.problem(node, f"the segment {name!r} stands in {line} already")
        return ()
    context.place(f"segment {name}", node)
    duration_us = fields.take("duration", reader.span("duration"))
    presenter = fields.take("presenter", reader.text("presenter", 200))
    may_drop = fields.take("may_drop", reader.truth("may_drop"))
    context.segment = name
    cues = fields.need("cues", read_cues(context, f"segment {name}: cues"))
    context.segment = None
    fields.done()
    if name is None:
        return ()
    if cues == () and not reader.problems:
        reader.problem(node, f"the segment {name!r} has no cues")
    context.segments.append(
        model.Segment(
            name=name,
            duration_us=duration_us,
            presenter=presenter,
            may_drop=bool(may_drop),
        )
    )
    return cues or ()


def _cue_name(context: Context, what: str = "cue") -> Read[str]:
    read_name = context.reader.name(what)

    def read(node: Node) -> str | None:
        name = read_name(node)
        if name is None:
            return None
        try:
            clashes = parse_t_offset(name) is not None
        except ValueError:
            clashes = True
        if clashes or looks_like_wall(name):
            context.reader.problem(
                node, f"a {what} cannot be called {name!r}: it reads as an instant"
            )
            return None
        return name

    return read


def _cue_values(context: Context, fields: Fields, name: str) -> dict[str, Any]:
    reader = context.reader
    roles = reader.listed("go", context.refer("role", "go"))
    return {
        "at": fields.take("at", _at(context, name)),
        "after": _after(context, fields),
        "when": fields.take("when", read_when(context)),
        "go": fields.take("go", roles) or (),
        "gate": fields.take("gate", read_gates(context, f"cue {name} gate")) or (),
        "wait": fields.take("wait", _wait(context)),
        "reserve": bool(fields.take("reserve", reader.truth("reserve"))),
        "in_hold_wait": fields.take("in_hold", reader.word("in_hold", ("wait",)))
        is not None,
    }


def _deeds(context: Context, fields: Fields, name: str) -> dict[str, Any]:
    reader = context.reader
    values: dict[str, Any] = {
        "about": fields.take("about", reader.listed("about", reader.name("about")))
        or (),
        "teaser": fields.take("public", reader.word("public", ("teaser",))) is not None,
        "once": fields.take("once", reader.truth("once")) is not False,
        "on_recycle": model.OnRecycle(
            fields.take("on_recycle", reader.word("on_recycle", _ON_RECYCLE))
            or model.OnRecycle.REPLAY
        ),
        "do": fields.take("do", read_do(context, "do", f"cue {name} do")) or (),
    }
    values["sheet"] = fields.take("sheet", read_sheet(context))
    values["late"] = fields.take("late", _late(context, values["do"]))
    return values


# --- triggers -------------------------------------------------------------------------


def _at(context: Context, cue: str) -> Read[model.At]:
    reader = context.reader

    def read(node: Node) -> model.At | None:
        if not isinstance(node, Scalar) or not isinstance(node.value, str):
            reader.expected(
                node, "at", "T-10m, an instant, or a cue and a span (X + 24h)"
            )
            return None
        text = node.text.strip()
        try:
            offset = parse_t_offset(text)
        except ValueError as error:
            reader.problem(node, f"at: {error}")
            return None
        if offset is not None:
            return model.AtT(offset_us=offset)
        if looks_like_wall(text):
            wall = context.wall("at", f"cue {cue}")(node)
            if wall is None:
                return None
            return model.AtWall(at_us=wall.at_us, written=wall.written)
        return _at_cue(context, node, text)

    return read


def _at_cue(context: Context, node: Node, text: str) -> model.At | None:
    reader = context.reader
    match = _CUE_PLUS.fullmatch(text)
    if match is None:
        reader.problem(
            node,
            f"at: {shown(node)} is no instant",
            "write T-10m, 2016-03-31 20:30, or a cue and a span: doors + 5m",
        )
        return None
    name, span_us = match["cue"], 0
    film = name.endswith(".end")
    name = name.removesuffix(".end")
    if match["span"]:
        try:
            span_us = parse_span(match["span"])
        except ValueError as error:
            reader.problem(node, f"at: {error}")
            return None
        if match["sign"] == "-" and film:
            span_us = -span_us
        elif match["sign"] == "-" and span_us:
            reader.problem(
                node,
                f"at: nothing can be due before {name!r} has fired",
                "only the end of a film is known ahead",
            )
            return None
    kind = "film" if film else "cue"
    if context.refer(kind, "at")(Scalar(node.line, node.column, name, name)) is None:
        return None
    return model.AtCue(cue=name, offset_us=span_us, film=film)


def _after(context: Context, fields: Fields) -> model.After | None:
    reader = context.reader
    refer = context.refer
    after = fields.take("after", reader.listed("after", refer("cue", "after")))
    any_of = fields.take("any", reader.listed("any", refer("cue", "any")))
    also = fields.take(
        "also", reader.listed("also", reader.word("also", ("skipped", "failed")))
    )
    or_after_us = fields.take("or_after", reader.span("or_after"))
    if after and any_of:
        reader.problem(fields.at("any"), not_built("after` together with `any"))
        return None
    cues = after or any_of
    for key in ("also", "or_after"):
        if fields.has(key) and not cues:
            if fields.sound:
                reader.problem(fields.at(key), f"`{key}` belongs to `after` or `any`")
            return None
    if not cues:
        return None
    return model.After(
        cues=cues, any_of=bool(any_of), also=also or (), or_after_us=or_after_us
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


# --- policies -------------------------------------------------------------------------


def _late(context: Context, do: Any) -> Read[model.Late]:
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


def _wait(context: Context) -> Read[model.Wait]:
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


# --- procedures -----------------------------------------------------------------------


def read_procedures(context: Context) -> Read[dict[str, model.Procedure]]:
    """``procedures:`` by name."""
    reader = context.reader

    def read(node: Node) -> dict[str, model.Procedure] | None:
        fields = reader.fields(node, "procedures")
        if fields is None:
            return None
        found = {}
        for name, item in fields.node.items.items():
            context.place(f"procedure {name}", item)
            context.procedure = name
            procedure = _read_procedure(context, name, item)
            context.procedure = ""
            if procedure is not None:
                found[name] = procedure
        return found

    return read


def _read_procedure(context: Context, name: str, node: Node) -> model.Procedure | None:
    reader = context.reader
    if reader.name("procedures")(Scalar(node.line, node.column, name, name)) is None:
        return None
    fields = reader.fields(node, f"procedure {name}")
    if fields is None:
        return None
    when = fields.take("when", read_when(context))
    once_per = fields.take("once_per", reader.span("once_per"))
    gate = fields.take("gate", read_gates(context, f"procedure {name} gate"))
    cues = fields.need("cues", read_cues(context, f"procedure {name}: cues"))
    fields.done("procedure", frozenset({"on_failure"}))
    if not fields.sound or cues is None:
        return None
    if not cues and not reader.problems:
        reader.problem(node, f"the procedure {name!r} has no cues")
    values: dict[str, Any] = {} if once_per is None else {"once_per_us": once_per}
    return model.Procedure(name=name, when=when, gate=gate or (), cues=cues, **values)
