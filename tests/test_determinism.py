"""What the show and the conductor may not ask, so that a rehearsal repeats.

A clock, a random number or the order of a set would make two rehearsals of one seed
differ. Time comes as an argument or from ``clock``, chance from ``chance``.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import launchctl

PACKAGE = Path(launchctl.__file__).parent
ROOMS = ("show", "conductor")
FILES = sorted(file for room in ROOMS for file in (PACKAGE / room).rglob("*.py"))

BANNED = frozenset({"time", "uuid", "random", "secrets"})
"""Modules."""
BANNED_CALLS = frozenset(
    {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "os.urandom"}
)
_SETS = frozenset({"set", "frozenset", "Set", "AbstractSet", "MutableSet"})
_IN_ORDER = frozenset({"sorted", "min", "max", "sum", "len", "any", "all", "bool"})
"""What does not tell in which order it was given things."""


def faults(source: str, name: str = "<text>") -> list[str]:
    """Every place at which the text asks what it may not."""
    tree = ast.parse(source)
    sets = set(_names_of_sets(tree))
    found = [*_imports(tree), *_calls(tree), *_orders(tree, sets)]
    return [f"{name}:{line}: {what}" for line, what in sorted(found)]


def _imports(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        for module in names:
            if module.split(".")[0] in BANNED:
                yield node.lineno, f"imports {module}"


def _calls(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and ast.unparse(node) in BANNED_CALLS:
            yield node.lineno, f"reads {ast.unparse(node)}"


def _names_of_sets(tree: ast.AST) -> Iterator[str]:
    """Names and attributes that are declared as sets, or made as such."""
    for node in ast.walk(tree):
        if isinstance(node, ast.AnnAssign) and _is_set_type(node.annotation):
            yield ast.unparse(node.target).removeprefix("self.")
        elif isinstance(node, ast.arg) and _is_set_type(node.annotation):
            yield node.arg
        elif isinstance(node, ast.Assign) and _makes_set(node.value):
            yield from (ast.unparse(t).removeprefix("self.") for t in node.targets)


def _is_set_type(node: ast.expr | None) -> bool:
    base = node.value if isinstance(node, ast.Subscript) else node
    return isinstance(base, ast.Name) and base.id in _SETS


def _makes_set(node: ast.expr) -> bool:
    if isinstance(node, ast.Set | ast.SetComp):
        return True
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr | ast.BitAnd):
        return _makes_set(node.left) or _makes_set(node.right)
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in {"set", "frozenset"}
    )


def _orders(tree: ast.AST, sets: set[str]) -> Iterator[tuple[int, str]]:
    """Where the order of a set would be seen."""
    harmless = _inside_of_harmless(tree)
    for node in ast.walk(tree):
        for told in _iterated(node):
            name = ast.unparse(told).removeprefix("self.")
            if (name in sets or _makes_set(told)) and id(node) not in harmless:
                yield told.lineno, f"goes through a set: {name}"


def _iterated(node: ast.AST) -> Iterator[ast.expr]:
    if isinstance(node, ast.For | ast.AsyncFor):
        yield node.iter
    elif isinstance(node, ast.ListComp | ast.GeneratorExp | ast.DictComp):
        yield from (generator.iter for generator in node.generators)
    elif isinstance(node, ast.Starred):
        yield node.value
    elif isinstance(node, ast.Call):
        function = node.func
        name = function.id if isinstance(function, ast.Name) else ""
        method = function.attr if isinstance(function, ast.Attribute) else ""
        if name in {"list", "tuple", "enumerate", "iter", "next"} or method == "join":
            yield from node.args[:1]


def _inside_of_harmless(tree: ast.AST) -> set[int]:
    """Comprehensions that are handed to something which does not tell their order."""
    return {
        id(argument)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in _IN_ORDER | {"set", "frozenset"}
        for argument in node.args
    }


@pytest.mark.parametrize("file", FILES, ids=lambda f: str(f.relative_to(PACKAGE)))
def test_it_asks_nothing_that_may_differ(file: Path):
    """No clock, no chance, no order of a set."""
    assert [] == faults(file.read_text(), str(file.relative_to(PACKAGE)))


@pytest.mark.parametrize(
    ("source", "what"),
    [
        ("import time", "imports time"),
        ("from random import choice", "imports random"),
        ("from datetime import datetime\nx = datetime.now()", "reads datetime.now"),
        ("import os\nx = os.urandom(4)", "reads os.urandom"),
        ("for x in {1, 2}: print(x)", "goes through a set: {1, 2}"),
        ("a: set[str] = set()\nfor x in a: print(x)", "goes through a set: a"),
        ("def f(a: frozenset[str]): return list(a)", "goes through a set: a"),
        ("a = set(b)\n', '.join(a)", "goes through a set: a"),
        ("a = {1}\nprint(*a)", "goes through a set: a"),
    ],
)
def test_the_rule_can_fail(source: str, what: str):
    """Each kind of fault is found."""
    assert any(what in fault for fault in faults(source))


@pytest.mark.parametrize(
    "source",
    [
        "a = {1}\nfor x in sorted(a): print(x)",
        "a = {1}\nb = max(x for x in a)",
        "a = {1: 2}\nfor x in a: print(x)",
    ],
)
def test_what_does_no_harm_is_let_be(source: str):
    """A sorted set has an order, and so has a dict."""
    assert [] == faults(source)
