"""Reading constants: plain ones, and words by language."""

from __future__ import annotations

import re
from typing import Any

from launchctl.runbook.context import Context
from launchctl.runbook.nodes import Mapping, Node, Scalar
from launchctl.runbook.read.reader import Read
from launchctl.runbook.read.words import shown


def read_vars(context: Context) -> Read[dict[str, Any]]:
    """Plain constants."""
    reader = context.reader

    def read(node: Node) -> dict[str, Any] | None:
        fields = reader.fields(node, "vars")
        if fields is None:
            return None
        found: dict[str, Any] = {}
        for key, item in fields.node.items.items():
            if not key.isidentifier():
                reader.problem(
                    fields.at(key), f"vars: {key!r} is no name", "letters, digits and _"
                )
            elif isinstance(item, Mapping):
                found[key] = _by_language(context, f"vars.{key}", item)
            elif not isinstance(item, Scalar) or item.value is None:
                reader.problem(
                    item, f"vars.{key}: expected a constant, found {shown(item)}"
                )
            else:
                found[key] = item.value
        return found

    return read


def _by_language(context: Context, what: str, node: Mapping) -> dict[str, Any]:
    """``{en: Hello, de: Hallo}``."""
    reader = context.reader
    words: dict[str, Any] = {}
    for lang, item in node.items.items():
        if not _LANG.fullmatch(lang):
            reader.problem(node.keys[lang], f"{what}: {lang!r} is no language")
        text = reader.text(f"{what}.{lang}")(item)
        if text is not None:
            words[lang] = text
    if not node.items:
        reader.problem(node, f"{what}: there are no words in any language")
    return words


_LANG = re.compile(r"[a-z]{2,3}([_-][A-Za-z0-9]{2,8})*")
