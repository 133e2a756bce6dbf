"""Values of a YAML text that know where they stand.

Every value carries a position that counts from 1. A value inside ``{...}`` carries the
position where that mapping (the innermost) was opened.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Scalar:
    """A single value. ``text`` is as written, ``value`` by the YAML 1.2 core scheme."""

    line: int
    column: int
    text: str
    value: Any


@dataclass(slots=True)
class Sequence:
    """A list."""

    line: int
    column: int
    items: list[Node] = field(default_factory=list)


@dataclass(slots=True)
class Mapping:
    """A mapping. ``keys`` has the position of every key, ``items`` its value."""

    line: int
    column: int
    flow: bool
    items: dict[str, Node] = field(default_factory=dict)
    keys: dict[str, tuple[int, int]] = field(default_factory=dict)


Node = Scalar | Sequence | Mapping


def move(node: Node, by: int) -> None:
    """Add ``by`` to every line below and at the node."""
    node.line += by
    if isinstance(node, Scalar):
        return
    if isinstance(node, Mapping):
        node.keys = {key: (line + by, col) for key, (line, col) in node.keys.items()}
    children = node.items.values() if isinstance(node, Mapping) else node.items
    for child in children:
        move(child, by)


def plain(node: Node) -> Any:
    """The node as plain Python values, positions dropped."""
    if isinstance(node, Scalar):
        return node.value
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    return {key: plain(item) for key, item in node.items.items()}
