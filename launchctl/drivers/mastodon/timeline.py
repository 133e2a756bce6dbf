"""Recognising our own post among the account's newest.

Mastodon gives a text back as HTML: paragraphs, breaks, links whose scheme is hidden,
mentions without their server, and hashtags as links. So texts are compared as plain
words. Instants are Mastodon's own, compared relative to its Date header.
"""

from __future__ import annotations

import html
import re

from pydantic import TypeAdapter, ValidationError

from launchctl.drivers.answers import is_success
from launchctl.drivers.limits import date_us
from launchctl.drivers.mastodon.answers import Status
from launchctl.drivers.message import Message
from launchctl.drivers.wire import Exchange
from launchctl.show.inputs import PostSeen
from launchctl.times import MINUTE, SECOND, Micros, parse_instant

CLOCK_ALLOWANCE_US = 5 * SECOND
_LOOK_BACK_US = 30 * MINUTE
_BREAK = re.compile(r"</p>\s*<p>|<br\s*/?>")
_TAG = re.compile(r"<[^>]*>")
_REMOTE = re.compile(r"(?<![\w/])(@\w+)@[\w.-]+\w")
_PAGE = TypeAdapter(tuple[Status, ...])


def statuses_in(exchange: Exchange) -> tuple[Status, ...] | None:
    """The posts of a page, newest first; None if the answer is no page."""
    if not is_success(exchange) or "json" not in exchange.content_type:
        return None
    try:
        return _PAGE.validate_json(exchange.body)
    except ValidationError:
        return None


def written(content: str) -> str:
    """The words of a post's HTML, with line breaks."""
    return html.unescape(_TAG.sub("", _BREAK.sub("\n", content))).strip()


def _words(text: str) -> list[str]:
    return _REMOTE.sub(r"\1", text).split()


def made_us(status: Status, ahead_us: Micros) -> Micros:
    """When it was made, on N."""
    try:
        return parse_instant(status.created_at) - ahead_us
    except ValueError:
        return 0


def ahead_us(exchange: Exchange, now_us: Micros) -> Micros:
    """How far the server's clock is ahead of N, as its Date header tells."""
    there_us = date_us(exchange.headers)
    return 0 if there_us is None else there_us - now_us


def is_same(status: Status, message: Message) -> bool:
    """Whether a post says what was wanted, with media or without, to the same post."""
    if message.repost is not None:
        return status.reblog is not None and status.reblog.id == message.repost
    return (
        status.reblog is None
        and bool(status.media_attachments) == bool(message.media)
        and status.in_reply_to_id == message.reply_to
        and _words(written(status.content)) == _words(message.text)
    )


class Watch:
    """What the account's owner posts by hand; remembers what was sent and seen.

    Attributes:
        since_id: only what is newer is asked for; None at the first look.
    """

    def __init__(self, name: str) -> None:
        self.since_id: str | None = None
        self._name = name
        self._ours: list[tuple[Message, Micros]] = []
        self._seen: set[str] = set()

    def ours(self, message: Message, after_us: Micros) -> None:
        """This is sent, or was: found among the posts it is no surprise."""
        if (message, after_us) not in self._ours:
            self._ours.append((message, after_us))

    def news(
        self, posts: tuple[Status, ...], ahead: Micros, now_us: Micros
    ) -> list[PostSeen]:
        """The posts of a page that are new here and not ours, oldest first."""
        found = []
        for post in reversed(posts):
            at_us = min(made_us(post, ahead), now_us)
            if now_us - at_us > MINUTE:  # the last minute is read again: pages may lag
                self.since_id = post.id
            new = post.id not in self._seen and now_us - at_us <= _LOOK_BACK_US
            self._seen.add(post.id)
            if new and not self._is_ours(post, at_us):
                found.append(self._reported(post, at_us))
        return found

    def _is_ours(self, post: Status, at_us: Micros) -> bool:
        return any(
            at_us >= after_us - CLOCK_ALLOWANCE_US and is_same(post, message)
            for message, after_us in self._ours
        )

    def _reported(self, post: Status, at_us: Micros) -> PostSeen:
        return PostSeen(
            account=self._name,
            id=post.id,
            url=post.receipt.url,
            text=written(post.content),
            at_us=at_us,
            reply=post.in_reply_to_id is not None,
        )
