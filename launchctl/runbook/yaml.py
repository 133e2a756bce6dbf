"""YAML text to plain values that know where they stand.

libyaml's event stream (through PyYAML) is read and checked *before* anything is built:
size, depth, number of values, no anchors or aliases, no tags, no duplicate keys, one
document. A bomb is therefore an error message, not a bomb. What is left is composed
here by the core scheme of YAML 1.2, so that ``20:30`` is text and ``on`` and ``no`` are
words.
"""

from __future__ import annotations

import re
from typing import Any

import yaml as libyaml

from launchctl.runbook.nodes import Mapping, Node, Scalar, Sequence

# Without libyaml the pure parser gives the same events, slower.
_Parser: Any = getattr(libyaml, "CSafeLoader", libyaml.SafeLoader)

MAX_BYTES = 2 * 1024 * 1024

MAX_DEPTH = 32

MAX_VALUES = 200_000

_INT = re.compile(r"[-+]?[0-9]{1,18}")

_OTHER_INT = re.compile(r"0o[0-7]{1,18}|0x[0-9a-fA-F]{1,14}")

_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]{1,3})?")

_WORDS: dict[str, Any] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}

_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff]")

_UTF16 = (b"\xff\xfe", b"\xfe\xff")


class YamlError(Exception):
    """The text is no YAML that launchctl reads. ``line`` and ``column`` from 1."""

    def __init__(self, line: int, column: int, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.line = line
        self.column = column
        self.message = message
        self.hint = hint


def parse(data: bytes) -> tuple[Node, list[YamlError]]:
    """Read one document. Gives its root, and the keys that stand twice.

    Raises:
        YamlError: it breaks a limit or is no YAML; at its place.
    """
    text = _decode(data)
    composer = _Composer(text)
    try:
        return composer.document(), composer.twice
    except libyaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        if _is_unclosed_quote(error):
            mark = error.context_mark  # the problem is met at the end of the file
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        raise YamlError(line, column, *_explain(error, text, line)) from None
    except libyaml.YAMLError as error:
        raise YamlError(1, 1, f"this is no YAML: {error}".splitlines()[0]) from None


def _decode(data: bytes) -> str:
    """The text of the bytes, its encoding, size and characters checked."""
    if len(data) > MAX_BYTES:
        raise YamlError(
            1,
            1,
            f"the file has {len(data):,} bytes; a runbook has at most {MAX_BYTES:,}",
        )
    if data.startswith(_UTF16):
        raise YamlError(1, 1, "the file is UTF-16; save it as UTF-8")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8", "replace")
        line, column = _place(before, len(before))
        raise YamlError(
            line, column, "this byte is no UTF-8; save the file as UTF-8"
        ) from None
    if odd := _FORBIDDEN.search(text):
        line, column = _place(text, odd.start())
        raise YamlError(
            line,
            column,
            f"the control character U+{ord(odd.group()):04X} is not allowed here",
        )
    return text


def _place(text: str, index: int) -> tuple[int, int]:
    """Line and column (from 1) of a character."""
    before = text[:index].replace("\r\n", "\n").replace("\r", "\n")
    return before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1


def _explain(error: Any, text: str, line: int) -> tuple[str, str]:
    """The complaint of libyaml in words that say what to do."""
    lines = text.splitlines()
    shown = lines[line - 1] if line <= len(lines) else ""
    if shown[: len(shown) - len(shown.lstrip())].count("\t"):
        return "a tab indents this line", "indent with spaces"
    problem = str(error.problem or "it cannot be read")
    if problem.startswith("mapping values are not allowed"):
        return (
            "a ': ' stands where no key can be",
            "put the text in quotes, or check the indentation",
        )
    if problem.endswith("that cannot start any token"):
        return (
            "this character cannot begin a value",
            "put the text in quotes",
        )
    if _is_unclosed_quote(error):
        return "this quote is never closed", "close it where the text ends"
    context = f"{error.context}: " if error.context else ""
    return f"this is no YAML: {context}{problem}", ""


def _is_unclosed_quote(error: Any) -> bool:
    return "quoted scalar" in str(error.context) and "end of" in str(error.problem)


class _Composer:
    """Events to nodes, with an own stack: depth costs no recursion."""

    def __init__(self, text: str) -> None:
        self._next = _Parser(text).get_event
        self._stack: list[Sequence | Mapping] = []
        self._keys: list[tuple[str, int, int] | None] = []
        self._flow: list[tuple[int, int]] = []
        self._count = 0
        self.twice: list[YamlError] = []
        self._root: Node | None = None

    def document(self) -> Node:
        """The only document of the stream."""
        documents = 0
        while (event := self._next()) is not None:
            if isinstance(event, libyaml.ScalarEvent):
                self._scalar(event)
            elif isinstance(event, libyaml.MappingStartEvent):
                self._open_mapping(event)
            elif isinstance(event, libyaml.SequenceStartEvent):
                self._open_sequence(event)
            elif isinstance(event, libyaml.events.CollectionEndEvent):
                self._close()
            elif isinstance(event, libyaml.AliasEvent):
                raise self._refuse(event, f"an alias (*{event.anchor})")
            elif isinstance(event, libyaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise self._refuse(event, "a second document (---)")
            elif isinstance(event, libyaml.StreamEndEvent):
                break
        return self._root or Scalar(1, 1, "", None)

    def _refuse(self, event: Any, what: str) -> YamlError:
        mark = event.start_mark
        return YamlError(
            mark.line + 1, mark.column + 1, f"{what} is not allowed in a runbook"
        )

    def _check(self, event: Any) -> tuple[int, int]:
        """Limits of one value; its position."""
        if event.anchor is not None:
            raise self._refuse(event, f"an anchor (&{event.anchor})")
        if event.tag is not None:
            raise self._refuse(event, f"a tag ({event.tag})")
        mark = event.start_mark
        self._count += 1
        if self._count > MAX_VALUES:
            raise YamlError(
                mark.line + 1,
                mark.column + 1,
                f"a runbook has at most {MAX_VALUES:,} values",
            )
        return mark.line + 1, mark.column + 1

    def _scalar(self, event: Any) -> None:
        line, column = self._check(event)
        text = event.value
        if self._stack and isinstance(self._stack[-1], Mapping) and not self._keys[-1]:
            self._key(text, line, column)
            return
        value = _core(text) if event.implicit[0] and not event.style else text
        if self._flow:
            line, column = self._flow[-1]
        self._add(Scalar(line, column, text, value))

    def _key(self, text: str, line: int, column: int) -> None:
        mapping = self._stack[-1]
        assert isinstance(mapping, Mapping)
        if text in mapping.items:
            if self._flow:
                line, column = self._flow[-1]
            self.twice.append(
                YamlError(line, column, f"the key {text!r} stands here twice")
            )
        self._keys[-1] = (text, line, column)

    def _open_mapping(self, event: Any) -> None:
        line, column = self._check(event)
        flow = bool(event.flow_style)
        if not flow and self._flow:
            # `[a: b]` in a flow list: a mapping without braces of its own
            line, column = self._flow[-1]
        self._push(Mapping(line, column, flow))
        self._keys.append(None)
        if flow:
            self._flow.append((line, column))

    def _open_sequence(self, event: Any) -> None:
        line, column = self._check(event)
        if self._flow:
            line, column = self._flow[-1]
        self._push(Sequence(line, column))

    def _push(self, node: Sequence | Mapping) -> None:
        if self._stack and isinstance(self._stack[-1], Mapping) and not self._keys[-1]:
            raise YamlError(
                node.line, node.column, "a key is a word, not a list or a mapping"
            )
        if len(self._stack) >= MAX_DEPTH:
            raise YamlError(
                node.line, node.column, f"this is nested deeper than {MAX_DEPTH} levels"
            )
        self._add(node)
        self._stack.append(node)

    def _close(self) -> None:
        node = self._stack.pop()
        if isinstance(node, Mapping):
            self._keys.pop()
            if node.flow:
                self._flow.pop()

    def _add(self, node: Node) -> None:
        if not self._stack:
            self._root = node
            return
        parent = self._stack[-1]
        if isinstance(parent, Sequence):
            parent.items.append(node)
            return
        key = self._keys[-1]
        assert key is not None
        text, line, column = key
        parent.items[text] = node
        parent.keys[text] = (
            (parent.line, parent.column) if parent.flow else (line, column)
        )
        self._keys[-1] = None


def _core(text: str) -> Any:
    """A plain scalar by the core scheme of YAML 1.2."""
    if text in _WORDS:
        return _WORDS[text]
    first = text[0]
    if not (first.isdigit() or first in "+-."):
        return text
    if _INT.fullmatch(text):
        return int(text)
    if _OTHER_INT.fullmatch(text):
        return int(text[2:], 8 if text[1] == "o" else 16)
    if _FLOAT.fullmatch(text):
        return float(text)
    return text
