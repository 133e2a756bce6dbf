"""Definitions that many places use: names, spans, instants, secrets, addresses."""

from __future__ import annotations

from launchctl.runbook.filters import FILTERS
from launchctl.runbook.schema.words import (
    Schema,
    mapping,
    one_of,
    one_or_more,
    ref,
    some_text,
    whole_number,
)

_SPAN = r"^\s*(0|(\d+(\.\d+)?(ms|d|h|m|s))+)\s*$"


def basic_parts() -> Schema:
    """Definitions by name."""
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
        "template": some_text()
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
                mapping({"env": ref("name")}, needs=("env",)),
                mapping({"file": some_text(400)}, needs=("file",)),
            ],
        },
        "address": {
            "anyOf": [
                {"type": "string", "pattern": "^(wss?|https?)://"},
                mapping({"env": ref("name")}, needs=("env",)),
            ]
        },
        "names": one_or_more(ref("name")),
        "else": one_of("skip", "hold", "park"),
        "round": mapping({"down": whole_number(1)}, needs=("down",)),
        "transition": {
            "anyOf": [
                {"const": "cut"},
                {
                    "type": "object",
                    "minProperties": 1,
                    "maxProperties": 1,
                    "additionalProperties": ref("span"),
                },
            ]
        },
    }
