"""Reading what a cue does: one function per action kind, listed in one table.

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
from launchctl.runbook.nodes import Mapping, Node
from launchctl.runbook.read.http import read_http
from launchctl.runbook.read.messages import read_notify, read_osc, read_say
from launchctl.runbook.read.mixer import (
    read_audio,
    read_lower_third,
    read_media,
    read_scene,
    read_set_text,
    read_set_transition,
    read_visible,
)
from launchctl.runbook.read.posts import read_post
from launchctl.runbook.read.reader import Fields, Read
from launchctl.runbook.read.show import (
    read_call,
    read_hold,
    read_player,
    read_retire,
    read_silence,
    read_task,
)
from launchctl.runbook.read.threads import read_reply, read_repost, read_thread
from launchctl.runbook.read.words import near

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
    common["on_failure"] = fields.take("on_failure", read_failure(context))
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
    first = next(iter(fields.node.items), None)
    if first is None:
        reader.problem(fields.node, "the action is empty")
        return None
    reader.problem(
        fields.at(first), f"unknown action {first!r}", near(first, kinds.KINDS)
    )
    return None


def read_failure(context: Context) -> Read[kinds.Failure]:
    """``on_failure:`` a word, or ``{call: PROCEDURE}``."""
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


def _word(key: str, *words: str) -> Callable[[Context, Fields], dict[str, Any]]:
    def read(context: Context, fields: Fields) -> dict[str, Any]:
        return {key: fields.need(key, context.reader.word(key, words))}

    return read


_READ: dict[str, Callable[[Context, Fields], dict[str, Any] | None]] = {
    "scene": read_scene,
    "transition": read_set_transition,
    "text": read_set_text,
    "visible": read_visible,
    "audio": read_audio,
    "stream": _word("stream", "start", "stop"),
    "record": _word("record", "start", "stop"),
    "lower_third": read_lower_third,
    "media": read_media,
    "player": read_player,
    "counter": _word("counter", "open", "freeze", "hide"),
    "post": read_post,
    "reply": read_reply,
    "repost": read_repost,
    "thread": read_thread,
    "http": read_http,
    "notify": read_notify,
    "osc": read_osc,
    "say": read_say,
    "task": read_task,
    "hold": read_hold,
    "silence": read_silence,
    "retire": read_retire,
    "call": read_call,
    "end": _word("end", "show"),
}
