"""Rate limit headers of networks, read on the network's own clock.

A reset is told in the network's time. Our N may differ from it (a drifting clock, a
rehearsal set in 2016), so it is taken as *so long after the Date header of the same
answer* and added to N.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from launchctl.times import SECOND, Micros, format_instant, from_datetime, parse_instant

_PREFIXES = ("x-rate-limit-", "x-ratelimit-", "ratelimit-")
"""As X, Mastodon and Bluesky call them."""

_UNNAMED_WAIT_US = 15 * SECOND
"""Pause after a 429 that names no usable reset: neither a hammer nor a surrender."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one answer said about limits. ``*_reset_us``: on their clock; None: unsaid.

    ``date_us`` is the answer's Date header (whole seconds), the network's clock.
    """

    limit: int | None = None
    remaining: int | None = None
    reset_us: Micros | None = None
    day_limit: int | None = None
    day_remaining: int | None = None
    day_reset_us: Micros | None = None
    date_us: Micros | None = None

    @classmethod
    def of(cls, headers: Mapping[str, str]) -> Limits:
        """Read the headers of an answer (lower-case names)."""
        user_day = "x-user-limit-24hour-"
        window = next((p for p in _PREFIXES if f"{p}limit" in headers), _PREFIXES[0])
        return cls(
            limit=_integer(headers, window + "limit"),
            remaining=_integer(headers, window + "remaining"),
            reset_us=_instant(headers, window + "reset"),
            day_limit=_integer(headers, user_day + "limit"),
            day_remaining=_integer(headers, user_day + "remaining"),
            day_reset_us=_instant(headers, user_day + "reset"),
            date_us=date_us(headers),
        )

    def retry_at_us(self, now_us: Micros) -> Micros:
        """When, on N, another attempt can succeed."""
        resets = []
        if self.reset_us is not None and self.remaining in (0, None):
            resets.append(self.reset_us)
        if self.day_reset_us is not None and self.day_remaining == 0:
            resets.append(self.day_reset_us)
        here_us = now_us if self.date_us is None else self.date_us
        wait_us = max(resets, default=here_us) - here_us
        return now_us + (wait_us + SECOND if wait_us > 0 else _UNNAMED_WAIT_US)

    @property
    def exhausted(self) -> bool:
        """Whether the next request of this kind is refused until a reset."""
        return self.remaining == 0 or self.day_remaining == 0

    def sentence(self) -> str:
        """``97 of 100 left until 2016-03-31T20:45:00.000000Z``, or "" if unsaid."""
        parts = []
        if self.remaining is not None and self.limit is not None:
            until = f" until {format_instant(self.reset_us)}" if self.reset_us else ""
            parts.append(f"{self.remaining} of {self.limit} posts left{until}")
        if self.day_remaining is not None and self.day_limit is not None:
            parts.append(f"{self.day_remaining} of {self.day_limit} left today")
        return ", ".join(parts)


def date_us(headers: Mapping[str, str]) -> Micros | None:
    """The Date header as an instant; None if it is missing or no date."""
    try:
        return from_datetime(parsedate_to_datetime(headers["date"]))
    except (KeyError, ValueError):
        return None


def _integer(headers: Mapping[str, str], name: str) -> int | None:
    value = headers.get(name, "")
    return int(value) if value.isascii() and value.isdigit() else None


def _instant(headers: Mapping[str, str], name: str) -> Micros | None:
    """Seconds since 1970, or an instant as Mastodon writes it."""
    if "T" in headers.get(name, ""):
        try:
            return parse_instant(headers[name])
        except ValueError:
            return None
    value = _integer(headers, name)
    # beyond the year 9999 it is no instant but nonsense
    return value * SECOND if value is not None and value < 253_402_300_800 else None
