"""What Bluesky's answers mean, in its own words.

Source: docs.bsky.app, ``com.atproto.repo.putRecord``; checked against a real PDS
(@atproto/pds 0.5): the same record again is answered 200 without ``commit``, another
one under the same key 400 InvalidSwap.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field, ValidationError

from launchctl.drivers.answers import is_success, refusal
from launchctl.drivers.wire import Exchange
from launchctl.show.inputs import Receipt

_EXPIRED = frozenset({"ExpiredToken", "InvalidToken", "AuthMissing"})


class Put(BaseModel):
    """An answer of putRecord."""

    uri: str = Field(pattern=r"^at://did:[a-z]+:[\w.:%-]+/[\w.]+/[\w.~:-]+$")
    cid: str = Field(min_length=1)
    commit: dict[str, Any] | None = None


class Seen(BaseModel):
    """A record as getRecord and listRecords tell of it."""

    uri: str
    cid: str
    value: dict[str, Any]

    @property
    def rkey(self) -> str:
        """Its key."""
        return self.uri.rpartition("/")[2]


def said_by(exchange: Exchange) -> str:
    """Bluesky's own words for a refusal, or "" if the body is not its own."""
    problem = exchange.json_object()
    if problem is None or not isinstance(problem.get("error"), str):
        return ""
    words = problem.get("message")
    told = f"{problem['error']}: {words}" if isinstance(words, str) else ""
    return refusal("Bluesky", exchange.status, told or problem["error"])


def error_of(exchange: Exchange) -> str:
    """The name of the error in an answer; "" without one."""
    problem = exchange.json_object() or {}
    error = problem.get("error")
    return error if isinstance(error, str) and not is_success(exchange) else ""


def is_expired(exchange: Exchange) -> bool:
    """Whether the session is over: logging in anew may help."""
    return exchange.status == 401 or error_of(exchange) in _EXPIRED


def receipt_in(exchange: Exchange, handle: str) -> Receipt | None:
    """The receipt of a record that was put, or was there already."""
    if not is_success(exchange):
        return None
    try:
        put = Put.model_validate(exchange.json_object())
    except ValidationError:
        return None
    return receipt_for(put.uri, handle)


def receipt_for(uri: str, handle: str) -> Receipt:
    """A record's address among records, and where people read it."""
    rkey = uri.rpartition("/")[2]
    return Receipt(uri, f"https://bsky.app/profile/{handle}/post/{rkey}")
