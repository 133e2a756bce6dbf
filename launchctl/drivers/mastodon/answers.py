"""What Mastodon's answers mean, in its own words.

Source: docs.joinmastodon.org, "statuses" and the entities Status, Instance; Mastodon
issues 30039 (a key is ignored with ``scheduled_at``) and 40399 (a key again gave 500).
"""

from __future__ import annotations

from pydantic import BaseModel, Field, ValidationError

from launchctl.drivers.answers import is_success, refusal
from launchctl.drivers.wire import Exchange
from launchctl.show.inputs import Receipt


class Status(BaseModel):
    """A post as the API tells of it, as far as we look at it."""

    id: str = Field(pattern=r"^[\w-]{1,64}$")
    url: str | None = None
    uri: str = ""
    created_at: str = ""
    content: str = ""
    in_reply_to_id: str | None = None
    reblog: Status | None = None
    media_attachments: tuple[object, ...] = ()

    @property
    def receipt(self) -> Receipt:
        """Its id, and where people read it."""
        where = self.reblog if self.reblog is not None and not self.url else self
        return Receipt(self.id, where.url or where.uri)


def said_by(exchange: Exchange) -> str:
    """Mastodon's own words for a refusal, or "" if the body is not its own."""
    problem = exchange.json_object()
    if problem is None or not isinstance(problem.get("error"), str):
        return ""
    more = problem.get("error_description")
    words = f"{problem['error']}{f': {more}' if isinstance(more, str) else ''}"
    return refusal("Mastodon", exchange.status, words)


def receipt_in(exchange: Exchange) -> Receipt | None:
    """The receipt of a post that was made, or of the one that the key made before."""
    if not is_success(exchange):
        return None
    try:
        return Status.model_validate(exchange.json_object()).receipt
    except ValidationError:
        return None
