"""An event as its public JSON line, and back.

The line is ``{"seq","at","t_s","event","cue","by","v",...}``. A field ``due_us``, an
instant, is written ``"due"`` in RFC 3339; a span ``late_by_us`` is written
``"late_by_s"`` in float seconds. A version grows when a field changes its meaning;
``decode`` reads every released one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from launchctl.errors import JournalError
from launchctl.show.events import cues, permits, show, time, world
from launchctl.show.events.base import SPANS, Event
from launchctl.times import format_instant, micros, parse_instant, seconds

REGISTRY: dict[str, type[Event]] = {
    cls.event: cls
    for cls in (*show.SHOW, *time.TIME, *cues.CUES, *permits.PERMITS, *world.WORLD)
}
"""Every event class by its name; a new event joins the table at the end of its file."""

_HEAD = ("seq", "at_us", "t_us", "cue", "by")


def _own_fields(cls: type[Event]) -> tuple[tuple[str, str, str], ...]:
    """(attribute, key in the line, kind) of what a class has beyond the head."""
    rows = []
    for item in fields(cls):
        if item.name in _HEAD:
            continue
        stem = item.name.removesuffix("_us")
        if item.name in SPANS:
            rows.append((item.name, f"{stem}_s", "span"))
        elif item.name.endswith("_us"):
            rows.append((item.name, stem, "instant"))
        else:
            rows.append((item.name, item.name, "plain"))
    return tuple(rows)


_FIELDS = {name: _own_fields(cls) for name, cls in REGISTRY.items()}


def encode(event: Event) -> dict[str, Any]:
    """The event as its public JSON line (plain values, in a fixed order)."""
    line: dict[str, Any] = {
        "seq": event.seq,
        "at": format_instant(event.at_us),
        "t_s": None if event.t_us is None else seconds(event.t_us),
        "event": event.event,
        "cue": event.cue,
        "by": event.by,
        "v": event.version,
    }
    for name, key, kind in _FIELDS[event.event]:
        value = getattr(event, name)
        if value is not None and kind == "instant":
            value = format_instant(value)
        elif value is not None and kind == "span":
            value = seconds(value)
        line[key] = _plain(value)
    return line


def decode(line: Mapping[str, Any]) -> Event:
    """The event of a line.

    Raises:
        JournalError: its kind or version is not known to this release.
    """
    cls = REGISTRY.get(line["event"])
    if cls is None or line["v"] > cls.version:
        raise JournalError(
            f"event {line['event']!r} version {line['v']} at seq {line['seq']} was"
            " written by a newer launchctl",
            hint="read this journal with the release that wrote it, or a newer one",
        )
    values: dict[str, Any] = {
        "seq": line["seq"],
        "at_us": parse_instant(line["at"]),
        "t_us": None if line["t_s"] is None else micros(line["t_s"]),
        "cue": line["cue"],
        "by": line["by"],
    }
    for name, key, kind in _FIELDS[cls.event]:
        if key not in line:
            continue
        value = line[key]
        if value is not None and kind == "instant":
            value = parse_instant(value)
        elif value is not None and kind == "span":
            value = micros(value)
        elif isinstance(value, list):
            value = _frozen(value)
        values[name] = value
    return cls(**values)


def _plain(value: Any) -> Any:
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    return value


def _frozen(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_frozen(item) for item in value)
    return value
