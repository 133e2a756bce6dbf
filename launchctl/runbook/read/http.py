"""Reading calls of web services."""

from __future__ import annotations

from typing import Any

from launchctl.runbook import actions as kinds
from launchctl.runbook.base import SecretRef
from launchctl.runbook.context import Context
from launchctl.runbook.nodes import Mapping, Node, plain
from launchctl.runbook.read.posts import read_teaser
from launchctl.runbook.read.reader import Fields, Read


def read_http(context: Context, fields: Fields) -> dict[str, Any] | None:
    """``http:`` and what stands in it."""
    inner = fields.inner("http")
    if inner is None:
        return None
    reader = context.reader
    inner.take("method", reader.word("http.method", ("POST",), _METHODS))
    url = inner.need("url", context.address("http.url", "", "web"))
    body = inner.raw("json")
    headers = inner.take("headers", _headers(context))
    again = inner.take("again", reader.word("http.again", ("safe",)))
    confirm = inner.take("confirm", _confirm(context))
    undo = inner.take("undo", _undo(context))
    teaser = read_teaser(context, inner)
    inner.done()
    if not inner.sound or url is None:
        return None
    return {
        "http": kinds.HttpBody(
            url=url,
            json_body=None if body is None else plain(body),
            headers=headers or {},
            again="safe" if again else None,
            confirm=confirm,
            undo=undo,
            teaser=teaser,
        )
    }


_METHODS = ("GET", "PUT", "PATCH", "DELETE")


def _headers(context: Context) -> Read[dict[str, str | SecretRef]]:
    reader = context.reader

    def read(node: Node) -> dict[str, str | SecretRef] | None:
        fields = reader.fields(node, "http.headers")
        if fields is None:
            return None
        found: dict[str, str | SecretRef] = {}
        for key, value in fields.node.items.items():
            if not key.replace("-", "").isalnum() or not key.isascii():
                reader.problem(fields.at(key), f"http.headers: {key!r} is no header")
                continue
            what = f"http.headers.{key}"
            if isinstance(value, Mapping):
                secret = context.secret(what)(value)
                if secret is not None:
                    found[key] = secret
                continue
            text = reader.text(what, 1_000)(value)
            if text is not None:
                _check_header(context, value, key, text)
                found[key] = text
        return found

    return read


def _check_header(context: Context, node: Node, key: str, text: str) -> None:
    """A secret written out, or a line break that would begin another header."""
    if key.lower() in {"authorization", "cookie", "x-api-key"}:
        context.reader.problem(
            node,
            f"http.headers.{key}: expected {{env: NAME}} or {{file: path}}",
            "a secret stands in a runbook by reference only",
        )
    if "\n" in text or "\r" in text:
        context.reader.problem(node, f"http.headers.{key}: a header is one line")


def _undo(context: Context) -> Read[kinds.Undo]:
    """``undo: {json, url, confirm}``: the call that takes it back."""
    reader = context.reader

    def read(node: Node) -> kinds.Undo | None:
        fields = reader.fields(node, "undo")
        if fields is None:
            return None
        url = fields.take("url", context.address("undo.url", "", "web"))
        body = fields.raw("json")
        confirm = fields.take("confirm", _confirm(context))
        fields.done()
        if fields.sound and body is None and url is None:
            reader.problem(node, "undo: expected `json`, `url` or both")
            return None
        if not fields.sound:
            return None
        json_body = None if body is None else plain(body)
        return kinds.Undo(url=url, json_body=json_body, confirm=confirm)

    return read


def _confirm(context: Context) -> Read[kinds.Confirm]:
    reader = context.reader

    def read(node: Node) -> kinds.Confirm | None:
        fields = reader.fields(node, "confirm")
        if fields is None:
            return None
        get = fields.need("get", context.address("confirm.get", "", "web"))
        contains = fields.take("contains", reader.text("confirm.contains", 1_000))
        within = fields.take("within", reader.span("confirm.within"))
        fields.done()
        if get is None or not fields.sound:
            return None
        if within is None:
            return kinds.Confirm(get=get, contains=contains)
        return kinds.Confirm(get=get, contains=contains, within_us=within)

    return read
