"""What an account's owner posts by hand, as the account's own timeline shows it.

Each look asks for what is newer than the last look's newest, so that X, which bills
every post that is read, bills nothing while nothing is posted. The last minute is read
again each time: a timeline may show an older post after a newer one.
"""

from __future__ import annotations

import html

from launchctl.drivers.limits import date_us
from launchctl.drivers.message import Message
from launchctl.drivers.wire import Exchange
from launchctl.drivers.x.answers import receipt_for
from launchctl.drivers.x.timeline import (
    CLOCK_ALLOWANCE_US,
    Page,
    SeenPost,
    Wanted,
    is_same,
)
from launchctl.show.inputs import PostSeen
from launchctl.times import MINUTE, Micros

_LOOK_BACK_US = 30 * MINUTE
_AGAIN_US = MINUTE
_FIRST, _LATER = 20, 100


class Watch:
    """Remembers what was sent and seen.

    Attributes:
        since_id: only what is newer is asked for; None at the first look.
    """

    def __init__(self, name: str, handle: str) -> None:
        self.since_id: str | None = None
        self._name = name
        self._handle = handle
        self._ours: list[Wanted] = []
        self._seen: set[str] = set()

    @property
    def at_most(self) -> int:
        """How many posts to ask for."""
        return _FIRST if self.since_id is None else _LATER

    def ours(self, message: Message, after_us: Micros) -> None:
        """This is sent, or was: found on the timeline it is no surprise."""
        wanted = Wanted(message.text, bool(message.media), message.reply_to, after_us)
        if wanted not in self._ours:
            self._ours.append(wanted)

    def news(self, exchange: Exchange, now_us: Micros) -> list[PostSeen]:
        """The posts of an answer that are new here and not ours, oldest first.

        Raises:
            ValidationError: the answer is no timeline.
        """
        page = Page.model_validate(exchange.json_object())
        there_us = date_us(exchange.headers)
        ahead_us = 0 if there_us is None else there_us - now_us
        found = []
        for post in sorted(page.data, key=lambda post: int(post.id)):
            at_us = min(post.at_us - ahead_us, now_us)
            if now_us - at_us > _AGAIN_US:
                self.since_id = post.id
            new = post.id not in self._seen and now_us - at_us <= _LOOK_BACK_US
            self._seen.add(post.id)
            if new and not self._is_ours(post, ahead_us):
                found.append(self._reported(post, at_us))
        return found

    def _is_ours(self, post: SeenPost, ahead_us: Micros) -> bool:
        return any(
            post.at_us >= wanted.after_us + ahead_us - CLOCK_ALLOWANCE_US
            and is_same(post, wanted)
            for wanted in self._ours
        )

    def _reported(self, post: SeenPost, at_us: Micros) -> PostSeen:
        return PostSeen(
            account=self._name,
            id=post.id,
            url=receipt_for(post.id, self._handle).url,
            text=_written(post),
            at_us=at_us,
            reply=post.replies_to is not None,
        )


def _written(post: SeenPost) -> str:
    """The text as it was written, as far as X tells: its own addresses taken out."""
    text = post.text
    for link in sorted(post.entities.urls, key=lambda link: -len(link.url)):
        text = text.replace(link.url, "" if link.is_media else link.expanded_url)
    return html.unescape(text).strip()
