"""Text templates: names, literals and declared filters, and nothing else.

Jinja2 only parses; what it found is compared with a whitelist and turned into a list of
parts. Rendering walks that list: no Jinja2 code runs on a runbook's text, so no loop,
arithmetic or call can be smuggled in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from launchctl.runbook.filters import FILTERS

MAX_LENGTH = 4_000
MAX_BRACES = 50
MAX_FILTERS = 4

_WHAT = "names, literals and filters only"


class TemplateError(ValueError):
    """The text is no template that launchctl reads; the sentence says why."""


class MissingValueError(LookupError):
    """A name of the template has no value now."""


@dataclass(frozen=True, slots=True)
class _Expression:
    """``path`` None: ``literal`` stands for itself."""

    path: tuple[str, ...] | None
    literal: Any
    filters: tuple[tuple[str, tuple[Any, ...]], ...]


class Template:
    """One parsed template.

    Attributes:
        source: as written.
        names: what it reads, dotted: ``orders.units``, ``figures.day-one``, ``vars.x``.
        paths: the same in parts.
        filters: the filters it uses, sorted.

    Raises:
        TemplateError: it holds more than names, literals and declared filters.
    """

    __slots__ = ("_parts", "filters", "names", "paths", "source")

    def __init__(self, source: str) -> None:
        self.source = source
        self._parts = _parse(source)
        used = [part for part in self._parts if isinstance(part, _Expression)]
        self.paths = tuple(sorted({part.path for part in used if part.path}))
        self.names = frozenset(".".join(path) for path in self.paths)
        self.filters = tuple(
            sorted({name for part in used for name, _ in part.filters})
        )

    def __repr__(self) -> str:
        return f"Template({self.source!r})"

    def render(
        self, values: Mapping[str, Any], locale: str = "en_US", timezone: str = "UTC"
    ) -> str:
        """The text with the values of ``values`` (nested by the parts of the names).

        Raises:
            MissingValueError: a name has no value.
            ValueError: a filter got a value of the wrong kind.
        """
        return "".join(
            part if isinstance(part, str) else _render(part, values, locale, timezone)
            for part in self._parts
        )


@lru_cache(maxsize=8192)
def template(source: str) -> Template:
    """A template, parsed once a process."""
    return Template(source)


def _render(
    part: _Expression, values: Mapping[str, Any], locale: str, timezone: str
) -> str:
    value: Any = part.literal if part.path is None else values
    for step in part.path or ():
        if not isinstance(value, Mapping) or value.get(step) is None:
            raise MissingValueError(".".join(part.path or ()))
        value = value[step]
    for name, arguments in part.filters:
        value = FILTERS[name][0](value, locale, timezone, *arguments)
    return str(value)


def _parse(source: str) -> tuple[str | _Expression, ...]:
    if len(source) > MAX_LENGTH:
        raise TemplateError(f"a text has at most {MAX_LENGTH:,} characters")
    if "{{" not in source and "{%" not in source and "{#" not in source:
        return (source,) if source else ()
    _check_marks(source)
    from jinja2 import TemplateSyntaxError, nodes  # noqa: PLC0415  slow to import

    try:
        tree = _environment().parse(source)
    except TemplateSyntaxError as error:
        raise TemplateError(f"the template cannot be read: {error.message}") from None
    except RecursionError:
        raise TemplateError("the template is nested too deeply") from None
    parts: list[str | _Expression] = []
    for output in tree.body:
        if not isinstance(output, nodes.Output):
            raise TemplateError(_WHAT)
        for node in output.nodes:
            if isinstance(node, nodes.TemplateData):
                parts.append(node.data)
            else:
                parts.append(_expression(node))
    return tuple(parts)


def _check_marks(source: str) -> None:
    """Refuse what is no expression, and what is too much, before Jinja2 parses."""
    for mark, what in (("{%", "a statement"), ("{#", "a comment")):
        if mark in source:
            raise TemplateError(f"{mark} begins {what}; a text has {_WHAT}")
    if source.count("{") > MAX_BRACES or source.count("(") > MAX_BRACES:
        raise TemplateError(f"a text has at most {MAX_BRACES} braces or brackets")


@lru_cache(maxsize=1)
def _environment() -> Any:
    from jinja2 import Environment  # noqa: PLC0415

    # Only its parser is used; texts are plain, so nothing is escaped.
    return Environment(keep_trailing_newline=True, autoescape=False)  # noqa: S701


def _expression(node: Any) -> _Expression:
    from jinja2 import nodes  # noqa: PLC0415

    filters: list[tuple[str, tuple[Any, ...]]] = []
    while isinstance(node, nodes.Filter):
        filters.insert(0, _filter(node))
        if len(filters) > MAX_FILTERS or node.node is None:
            raise TemplateError(f"at most {MAX_FILTERS} filters, one after another")
        node = node.node
    if isinstance(node, nodes.Const):
        return _Expression(None, node.value, tuple(filters))
    return _Expression(_path(node), None, tuple(filters))


def _filter(node: Any) -> tuple[str, tuple[Any, ...]]:
    from jinja2 import nodes  # noqa: PLC0415

    if node.name not in FILTERS:
        raise TemplateError(
            f"there is no filter {node.name!r}; there are {', '.join(FILTERS)}"
        )
    if node.kwargs or node.dyn_args or node.dyn_kwargs:
        raise TemplateError(f"the filter {node.name} takes plain literals only")
    allowed = FILTERS[node.name][1]
    arguments = []
    for index, argument in enumerate(node.args):
        if not isinstance(argument, nodes.Const) or index >= len(allowed):
            raise TemplateError(f"the filter {node.name} does not take this argument")
        if not allowed[index](argument.value):
            raise TemplateError(
                f"the filter {node.name} does not take {argument.value!r}"
            )
        arguments.append(argument.value)
    return node.name, tuple(arguments)


def _path(node: Any) -> tuple[str, ...]:
    from jinja2 import nodes  # noqa: PLC0415

    parts: list[str] = []
    while not isinstance(node, nodes.Name):
        if isinstance(node, nodes.Getattr):
            parts.append(node.attr)
        elif (
            isinstance(node, nodes.Getitem)
            and isinstance(node.arg, nodes.Const)
            and isinstance(node.arg.value, str)
        ):
            parts.append(node.arg.value)
        else:
            what = _NAMES.get(type(node).__name__, type(node).__name__.lower())
            raise TemplateError(f"{what} is not allowed in a text: {_WHAT}")
        node = node.node
        if len(parts) > 8:
            raise TemplateError("a name has too many parts")
    parts.append(node.name)
    return tuple(reversed(parts))


_NAMES = {
    "Call": "a call",
    "Add": "arithmetic",
    "Sub": "arithmetic",
    "Mul": "arithmetic",
    "Div": "arithmetic",
    "FloorDiv": "arithmetic",
    "Mod": "arithmetic",
    "Pow": "arithmetic",
    "Neg": "arithmetic",
    "Pos": "arithmetic",
    "Compare": "a comparison",
    "CondExpr": "a choice (if)",
    "Test": "a test (is)",
    "Concat": "joining (~)",
    "List": "a list",
    "Tuple": "a list",
    "Dict": "a mapping",
    "Getitem": "a computed index",
    "Not": "logic",
    "And": "logic",
    "Or": "logic",
}
