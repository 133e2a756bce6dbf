"""Actions: what stands at the key of each kind, and beside it."""

from __future__ import annotations

from launchctl.runbook.actions import KINDS, StageAction
from launchctl.runbook.schema.words import (
    TRUTH,
    Schema,
    mapping,
    one_of,
    one_or_more,
    ref,
    some_text,
)


def action_bodies() -> Schema:
    """What stands at an action's own key."""
    teaser = one_of("teaser")
    media = mapping({"file": some_text(400), "alt": some_text(1000)}, needs=("file",))
    pictures = {"anyOf": [media, {"type": "array", "items": media, "maxItems": 4}]}
    header = {"anyOf": [some_text(1000), ref("secret")]}
    confirm = mapping(
        {"get": ref("address"), "contains": some_text(1000), "within": ref("span")},
        needs=("get",),
    )
    return {
        "scene": some_text(200),
        "transition": ref("transition"),
        "text": mapping(
            {"source": some_text(200), "text": {"type": "string", "maxLength": 4000}},
            needs=("source", "text"),
        ),
        "visible": mapping(
            {
                "source": some_text(200),
                "scene": some_text(200),
                "show": TRUTH,
                "for": ref("span"),
            },
            needs=("source",),
        ),
        "audio": mapping(
            {"input": some_text(200), "open": TRUTH}, needs=("input", "open")
        ),
        "stream": one_of("start", "stop"),
        "record": one_of("start", "stop"),
        "lower_third": mapping(
            {
                "source": some_text(200),
                "text": ref("template"),
                "scene": some_text(200),
                "for": ref("span"),
            },
            needs=("source", "text"),
        ),
        "media": mapping(
            {
                "play": some_text(400),
                "source": some_text(200),
                "scene": some_text(200),
                "length": ref("span"),
            },
            needs=("play", "source", "scene", "length"),
        ),
        "player": ref("name"),
        "counter": one_of("open", "freeze", "hide"),
        "post": mapping(
            {
                "as": ref("name"),
                "text": ref("template"),
                "media": pictures,
                "reply_to": ref("name"),
                "despite_silence": TRUTH,
                "public": teaser,
                "promises": mapping(
                    {"what": some_text(200), "by": ref("wall"), "kept_by": ref("name")},
                    needs=("what", "by", "kept_by"),
                ),
            },
            needs=("as", "text"),
        ),
        "reply": mapping(
            {
                "as": ref("name"),
                "to": {"type": ["string", "integer"]},
                "text": ref("template"),
                "media": pictures,
                "despite_silence": TRUTH,
                "public": teaser,
            },
            needs=("as", "to", "text"),
        ),
        "repost": mapping(
            {
                "as": ref("name"),
                "post": ref("name"),
                "despite_silence": TRUTH,
                "public": teaser,
            },
            needs=("as", "post"),
        ),
        "thread": mapping(
            {
                "as": ref("name"),
                "parts": {
                    "type": "array",
                    "items": mapping(
                        {"text": ref("template"), "media": pictures}, needs=("text",)
                    ),
                    "minItems": 2,
                    "maxItems": 25,
                },
                "despite_silence": TRUTH,
                "public": teaser,
            },
            needs=("as", "parts"),
        ),
        "http": mapping(
            {
                "method": one_of("POST"),
                "url": ref("address"),
                "json": {},
                "headers": {"type": "object", "additionalProperties": header},
                "again": one_of("safe"),
                "confirm": confirm,
                "undo": mapping({"url": ref("address"), "json": {}, "confirm": confirm})
                | {"minProperties": 1},
                "public": teaser,
            },
            needs=("url",),
        ),
        "notify": mapping(
            {"to": ref("name"), "text": ref("template")}, needs=("to", "text")
        ),
        "osc": mapping(
            {
                "to": ref("name"),
                "address": {"type": "string", "pattern": "^/"},
                "args": one_or_more({"type": ["string", "number", "boolean"]}),
            },
            needs=("to", "address"),
        ),
        "say": mapping(
            {
                "to": one_of("stage", "crew"),
                "text": {"type": "string", "maxLength": 4000},
            },
            needs=("to", "text"),
        ),
        "task": mapping(
            {"who": ref("name"), "what": some_text(400), "within": ref("span")},
            needs=("who", "what", "within"),
        ),
        "hold": {
            "anyOf": [
                ref("name"),
                mapping(
                    {
                        "name": ref("name"),
                        "for": ref("span"),
                        "release": ref("names"),
                    },
                    needs=("name",),
                ),
            ]
        },
        "silence": ref("names"),
        "retire": mapping(
            {"cues": ref("names"), "topic": ref("name"), "containing": some_text(400)}
        )
        | {"minProperties": 1, "maxProperties": 1},
        "call": ref("name"),
        "end": one_of("show"),
    }


def action_parts() -> Schema:
    """Definitions of the action kinds."""
    failure = {
        "anyOf": [
            one_of("ignore", "continue", "hold", "abort"),
            mapping({"call": ref("name")}, needs=("call",)),
        ]
    }
    bodies = action_bodies()
    found: Schema = {"on_failure": failure}
    for kind, cls in KINDS.items():
        keys: Schema = {
            kind: bodies[kind],
            "timeout": ref("span"),
            "on_failure": ref("on_failure"),
        }
        if issubclass(cls, StageAction):
            keys["stage"] = ref("name")
        if kind == "scene":
            keys["transition"] = ref("transition")
        found[f"action_{kind}"] = mapping(keys, needs=(kind,))
    found["actions"] = {
        "type": "array",
        "maxItems": 64,
        "items": {"oneOf": [ref(f"action_{kind}") for kind in KINDS]},
    }
    return found
