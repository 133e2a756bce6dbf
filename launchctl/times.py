"""Instants, spans and offsets: how they are written and how they are counted.

Inside launchctl an instant is an ``int``: microseconds since 1970-01-01T00:00Z. A span
is an ``int`` of microseconds too. Integers add up exactly, compare exactly and fold to
the same state on every machine; floats do not. Names carry the unit: ``due_us``.

At the edges instants are RFC 3339 in UTC with microseconds, and spans are float seconds
named ``_s``.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

Micros = int
"""Microseconds: an instant since the Unix epoch, or a span."""

MICROSECOND = 1
MILLISECOND = 1_000
SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
"""Elapsed time, never a calendar day (SEMANTICS: 24h = 86,400 s)."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_UTC = _EPOCH.replace(tzinfo=None)
"""For writing alone: without a zone it is written four times as fast."""
_UNITS = {"d": DAY, "h": HOUR, "m": MINUTE, "s": SECOND, "ms": MILLISECOND}
_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|d|h|m|s)")
_SPAN = re.compile(r"(?:\d+(?:\.\d+)?(?:ms|d|h|m|s))+")
_T_OFFSET = re.compile(r"T\s*(?:([+-])\s*(\S+)|[+-]?0)?", re.ASCII)
_MAX_SPAN = 3660 * DAY


def parse_span(text: str) -> Micros:
    """Read a span such as ``2m14s``, ``500ms``, ``1h30m`` or ``24h``.

    Raises:
        ValueError: it is no span, or longer than ten years.
    """
    compact = text.strip()
    if compact == "0":
        return 0
    if not _SPAN.fullmatch(compact):
        raise ValueError(
            f"{text!r} is no duration: write it like 500ms, 30s, 2m14s or 1h30m"
        )
    total = 0
    for number, unit in _PART.findall(compact):
        total += round(float(number) * _UNITS[unit])
    if total > _MAX_SPAN:
        raise ValueError(f"{text!r} is longer than ten years")
    return total


def parse_t_offset(text: str) -> Micros | None:
    """Read ``T-10m``, ``T+1h30m``, ``T-0`` or ``T``; None if it is no T-offset.

    Raises:
        ValueError: it starts like a T-offset and then goes wrong.
    """
    compact = text.strip()
    if not compact.startswith("T"):
        return None
    match = _T_OFFSET.fullmatch(compact)
    if match is None:
        return None
    sign, span = match.groups()
    if sign is None:
        return 0
    micros = parse_span(span)
    return -micros if sign == "-" else micros


def format_span(span_us: Micros) -> str:
    """Write a span the way people say it: ``2m14s``, ``500ms``, ``1h30m``."""
    if span_us == 0:
        return "0s"
    sign, rest = ("-", -span_us) if span_us < 0 else ("", span_us)
    parts = []
    for unit in ("d", "h", "m", "s"):
        count, rest = divmod(rest, _UNITS[unit])
        if count:
            parts.append(f"{count}{unit}")
    if rest:
        parts.append(f"{rest / MILLISECOND:g}ms")
    return sign + "".join(parts)


def format_about(span_us: Micros) -> str:
    """Write a span for people: of 10 s and more to the second, below that to the
    millisecond. Rounded up, so that what is over a limit never reads like the limit.
    """
    unit_us = SECOND if abs(span_us) >= 10 * SECOND else MILLISECOND
    return format_span(-(-span_us // unit_us) * unit_us)


def format_t(t_us: Micros | None) -> str:
    """Write the countdown clock: ``T-00:10:00``, ``T+01:30:00.250`` or ``T-?``."""
    if t_us is None:
        return "T-?"
    sign = "-" if t_us < 0 else "+"
    seconds, micros = divmod(abs(t_us), SECOND)
    text = f"T{sign}{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return text if micros < MILLISECOND else f"{text}.{micros // MILLISECOND:03}"


def to_datetime(at_us: Micros, zone: str = "UTC") -> datetime:
    """The instant as an aware datetime in the named zone."""
    return (_EPOCH + timedelta(microseconds=at_us)).astimezone(ZoneInfo(zone))


def from_datetime(moment: datetime) -> Micros:
    """The instant of an aware datetime.

    Raises:
        ValueError: the datetime is naive.
    """
    if moment.tzinfo is None:
        raise ValueError(f"{moment} has no time zone")
    since = moment - _EPOCH  # a journal has hundreds of thousands: no division
    return (since.days * 86_400 + since.seconds) * SECOND + since.microseconds


def format_instant(at_us: Micros) -> str:
    """RFC 3339 in UTC with microseconds: ``2016-04-01T03:30:00.000000Z``."""
    moment = _EPOCH_UTC + timedelta(microseconds=at_us)
    return f"{moment.isoformat(timespec='microseconds')}Z"


def parse_instant(text: str) -> Micros:
    """Read an RFC 3339 instant that carries its offset.

    Raises:
        ValueError: it is no such instant, or carries no offset.
    """
    return from_datetime(datetime.fromisoformat(text))


def seconds(span_us: Micros) -> float:
    """A span as float seconds, for JSON fields named ``_s``."""
    return span_us / SECOND


def micros(span_s: float) -> Micros:
    """Float seconds as a span."""
    return round(span_s * SECOND)
