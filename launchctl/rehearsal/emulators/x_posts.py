"""Posts in the X emulator: what may be published, and what the timeline shows of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from launchctl.rehearsal.emulators.x_account import XAccount
from launchctl.rehearsal.emulators.x_media import Library, Medium
from launchctl.rehearsal.emulators.x_problems import (
    DUPLICATE,
    TOO_LONG,
    Problem,
    bad_request,
)
from launchctl.rehearsal.emulators.x_text import (
    Shown,
    Snowflakes,
    cashtag_count,
    is_too_long,
    kept,
    shown,
)
from launchctl.times import DAY, Micros, micros, to_datetime

_QUERY = {"max_results", "exclude", "tweet.fields", "pagination_token", "since_id"}


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")


class _Media(_Strict):
    media_ids: list[str] = Field(min_length=1, max_length=4)


class _Reply(_Strict):
    in_reply_to_tweet_id: str


class _Retweet(_Strict):
    tweet_id: str


class _Draft(_Strict):
    text: str = ""
    media: _Media | None = None
    reply: _Reply | None = None


@dataclass(frozen=True, slots=True)
class PublishedPost:
    """One post. ``text`` is as it was sent, ``shown`` as the API gives it back."""

    id: str
    handle: str
    user_id: str
    text: str
    shown: Shown
    media: tuple[Medium, ...]
    reply_to: str | None
    at_us: Micros
    visible_us: Micros
    repost_of: str | None = None


class Publisher:
    """Publishes, refuses and lists.

    Attributes:
        posts: in order.
        lag_s: how long after publishing a timeline shows a post.
        summoned_only: replies to others are refused, as self-serve tiers do.
    """

    def __init__(
        self,
        now_us: Callable[[], Micros],
        ids: Snowflakes,
        media: Library,
    ) -> None:
        self.posts: list[PublishedPost] = []
        self.lag_s = 0.0
        self.summoned_only = False
        self._now_us = now_us
        self._ids = ids
        self._media = media

    def publish(self, account: XAccount, body: Any) -> PublishedPost:
        """Publish a draft.

        Raises:
            Problem: it is refused.
        """
        try:
            draft = _Draft.model_validate(body)
        except ValidationError as error:
            where = ".".join(str(part) for part in error.errors()[0]["loc"])
            raise bad_request(f"$.{where}: {error.errors()[0]['msg']}") from None
        text = kept(draft.text)
        ids = draft.media.media_ids if draft.media else []
        if not text and not ids:
            raise bad_request("text or media is needed")
        if is_too_long(text):
            raise Problem(403, TOO_LONG)
        if cashtag_count(text) > 1:
            raise Problem(403, "A post has one cashtag at most.")
        media = tuple(self._media.postable(account.user_id, one) for one in ids)
        reply_to = self._answered(account, draft.reply)
        now_us = self._now_us()
        if any(
            post.user_id == account.user_id
            and post.text == text
            and post.reply_to == (reply_to.id if reply_to else None)
            and now_us - post.at_us < DAY
            for post in self.posts
        ):
            raise Problem(403, DUPLICATE)
        return self._add(account, text, media, reply_to)

    def _answered(
        self, account: XAccount, reply: _Reply | None
    ) -> PublishedPost | None:
        if reply is None:
            return None
        for post in self.posts:
            if post.id != reply.in_reply_to_tweet_id:
                continue
            summoned = f"@{account.handle}".casefold() in post.text.casefold()
            own = post.user_id == account.user_id
            if self.summoned_only and not own and not summoned:
                raise Problem(403, "Reply to this conversation is not allowed.")
            return post
        detail = "You attempted to reply to a Tweet that is deleted or not visible."
        raise Problem(403, detail)

    def _add(
        self,
        account: XAccount,
        text: str,
        media: tuple[Medium, ...],
        reply_to: PublishedPost | None,
    ) -> PublishedPost:
        now_us = self._now_us()
        post_id = self._ids.next(now_us)
        link = f"https://x.com/{account.handle}/status/{post_id}/photo/1"
        mention = ""
        if reply_to is not None and reply_to.user_id != account.user_id:
            mention = f"@{reply_to.handle} "
        post = PublishedPost(
            id=post_id,
            handle=account.handle,
            user_id=account.user_id,
            text=text,
            shown=shown(mention + text, link if media else None),
            media=media,
            reply_to=reply_to.id if reply_to else None,
            at_us=now_us,
            visible_us=now_us + micros(self.lag_s),
        )
        self.posts.append(post)
        return post

    def repost(self, account: XAccount, body: Any) -> PublishedPost:
        """Show a post again; asked a second time X says yes and does nothing.

        Raises:
            Problem: there is no such post.
        """
        try:
            wanted = _Retweet.model_validate(body).tweet_id
        except ValidationError:
            raise bad_request("$.tweet_id is needed") from None
        source = next((post for post in self.posts if post.id == wanted), None)
        if source is None:
            raise Problem(404, "The Tweet that you want to retweet is not there.")
        for post in self.posts:
            if (post.user_id, post.repost_of) == (account.user_id, wanted):
                return post
        text = f"RT @{source.handle}: {source.text}"
        made = replace(self._add(account, text, (), None), repost_of=wanted)
        self.posts[-1] = made
        return made

    def delete(self, account: XAccount, post_id: str) -> None:
        """Take an own post away.

        Raises:
            Problem: it is somebody else's, or not there.
        """
        for post in self.posts:
            if post.id == post_id and post.user_id == account.user_id:
                self.posts.remove(post)
                return
        raise Problem(403, "You are not authorized to delete this Tweet.")

    def timeline(self, user_id: str, query: Mapping[str, str]) -> dict[str, Any]:
        """What the account's timeline shows now, newest first.

        Raises:
            Problem: the query is not as it must be.
        """
        unknown = sorted(set(query) - _QUERY)
        size, token = query.get("max_results", "10"), query.get("pagination_token", "0")
        if unknown or not size.isdigit() or not 5 <= int(size) <= 100:
            raise bad_request(f"The query parameters are not valid: {unknown or size}")
        now_us = self._now_us()
        seen = [
            post
            for post in reversed(self.posts)
            if post.user_id == user_id and post.visible_us <= now_us
        ]
        since = query.get("since_id", "0")
        if not since.isdigit():
            raise bad_request(f"since_id: {since} is no id")
        seen = [post for post in seen if int(post.id) > int(since)]
        if "retweets" in query.get("exclude", ""):
            seen = [post for post in seen if post.repost_of is None]
        at = int(token) if token.isdigit() else 0
        page = seen[at : at + int(size)]
        if not page:
            return {"meta": {"result_count": 0}}
        meta: dict[str, Any] = {
            "result_count": len(page),
            "newest_id": page[0].id,
            "oldest_id": page[-1].id,
        }
        if at + int(size) < len(seen):
            meta["next_token"] = str(at + int(size))
        fields = set(query.get("tweet.fields", "").split(","))
        return {"data": [_told(post, fields) for post in page], "meta": meta}


def _told(post: PublishedPost, fields: set[str]) -> dict[str, Any]:
    """A post with the fields that were asked for."""
    created = to_datetime(post.at_us).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    extra: dict[str, Any] = {
        "created_at": created,
        "entities": post.shown.entities,
        "attachments": {"media_keys": [medium.key for medium in post.media]},
        "referenced_tweets": [{"type": "replied_to", "id": post.reply_to}],
    }
    if not post.shown.entities:
        del extra["entities"]
    if not post.media:
        del extra["attachments"]
    if post.repost_of is not None:
        extra["referenced_tweets"] = [{"type": "retweeted", "id": post.repost_of}]
    elif post.reply_to is None:
        del extra["referenced_tweets"]
    told = {name: value for name, value in extra.items() if name in fields}
    return {
        "id": post.id,
        "text": post.shown.text,
        "edit_history_tweet_ids": [post.id],
        **told,
    }
