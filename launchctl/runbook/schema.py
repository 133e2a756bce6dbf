"""The JSON Schema of the language, for editors: completion, and red lines while typing.

It says what the loader accepts key by key; what only the whole shows (references,
conditions, cycles) stays with ``launch check``.
"""

from __future__ import annotations

from typing import Any

from launchctl.runbook.actions import KINDS, StageAction
from launchctl.runbook.filters import FILTERS
from launchctl.runbook.read_orders import FIGURE_OF
from launchctl.runbook.read_world import VERBS

Schema = dict[str, Any]

_SPAN = r"^\s*(0|(\d+(\.\d+)?(ms|d|h|m|s))+)\s*$"


def _object(
    properties: Schema, *, needs: tuple[str, ...] = (), about: str = ""
) -> Schema:
    found: Schema = {
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
    }
    if needs:
        found["required"] = list(needs)
    if about:
        found["description"] = about
    return found


def _table(of: Schema, about: str = "") -> Schema:
    """Names of one's own choice."""
    found: Schema = {
        "type": "object",
        "propertyNames": {"$ref": "#/$defs/name"},
        "additionalProperties": of,
    }
    return found | ({"description": about} if about else {})


def _ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


def _word(*words: str) -> Schema:
    return {"enum": list(words)}


def _some(of: Schema) -> Schema:
    """One, or a list of them."""
    return {"anyOf": [of, {"type": "array", "items": of, "minItems": 1}]}


def _text(longest: int = 4000) -> Schema:
    return {"type": "string", "minLength": 1, "maxLength": longest}


def _whole(least: int = 0) -> Schema:
    return {"type": "integer", "minimum": least}


_TRUTH: Schema = {"type": "boolean"}


def _basics() -> Schema:
    return {
        "name": {
            "type": ["string", "integer"],
            "pattern": "^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$",
        },
        "span": {
            "description": "A duration: 500ms, 30s, 2m14s, 1h30m.",
            "anyOf": [{"type": "string", "pattern": _SPAN}, {"const": 0}],
        },
        "wall": {
            "type": "string",
            "description": "2016-03-31 20:30, 2016-03-31 10:00 Australia/Sydney, or a "
            "time alone.",
        },
        "template": _text()
        | {
            "description": f"A text; {{{{ name | filter }}}} with {', '.join(FILTERS)}."
        },
        "condition": {
            "type": ["string", "boolean"],
            "description": "CEL over declared names: orders.units >= 300000",
        },
        "secret": {
            "description": "By reference, never its value.",
            "oneOf": [
                _object({"env": _ref("name")}, needs=("env",)),
                _object({"file": _text(400)}, needs=("file",)),
            ],
        },
        "address": {
            "anyOf": [
                {"type": "string", "pattern": "^(wss?|https?)://"},
                _object({"env": _ref("name")}, needs=("env",)),
            ]
        },
        "names": _some(_ref("name")),
        "else": _word("skip", "hold", "park"),
        "round": _object({"down": _whole(1)}, needs=("down",)),
        "transition": {
            "anyOf": [
                {"const": "cut"},
                {
                    "type": "object",
                    "minProperties": 1,
                    "maxProperties": 1,
                    "additionalProperties": _ref("span"),
                },
            ]
        },
    }


def _gate_keys() -> Schema:
    on_air = _object(
        {"scene": _text(200), "stage": _ref("name"), "still": _TRUTH}, needs=("scene",)
    )
    return {
        "on_air": {"anyOf": [_text(200), on_air]},
        "seen": _object(
            {"scene": _text(200), "output": _ref("name")}, needs=("scene", "output")
        ),
        "stream_healthy": {"anyOf": [_ref("name"), {"const": True}]},
        "approved_by": _ref("names"),
        "orders_fresh": _ref("span"),
        "url_ok": _ref("address"),
        "check": _ref("condition"),
        "confirmed": _object(
            {"what": _text(200), "by": _ref("name"), "evidence": _word("url")},
            needs=("what", "by"),
        ),
        "two_person": _ref("name"),
        "poll": {
            "anyOf": [
                _ref("name"),
                _object({"cue": _ref("name"), "max_age": _ref("span")}, needs=("cue",)),
            ]
        },
    }


def _gates() -> Schema:
    gate = _object(_gate_keys()) | {"minProperties": 1}
    lift = _object(_gate_keys() | {"at": _ref("wall")}) | {
        "minProperties": 1,
        "maxProperties": 1,
    }
    when = _object({"check": _ref("condition"), "for": _ref("span")}, needs=("check",))
    return {
        "gate": gate,
        "gates": {"anyOf": [gate, {"type": "array", "items": gate}]},
        "lift": lift,
        "when": {"anyOf": [_ref("condition"), when]},
    }


def _bodies() -> Schema:
    """What stands at an action's own key."""
    teaser = _word("teaser")
    media = _object({"file": _text(400), "alt": _text(1000)}, needs=("file",))
    pictures = {"anyOf": [media, {"type": "array", "items": media, "maxItems": 4}]}
    header = {"anyOf": [_text(1000), _ref("secret")]}
    confirm = _object(
        {"get": _ref("address"), "contains": _text(1000), "within": _ref("span")},
        needs=("get",),
    )
    return {
        "scene": _text(200),
        "transition": _ref("transition"),
        "text": _object(
            {"source": _text(200), "text": {"type": "string", "maxLength": 4000}},
            needs=("source", "text"),
        ),
        "visible": _object(
            {
                "source": _text(200),
                "scene": _text(200),
                "show": _TRUTH,
                "for": _ref("span"),
            },
            needs=("source",),
        ),
        "audio": _object(
            {"input": _text(200), "open": _TRUTH}, needs=("input", "open")
        ),
        "stream": _word("start", "stop"),
        "record": _word("start", "stop"),
        "lower_third": _object(
            {
                "source": _text(200),
                "text": _ref("template"),
                "scene": _text(200),
                "for": _ref("span"),
            },
            needs=("source", "text"),
        ),
        "media": _object(
            {
                "play": _text(400),
                "source": _text(200),
                "scene": _text(200),
                "length": _ref("span"),
            },
            needs=("play", "source", "scene", "length"),
        ),
        "player": _ref("name"),
        "counter": _word("open", "freeze", "hide"),
        "post": _object(
            {
                "as": _ref("name"),
                "text": _ref("template"),
                "media": pictures,
                "reply_to": _ref("name"),
                "despite_silence": _TRUTH,
                "public": teaser,
                "promises": _object(
                    {"what": _text(200), "by": _ref("wall"), "kept_by": _ref("name")},
                    needs=("what", "by", "kept_by"),
                ),
            },
            needs=("as", "text"),
        ),
        "reply": _object(
            {
                "as": _ref("name"),
                "to": {"type": ["string", "integer"]},
                "text": _ref("template"),
                "media": pictures,
                "despite_silence": _TRUTH,
                "public": teaser,
            },
            needs=("as", "to", "text"),
        ),
        "repost": _object(
            {
                "as": _ref("name"),
                "post": _ref("name"),
                "despite_silence": _TRUTH,
                "public": teaser,
            },
            needs=("as", "post"),
        ),
        "thread": _object(
            {
                "as": _ref("name"),
                "parts": {
                    "type": "array",
                    "items": _object(
                        {"text": _ref("template"), "media": pictures}, needs=("text",)
                    ),
                    "minItems": 2,
                    "maxItems": 25,
                },
                "despite_silence": _TRUTH,
                "public": teaser,
            },
            needs=("as", "parts"),
        ),
        "http": _object(
            {
                "method": _word("POST"),
                "url": _ref("address"),
                "json": {},
                "headers": {"type": "object", "additionalProperties": header},
                "again": _word("safe"),
                "confirm": confirm,
                "public": teaser,
            },
            needs=("url",),
        ),
        "notify": _object(
            {"to": _ref("name"), "text": _ref("template")}, needs=("to", "text")
        ),
        "osc": _object(
            {
                "to": _ref("name"),
                "address": {"type": "string", "pattern": "^/"},
                "args": _some({"type": ["string", "number", "boolean"]}),
            },
            needs=("to", "address"),
        ),
        "say": _object(
            {
                "to": _word("stage", "crew"),
                "text": {"type": "string", "maxLength": 4000},
            },
            needs=("to", "text"),
        ),
        "task": _object(
            {"who": _ref("name"), "what": _text(400), "within": _ref("span")},
            needs=("who", "what", "within"),
        ),
        "hold": {
            "anyOf": [
                _ref("name"),
                _object(
                    {
                        "name": _ref("name"),
                        "for": _ref("span"),
                        "release": _ref("names"),
                    },
                    needs=("name",),
                ),
            ]
        },
        "silence": _ref("names"),
        "retire": _object(
            {"cues": _ref("names"), "topic": _ref("name"), "containing": _text(400)}
        )
        | {"minProperties": 1, "maxProperties": 1},
        "call": _ref("name"),
        "end": _word("show"),
    }


def _actions() -> Schema:
    failure = {
        "anyOf": [
            _word("ignore", "continue", "hold", "abort"),
            _object({"call": _ref("name")}, needs=("call",)),
        ]
    }
    bodies = _bodies()
    found: Schema = {"on_failure": failure}
    for kind, cls in KINDS.items():
        keys: Schema = {
            kind: bodies[kind],
            "timeout": _ref("span"),
            "on_failure": _ref("on_failure"),
        }
        if issubclass(cls, StageAction):
            keys["stage"] = _ref("name")
        if kind == "scene":
            keys["transition"] = _ref("transition")
        found[f"action_{kind}"] = _object(keys, needs=(kind,))
    found["actions"] = {
        "type": "array",
        "maxItems": 64,
        "items": {"oneOf": [_ref(f"action_{kind}") for kind in KINDS]},
    }
    return found


def _sheet() -> Schema:
    return {
        "type": "object",
        "description": "The line of the call sheet; further keys are departments.",
        "propertyNames": {"$ref": "#/$defs/name"},
        "properties": {"warn": _ref("span"), "say": _text(200)},
        "additionalProperties": _text(200),
    }


def _cues() -> Schema:
    within = {"anyOf": [_ref("span"), {"const": "any"}]}
    triggers: Schema = {
        "at": _text(200)
        | {"description": "T-10m, an instant, or another cue and a span: X + 24h"},
        "after": _ref("names"),
        "any": _ref("names"),
        "also": _some(_word("skipped", "failed")),
        "or_after": _ref("span"),
        "when": _ref("when"),
        "go": _ref("names"),
        "gate": _ref("gates"),
        "wait": _object({"for": _ref("span"), "else": _ref("else")}),
        "late": _object({"within": within, "else": _ref("else")}),
        "reserve": _TRUTH,
        "in_hold": _word("wait"),
        "sheet": _sheet(),
    }
    cue = _object(
        {"cue": _ref("name"), **triggers}
        | {
            "about": _ref("names"),
            "public": _word("teaser"),
            "once": _TRUTH,
            "on_recycle": _word("replay", "keep"),
            "do": _ref("actions"),
            "poll": _object(
                {"ask": _ref("names"), "within": _ref("span")}, needs=("ask", "within")
            ),
        },
        needs=("cue",),
    )
    segment = _object(
        {
            "segment": _ref("name"),
            "duration": _ref("span"),
            "presenter": _text(200),
            "may_drop": _TRUTH,
            "cues": _ref("cues"),
        },
        needs=("segment", "cues"),
    )
    option = _object({"cues": _ref("cues")}, needs=("cues",))
    choice = _object(
        {
            "choice": _ref("name"),
            **triggers,
            "ask": _ref("names"),
            "within": _ref("span"),
            "default": _ref("name"),
            "options": _table(_ref("option"), "Answers, and the cues of each.")
            | {"minProperties": 1},
        },
        needs=("choice", "ask", "within", "default", "options"),
    )
    procedure = _object(
        {
            "when": _ref("when"),
            "once_per": _ref("span"),
            "gate": _ref("gates"),
            "cues": _ref("cues"),
        },
        needs=("cues",),
    )
    return {
        "cue": cue,
        "segment": segment,
        "rundown": {
            "type": "array",
            "items": {"anyOf": [_ref("cue"), _ref("choice"), _ref("segment")]},
        },
        "choice": choice,
        "option": option,
        "cues": {
            "type": "array",
            "items": {"anyOf": [_ref("cue"), _ref("choice")]},
        },
        "procedure": procedure,
    }


def _world() -> Schema:
    return {
        "stage": _object(
            {
                "driver": _word("obs"),
                "url": _ref("address"),
                "password": _ref("secret"),
            },
            needs=("driver", "url"),
        ),
        "output": _object(
            {
                "stage": _ref("name"),
                "playback": _ref("address"),
                "delay": _ref("span"),
                "watch": _ref("address"),
            }
        ),
        "account": _object(
            {
                "network": _ref("name"),
                "handle": _text(200),
                "credentials": _ref("secret"),
                "lang": _ref("name"),
                "api": _ref("address"),
                "doubt": _word("ask", "resend"),
                "by_hand": _word("watch", "ask"),
            },
            needs=("network", "handle", "credentials"),
        ),
        "role": _object(
            {"may": _some(_word(*VERBS)), "timezone": _text(64)}, needs=("may",)
        ),
        "embargo": _object(
            {
                "default": _TRUTH,
                "topics": _ref("names"),
                "lifts": _some(_ref("lift")),
                "not_before": _ref("wall"),
                "others_lift": _object(
                    {
                        "at": _ref("wall"),
                        "who": _text(200),
                        "warn": _ref("span"),
                    },
                    needs=("at", "who"),
                ),
            }
        ),
        "criterion": _object(
            {
                "from": _text(32) | {"description": "A T-offset: T-10m"},
                "until": _text(32) | {"description": "A T-offset, or hard_out"},
                "check": _ref("condition"),
                "broken": _object(
                    {"before_t0": _word("hold", "warn"), "after_t0": _word("warn")}
                ),
            },
            needs=("from", "until", "check"),
        ),
        "figure": _object(
            {
                "of": _word(*FIGURE_OF),
                "round": _ref("round"),
                "as_of": _text(200)
                | {"description": "T+1h, an instant, or a cue and a span: X + 24h"},
                "bounds": {
                    "type": "array",
                    "items": _whole(),
                    "minItems": 2,
                    "maxItems": 2,
                },
            },
            needs=("of",),
        ),
        "device": _object(
            {
                "url": {
                    "anyOf": [
                        {"type": "string", "pattern": r"^osc(\.udp)?://"},
                        _object({"env": _ref("name")}, needs=("env",)),
                    ]
                }
            },
            needs=("url",),
        ),
        "channel": _object({"url": _ref("secret")}, needs=("url",)),
    }


def _orders() -> Schema:
    amount = {"type": "number", "minimum": 0}
    source = _object(
        {
            "kind": _word("webhook"),
            "name": _ref("name"),
            "secret": _some(_ref("secret")),
            "role": _word("counts"),
            "settle": _ref("span"),
        },
        needs=("kind", "name", "secret"),
    )
    unit_value = _object(
        {
            "amount": amount,
            "currency": {"type": "string", "pattern": "^[A-Z]{3}$"},
            "basis": _text(200),
            "applies_to": _word("all"),
        },
        needs=("amount", "currency"),
    )
    show_on = _object(
        {"stage": _ref("name"), "source": _text(200), "text": _ref("template")},
        needs=("source",),
    )
    return _object(
        {
            "deposit": {
                "type": "object",
                "propertyNames": {"pattern": "^[A-Z]{3}$"},
                "additionalProperties": amount,
            },
            "unit_value": unit_value,
            "sources": {"type": "array", "items": source},
            "show_on": show_on,
            "public": _object({"round": _ref("round"), "delay": _ref("span")}),
        }
    )


def _answer() -> Schema:
    post = _bodies()["post"]
    own = {"match": _some(_text(200)), "about": _ref("names")}
    return _object(own | post["properties"], needs=("match", "as", "text"))


def runbook_schema() -> Schema:
    """The schema of a whole runbook (JSON Schema 2020-12)."""
    constant = {
        "anyOf": [
            {"type": ["string", "number", "boolean"]},
            {"type": "object", "minProperties": 1, "additionalProperties": _text()},
        ]
    }
    top = _object(
        {
            "runbook": {"const": 1},
            "title": _text(200),
            "locale": _text(32),
            "timezone": _text(64),
            "t0": _ref("wall"),
            "hard_out": _ref("wall"),
            "include": _some(_text(200)),
            "stages": _table(_ref("stage"), "Mixers."),
            "outputs": _table(_ref("output"), "What viewers see, and how late."),
            "accounts": _table(_ref("account"), "Who posts where."),
            "groups": _table(_ref("names"), "Accounts that post together."),
            "crew": _table(_ref("role"), "Roles, and what they may do."),
            "embargoes": _table(_ref("embargo"), "What must not leave before."),
            "approvals": _table(_ref("names"), "Who approves, by topic.")
            | {"properties": {"four_eyes": _TRUTH}},
            "criteria": {"type": "array", "items": _ref("criterion")},
            "orders": _ref("orders"),
            "figures": _table(_ref("figure"), "Numbers that are announced."),
            "notify": _table(_ref("channel"), "Crew channels."),
            "osc": _table(_ref("device"), "Desks that take Open Sound Control."),
            "vars": _table(constant, "Constants for texts and conditions."),
            "cues": _ref("rundown"),
            "answers": _table(_ref("answer"), "Posts prepared for rumours."),
            "procedures": _table(_ref("procedure")),
            "safe": _ref("actions"),
        },
        needs=("runbook", "title"),
    )
    parts: Schema = {"answer": _answer(), "orders": _orders()}
    for more in (_basics(), _gates(), _actions(), _cues(), _world()):
        parts |= more
    return (
        {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": "launchctl runbook",
        }
        | top
        | {"$defs": parts}
    )
