"""Gates, lifts and conditions."""

from __future__ import annotations

from launchctl.runbook.schema.words import (
    TRUTH,
    Schema,
    mapping,
    one_of,
    ref,
    some_text,
)


def _gate_keys() -> Schema:
    on_air = mapping(
        {"scene": some_text(200), "stage": ref("name"), "still": TRUTH},
        needs=("scene",),
    )
    return {
        "on_air": {"anyOf": [some_text(200), on_air]},
        "seen": mapping(
            {"scene": some_text(200), "output": ref("name")}, needs=("scene", "output")
        ),
        "stream_healthy": {"anyOf": [ref("name"), {"const": True}]},
        "approved_by": ref("names"),
        "orders_fresh": ref("span"),
        "url_ok": ref("address"),
        "check": ref("condition"),
        "confirmed": mapping(
            {"what": some_text(200), "by": ref("name"), "evidence": one_of("url")},
            needs=("what", "by"),
        ),
        "two_person": ref("name"),
        "poll": {
            "anyOf": [
                ref("name"),
                mapping({"cue": ref("name"), "max_age": ref("span")}, needs=("cue",)),
            ]
        },
    }


def gate_parts() -> Schema:
    """Definitions of gates, lifts and conditions."""
    gate = mapping(_gate_keys()) | {"minProperties": 1}
    lift = mapping(_gate_keys() | {"at": ref("wall")}) | {
        "minProperties": 1,
        "maxProperties": 1,
    }
    when = mapping({"check": ref("condition"), "for": ref("span")}, needs=("check",))
    return {
        "gate": gate,
        "gates": {"anyOf": [gate, {"type": "array", "items": gate}]},
        "lift": lift,
        "when": {"anyOf": [ref("condition"), when]},
    }
