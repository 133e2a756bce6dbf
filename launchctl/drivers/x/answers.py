"""What X's answer to a post means: the one table that decides between the classes.

*Refused* is said only where X itself (a JSON body) said no with a status that means so.
Everything else that is not a clean yes is *unknown*, because X has no idempotency key:
a post taken for refused and sent again may stand there twice. In particular the 403
"duplicate content" is unknown: it may well be our own post that is already there.

Source: docs.x.com, "Error troubleshooting" and "Rate limits" (read November 2026).
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field, ValidationError

from launchctl.drivers.base import Outcome
from launchctl.drivers.wire import Exchange
from launchctl.drivers.x.limits import Limits
from launchctl.show.inputs import Answer, Receipt
from launchctl.times import Micros

_CERTAIN_NO = frozenset({400, 401, 402, 403, 404, 405, 413, 415, 422})
_MEANING = {
    401: "X does not accept the credentials",
    402: "the X account has no credit left",
    429: "X's rate limit is reached",
}


class _Created(BaseModel):
    id: str = Field(pattern=r"^\d{1,20}$")


class _Creation(BaseModel):
    data: _Created


class _Reposted(BaseModel):
    retweeted: Literal[True]
    rest_id: str | None = Field(default=None, pattern=r"^\d{1,20}$")


class _Repost(BaseModel):
    data: _Reposted


def answer_to_repost(
    exchange: Exchange, *, handle: str, post_id: str, now_us: Micros
) -> Outcome:
    """As ``answer_to_post``, of a repost: its receipt is its own id, or, where X does
    not tell that, the id of what was reposted.
    """
    outcome = answer_to_post(exchange, handle=handle, now_us=now_us)
    if exchange.status is None or not 200 <= exchange.status < 300:
        return outcome
    try:
        told = _Repost.model_validate(exchange.json_object())
    except ValidationError:
        detail = f"X answered {exchange.status} and did not say that it is reposted"
        return Outcome(Answer.UNKNOWN, detail, exchange.sent_us)
    receipt = receipt_for(told.data.rest_id or post_id, handle)
    return Outcome(Answer.OK, "", exchange.sent_us, now_us, receipt)


def answer_to_post(exchange: Exchange, *, handle: str, now_us: Micros) -> Outcome:
    """Read one exchange with POST /2/tweets as an outcome.

    Args:
        exchange: what happened on the wire.
        handle: for the receipt's address.
        now_us: N when the exchange ended.
    """
    sent_us = exchange.sent_us
    if exchange.status is None:
        answer = Answer.NOT_SENT if sent_us is None else Answer.UNKNOWN
        return Outcome(answer, f"X: {exchange.trouble}", sent_us=sent_us)
    if 200 <= exchange.status < 300:
        return _accepted(exchange, handle, now_us)
    said = said_by(exchange)
    if exchange.status == 429 and (said or exchange.headers.get("x-rate-limit-limit")):
        retry_at_us = Limits.of(exchange.headers).retry_at_us(now_us)
        return Outcome(Answer.REFUSED, said, sent_us, now_us, retry_at_us=retry_at_us)
    if said and is_duplicate(exchange):
        detail = "X says that it has this text already (403 duplicate content)"
        return Outcome(Answer.UNKNOWN, detail, sent_us)
    if said and exchange.status in _CERTAIN_NO:
        return Outcome(Answer.REFUSED, said, sent_us, now_us)
    kind = exchange.content_type or "nothing"
    detail = said or f"X answered {exchange.status} with {kind}"
    return Outcome(Answer.UNKNOWN, detail, sent_us)


def _accepted(exchange: Exchange, handle: str, now_us: Micros) -> Outcome:
    try:
        created = _Creation.model_validate(exchange.json_object())
    except ValidationError:
        detail = f"X answered {exchange.status} without the id of a post"
        return Outcome(Answer.UNKNOWN, detail, exchange.sent_us)
    receipt = receipt_for(created.data.id, handle)
    return Outcome(Answer.OK, "", exchange.sent_us, now_us, receipt)


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
    meaning = _MEANING.get(exchange.status or 0, "X refused")
    words = _words(problem)
    return f"{meaning} ({exchange.status}{': ' if words else ''}{words})"


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
