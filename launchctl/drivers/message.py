"""A post command's content, as a network's driver needs it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from launchctl.runbook.actions import Media, Post
from launchctl.show.commands import Command


@dataclass(frozen=True, slots=True)
class Message:
    """What is to be posted. ``reply_to`` is the receipt id of the answered post,
    ``repost`` that of the one which is shown again: then there is no text.
    """

    text: str
    media: tuple[Media, ...]
    reply_to: str | None
    repost: str | None = None

    @classmethod
    def of(cls, command: Command) -> Self:
        """What the engine rendered; media as written where it says nothing."""
        content = command.content
        media = content.get("media")
        if media is None and isinstance(command.action, Post):
            media = command.action.post.media
        reply_to = content.get("reply_to")
        return cls(
            text=str(content.get("text", "")),
            media=tuple(Media.model_validate(_plain(item)) for item in media or ()),
            reply_to=None if reply_to is None else str(reply_to),
            repost=str(content["repost"]) if content.get("repost") else None,
        )


def _plain(item: object) -> object:
    return dict(item) if isinstance(item, Mapping) else item
