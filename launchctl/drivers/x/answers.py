"""What X's answer to a post means, in X's own words.

X has no idempotency key. In particular the 403 "duplicate content" is unknown: it may
well be our own post that is already there.

Source: docs.x.com, "Error troubleshooting" and "Rate limits" (read November 2026).
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field, ValidationError

from launchctl.drivers.answers import is_success, read_answer, refusal
from launchctl.drivers.base import Outcome
from launchctl.drivers.wire import Exchange
from launchctl.show.inputs import Answer, Receipt
from launchctl.times import Micros


class _Created(BaseModel):
    id: str = Field(pattern=r"^\d{1,20}$")


class _Creation(BaseModel):
    data: _Created


class _Reposted(BaseModel):
    retweeted: Literal[True]
    rest_id: str | None = Field(default=None, pattern=r"^\d{1,20}$")


class _Repost(BaseModel):
    data: _Reposted


def answer_to_post(exchange: Exchange, *, handle: str, now_us: Micros) -> Outcome:
    """Read one exchange with POST /2/tweets as an outcome.

    Args:
        exchange: what happened on the wire.
        handle: for the receipt's address.
        now_us: N when the exchange ended.
    """
    return _answer(exchange, _created_in(exchange, handle), now_us)


def answer_to_repost(
    exchange: Exchange, *, handle: str, post_id: str, now_us: Micros
) -> Outcome:
    """As ``answer_to_post``, of a repost: its receipt is its own id, or, where X does
    not tell that, the id of what was reposted.
    """
    return _answer(exchange, _reposted_in(exchange, handle, post_id), now_us)


def _answer(exchange: Exchange, receipt: Receipt | None, now_us: Micros) -> Outcome:
    if is_duplicate(exchange):
        detail = "X says that it has this text already (403 duplicate content)"
        return Outcome(Answer.UNKNOWN, detail, exchange.sent_us)
    said = said_by(exchange)
    return read_answer(exchange, shown="X", said=said, receipt=receipt, now_us=now_us)


def _created_in(exchange: Exchange, handle: str) -> Receipt | None:
    if not is_success(exchange):
        return None
    try:
        created = _Creation.model_validate(exchange.json_object())
    except ValidationError:
        return None
    return receipt_for(created.data.id, handle)


def _reposted_in(exchange: Exchange, handle: str, post_id: str) -> Receipt | None:
    if not is_success(exchange):
        return None
    try:
        told = _Repost.model_validate(exchange.json_object())
    except ValidationError:
        return None
    return receipt_for(told.data.rest_id or post_id, handle)


def receipt_for(post_id: str, handle: str) -> Receipt:
    """A post's id, and where people read it."""
    return Receipt(post_id, f"https://x.com/{handle}/status/{post_id}")


def is_duplicate(exchange: Exchange) -> bool:
    """Whether X refused a text because it has it already, however it words that."""
    problem = exchange.json_object() or {}
    return exchange.status in (400, 403) and "duplicate" in _words(problem).casefold()


def said_by(exchange: Exchange) -> str:
    """X's own words for a refusal (problem+json), or "" if the body is not X's.

    Not scrubbed yet: the driver strikes credentials out before anything is shown.
    """
    problem = exchange.json_object()
    if problem is None:
        return ""
    return refusal("X", exchange.status, _words(problem))


def _words(problem: dict[str, Any]) -> str:
    """``detail``, ``title`` and the messages of ``errors``, without repetition."""
    found = [problem.get("detail"), problem.get("title")]
    errors = problem.get("errors")
    found += [
        error.get("message") if isinstance(error, dict) else error
        for error in (errors if isinstance(errors, list) else [])
    ]
    words = list(dict.fromkeys(word for word in found if isinstance(word, str)))
    return "; ".join(words)
