"""Reading posts, and what every kind of post may say."""

from __future__ import annotations

from typing import Any

from launchctl.runbook import actions as kinds
from launchctl.runbook.context import Context
from launchctl.runbook.nodes import Node
from launchctl.runbook.read.reader import Fields, Read

MAX_MEDIA = 4


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


def read_teaser(context: Context, fields: Fields) -> bool:
    """``public: teaser`` on a post or a call itself."""
    word = fields.take("public", context.reader.word("public", ("teaser",)))
    return word is not None


def read_post(context: Context, fields: Fields) -> dict[str, Any] | None:
    """``post:`` and what stands in it."""
    inner = fields.inner("post")
    if inner is None:
        return None
    body = read_body(context, inner)
    inner.done()
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
    return {"teaser": read_teaser(context, inner), "despite_silence": bool(despite)}


def check_media(context: Context, inner: Fields, media: Any) -> None:
    """At most four files hang on a post."""
    if media and len(media) > MAX_MEDIA:
        what = f"{inner.what}.media"
        context.reader.problem(inner.at("media"), f"{what}: at most {MAX_MEDIA} files")
