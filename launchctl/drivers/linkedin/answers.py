"""What LinkedIn's answers mean, in its own words.

A duplicate is told with an existing URN. It is no proof that our post is there: after a
deletion LinkedIn has named posts that nobody can open, another one each time.

Source: learn.microsoft.com/linkedin, "Posts API" and "Error handling"; the ghosts:
ComposioHQ/composio issue 2710.
"""

from __future__ import annotations

import re

from launchctl.drivers.answers import is_success, refusal
from launchctl.drivers.wire import Exchange
from launchctl.show.inputs import Receipt

_URN = re.compile(r"urn:li:(?:share|ugcPost|activity):\d+")
_POST = re.compile(r"urn:li:(?:share|ugcPost):\d+")


def said_by(exchange: Exchange) -> str:
    """LinkedIn's own words for a refusal, or "" if the body is not its own."""
    problem = exchange.json_object()
    if problem is None or not isinstance(problem.get("message"), str):
        return ""
    code = problem.get("code")
    words = f"{code}: " if isinstance(code, str) else ""
    return refusal("LinkedIn", exchange.status, f"{words}{problem['message']}")


def duplicate_of(exchange: Exchange) -> str | None:
    """The post whose text LinkedIn says this repeats; None if it says no such thing."""
    if exchange.status != 422 or "duplicate" not in exchange.text().casefold():
        return None
    found = _URN.search(exchange.text())
    return found[0] if found else "a post that it does not name"


def receipt_in(exchange: Exchange) -> Receipt | None:
    """The receipt of a post: the header ``x-restli-id``."""
    urn = exchange.headers.get("x-restli-id", "")
    if not is_success(exchange) or not _POST.fullmatch(urn):
        return None
    return Receipt(urn, f"https://www.linkedin.com/feed/update/{urn}")
