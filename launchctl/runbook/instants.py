"""Wall instants as people write them, resolved to UTC.

``2016-03-31 20:30``, ``2016-03-31 10:00 Australia/Sydney``, ``2016-03-31T20:30:00Z``,
``2016-03-31 20:30 -07:00``, or a time alone (``20:30``): the first such moment at or
after t0 - 12 h. A local time that does not exist (clocks go forward) or comes twice
(they go back) is an error unless it carries its UTC offset.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from launchctl.times import HOUR, Micros, from_datetime, to_datetime

_WALL = re.compile(
    r"(?:(?P<date>\d{4}-\d{1,2}-\d{1,2})[T ]\s*)?"
    r"(?P<hour>\d{1,2}):(?P<minute>\d{2})"
    r"(?::(?P<second>\d{2})(?P<fraction>\.\d{1,6})?)?"
    r"(?:\s*(?P<offset>Z|[+-]\d{2}:?\d{2})|\s+(?P<zone>[A-Za-z][A-Za-z0-9_+/-]*))?"
)
_LOOKS = re.compile(r"\d{4}-\d|\d{1,2}:\d")
_MAX_YEAR = 2200
_MIN_YEAR = 1970


class NeedsZoneError(ValueError):
    """A local time was written and nothing says in which zone."""


class UnknownZoneError(ValueError):
    """There is no such zone; ``zone`` is what was written."""

    def __init__(self, zone: str) -> None:
        super().__init__(f"there is no time zone {zone!r}")
        self.zone = zone


@cache
def zone_names() -> frozenset[str]:
    """Every zone name of the time zone data."""
    return frozenset(available_timezones())


@cache
def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (KeyError, OSError, ValueError):
        return None


def is_zone(name: str) -> bool:
    """True if it is a zone of the time zone data (``Europe/Berlin``)."""
    return bool(name) and _zone(name) is not None


def looks_like_wall(text: str) -> bool:
    """True if the text begins like a date or a time of day."""
    return _LOOKS.match(text) is not None


def parse_wall(text: str, zone: str | None, earliest_us: Micros | None) -> Micros:
    """The instant that ``text`` means.

    Args:
        text: as written.
        zone: the home zone, for times without one of their own.
        earliest_us: where a time without a date begins to look (t0 - 12 h); None if
            nothing says.

    Raises:
        NeedsZoneError: it is local and ``zone`` is None.
        ValueError: it is no instant, or a local time that does not exist or comes
            twice.
    """
    match = _WALL.fullmatch(text.strip())
    if match is None:
        raise ValueError(
            f"{text!r} is no instant: write it like 2016-03-31 20:30, "
            "2016-03-31 10:00 Australia/Sydney or 2016-03-31T20:30:00Z"
        )
    tz = _tz(match, zone)
    if match["date"] is None:
        return _next_time(match, tz, earliest_us, text)
    return _resolve(_naive(match["date"], match, text), tz, text)


def _tz(match: re.Match[str], home: str | None) -> ZoneInfo | timezone:
    if match["offset"]:
        if match["offset"] == "Z":
            return UTC
        digits = match["offset"].replace(":", "")
        hours, minutes = int(digits[1:3]), int(digits[3:5])
        if hours > 15 or minutes > 59:
            raise ValueError(f"the UTC offset {match['offset']} does not exist")
        span = timedelta(hours=hours, minutes=minutes)
        return timezone(-span if digits[0] == "-" else span)
    name = match["zone"] or home
    if name is None:
        raise NeedsZoneError("a local time needs `timezone:` in the runbook")
    found = _zone(name)
    if found is None:
        raise UnknownZoneError(name)
    return found


def _naive(date: str, match: re.Match[str], text: str) -> datetime:
    try:
        year, month, day = (int(part) for part in date.split("-"))
        moment = datetime(  # noqa: DTZ001  its zone is joined in _resolve
            year,
            month,
            day,
            int(match["hour"]),
            int(match["minute"]),
            int(match["second"] or 0),
            round(float(match["fraction"] or 0) * 1_000_000),
        )
    except ValueError as error:
        raise ValueError(f"{text!r} is no instant: {error}") from None
    if not _MIN_YEAR <= moment.year <= _MAX_YEAR:
        raise ValueError(f"{text!r} is outside {_MIN_YEAR} to {_MAX_YEAR}")
    return moment


def _resolve(naive: datetime, tz: ZoneInfo | timezone, text: str) -> Micros:
    first = from_datetime(naive.replace(tzinfo=tz, fold=0))
    second = from_datetime(naive.replace(tzinfo=tz, fold=1))
    if first == second:
        return first
    back = datetime.fromtimestamp(first / 1_000_000, tz).replace(tzinfo=None)
    if back != naive:
        raise ValueError(f"{text!r} does not exist in {tz}: the clocks go forward then")
    raise ValueError(
        f"{text!r} comes twice in {tz}, when the clocks go back: add its UTC offset"
    )


def _next_time(
    match: re.Match[str],
    tz: ZoneInfo | timezone,
    earliest_us: Micros | None,
    text: str,
) -> Micros:
    """The first such time of day at or after ``earliest_us``."""
    if earliest_us is None:
        raise ValueError(f"{text!r} has no date, and there is no t0 to count from")
    local = to_datetime(earliest_us).astimezone(tz)
    for days in (0, 1, 2):
        date = (local + timedelta(days=days)).date().isoformat()
        at_us = _resolve(_naive(date, match, text), tz, text)
        if at_us >= earliest_us:
            return at_us
    raise ValueError(f"{text!r} has no such moment after {local}")


def earliest_for(t0_us: Micros | None) -> Micros | None:
    """Where a time without a date begins to look: t0 - 12 h."""
    return None if t0_us is None else t0_us - 12 * HOUR


__all__ = [
    "NeedsZoneError",
    "UnknownZoneError",
    "earliest_for",
    "is_zone",
    "looks_like_wall",
    "parse_wall",
    "zone_names",
]
