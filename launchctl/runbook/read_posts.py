"""Reading what leaves the house: posts, calls of web services, messages to the crew."""

from __future__ import annotations

import re
from typing import Any

from launchctl.runbook import actions as kinds
from launchctl.runbook.base import SecretRef
from launchctl.runbook.context import Context
from launchctl.runbook.reader import Fields, Read
from launchctl.runbook.yaml import Mapping, Node, Scalar, plain

MAX_MEDIA = 4


def inner_fields(context: Context, fields: Fields, key: str) -> Fields | None:
    """The mapping of an action whose value is one; unsound if it is none."""
    node = fields.raw(key)
    inner = context.reader.fields(node, key) if node is not None else None
    if inner is None:
        fields.sound = False
    return inner


def _media(context: Context) -> Read[kinds.Media]:
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
    media = inner.take("media", reader.listed("post.media", _media(context)))
    reply_to = inner.take("reply_to", context.refer("posting cue", "post.reply_to"))
    common = _common(context, inner)
    _check_media(context, inner, media)
    if account is None or text is None:
        return None
    return kinds.PostBody(
        account=account, text=text, media=media or (), reply_to=reply_to, **common
    )


def _common(context: Context, inner: Fields) -> dict[str, Any]:
    """What every kind of post may say: ``public`` and ``despite_silence``."""
    reader = context.reader
    despite = inner.take("despite_silence", reader.truth("despite_silence"))
    if despite and not context.procedure:
        reader.problem(
            inner.at("despite_silence"),
            "despite_silence: only a procedure's post may leave under silence",
        )
    return {"teaser": _teaser(context, inner), "despite_silence": bool(despite)}


def _check_media(context: Context, inner: Fields, media: Any) -> None:
    if media and len(media) > MAX_MEDIA:
        what = f"{inner.what}.media"
        context.reader.problem(inner.at("media"), f"{what}: at most {MAX_MEDIA} files")


def read_reply(context: Context, fields: Fields) -> dict[str, Any] | None:
    """``reply:`` to a post of a cue, or to anybody's by its id or address."""
    inner = inner_fields(context, fields, "reply")
    if inner is None:
        return None
    reader = context.reader
    account = inner.need("as", context.refer("poster", "reply.as"))
    to = inner.need("to", _answered(context))
    text = inner.need("text", context.text("reply.text", "post"))
    media = inner.take("media", reader.listed("reply.media", _media(context)))
    common = _common(context, inner)
    inner.done()
    _check_media(context, inner, media)
    if not inner.sound or account is None or text is None or to is None:
        return None
    cue, answers = to
    body = kinds.PostBody(
        account=account,
        text=text,
        media=media or (),
        reply_to=cue,
        answers=answers,
        **common,
    )
    return {"post": body}


_STATUS = re.compile(r"https?://\S+/status/(\d{1,20})(?:[/?#].*)?")
_ID = re.compile(r"\d{6,20}")


def _answered(context: Context) -> Read[tuple[str | None, str | None]]:
    """(cue, None) or (None, id) of what a reply answers."""
    refer = context.refer("posting cue", "reply.to")

    def read(node: Node) -> tuple[str | None, str | None] | None:
        text = node.text if isinstance(node, Scalar) else ""
        found = _STATUS.fullmatch(text)
        if found or _ID.fullmatch(text):
            return None, found[1] if found else text
        if "://" in text:
            context.reader.problem(
                node,
                f"reply.to: {text!r} is no address of a post",
                "write https://x.com/NAME/status/ID, its id, or a cue",
            )
            return None
        cue = refer(node)
        return None if cue is None else (cue, None)

    return read


def read_repost(context: Context, fields: Fields) -> dict[str, Any] | None:
    """``repost:`` a post of a cue, under another account."""
    inner = inner_fields(context, fields, "repost")
    if inner is None:
        return None
    account = inner.need("as", context.refer("poster", "repost.as"))
    cue = inner.need("post", context.refer("posting cue", "repost.post"))
    common = _common(context, inner)
    inner.done()
    if not inner.sound or account is None or cue is None:
        return None
    text = f"repost of {cue}"
    body = kinds.PostBody(account=account, text=text, reply_to=cue, **common)
    return {"post": body}


MAX_PARTS = 25


def read_thread(context: Context, fields: Fields) -> dict[str, Any] | None:
    """``thread:`` several posts, each below the one before."""
    inner = inner_fields(context, fields, "thread")
    if inner is None:
        return None
    reader = context.reader
    account = inner.need("as", context.refer("poster", "thread.as"))
    common = _common(context, inner)
    parts = inner.need("parts", reader.listed("thread.parts", _part(context)))
    inner.done()
    if not inner.sound or account is None or parts is None:
        return None
    count = len(getattr(inner.node.items["parts"], "items", ()))
    if not 2 <= count <= MAX_PARTS:
        reader.problem(
            inner.at("parts"),
            f"thread.parts: a thread has 2 to {MAX_PARTS} parts, this has {count}",
            "one alone is a post" if count == 1 else "",
        )
        return None
    bodies = tuple(
        kinds.PostBody(account=account, text=text, media=media, **common)
        for text, media in parts
    )
    return {"thread": kinds.ThreadBody(account=account, parts=bodies)}


def _part(context: Context) -> Read[tuple[str, tuple[kinds.Media, ...]]]:
    reader = context.reader

    def read(node: Node) -> tuple[str, tuple[kinds.Media, ...]] | None:
        fields = reader.fields(node, "thread.parts")
        if fields is None:
            return None
        text = fields.need("text", context.text("thread.parts.text", "post"))
        media = fields.take("media", reader.listed("thread.media", _media(context)))
        fields.done()
        _check_media(context, fields, media)
        return (text, media or ()) if text is not None and fields.sound else None

    return read


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


def read_say(context: Context, fields: Fields) -> dict[str, Any] | None:
    """``say:`` a word to the presenter or the crew; an empty text takes it away."""
    inner = inner_fields(context, fields, "say")
    if inner is None:
        return None
    to = inner.need("to", context.reader.word("say.to", ("stage", "crew")))
    node = inner.raw("text")
    text: str | None = None
    if node is None:
        context.reader.problem(inner.node, "say: `text` is missing")
        inner.sound = False
    elif isinstance(node, Scalar) and node.value == "":
        text = ""
    else:
        text = context.text("say.text", "message")(node)
    inner.done()
    if not inner.sound or text is None or to is None:
        return None
    return {"say": kinds.SayBody(to="stage" if to == "stage" else "crew", text=text)}


_OSC_ADDRESS = re.compile(r"(/[^\s#*,/?\[\]{}]+)+")
_MAX_ARGS = 32


def read_osc(context: Context, fields: Fields) -> dict[str, Any] | None:
    """``osc:`` one message to a desk."""
    inner = inner_fields(context, fields, "osc")
    if inner is None:
        return None
    reader = context.reader
    to = inner.need("to", context.refer("device", "osc.to"))
    address = inner.need("address", reader.text("osc.address", 200))
    args = inner.take("args", reader.listed("osc.args", _osc_value(context)))
    inner.done()
    if address is not None and not _OSC_ADDRESS.fullmatch(address):
        where = inner.at("address")
        reader.problem(where, f"osc.address: {address!r} is none", "such as /cue/11/go")
        return None
    if args and len(args) > _MAX_ARGS:
        reader.problem(inner.at("args"), f"osc.args: at most {_MAX_ARGS}")
    if not inner.sound or to is None or address is None:
        return None
    return {"osc": kinds.OscBody(to=to, address=address, args=args or ())}


def _osc_value(context: Context) -> Read[Any]:
    def read(node: Node) -> Any:
        value = node.value if isinstance(node, Scalar) else None
        if value is None:
            context.reader.expected(node, "osc.args", "a number, a text, true or false")
        elif type(value) is int and not -(2**31) <= value < 2**31:
            context.reader.problem(node, f"osc.args: {value} has more than 32 bits")
            return None
        return value

    return read
