"""The JSON Schema of the language, for editors: completion, and red lines while typing.

It says what the loader accepts key by key; what only the whole shows (references,
conditions, cycles) stays with ``launch check``.
"""

from __future__ import annotations

from launchctl.runbook.schema.actions import action_parts
from launchctl.runbook.schema.basics import basic_parts
from launchctl.runbook.schema.cues import answer_schema, cue_parts
from launchctl.runbook.schema.gates import gate_parts
from launchctl.runbook.schema.words import (
    TRUTH,
    Schema,
    mapping,
    one_or_more,
    ref,
    some_text,
    table,
)
from launchctl.runbook.schema.world import orders_schema, world_parts


def runbook_schema() -> Schema:
    """The schema of a whole runbook (JSON Schema 2020-12)."""
    constant = {
        "anyOf": [
            {"type": ["string", "number", "boolean"]},
            {"type": "object", "minProperties": 1, "additionalProperties": some_text()},
        ]
    }
    top = mapping(
        {
            "runbook": {"const": 1},
            "title": some_text(200),
            "locale": some_text(32),
            "timezone": some_text(64),
            "t0": ref("wall"),
            "hard_out": ref("wall"),
            "include": one_or_more(some_text(200)),
            "stages": table(ref("stage"), "Mixers."),
            "outputs": table(ref("output"), "What viewers see, and how late."),
            "accounts": table(ref("account"), "Who posts where."),
            "groups": table(ref("names"), "Accounts that post together."),
            "crew": table(ref("role"), "Roles, and what they may do."),
            "embargoes": table(ref("embargo"), "What must not leave before."),
            "approvals": table(ref("names"), "Who approves, by topic.")
            | {"properties": {"four_eyes": TRUTH}},
            "require_rehearsed": mapping(
                {"within": ref("span")},
                needs=("within",),
                about="How long ago it must have been rehearsed, at most.",
            ),
            "criteria": {"type": "array", "items": ref("criterion")},
            "orders": ref("orders"),
            "figures": table(ref("figure"), "Numbers that are announced."),
            "notify": table(ref("channel"), "Crew channels."),
            "osc": table(ref("device"), "Desks that take Open Sound Control."),
            "vars": table(constant, "Constants for texts and conditions."),
            "cues": ref("rundown"),
            "answers": table(ref("answer"), "Posts prepared for rumours."),
            "procedures": table(ref("procedure")),
            "safe": ref("actions"),
        },
        needs=("runbook", "title"),
    )
    parts: Schema = {"answer": answer_schema(), "orders": orders_schema()}
    for more in (
        basic_parts(),
        gate_parts(),
        action_parts(),
        cue_parts(),
        world_parts(),
    ):
        parts |= more
    return (
        {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": "launchctl runbook",
        }
        | top
        | {"$defs": parts}
    )
