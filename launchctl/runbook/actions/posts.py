"""Posts of every kind. Each is sent once: intent first."""

from __future__ import annotations

from pydantic import Field

from launchctl.runbook.actions.base import Action, Effect
from launchctl.runbook.base import Frozen, Name, Text
from launchctl.times import Micros


class Media(Frozen):
    """A picture or film file of a post.

    ``sha256`` is of the file's bytes, taken by the loader: approvals are given to
    bytes, not to file names.
    """

    file: Text
    alt: str = ""
    sha256: str = ""


class Promise(Frozen):
    """What a post says will follow: by when, and the cue that keeps it."""

    what: Text
    by_us: Micros
    kept_by: Name


class PostBody(Frozen):
    """One message: ``as`` is an account (or a group: one message for each).

    ``public`` teaser lets this post leave under an embargo by default (``default:
    true``), never under one by topic. ``despite_silence`` is for procedures alone.
    ``reply_to`` is the cue whose post it answers (or repeats), ``answers`` the id at
    the network of somebody else's.
    """

    account: Name = Field(alias="as")
    text: Text
    media: tuple[Media, ...] = ()
    reply_to: Name | None = None
    answers: str | None = None
    despite_silence: bool = False
    teaser: bool = Field(default=False, alias="public")
    promises: Promise | None = None


class Post(Action):
    """Publish a message. Once: intent first, sent once."""

    kind = "post"
    effect = Effect.ONCE
    guarded = True
    post: PostBody


class Reply(Post):
    """Answer a post: of a cue, or anybody's by its address."""

    kind = "reply"

    @property
    def reply(self) -> PostBody:
        """What stands at its own key."""
        return self.post


class Repost(Post):
    """Show a post of a cue again, under another account. It has no text of its own."""

    kind = "repost"

    @property
    def repost(self) -> PostBody:
        """What stands at its own key."""
        return self.post


class ThreadPart(Post):
    """One part of a thread, as the engine sends it; counted from 1."""

    kind = "thread"
    part: int
    parts: int

    @property
    def thread(self) -> PostBody:
        """What stands at its own key."""
        return self.post


class ThreadBody(Frozen):
    """Several posts, each below the one before."""

    account: Name = Field(alias="as")
    parts: tuple[PostBody, ...]


class Thread(Action):
    """Publish a thread. Once: each part has its own intent, and follows the one before
    when that has its receipt.
    """

    kind = "thread"
    effect = Effect.ONCE
    guarded = True
    thread: ThreadBody

    @property
    def posts(self) -> tuple[ThreadPart, ...]:
        """Its parts, as posts."""
        total = len(self.thread.parts)
        return tuple(
            ThreadPart(
                post=body,
                part=number,
                parts=total,
                timeout_us=self.timeout_us,
                on_failure=self.on_failure,
            )
            for number, body in enumerate(self.thread.parts, 1)
        )


def posts_in(action: Action) -> tuple[Post, ...]:
    """The posts that an action sends: one, a thread's parts, or none."""
    if isinstance(action, Thread):
        return action.posts
    return (action,) if isinstance(action, Post) else ()
