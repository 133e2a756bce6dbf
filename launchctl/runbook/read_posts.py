"""Reading what leaves the house: posts, calls of web services, messages to the crew."""

from __future__ import annotations

from typing import Any

from launchctl.runbook import actions as kinds
from launchctl.runbook.base import SecretRef
from launchctl.runbook.context import Context
from launchctl.runbook.reader import Fields, Read
from launchctl.runbook.yaml import Mapping, Node, plain

MAX_MEDIA = 4


def inner_fields(context: Context, fields: Fields, key: str) -> Fields | None:
    """The mapping of an action whose value is one; unsound if it is none."""
    node = fields.raw(key)
    inner = context.reader.fields(node, key) if node is not None else None
    if inner is None:
        fields.sound = False
    return inner


def media_file(context: Context) -> Read[kinds.Media]:
    """One file beside the runbook, with the words for who cannot see it."""
    reader = context.reader

    def read(node: Node) -> kinds.Media | None:
        fields = reader.fields(node, "media")
        if fields is None:
            return None
        file = fields.need("file", reader.text("media.file", 400))
        alt = fields.take("alt", reader.text("media.alt", 1_000))
        fields.done()
        if file is None or not fields.sound:
            return None
        digest = context.media_digest(node, file)
        if digest is None:
            return None
        if alt is None:
            reader.warn(node, f"media {file!r} has no `alt`: blind people read that")
        return kinds.Media(file=file, alt=alt or "", sha256=digest)

    return read


def _teaser(context: Context, fields: Fields) -> bool:
    word = fields.take("public", context.reader.word("public", ("teaser",)))
    return word is not None


def read_post(context: Context, fields: Fields) -> dict[str, Any] | None:
    """``post:`` and what stands in it."""
    inner = inner_fields(context, fields, "post")
    if inner is None:
        return None
    body = read_body(context, inner)
    inner.done("post")
    return None if body is None or not inner.sound else {"post": body}


def read_body(context: Context, inner: Fields) -> kinds.PostBody | None:
    """What a post is, out of the mapping it stands in; the rest is left there."""
    reader = context.reader
    account = inner.need("as", context.refer("poster", "post.as"))
    text = inner.need("text", context.text("post.text", "post"))
    media = inner.take("media", reader.listed("post.media", media_file(context)))
    reply_to = inner.take("reply_to", context.refer("posting cue", "post.reply_to"))
    also = common(context, inner)
    is_post = inner.what == "post"
    promises = inner.take("promises", _promise(context)) if is_post else None
    check_media(context, inner, media)
    if account is None or text is None:
        return None
    return kinds.PostBody(
        account=account,
        text=text,
        media=media or (),
        reply_to=reply_to,
        promises=promises,
        **also,
    )


def _promise(context: Context) -> Read[kinds.Promise]:
    """``promises: {what, by, kept_by}``."""
    reader = context.reader

    def read(node: Node) -> kinds.Promise | None:
        fields = reader.fields(node, "promises")
        if fields is None:
            return None
        what = fields.need("what", reader.text("promises.what", 200))
        where = f"cue {reader.cue} promises"
        by = fields.need("by", context.wall("promises.by", where))
        kept_by = fields.need("kept_by", context.refer("posting cue", "kept_by"))
        fields.done()
        if what is None or by is None or kept_by is None or not fields.sound:
            return None
        return kinds.Promise(what=what, by_us=by.at_us, kept_by=kept_by)

    return read


def common(context: Context, inner: Fields) -> dict[str, Any]:
    """What every kind of post may say: ``public`` and ``despite_silence``."""
    reader = context.reader
    despite = inner.take("despite_silence", reader.truth("despite_silence"))
    if despite and not context.procedure:
        reader.problem(
            inner.at("despite_silence"),
            "despite_silence: only a procedure's post may leave under silence",
        )
    return {"teaser": _teaser(context, inner), "despite_silence": bool(despite)}


def check_media(context: Context, inner: Fields, media: Any) -> None:
    """At most four files hang on a post."""
    if media and len(media) > MAX_MEDIA:
        what = f"{inner.what}.media"
        context.reader.problem(inner.at("media"), f"{what}: at most {MAX_MEDIA} files")


def read_http(context: Context, fields: Fields) -> dict[str, Any] | None:
    """``http:`` and what stands in it."""
    inner = inner_fields(context, fields, "http")
    if inner is None:
        return None
    reader = context.reader
    inner.take("method", reader.word("http.method", ("POST",), _METHODS))
    url = inner.need("url", context.address("http.url", "", "web"))
    body = inner.raw("json")
    headers = inner.take("headers", _headers(context))
    again = inner.take("again", reader.word("http.again", ("safe",)))
    confirm = inner.take("confirm", _confirm(context))
    teaser = _teaser(context, inner)
    inner.done("http")
    if not inner.sound or url is None:
        return None
    return {
        "http": kinds.HttpBody(
            url=url,
            json_body=None if body is None else plain(body),
            headers=headers or {},
            again="safe" if again else None,
            confirm=confirm,
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


def read_notify(context: Context, fields: Fields) -> dict[str, Any] | None:
    """``notify:`` and what stands in it."""
    inner = inner_fields(context, fields, "notify")
    if inner is None:
        return None
    to = inner.need("to", context.refer("channel", "notify.to"))
    text = inner.need("text", context.text("notify.text", "message"))
    inner.done()
    if to is None or text is None or not inner.sound:
        return None
    return {"notify": kinds.NotifyBody(to=to, text=text)}
