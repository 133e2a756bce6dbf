"""Small YAML documents of a rehearsal: read, checked, and told where they are wrong."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from launchctl.errors import InputError, Problem, RunbookError
from launchctl.runbook.nodes import Mapping, Node, Sequence, plain
from launchctl.runbook.yaml import YamlError, parse

_LARGEST = 256 * 1024
_SAID = {
    "missing": "it is missing",
    "string_type": "it is no text",
}

M = TypeVar("M", bound=BaseModel)


def read_document(path: Path, what: str) -> str:
    """Its text; ``what`` it is, for messages.

    Raises:
        InputError: it cannot be read.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8"
        raise InputError(f"the {what} {path} cannot be read: {reason}") from None
    if len(text) > _LARGEST:
        raise InputError(f"the {what} {path} is larger than 256 KiB")
    return text


def parse_document(text: str, file: str, model: type[M], what: str, shape: str) -> M:
    """The document.

    Args:
        text: the document.
        file: where it comes from.
        model: what it must be.
        what: it is called, for messages: ``script``.
        shape: what it looks like, as a sentence.

    Raises:
        RunbookError: it is none; names every fault with line and column.
    """
    try:
        root, twice = parse(text.encode())
    except YamlError as error:
        raise RunbookError([_fault(file, error)]) from None
    if twice:
        raise RunbookError([_fault(file, error) for error in twice])
    try:
        return model.model_validate(plain(root))
    except ValidationError as error:
        said = _SAID | {"extra_forbidden": f"a {what} has no such key"}
        said |= {"model_type": shape}
        raise RunbookError(list(_problems(error, root, file, said))) from None


def _fault(file: str, error: YamlError) -> Problem:
    return Problem(file, error.line, error.column, error.message, hint=error.hint)


def _problems(
    error: ValidationError, root: Node, file: str, said: dict[str, str]
) -> Iterator[Problem]:
    for fault in error.errors(include_url=False, include_input=False):
        line, column = _place(root, fault["loc"])
        message = said.get(fault["type"], fault["msg"].removeprefix("Value error, "))
        where = fault["loc"][-1] if fault["loc"] else None
        if isinstance(where, str):
            message = f"{where}: {message}"
        yield Problem(file, line, column, message)


def _place(root: Node, path: tuple[int | str, ...]) -> tuple[int, int]:
    """Line and column of the deepest part of ``path`` that is in the file."""
    node = root
    place = (node.line, node.column)
    for part in path:
        if isinstance(node, Mapping) and part in node.items:
            place = node.keys[str(part)]
            node = node.items[str(part)]
        elif isinstance(node, Sequence) and isinstance(part, int):
            node = node.items[part]
            place = (node.line, node.column)
        else:
            break
    return place
