"""One action from the command line, written as in a runbook."""

from __future__ import annotations

from typing import Any

from launchctl.errors import InputError

_LONGEST = 4_000


def parse_action(text: str) -> dict[str, Any]:
    """Read ``{scene: HoldingSlide}`` as plain values.

    Whether it is an action, and a repeatable one, is the conductor's to judge.

    Raises:
        InputError: it is no YAML mapping.
    """
    from launchctl.runbook.yaml import YamlError, parse, plain

    example = "write it like '{scene: HoldingSlide}'"
    if len(text) > _LONGEST:
        raise InputError("so long a text is no action", hint=example)
    try:
        root, twice = parse(text.encode())
    except YamlError as error:
        raise InputError(f"{text!r}: {error.message}", hint=example) from None
    found = plain(root)
    if twice or not isinstance(found, dict) or not found:
        raise InputError(f"{text!r} is no action", hint=example)
    return found
