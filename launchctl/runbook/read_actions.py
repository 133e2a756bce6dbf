"""Reading what a cue does: one function per action kind.

An action is a mapping with one key that is a kind (``scene``), and beside it
``stage`` (mixers), ``timeout`` and ``on_failure``. ``transition`` beside ``scene``
belongs to the scene.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from launchctl.runbook import actions as kinds
from launchctl.runbook.actions import AnyAction
from launchctl.runbook.context import Context
from launchctl.runbook.read_messages import read_osc, read_say
from launchctl.runbook.read_posts import (
    inner_fields,
    read_http,
    read_notify,
    read_post,
)
from launchctl.runbook.read_threads import read_reply, read_repost, read_thread
from launchctl.runbook.reader import Fields, Read, near
from launchctl.runbook.unbuilt import ACTIONS, not_built
from launchctl.runbook.yaml import Mapping, Node, Scalar

MAX_ACTIONS = 64


def read_do(context: Context, what: str, key: str) -> Read[tuple[AnyAction, ...]]:
    """The list of a cue's actions. ``key`` begins their places: ``cue X do``."""
    reader = context.reader

    def read(node: Node) -> tuple[AnyAction, ...] | None:
        items = getattr(node, "items", None)
        if not isinstance(items, list):
            reader.expected(
                node, what, "a list of actions", "write do: [{scene: NAME}]"
            )
            return None
        if len(items) > MAX_ACTIONS:
            reader.problem(node, f"{what}: at most {MAX_ACTIONS} actions in one cue")
        found: list[AnyAction] = []
        for item in items[:MAX_ACTIONS]:
            action = read_action(context, item)
            if action is not None:
                context.place(f"{key} {len(found)}", item)
                found.append(action)
        return tuple(found)

    return read


def read_action(context: Context, node: Node) -> AnyAction | None:
    """One action, or None after noting why it is none."""
    reader = context.reader
    fields = reader.fields(node, "action")
    if fields is None:
        return None
    kind = _kind(context, fields)
    if kind is None:
        return None
    common: dict[str, Any] = {}
    if issubclass(kinds.KINDS[kind], kinds.StageAction):
        common["stage"] = fields.take("stage", context.refer("stage", f"{kind}.stage"))
    common["timeout_us"] = fields.take("timeout", reader.span(f"{kind}.timeout"))
    common["on_failure"] = fields.take("on_failure", _on_failure(context))
    own = _READ[kind](context, fields)
    fields.done()
    if own is None or not fields.sound:
        return None
    built: Any = kinds.KINDS[kind](**common, **own)
    action: AnyAction = built
    return action


def _kind(context: Context, fields: Fields) -> str | None:
    """Which of the keys says what the action is."""
    reader = context.reader
    found = [key for key in fields.node.items if key in kinds.KINDS]
    if "scene" in found and "transition" in found:
        found.remove("transition")
    if len(found) == 1:
        return found[0]
    if found:
        reader.problem(
            fields.node,
            f"an action is one thing; this is {' and '.join(found)}",
            "write each as an item of its own",
        )
        return None
    later = [key for key in fields.node.items if key in ACTIONS]
    if later:
        reader.problem(fields.at(later[0]), not_built(later[0]))
        return None
    known = [*kinds.KINDS, *ACTIONS]
    first = next(iter(fields.node.items), None)
    if first is None:
        reader.problem(fields.node, "the action is empty")
        return None
    reader.problem(fields.at(first), f"unknown action {first!r}", near(first, known))
    return None


def _on_failure(context: Context) -> Read[kinds.Failure]:
    reader = context.reader
    read_word = reader.word("on_failure", ("ignore", "continue", "hold", "abort"))

    def read(node: Node) -> kinds.Failure | None:
        if not isinstance(node, Mapping):
            word = read_word(node)
            return None if word is None else kinds.Failure(policy=kinds.OnFailure(word))
        fields = reader.fields(node, "on_failure")
        assert fields is not None
        name = fields.need("call", context.refer("procedure", "on_failure.call"))
        fields.done()
        if name is None or not fields.sound:
            return None
        return kinds.Failure(policy=kinds.OnFailure.CALL, procedure=name)

    return read


# --- mixers ---------------------------------------------------------------------------


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


def _scene(context: Context, fields: Fields) -> dict[str, Any]:
    return {
        "scene": fields.need("scene", context.reader.text("scene", 200)),
        "transition": fields.take("transition", _transition(context)),
    }


def _set_transition(context: Context, fields: Fields) -> dict[str, Any]:
    return {"transition": fields.need("transition", _transition(context))}


def _set_text(context: Context, fields: Fields) -> dict[str, Any] | None:
    inner = inner_fields(context, fields, "text")
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


def _visible(context: Context, fields: Fields) -> dict[str, Any] | None:
    inner = inner_fields(context, fields, "visible")
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


def _audio(context: Context, fields: Fields) -> dict[str, Any] | None:
    inner = inner_fields(context, fields, "audio")
    if inner is None:
        return None
    name = inner.need("input", context.reader.text("audio.input", 200))
    is_open = inner.need("open", context.reader.truth("audio.open"))
    inner.done()
    if name is None or is_open is None or not inner.sound:
        return None
    return {"audio": kinds.Fader(input=name, open=is_open)}


def _word(key: str, *words: str) -> Callable[[Context, Fields], dict[str, Any]]:
    def read(context: Context, fields: Fields) -> dict[str, Any]:
        return {key: fields.need(key, context.reader.word(key, words))}

    return read


# --- the show itself ------------------------------------------------------------------


def _task(context: Context, fields: Fields) -> dict[str, Any] | None:
    inner = inner_fields(context, fields, "task")
    if inner is None:
        return None
    who = inner.need("who", context.refer("role", "task.who"))
    what = inner.need("what", context.reader.text("task.what", 400))
    within_us = inner.need("within", context.reader.span("task.within"))
    inner.done()
    if who is None or what is None or within_us is None or not inner.sound:
        return None
    return {"task": kinds.TaskBody(who=who, what=what, within_us=within_us)}


def _hold(context: Context, fields: Fields) -> dict[str, Any] | None:
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


def _silence(context: Context, fields: Fields) -> dict[str, Any] | None:
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


def _retire(context: Context, fields: Fields) -> dict[str, Any] | None:
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


def _call(context: Context, fields: Fields) -> dict[str, Any]:
    return {"call": fields.need("call", context.refer("procedure", "call"))}


def _lower_third(context: Context, fields: Fields) -> dict[str, Any] | None:
    inner = inner_fields(context, fields, "lower_third")
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


def _media(context: Context, fields: Fields) -> dict[str, Any] | None:
    inner = inner_fields(context, fields, "media")
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


def _player(context: Context, fields: Fields) -> dict[str, Any]:
    return {"player": fields.need("player", context.refer("output", "player"))}


_READ: dict[str, Callable[[Context, Fields], dict[str, Any] | None]] = {
    "scene": _scene,
    "transition": _set_transition,
    "text": _set_text,
    "visible": _visible,
    "audio": _audio,
    "stream": _word("stream", "start", "stop"),
    "record": _word("record", "start", "stop"),
    "lower_third": _lower_third,
    "media": _media,
    "player": _player,
    "counter": _word("counter", "open", "freeze", "hide"),
    "post": read_post,
    "reply": read_reply,
    "repost": read_repost,
    "thread": read_thread,
    "http": read_http,
    "notify": read_notify,
    "osc": read_osc,
    "say": read_say,
    "task": _task,
    "hold": _hold,
    "silence": _silence,
    "retire": _retire,
    "call": _call,
    "end": _word("end", "show"),
}
