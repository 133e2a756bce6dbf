"""Cues, choices, segments, procedures and answers."""

from __future__ import annotations

from launchctl.runbook.schema.actions import action_bodies
from launchctl.runbook.schema.words import (
    TRUTH,
    Schema,
    mapping,
    one_of,
    one_or_more,
    ref,
    some_text,
    table,
)


def _sheet() -> Schema:
    return {
        "type": "object",
        "description": "The line of the call sheet; further keys are departments.",
        "propertyNames": {"$ref": "#/$defs/name"},
        "properties": {"warn": ref("span"), "say": some_text(200)},
        "additionalProperties": some_text(200),
    }


def cue_parts() -> Schema:
    """Definitions of what a rundown is made of."""
    within = {"anyOf": [ref("span"), {"const": "any"}]}
    triggers: Schema = {
        "at": some_text(200)
        | {"description": "T-10m, an instant, or another cue and a span: X + 24h"},
        "after": ref("names"),
        "any": ref("names"),
        "also": one_or_more(one_of("skipped", "failed")),
        "or_after": ref("span"),
        "when": ref("when"),
        "go": ref("names"),
        "gate": ref("gates"),
        "wait": mapping({"for": ref("span"), "else": ref("else")}),
        "late": mapping({"within": within, "else": ref("else")}),
        "reserve": TRUTH,
        "in_hold": one_of("wait"),
        "sheet": _sheet(),
    }
    cue = mapping(
        {"cue": ref("name"), **triggers}
        | {
            "about": ref("names"),
            "public": one_of("teaser"),
            "once": TRUTH,
            "on_recycle": one_of("replay", "keep"),
            "do": ref("actions"),
            "on_failure": ref("on_failure"),
            "poll": mapping(
                {"ask": ref("names"), "within": ref("span")}, needs=("ask", "within")
            ),
        },
        needs=("cue",),
    )
    segment = mapping(
        {
            "segment": ref("name"),
            "duration": ref("span"),
            "presenter": some_text(200),
            "may_drop": TRUTH,
            "cues": ref("cues"),
        },
        needs=("segment", "cues"),
    )
    option = mapping({"cues": ref("cues")}, needs=("cues",))
    choice = mapping(
        {
            "choice": ref("name"),
            **triggers,
            "ask": ref("names"),
            "within": ref("span"),
            "default": ref("name"),
            "options": table(ref("option"), "Answers, and the cues of each.")
            | {"minProperties": 1},
        },
        needs=("choice", "ask", "within", "default", "options"),
    )
    procedure = mapping(
        {
            "when": ref("when"),
            "once_per": ref("span"),
            "gate": ref("gates"),
            "cues": ref("cues"),
        },
        needs=("cues",),
    )
    return {
        "cue": cue,
        "segment": segment,
        "rundown": {
            "type": "array",
            "items": {"anyOf": [ref("cue"), ref("choice"), ref("segment")]},
        },
        "choice": choice,
        "option": option,
        "cues": {
            "type": "array",
            "items": {"anyOf": [ref("cue"), ref("choice")]},
        },
        "procedure": procedure,
    }


def answer_schema() -> Schema:
    """One prepared answer: a post, and the words by which its rumour is recognised."""
    post = action_bodies()["post"]
    own = {"match": one_or_more(some_text(200)), "about": ref("names")}
    return mapping(own | post["properties"], needs=("match", "as", "text"))
