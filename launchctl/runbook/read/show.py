"""Reading what the show does with itself: holds, silence, calls, its player."""

from __future__ import annotations

from typing import Any

from launchctl.runbook import actions as kinds
from launchctl.runbook.context import Context
from launchctl.runbook.nodes import Mapping, Scalar
from launchctl.runbook.read.reader import Fields


def read_task(context: Context, fields: Fields) -> dict[str, Any] | None:
    """``task:`` a person does something and says so."""
    inner = fields.inner("task")
    if inner is None:
        return None
    who = inner.need("who", context.refer("role", "task.who"))
    what = inner.need("what", context.reader.text("task.what", 400))
    within_us = inner.need("within", context.reader.span("task.within"))
    inner.done()
    if who is None or what is None or within_us is None or not inner.sound:
        return None
    return {"task": kinds.TaskBody(who=who, what=what, within_us=within_us)}


def read_hold(context: Context, fields: Fields) -> dict[str, Any] | None:
    """``hold: NAME``, or ``{name, for, release}``."""
    reader = context.reader
    node = fields.raw("hold")
    if not isinstance(node, Mapping):
        assert node is not None
        name = reader.name("hold")(node)
        return None if name is None else {"hold": kinds.HoldBody(name=name)}
    inner = reader.fields(node, "hold")
    assert inner is not None
    name = inner.need("name", reader.name("hold.name"))
    for_us = inner.take("for", reader.span("hold.for"))
    release = inner.take(
        "release", reader.listed("hold.release", context.refer("role", "hold.release"))
    )
    inner.done()
    if name is None or not inner.sound:
        return None
    if for_us == 0:
        reader.problem(node, "hold.for: a planned hold lasts longer than nothing")
        return None
    return {"hold": kinds.HoldBody(name=name, for_us=for_us, release=release or ())}


def read_silence(context: Context, fields: Fields) -> dict[str, Any] | None:
    """``silence: all``, or accounts."""
    node = fields.raw("silence")
    assert node is not None
    if isinstance(node, Scalar) and node.text == "all":
        return {"silence": ("all",)}
    if isinstance(node, Scalar) and node.value is None:
        context.reader.expected(node, "silence", "all, or accounts")
        return None
    refer = context.refer("poster", "silence")
    names = context.reader.listed("silence", refer)(node)
    return {"silence": names} if names else None


def read_retire(context: Context, fields: Fields) -> dict[str, Any] | None:
    """``retire:`` which unsent posts."""
    reader = context.reader
    node = fields.raw("retire")
    assert node is not None
    inner = reader.fields(node, "retire")
    if inner is None:
        return None
    refer = context.refer("posting cue", "retire.cues")
    cues = inner.take("cues", reader.listed("retire.cues", refer))
    topic = inner.take("topic", reader.name("retire.topic"))
    containing = inner.take("containing", reader.text("retire.containing", 400))
    inner.done()
    if not inner.sound:
        return None
    if sum(bool(part) for part in (cues, topic, containing)) != 1:
        reader.problem(node, "retire: expected one of `cues`, `topic`, `containing`")
        return None
    body = kinds.RetireBody(cues=cues or (), topic=topic, containing=containing)
    return {"retire": body}


def read_call(context: Context, fields: Fields) -> dict[str, Any]:
    """``call:`` a procedure."""
    return {"call": fields.need("call", context.refer("procedure", "call"))}


def read_player(context: Context, fields: Fields) -> dict[str, Any]:
    """``player:`` the output that the public page shows."""
    return {"player": fields.need("player", context.refer("output", "player"))}
