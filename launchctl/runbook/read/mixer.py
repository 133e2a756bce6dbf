"""Reading the actions of a mixer: pictures, films, texts, sound."""

from __future__ import annotations

from typing import Any

from launchctl.runbook import actions as kinds
from launchctl.runbook.context import Context
from launchctl.runbook.nodes import Mapping, Node, Scalar
from launchctl.runbook.read.reader import Fields, Read


def _transition(context: Context) -> Read[kinds.Transition]:
    reader = context.reader

    def read(node: Node) -> kinds.Transition | None:
        if isinstance(node, Scalar) and node.text == "cut":
            return kinds.Transition()
        fields = (
            reader.fields(node, "transition") if isinstance(node, Mapping) else None
        )
        if fields is None or len(fields.node.items) != 1:
            reader.expected(node, "transition", "cut, or {fade: 500ms}")
            return None
        (name,) = fields.node.items
        span = fields.take(name, reader.span(f"transition.{name}"))
        if span is None:
            return None
        if not name or len(name) > 200 or span > 60_000_000:
            reader.problem(node, "transition: at most a minute, and with a name")
            return None
        # `fade` is OBS's Fade; any other name is the far end's own
        return kinds.Transition(name={"fade": "Fade"}.get(name, name), duration_us=span)

    return read


def read_scene(context: Context, fields: Fields) -> dict[str, Any]:
    """``scene:``, with its transition beside it."""
    return {
        "scene": fields.need("scene", context.reader.text("scene", 200)),
        "transition": fields.take("transition", _transition(context)),
    }


def read_set_transition(context: Context, fields: Fields) -> dict[str, Any]:
    """``transition:`` alone: of the cuts that follow."""
    return {"transition": fields.need("transition", _transition(context))}


def read_set_text(context: Context, fields: Fields) -> dict[str, Any] | None:
    """``text:`` of a source; an empty one clears it."""
    inner = fields.inner("text")
    if inner is None:
        return None
    source = inner.need("source", context.reader.text("text.source", 200))
    node = inner.raw("text")
    text: str | None = ""
    if node is None:
        context.reader.problem(inner.node, "text: `text` is missing")
        inner.sound = False
    elif not (isinstance(node, Scalar) and node.value == ""):
        text = context.text("text.text", "text")(node)
    inner.done()
    if not inner.sound or text is None or source is None:
        return None
    return {"text": kinds.SourceText(source=source, text=text)}


def read_visible(context: Context, fields: Fields) -> dict[str, Any] | None:
    """``visible:`` a source, shown or hidden, perhaps for a while."""
    inner = fields.inner("visible")
    if inner is None:
        return None
    reader = context.reader
    source = inner.need("source", reader.text("visible.source", 200))
    scene = inner.take("scene", reader.text("visible.scene", 200))
    show = inner.take("show", reader.truth("visible.show"))
    for_us = inner.take("for", reader.span("visible.for"))
    inner.done()
    if not inner.sound or source is None:
        return None
    if for_us == 0:
        reader.problem(inner.node, "visible.for: longer than nothing")
        return None
    body = kinds.Visibility(
        source=source, scene=scene, show=show is not False, for_us=for_us
    )
    return {"visible": body}


def read_audio(context: Context, fields: Fields) -> dict[str, Any] | None:
    """``audio:`` an input, open or muted."""
    inner = fields.inner("audio")
    if inner is None:
        return None
    name = inner.need("input", context.reader.text("audio.input", 200))
    is_open = inner.need("open", context.reader.truth("audio.open"))
    inner.done()
    if name is None or is_open is None or not inner.sound:
        return None
    return {"audio": kinds.Fader(input=name, open=is_open)}


def read_lower_third(context: Context, fields: Fields) -> dict[str, Any] | None:
    """``lower_third:`` a name for a while."""
    inner = fields.inner("lower_third")
    if inner is None:
        return None
    reader = context.reader
    source = inner.need("source", reader.text("lower_third.source", 200))
    text = inner.need("text", context.text("lower_third.text", "text"))
    scene = inner.take("scene", reader.text("lower_third.scene", 200))
    for_us = inner.take("for", reader.span("lower_third.for"))
    inner.done()
    if source is None or text is None or not inner.sound:
        return None
    if for_us == 0:
        reader.problem(inner.node, "lower_third.for: longer than nothing")
        return None
    body = kinds.LowerThirdBody(source=source, text=text, scene=scene, for_us=for_us)
    return {"lower_third": body}


def read_media(context: Context, fields: Fields) -> dict[str, Any] | None:
    """``media:`` a film and its length."""
    inner = fields.inner("media")
    if inner is None:
        return None
    reader = context.reader
    play = inner.need("play", reader.text("media.play", 400))
    source = inner.need("source", reader.text("media.source", 200))
    scene = inner.need("scene", reader.text("media.scene", 200))
    length = inner.need("length", reader.span("media.length"))
    inner.done()
    if play is None or source is None or scene is None or not inner.sound:
        return None
    if not length:
        reader.problem(inner.node, "media.length: a film lasts longer than nothing")
        return None
    body = kinds.FilmBody(play=play, source=source, scene=scene, length_us=length)
    return {"media": body}
