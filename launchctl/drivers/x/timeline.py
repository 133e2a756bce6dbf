"""Recognising our own post in the account's timeline.

X gives no key back, so a post of unknown outcome is found by what it says. X changes
what it is given: it normalises to NFC, escapes ``& < >`` as HTML, replaces every URL by
a t.co address (the original is in ``entities.urls``), appends one for media, and may
put the mention of whom a reply answers in front.

Instants are read from the ids (snowflakes: milliseconds since 2010-11-04 above bit 22),
which are finer than ``created_at``.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from dataclasses import dataclass

from pydantic import BaseModel, Field

from launchctl.drivers.x.measure import normalized
from launchctl.show.inputs import Sight
from launchctl.times import MILLISECOND, SECOND, Micros

CLOCK_ALLOWANCE_US = 5 * SECOND
"""How far X's clock, as its Date header tells it in whole seconds, may be off."""

_SNOWFLAKE_EPOCH_MS = 1_288_834_974_657
_MEDIA_LINK = re.compile(r"/status/\d+/(?:photo|video)/\d+$")
_MENTIONS = re.compile(r"^(?:@\w+\s+)+")


class Link(BaseModel):
    """One of ``entities.urls``: the t.co address and what it stands for."""

    url: str
    expanded_url: str = ""
    media_key: str | None = None

    @property
    def is_media(self) -> bool:
        """Appended by X for attached media, not written by anybody."""
        return bool(self.media_key or _MEDIA_LINK.search(self.expanded_url))


class Entities(BaseModel):
    """What X found in a text."""

    urls: tuple[Link, ...] = ()


class Attachments(BaseModel):
    """What hangs on a post."""

    media_keys: tuple[str, ...] = ()


class Reference(BaseModel):
    """Another post: ``replied_to``, ``quoted`` or ``retweeted``."""

    type: str
    id: str


class SeenPost(BaseModel):
    """One post of the timeline, as far as we look at it."""

    id: str = Field(pattern=r"^\d{1,20}$")
    text: str
    entities: Entities = Entities()
    attachments: Attachments = Attachments()
    referenced_tweets: tuple[Reference, ...] = ()

    @property
    def at_us(self) -> Micros:
        """When X made it, on X's clock."""
        return ((int(self.id) >> 22) + _SNOWFLAKE_EPOCH_MS) * MILLISECOND

    @property
    def replies_to(self) -> str | None:
        """The post it answers."""
        for reference in self.referenced_tweets:
            if reference.type == "replied_to":
                return reference.id
        return None


def look_for_repost(posts: Iterable[SeenPost], post_id: str, after_us: Micros) -> Found:
    """Look for a repost of a post: since the intent, or before it."""
    reposts = [
        post
        for post in posts
        if Reference(type="retweeted", id=post_id) in post.referenced_tweets
    ]
    newer = [post for post in reposts if post.at_us >= after_us - CLOCK_ALLOWANCE_US]
    if newer:
        return Found(Sight.FOUND, newer[-1].id)
    if reposts:
        return Found(Sight.OLDER, reposts[0].id, "it was reposted before this attempt")
    return Found(Sight.ABSENT)


class Meta(BaseModel):
    """Where the next page is."""

    next_token: str | None = None


class Page(BaseModel):
    """An answer of GET /2/users/:id/tweets. An empty timeline has no ``data``."""

    data: tuple[SeenPost, ...] = ()
    meta: Meta


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was to be posted. ``after_us``: the intent, already on X's clock."""

    text: str
    has_media: bool
    reply_to: str | None
    after_us: Micros


@dataclass(frozen=True, slots=True)
class Found:
    """What looking came to: the post's id where there is one."""

    sight: Sight
    post_id: str | None = None
    detail: str = ""


def look(posts: Iterable[SeenPost], wanted: Wanted) -> Found:
    """Look for what was wanted among posts: since the intent, or before it."""
    same = sorted(
        (post for post in posts if is_same(post, wanted)), key=lambda post: int(post.id)
    )
    since_us = wanted.after_us - CLOCK_ALLOWANCE_US
    newer = [post for post in same if post.at_us >= since_us]
    if newer:
        twice = f"it stands there {len(newer)} times" if len(newer) > 1 else ""
        return Found(Sight.FOUND, newer[0].id, twice)
    if same:
        return Found(Sight.OLDER, same[-1].id, "it was there before this attempt")
    return Found(Sight.ABSENT)


def is_same(post: SeenPost, wanted: Wanted) -> bool:
    """Whether a post says what was wanted, with media or without, to the same post."""
    if bool(post.attachments.media_keys) != wanted.has_media:
        return False
    if post.replies_to != wanted.reply_to:
        return False
    text = normalized(wanted.text)
    pattern = _pattern(post)
    if pattern.fullmatch(text):
        return True
    if wanted.reply_to is None:
        return False
    seen = post.model_copy(update={"text": _MENTIONS.sub("", post.text)})
    return _pattern(seen).fullmatch(text) is not None


def _pattern(post: SeenPost) -> re.Pattern[str]:
    """The texts that X would show as this post."""
    text = post.text
    for link in post.entities.urls:
        if link.is_media:
            text = text.replace(link.url, "")
    links = {link.url: link for link in post.entities.urls if not link.is_media}
    plain = normalized(html.unescape(text))
    if not links:
        return re.compile(re.escape(plain))
    # the longest first: one t.co address may begin like another
    shorts = sorted(links, key=len, reverse=True)
    pieces = re.split("(" + "|".join(map(re.escape, shorts)) + ")", plain)
    return re.compile(
        "".join(
            _written(links[piece]) if piece in links else re.escape(piece)
            for piece in pieces
        )
    )


def _written(link: Link) -> str:
    """How the link may stand in the original: with or without scheme and last slash."""
    core = re.sub(r"^https?://", "", normalized(link.expanded_url)).removesuffix("/")
    return f"(?i:(?:https?://)?{re.escape(core)}/?)"
