"""Far ends, people, embargoes, and the counter."""

from __future__ import annotations

from launchctl.runbook.read.crew import VERBS
from launchctl.runbook.read.figures import FIGURE_OF
from launchctl.runbook.schema.words import (
    TRUTH,
    Schema,
    mapping,
    one_of,
    one_or_more,
    ref,
    some_text,
    whole_number,
)


def world_parts() -> Schema:
    """Definitions of far ends, people and embargoes."""
    return {
        "stage": mapping(
            {
                "driver": one_of("obs"),
                "url": ref("address"),
                "password": ref("secret"),
                "follows": ref("name"),
            },
            needs=("driver", "url"),
        ),
        "output": mapping(
            {
                "stage": ref("name"),
                "playback": ref("address"),
                "delay": ref("span"),
                "watch": ref("address"),
            }
        ),
        "account": mapping(
            {
                "network": ref("name"),
                "handle": some_text(200),
                "credentials": ref("secret"),
                "lang": ref("name"),
                "api": ref("address"),
                "doubt": one_of("ask", "resend"),
                "by_hand": one_of("watch", "ask"),
                "test": mapping(
                    {
                        "handle": some_text(200),
                        "credentials": ref("secret"),
                        "api": ref("address"),
                    },
                    needs=("handle", "credentials"),
                    about="Who posts in its place in a dress rehearsal.",
                ),
            },
            needs=("network", "handle", "credentials"),
        ),
        "role": mapping(
            {"may": one_or_more(one_of(*VERBS)), "timezone": some_text(64)},
            needs=("may",),
        ),
        "embargo": mapping(
            {
                "default": TRUTH,
                "topics": ref("names"),
                "lifts": one_or_more(ref("lift")),
                "not_before": ref("wall"),
                "others_lift": mapping(
                    {
                        "at": ref("wall"),
                        "who": some_text(200),
                        "warn": ref("span"),
                    },
                    needs=("at", "who"),
                ),
            }
        ),
        "criterion": mapping(
            {
                "from": some_text(32) | {"description": "A T-offset: T-10m"},
                "until": some_text(32) | {"description": "A T-offset, or hard_out"},
                "check": ref("condition"),
                "broken": mapping(
                    {"before_t0": one_of("hold", "warn"), "after_t0": one_of("warn")}
                ),
            },
            needs=("from", "until", "check"),
        ),
        "figure": mapping(
            {
                "of": one_of(*FIGURE_OF),
                "round": ref("round"),
                "as_of": some_text(200)
                | {"description": "T+1h, an instant, or a cue and a span: X + 24h"},
                "bounds": {
                    "type": "array",
                    "items": whole_number(),
                    "minItems": 2,
                    "maxItems": 2,
                },
            },
            needs=("of",),
        ),
        "device": mapping(
            {
                "url": {
                    "anyOf": [
                        {"type": "string", "pattern": r"^osc(\.udp)?://"},
                        mapping({"env": ref("name")}, needs=("env",)),
                    ]
                }
            },
            needs=("url",),
        ),
        "channel": mapping({"url": ref("secret")}, needs=("url",)),
    }


def orders_schema() -> Schema:
    """The counter."""
    amount = {"type": "number", "minimum": 0}
    source = mapping(
        {
            "kind": one_of("webhook"),
            "name": ref("name"),
            "secret": one_or_more(ref("secret")),
            "role": one_of("counts", "pays"),
            "joins": ref("name"),
            "settle": ref("span"),
            "test": mapping(
                {"secret": one_or_more(ref("secret"))},
                needs=("secret",),
                about="The shop's test mode, in a dress rehearsal.",
            ),
        },
        needs=("kind", "name", "secret"),
    )
    unit_value = mapping(
        {
            "amount": amount,
            "currency": {"type": "string", "pattern": "^[A-Z]{3}$"},
            "basis": some_text(200),
            "applies_to": one_of("all"),
        },
        needs=("amount", "currency"),
    )
    show_on = mapping(
        {"stage": ref("name"), "source": some_text(200), "text": ref("template")},
        needs=("source",),
    )
    return mapping(
        {
            "deposit": {
                "type": "object",
                "propertyNames": {"pattern": "^[A-Z]{3}$"},
                "additionalProperties": amount,
            },
            "unit_value": unit_value,
            "sources": {"type": "array", "items": source},
            "limit": mapping(
                {"units": whole_number(1), "then": one_of("waitlist")},
                needs=("units",),
                about="How many units there are; the rest is a waiting list.",
            ),
            "show_on": show_on,
            "public": mapping({"round": ref("round"), "delay": ref("span")}),
        }
    )
