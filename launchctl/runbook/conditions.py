"""Conditions: CEL over declared names, with three outcomes.

The grammar is CEL's own (``common-expression-language``); what may stand in it is less:
at most 1,000 characters, 16 levels of nesting and 100 nodes, no macros, no lists or
maps, a handful of functions, and only names that SEMANTICS 4 declares. The text is cut
into words here first, so that nothing hostile reaches the parser.

A name without a value, an offline far end or an error inside make the outcome *unknown*
(None), never false. ``&&`` and ``||`` still know what can be known:
``false && unknown`` is false.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from launchctl.runbook.base import Frozen

MAX_LENGTH = 1_000
MAX_DEPTH = 16
MAX_NODES = 100
FUNCTIONS = ("size", "startsWith", "endsWith", "contains", "int", "double", "string")
MACROS = ("all", "exists", "exists_one", "map", "filter", "has", "sortBy")

_TOKEN = re.compile(
    r"\s+"
    r"|(?P<string>'(?:[^'\\\n]|\\.)*'|\"(?:[^\"\\\n]|\\.)*\")"
    r"|(?P<number>(?:\d+\.\d+|\d+)(?:[eE][-+]?\d+)?)"
    r"|(?P<word>[A-Za-z_][A-Za-z0-9_]*)"
    r"|(?P<op>&&|\|\||[<>=!]=|[-+*/%<>!?:()\[\].,])"
)
_LITERALS = ("true", "false", "null")


class ConditionError(ValueError):
    """The text is no condition; the sentence says why."""


class Condition(Frozen):
    """One CEL expression.

    ``names`` are what it reads, dotted: ``orders.units``, ``stages.main.streaming``,
    ``cues.film.state`` (written ``cues['film'].state``), ``t``, ``clock.hour``.
    ``paths`` are the same names in parts, for names that hold a dot themselves.
    """

    source: str
    names: frozenset[str] = frozenset()
    paths: tuple[tuple[str, ...], ...] = ()

    def evaluate(self, values: Mapping[str, Any]) -> bool | None:
        """True, False, or None when it cannot be known.

        ``values`` is nested by the parts of the names; a missing value or None is
        unknown. 10 to 20 microseconds.
        """
        known: dict[str, Any] = {}
        for path in self.paths:
            _copy(path, values, known)
        try:
            result = _program(self.source).execute(known)
        except (
            ArithmeticError,
            IndexError,
            KeyError,
            RuntimeError,
            TypeError,
            ValueError,
        ):
            return None
        return result if isinstance(result, bool) else None


@lru_cache(maxsize=4096)
def _program(source: str) -> Any:
    """Compiled once a process; kept out of the model, so that it compares as text."""
    import cel  # noqa: PLC0415  brings a whole terminal toolkit along: 0.2 s

    return cel.compile(source)


def _copy(
    path: tuple[str, ...], values: Mapping[str, Any], into: dict[str, Any]
) -> None:
    """Copy one value that is known; what is None stays away, so that CEL errs on it."""
    node: Any = values
    for part in path:
        if not isinstance(node, Mapping) or part not in node:
            return
        node = node[part]
    if node is None:
        return
    for part in path[:-1]:
        into = into.setdefault(part, {})
    into[path[-1]] = node


def parse_condition(source: str) -> Condition:
    """Read a condition. Whether its names are declared is the loader's to check.

    Raises:
        ConditionError: it breaks a limit, or is no CEL.
    """
    if len(source) > MAX_LENGTH:
        raise ConditionError(f"a condition has at most {MAX_LENGTH:,} characters")
    paths = _paths(_tokens(source))
    try:
        _program(source)
    except ValueError as error:
        raise ConditionError(_cel_words(str(error))) from None
    unique = tuple(sorted(set(paths)))
    return Condition(
        source=source, names=frozenset(".".join(path) for path in unique), paths=unique
    )


def _cel_words(message: str) -> str:
    """The first line of CEL's own complaint, without the list of everything."""
    lines = message.splitlines()
    text = lines[0].partition("ERROR: <input>:")[2] or lines[0]
    return "this is no CEL: at " + text.split(" expecting ")[0]


def _tokens(source: str) -> list[tuple[str, str]]:
    """The words of the text, its limits checked."""
    found: list[tuple[str, str]] = []
    position = depth = nodes = run = 0
    while position < len(source):
        match = _TOKEN.match(source, position)
        if match is None:
            raise ConditionError(f"{source[position]!r} means nothing in a condition")
        position = match.end()
        kind = match.lastgroup
        if kind is None:
            continue
        word = match.group()
        found.append((kind, word))
        depth += (word in "([") - (word in ")]")
        run = run + 1 if word in "!-" else 0
        if depth > MAX_DEPTH or run > MAX_DEPTH:
            raise ConditionError(f"this is nested deeper than {MAX_DEPTH} levels")
        nodes += word not in ")],:"
    if nodes > MAX_NODES:
        raise ConditionError(f"a condition has at most {MAX_NODES} nodes, this {nodes}")
    if not found:
        raise ConditionError("the condition is empty")
    return found


def _paths(tokens: list[tuple[str, str]]) -> list[tuple[str, ...]]:
    """The names that are read. Refuses macros, lists and unknown functions."""
    paths: list[tuple[str, ...]] = []
    index = 0
    end = ("end", "")
    while index < len(tokens):
        kind, word = tokens[index]
        before = tokens[index - 1] if index else end
        if word == "[":
            raise ConditionError("lists are not allowed; cues['name'].state is")
        if word == "." and before[0] != "string" and before[1] != ")":
            raise ConditionError("a name cannot begin with a point")
        if kind == "word" and word not in _LITERALS:
            index, path = _path(tokens, index, before[1])
            if path:
                paths.append(path)
            continue
        index += 1
    return paths


def _path(
    tokens: list[tuple[str, str]], index: int, before: str
) -> tuple[int, tuple[str, ...]]:
    """One name from ``index`` on, and where it ends; empty if it is a function."""
    at = [*tokens[index : index + 32], *[("end", "")] * 4]
    path = [at[0][1]]
    step = 1
    while True:
        if at[step][1] == "." and at[step + 1][0] == "word":
            path.append(at[step + 1][1])
            step += 2
        elif at[step][1] == "[" and at[step + 1][0] == "string":
            if at[step + 2][1] != "]":
                raise ConditionError("a ']' is missing")
            path.append(at[step + 1][1][1:-1])
            step += 3
        else:
            break
        if step > 24:
            raise ConditionError("a name has too many parts")
    if at[step][1] != "(":
        return index + step, tuple(path)
    name = path.pop()
    if name in MACROS:
        raise ConditionError(f"the macro {name}() is not allowed in a condition")
    if name not in FUNCTIONS:
        raise ConditionError(f"there is no function {name}() in conditions")
    return index + step, () if before == "." else tuple(path)
