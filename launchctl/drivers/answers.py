"""What an answer to a post means: the one table that decides between the classes.

*Refused* is said only where the network itself (a JSON body of its own) said no with a
status that means so. Everything else that is not a clean yes is *unknown*: a post taken
for refused and sent again may stand there twice.
"""

from __future__ import annotations

from launchctl.drivers.base import Outcome
from launchctl.drivers.limits import Limits
from launchctl.drivers.wire import Exchange
from launchctl.show.inputs import Answer, Receipt
from launchctl.times import Micros

CERTAIN_NO = frozenset({400, 401, 402, 403, 404, 405, 413, 415, 422})
"""Statuses that mean no. A time-out (408), a conflict (409) and any 5xx do not."""


def is_success(exchange: Exchange) -> bool:
    """Whether a whole answer came, and it is a 2xx."""
    return exchange.status is not None and 200 <= exchange.status < 300


def refusal(shown: str, status: int | None, words: str) -> str:
    """A network's no, for people: what its status means, and its own words."""
    meaning = {
        401: f"{shown} does not accept the credentials",
        402: f"the {shown} account has no credit left",
        429: f"{shown}'s rate limit is reached",
    }.get(status or 0, f"{shown} refused")
    return f"{meaning} ({status}{': ' if words else ''}{words})"


def read_answer(
    exchange: Exchange,
    *,
    shown: str,
    said: str,
    receipt: Receipt | None,
    now_us: Micros,
) -> Outcome:
    """One exchange that published, or should have, as an outcome.

    Args:
        exchange: what happened on the wire.
        shown: the network's name.
        said: its own words for a refusal; "" if the body is not its own.
        receipt: what a 2xx named; None if it named nothing.
        now_us: N when the exchange ended.
    """
    sent_us, status = exchange.sent_us, exchange.status
    if status is None:
        answer = Answer.NOT_SENT if sent_us is None else Answer.UNKNOWN
        return Outcome(answer, f"{shown}: {exchange.trouble}", sent_us=sent_us)
    if is_success(exchange):
        if receipt is not None:
            return Outcome(Answer.OK, "", sent_us, now_us, receipt)
        detail = f"{shown} answered {status} without the id of a post"
        return Outcome(Answer.UNKNOWN, detail, sent_us)
    limits = Limits.of(exchange.headers)
    if status == 429 and (said or limits.limit is not None):
        retry_at_us = limits.retry_at_us(now_us)
        return Outcome(Answer.REFUSED, said, sent_us, now_us, retry_at_us=retry_at_us)
    if said and status in CERTAIN_NO:
        return Outcome(Answer.REFUSED, said, sent_us, now_us)
    kind = exchange.content_type or "nothing"
    return Outcome(
        Answer.UNKNOWN, said or f"{shown} answered {status} with {kind}", sent_us
    )
