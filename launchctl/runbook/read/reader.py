"""Reading nodes into values, gathering every problem instead of stopping at one.

A ``Reader`` knows the file and the cue that is being read, and collects problems. A
``Fields`` is one mapping: values are taken out of it by key, and what is left at the
end is misspelt (with the near miss).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import TypeVar

from launchctl.runbook.conditions import Condition, ConditionError, parse_condition
from launchctl.runbook.nodes import Mapping, Node, Scalar, Sequence
from launchctl.runbook.read.problems import Problems
from launchctl.runbook.read.words import either, near, shown
from launchctl.runbook.templates import Template, TemplateError, template
from launchctl.runbook.unbuilt import not_built
from launchctl.times import Micros, parse_span

T = TypeVar("T")

Read = Callable[[Node], T | None]

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")

MAX_TEXT = 4_000


class Reader(Problems):
    """Reads single values; notes what is wrong with them."""

    def text(self, what: str, longest: int = MAX_TEXT) -> Read[str]:
        """A text of 1 to ``longest`` characters."""

        def read(node: Node) -> str | None:
            if not isinstance(node, Scalar) or not isinstance(node.value, str):
                hint = (
                    "put it in quotes"
                    if isinstance(node, Scalar) and node.value is not None
                    else ""
                )
                self.expected(node, what, "a text", hint)
                return None
            if not 0 < len(node.text) <= longest:
                self.problem(
                    node,
                    f"{what}: a text has 1 to {longest:,} characters, this has "
                    f"{len(node.text):,}",
                )
                return None
            return node.text

        return read

    def name(self, what: str) -> Read[str]:
        """An identifier."""

        def read(node: Node) -> str | None:
            if isinstance(node, Scalar) and isinstance(node.value, int | str):
                if NAME.fullmatch(node.text):
                    return node.text
                self.problem(
                    node,
                    f"{what}: {shown(node)} is no name",
                    "letters, digits, - _ and . only, at most 64",
                )
                return None
            self.expected(node, what, "a name")
            return None

        return read

    def span(self, what: str) -> Read[Micros]:
        """A span, in microseconds."""

        def read(node: Node) -> Micros | None:
            if not isinstance(node, Scalar) or node.value is None:
                self.expected(node, what, "a duration such as 30s")
                return None
            if isinstance(node.value, int | float) and node.value != 0:
                self.problem(
                    node,
                    f"{what}: {node.text} has no unit",
                    "write it like 500ms, 30s or 1h30m",
                )
                return None
            try:
                return parse_span(node.text)
            except ValueError as error:
                self.problem(node, f"{what}: {error}")
                return None

        return read

    def integer(self, what: str, least: int, most: int = 10**15) -> Read[int]:
        """A whole number."""

        def read(node: Node) -> int | None:
            value = node.value if isinstance(node, Scalar) else None
            if type(value) is not int:
                self.expected(node, what, "a whole number")
                return None
            if not least <= value <= most:
                self.problem(node, f"{what}: {value:,} is not in {least:,} to {most:,}")
                return None
            return value

        return read

    def truth(self, what: str) -> Read[bool]:
        """``true`` or ``false``."""

        def read(node: Node) -> bool | None:
            if isinstance(node, Scalar) and isinstance(node.value, bool):
                return node.value
            self.expected(node, what, "true or false")
            return None

        return read

    def word(
        self, what: str, words: Iterable[str], later: Iterable[str] = ()
    ) -> Read[str]:
        """One of a few words; those of ``later`` are not built yet."""
        allowed = tuple(words)

        def read(node: Node) -> str | None:
            text = node.text if isinstance(node, Scalar) else ""
            if text in allowed:
                return text
            if text and text in later:
                self.problem(node, not_built(f"{what}: {text}"))
                return None
            self.expected(node, what, either(allowed), near(text, allowed))
            return None

        return read

    def listed(
        self, what: str, read: Read[T], *, single: bool = True
    ) -> Read[tuple[T, ...]]:
        """A list, or (``single``) one value that stands for a list of one."""

        def read_list(node: Node) -> tuple[T, ...] | None:
            if isinstance(node, Sequence):
                if single and not node.items:
                    self.problem(node, f"{what}: the list is empty")
                found = [read(item) for item in node.items]
                return tuple(item for item in found if item is not None)
            if single and (isinstance(node, Mapping) or node.value is not None):
                one = read(node)
                return None if one is None else (one,)
            self.expected(node, what, "a list")
            return None

        return read_list

    def template(self, what: str, longest: int = MAX_TEXT) -> Read[Template]:
        """A text template."""
        read_text = self.text(what, longest)

        def read(node: Node) -> Template | None:
            text = read_text(node)
            if text is None:
                return None
            try:
                return template(text)
            except TemplateError as error:
                self.problem(node, f"{what}: {error}")
                return None

        return read

    def condition(self, what: str) -> Read[Condition]:
        """A condition; its names are checked later."""

        def read(node: Node) -> Condition | None:
            if not isinstance(node, Scalar) or node.value is None:
                self.expected(node, what, "a condition in quotes")
                return None
            try:
                return parse_condition(node.text)
            except ConditionError as error:
                self.problem(node, f"{what}: {error}")
                return None

        return read

    def fields(self, node: Node, what: str) -> Fields | None:
        """The mapping at ``node``, to take values out of."""
        if isinstance(node, Mapping):
            return Fields(self, node, what)
        self.expected(node, what, "a mapping")
        return None


class Fields:
    """One mapping. Take every known key, then ``done``."""

    def __init__(self, reader: Reader, node: Mapping, what: str) -> None:
        self.reader = reader
        self.node = node
        self.what = what
        self._taken: list[str] = []
        self.sound = True

    def has(self, key: str) -> bool:
        """True if the key stands there."""
        return key in self.node.items

    def at(self, key: str) -> tuple[int, int]:
        """Where the key stands; where the mapping does if it is missing."""
        return self.node.keys.get(key, (self.node.line, self.node.column))

    def raw(self, key: str) -> Node | None:
        """The node at the key, taken."""
        self._taken.append(key)
        return self.node.items.get(key)

    def take(self, key: str, read: Read[T]) -> T | None:
        """The value at the key, or None if it is missing or wrong (then noted)."""
        node = self.raw(key)
        if node is None:
            return None
        value = read(node)
        if value is None:
            self.sound = False
        return value

    def need(self, key: str, read: Read[T]) -> T | None:
        """As ``take``, and a problem if the key is missing."""
        if key not in self.node.items:
            self._taken.append(key)
            self.sound = False
            self.reader.problem(self.node, f"{self.what}: `{key}` is missing")
            return None
        return self.take(key, read)

    def inner(self, key: str) -> Fields | None:
        """The mapping at a key that is there; unsound if there is none."""
        node = self.raw(key)
        found = self.reader.fields(node, key) if node is not None else None
        if found is None:
            self.sound = False
        return found

    def done(self) -> None:
        """Everything not taken is a problem."""
        for key in self.node.items:
            if key in self._taken:
                continue
            self.sound = False
            meant = near(key, self._taken)
            expected = "" if meant else f", expected {either(self._taken)}"
            self.reader.problem(
                self.at(key), f"{self.what}: unknown key {key!r}{expected}", meant
            )
