"""How the terminal says things: clocks, countdowns, money, one journal line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from launchctl.cli.sentences import sentence
from launchctl.times import (
    DAY,
    HOUR,
    MINUTE,
    SECOND,
    Micros,
    format_t,
    micros,
    parse_instant,
    to_datetime,
)

_HEAD = frozenset({"seq", "at", "t_s", "event", "cue", "by", "v"})
_LONGEST_VALUE = 100
_LONGEST_SENTENCE = 240
_UNSAID = frozenset(
    {"digest", "key", "slot", "deadline", "effect", "wanted", "position", "call"}
)
"""For machines: ``launch journal --json`` has them."""


def t_clock(t_s: float | None) -> str:
    """``T-00:10:00``, without fractions: a clock that people read aloud.

    Counting down it shows the second that is not over yet, as a countdown does.
    """
    if t_s is None:
        return "T-?"
    t_us = micros(t_s)
    whole = -((-t_us + SECOND - 1) // SECOND) if t_us < 0 else t_us // SECOND
    return format_t(whole * SECOND)


def countdown(span_us: Micros) -> str:
    """``in 2:05``, ``in 1:02:05``, ``in 3 d 4 h``, ``now``, ``0:12 ago``."""
    if abs(span_us) < SECOND:
        return "now"
    text = duration(abs(span_us))
    return f"{text} ago" if span_us < 0 else f"in {text}"


def duration(span_us: Micros) -> str:
    """``2:05``, ``1:02:05`` or ``3 d 4 h``: whole seconds, for reading at a glance."""
    if span_us >= DAY:
        return f"{span_us // DAY} d {span_us % DAY // HOUR} h"
    minutes, seconds = span_us // MINUTE, span_us % MINUTE // SECOND
    if span_us >= HOUR:
        return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
    return f"{minutes}:{seconds:02}"


def time_of_day(instant: str | None, zone: str = "UTC") -> str:
    """An RFC 3339 instant as ``20:30:00`` in a zone; a dash for None."""
    if instant is None:
        return "-"
    return to_datetime(parse_instant(instant), zone).strftime("%H:%M:%S")


def number(value: int) -> str:
    """Grouped by thousands: ``115,000``."""
    return f"{value:,}"


def money(amount_minor: int, currency: str) -> str:
    """``14,000,000,000 USD``; minor units only where they are not zero."""
    from babel.numbers import get_currency_precision

    digits = get_currency_precision(currency)
    major, minor = divmod(abs(amount_minor), 10**digits)
    sign = "-" if amount_minor < 0 else ""
    fraction = f".{minor:0{digits}}" if minor else ""
    return f"{sign}{major:,}{fraction} {currency}"


def line_in_words(line: Mapping[str, Any]) -> str:
    """One journal line as people read it: when, what happened, and who did it."""
    what = sentence(line) or _by_its_fields(line)
    by = f", by {line['by']}" if line.get("by") else ""
    head = f"{time_of_day(line['at'])}  {t_clock(line.get('t_s')):>12}"
    return f"{head}  {_short(what + by, _LONGEST_SENTENCE)}"


def _by_its_fields(line: Mapping[str, Any]) -> str:
    """An event that is newer than the sentences."""
    rest = [
        f"{key}={_short(value)}"
        for key, value in line.items()
        if key not in _HEAD and key not in _UNSAID and value not in (None, "", [], {})
    ]
    name = str(line["event"]).replace("_", " ")
    return " ".join([name, *([str(line["cue"])] if line.get("cue") else []), *rest])


def _short(value: Any, longest: int = _LONGEST_VALUE) -> str:
    text = value if isinstance(value, str) else repr(value)
    text = " ".join(text.split())
    return text if len(text) <= longest else text[: longest - 3] + "..."
