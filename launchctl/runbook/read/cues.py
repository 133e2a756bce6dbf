"""Reading cues, and the segments they stand in."""

from __future__ import annotations

from typing import Any

from launchctl.runbook import model
from launchctl.runbook.actions import AnyAction
from launchctl.runbook.context import Context
from launchctl.runbook.instants import looks_like_wall
from launchctl.runbook.nodes import Mapping, Node, Sequence
from launchctl.runbook.read.actions import read_do, read_failure
from launchctl.runbook.read.choice import read_choice, read_poll
from launchctl.runbook.read.gates import read_gates
from launchctl.runbook.read.policies import read_late, read_wait
from launchctl.runbook.read.reader import Fields, Read
from launchctl.runbook.read.sheets import read_sheet
from launchctl.runbook.read.triggers import read_after, read_at, read_when
from launchctl.times import parse_t_offset

MAX_CUES = 20_000

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
            values["late"] = fields.take("late", read_late(context, ()))
        else:
            values |= _deeds(context, fields, name or "?")
            values["poll"] = read_poll(context, fields)
        fields.done()
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
        "at": fields.take("at", read_at(context, name)),
        "after": read_after(context, fields),
        "when": fields.take("when", read_when(context)),
        "go": fields.take("go", roles) or (),
        "gate": fields.take("gate", read_gates(context, f"cue {name} gate")) or (),
        "wait": fields.take("wait", read_wait(context)),
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
    values["do"] = _with_failure(context, fields, values["do"])
    values["sheet"] = fields.take("sheet", read_sheet(context))
    values["late"] = fields.take("late", read_late(context, values["do"]))
    return values


def _with_failure(
    context: Context, fields: Fields, do: tuple[AnyAction, ...]
) -> tuple[AnyAction, ...]:
    """``on_failure:`` of a cue holds for its actions that have none of their own."""
    failure = fields.take("on_failure", read_failure(context))
    if failure is None:
        return do
    if not fields.has("do"):
        context.reader.problem(
            fields.at("on_failure"), "on_failure: the cue does nothing that could fail"
        )
    return tuple(
        action
        if action.on_failure
        else action.model_copy(update={"on_failure": failure})
        for action in do
    )
