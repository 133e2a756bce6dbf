"""Reading the posts that hang on others: replies, reposts and threads."""

from __future__ import annotations

from typing import Any

from launchctl.runbook import actions as kinds
from launchctl.runbook.context import Context
from launchctl.runbook.networks import NETWORKS
from launchctl.runbook.nodes import Node, Scalar
from launchctl.runbook.read.posts import check_media, common, media_file
from launchctl.runbook.read.reader import Fields, Read


def read_reply(context: Context, fields: Fields) -> dict[str, Any] | None:
    """``reply:`` to a post of a cue, or to anybody's by its id or address."""
    inner = fields.inner("reply")
    if inner is None:
        return None
    reader = context.reader
    account = inner.need("as", context.refer("poster", "reply.as"))
    to = inner.need("to", _answered(context))
    text = inner.need("text", context.text("reply.text", "post"))
    media = inner.take("media", reader.listed("reply.media", media_file(context)))
    also = common(context, inner)
    inner.done()
    check_media(context, inner, media)
    if not inner.sound or account is None or text is None or to is None:
        return None
    cue, answers = to
    body = kinds.PostBody(
        account=account,
        text=text,
        media=media or (),
        reply_to=cue,
        answers=answers,
        **also,
    )
    return {"post": body}


def _answered(context: Context) -> Read[tuple[str | None, str | None]]:
    """(cue, None), or (None, address or id) of what a reply answers."""
    refer = context.refer("posting cue", "reply.to")

    def read(node: Node) -> tuple[str | None, str | None] | None:
        text = node.text if isinstance(node, Scalar) else ""
        if any(network.post_named(text) for network in NETWORKS.values()):
            return None, text
        if "://" in text:
            context.reader.problem(
                node,
                f"reply.to: {text!r} is no address of a post",
                "write https://x.com/NAME/status/ID (of other networks: as a browser "
                "shows it), its id, or a cue",
            )
            return None
        cue = refer(node)
        return None if cue is None else (cue, None)

    return read


def read_repost(context: Context, fields: Fields) -> dict[str, Any] | None:
    """``repost:`` a post of a cue, under another account."""
    inner = fields.inner("repost")
    if inner is None:
        return None
    account = inner.need("as", context.refer("poster", "repost.as"))
    cue = inner.need("post", context.refer("posting cue", "repost.post"))
    also = common(context, inner)
    inner.done()
    if not inner.sound or account is None or cue is None:
        return None
    text = f"repost of {cue}"
    body = kinds.PostBody(account=account, text=text, reply_to=cue, **also)
    return {"post": body}


MAX_PARTS = 25


def read_thread(context: Context, fields: Fields) -> dict[str, Any] | None:
    """``thread:`` several posts, each below the one before."""
    inner = fields.inner("thread")
    if inner is None:
        return None
    reader = context.reader
    account = inner.need("as", context.refer("poster", "thread.as"))
    also = common(context, inner)
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
        kinds.PostBody(account=account, text=text, media=media, **also)
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
        media = fields.take("media", reader.listed("thread.media", media_file(context)))
        fields.done()
        check_media(context, fields, media)
        return (text, media or ()) if text is not None and fields.sound else None

    return read
