"""The few shapes that everything in the schema is made of."""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]


def mapping(
    properties: Schema, *, needs: tuple[str, ...] = (), about: str = ""
) -> Schema:
    """A mapping with these keys and no others."""
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


def table(of: Schema, about: str = "") -> Schema:
    """Names of one's own choice."""
    found: Schema = {
        "type": "object",
        "propertyNames": {"$ref": "#/$defs/name"},
        "additionalProperties": of,
    }
    return found | ({"description": about} if about else {})


def ref(name: str) -> Schema:
    """The definition of this name."""
    return {"$ref": f"#/$defs/{name}"}


def one_of(*words: str) -> Schema:
    """One of a few words."""
    return {"enum": list(words)}


def one_or_more(of: Schema) -> Schema:
    """One, or a list of them."""
    return {"anyOf": [of, {"type": "array", "items": of, "minItems": 1}]}


def some_text(longest: int = 4000) -> Schema:
    """A text of 1 to ``longest`` characters."""
    return {"type": "string", "minLength": 1, "maxLength": longest}


def whole_number(least: int = 0) -> Schema:
    """A whole number, not below ``least``."""
    return {"type": "integer", "minimum": least}


TRUTH: Schema = {"type": "boolean"}
