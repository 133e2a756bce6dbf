"""A state as text that is the same in every process: sets have no order."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any


def text_of(state: Any) -> str:
    """All that the state holds, a line for each of its leaves."""
    return "\n".join(_leaves("", _plain(state)))


def _leaves(path: str, value: Any) -> Iterator[str]:
    if isinstance(value, dict) and value:
        for name, item in sorted(value.items()):
            yield from _leaves(f"{path}.{name}", item)
    else:
        yield f"{path[1:]}: {json.dumps(value, sort_keys=True)}"


def _plain(value: Any) -> Any:
    match value:
        case Enum():
            return str(value.value)
        case None | bool() | int() | float() | str():
            return value
        case Mapping():
            return {str(_plain(key)): _plain(item) for key, item in value.items()}
        case set() | frozenset():
            return sorted((_plain(item) for item in value), key=json.dumps)
        case list() | tuple():
            return [_plain(item) for item in value]
        case _ if is_dataclass(value):
            return {f.name: _plain(getattr(value, f.name)) for f in fields(value)}
        case _:
            return repr(value)
