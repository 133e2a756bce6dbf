"""A call as one JSON text: how it lies in an inbox."""

from __future__ import annotations

import json
from typing import Any

from launchctl.errors import InputError
from launchctl.show.inputs import Call

MAX_CALL_BYTES = 64 * 1024


def encode_call(call: Call) -> str:
    """The call without its position.

    Raises:
        InputError: it is larger than 64 KiB, has no id, or holds no JSON values.
    """
    if not call.id:
        raise InputError("a call needs an id")
    try:
        text = json.dumps(
            {
                "id": call.id,
                "by": call.by,
                "roles": sorted(call.roles),
                "verb": call.verb,
                "target": call.target,
                "args": dict(call.args),
                "seen": call.seen,
                "at_us": call.at_us,
            },
            ensure_ascii=False,
            allow_nan=False,
            separators=(",", ":"),
        )
        size = len(text.encode())
    except (TypeError, ValueError) as error:
        raise InputError(f"call {call.id!r} holds no plain values: {error}") from None
    if size > MAX_CALL_BYTES:
        raise InputError(f"call {call.id[:64]!r} is larger than 64 KiB")
    return text


def decode_call(text: str, position: int) -> Call:
    """The call back, at its place in the inbox."""
    value: dict[str, Any] = json.loads(text)
    roles = frozenset(value.pop("roles"))
    return Call(**value, roles=roles, position=position)
