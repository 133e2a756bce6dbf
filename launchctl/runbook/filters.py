"""The filters of text templates: number, money, percent, duration, date; by locale.

Each takes the value, the locale and the home zone, and the literal arguments of the
template. Formats come from Babel's CLDR data. A filter raises ``ValueError`` where the
value is of the wrong kind.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from launchctl.times import parse_instant, to_datetime

Filter = Callable[..., str]
_STYLES = ("short", "medium", "long", "full")


def _numeric(value: Any, name: str) -> int | float | Decimal:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise ValueError(f"{name} needs a number, not {value!r}")  # noqa: TRY004  one kind of error for every filter
    return value


def number(value: Any, locale: str, _zone: str) -> str:
    """``325000`` as ``325,000`` (en_US) or ``325.000`` (de_DE)."""
    from babel.numbers import format_decimal  # noqa: PLC0415  slow to import

    return format_decimal(_numeric(value, "number"), locale=locale)


def money(value: Any, locale: str, _zone: str, currency: str = "USD") -> str:
    """An amount in minor units as ``$1,000.00``; whole amounts lose their zeros."""
    from babel.numbers import format_currency, get_currency_precision  # noqa: PLC0415

    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError(f"money needs whole minor units, not {value!r}")  # noqa: TRY004  as above
    digits = get_currency_precision(currency)
    amount = Decimal(value).scaleb(-digits)
    text = format_currency(
        amount if amount % 1 else amount.to_integral_value(),
        currency,
        locale=locale,
        currency_digits=bool(amount % 1),
        format=None if amount % 1 else _whole_pattern(locale),
    )
    return str(text)


def _whole_pattern(locale: str) -> str:
    from babel import Locale  # noqa: PLC0415

    pattern = Locale.parse(locale).currency_formats["standard"].pattern
    return str(pattern).replace(".00", "").replace("0.##", "0")


def percent(value: Any, locale: str, _zone: str, digits: int = 0) -> str:
    """A share (``0.125``) as ``13%``, or with ``digits`` decimals."""
    from babel import Locale  # noqa: PLC0415  slow to import
    from babel.numbers import format_percent  # noqa: PLC0415

    pattern = str(Locale.parse(locale).percent_formats[None].pattern)
    if digits:
        head, zero, tail = pattern.rpartition("0")
        pattern = f"{head}{zero}.{'0' * digits}{tail}"
    return format_percent(_numeric(value, "percent"), format=pattern, locale=locale)


def duration(value: Any, locale: str, _zone: str) -> str:
    """Seconds as ``2 minutes, 14 seconds``, in the locale's words."""
    from babel.lists import format_list  # noqa: PLC0415
    from babel.units import format_unit  # noqa: PLC0415

    rest = round(_numeric(value, "duration"))
    if rest < 0:
        raise ValueError("duration needs seconds from 0 on")
    parts: list[str] = []
    for unit, size in (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1)):
        count, rest = divmod(rest, size)
        if count or (unit == "second" and not parts):
            parts.append(format_unit(count, f"duration-{unit}", "long", locale=locale))
    return format_list(parts, "unit", locale=locale)


def date(value: Any, locale: str, zone: str, style: str = "medium") -> str:
    """An instant (microseconds, or RFC 3339) as date and time in the home zone."""
    from babel.dates import format_date, format_datetime, format_time  # noqa: PLC0415

    at_us = parse_instant(value) if isinstance(value, str) else value
    if isinstance(at_us, bool) or not isinstance(at_us, int):
        raise ValueError(f"date needs an instant, not {value!r}")  # noqa: TRY004  as above
    moment = to_datetime(at_us, zone)
    if style == "time":
        return format_time(moment, "short", locale=locale)
    if style == "day":
        return format_date(moment, "long", locale=locale)
    return format_datetime(moment, style, locale=locale)


def _one_of(*allowed: str) -> Callable[[Any], bool]:
    return lambda value: value in allowed


def _currency(value: Any) -> bool:
    return isinstance(value, str) and len(value) == 3 and value.isupper()


FILTERS: dict[str, tuple[Filter, tuple[Callable[[Any], bool], ...]]] = {
    "number": (number, ()),
    "money": (money, (_currency,)),
    "percent": (
        percent,
        (lambda value: type(value) is int and 0 <= value <= 6,),
    ),
    "duration": (duration, ()),
    "date": (date, (_one_of(*_STYLES, "time", "day"),)),
}
"""Every filter, with what its literal arguments may be."""
