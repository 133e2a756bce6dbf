"""What happened: one frozen class per event kind, and its public JSON line.

An event is a decision already taken. The state is the fold of events (``fold.apply``),
so every class carries all that the fold needs, and the word (``became``, ``state``)
that the engine decided on: a fold never decides again.

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
from launchctl.show.events.base import SPANS, Event
from launchctl.show.events.cues import (
    ActionEnded,
    Attempt,
    AttemptEnded,
    AttemptSettled,
    Chosen,
    Commanded,
    CueAdopted,
    CueAsked,
    CueDue,
    CueEnded,
    CueFreed,
    CueHeld,
    CueManual,
    CueParked,
    CueReady,
    CueRearmed,
    CueSkipped,
    CueUnready,
    FilmMoved,
    Fired,
    Intent,
    SettledByHand,
    ShownFor,
    Voted,
)
from launchctl.show.events.permits import (
    BatonTaken,
    Confirmed,
    EmbargoWarned,
    Overridden,
    OverrideAsked,
    Retired,
    UrlChecked,
)
from launchctl.show.events.show import (
    Approved,
    CallAccepted,
    CallRefused,
    Closing,
    CounterSet,
    HardOut,
    HoldOpened,
    HoldReleased,
    HoldTimed,
    PlayerSet,
    ProcedureEnded,
    ProcedureRefused,
    ProcedureStarted,
    PromiseChecked,
    Recovered,
    Revoked,
    RunStarted,
    ShowEnded,
    Silenced,
    Stalled,
    Standby,
    T0Set,
    Unsilenced,
    WallStepped,
)
from launchctl.show.events.time import AmendAsked, Amended, CuePassed, Recycled
from launchctl.show.events.world import (
    ByHand,
    ConditionChanged,
    EmbargoOpened,
    FigureAsked,
    FigureFixed,
    HealthChanged,
    LiftBegan,
    LiftLatched,
    NeedsPerson,
    NoteTaken,
    OrdersSampled,
    OutputChanged,
    PostByHand,
    Said,
    StageChanged,
)
from launchctl.times import format_instant, micros, parse_instant, seconds

__all__ = [
    "REGISTRY",
    "ActionEnded",
    "AmendAsked",
    "Amended",
    "Approved",
    "Attempt",
    "AttemptEnded",
    "AttemptSettled",
    "BatonTaken",
    "ByHand",
    "CallAccepted",
    "CallRefused",
    "Chosen",
    "Closing",
    "Commanded",
    "ConditionChanged",
    "Confirmed",
    "CounterSet",
    "CueAdopted",
    "CueAsked",
    "CueDue",
    "CueEnded",
    "CueFreed",
    "CueHeld",
    "CueManual",
    "CueParked",
    "CuePassed",
    "CueReady",
    "CueRearmed",
    "CueSkipped",
    "CueUnready",
    "EmbargoOpened",
    "EmbargoWarned",
    "Event",
    "FigureAsked",
    "FigureFixed",
    "FilmMoved",
    "Fired",
    "HardOut",
    "HealthChanged",
    "HoldOpened",
    "HoldReleased",
    "HoldTimed",
    "Intent",
    "LiftBegan",
    "LiftLatched",
    "NeedsPerson",
    "NoteTaken",
    "OrdersSampled",
    "OutputChanged",
    "Overridden",
    "OverrideAsked",
    "PlayerSet",
    "PostByHand",
    "ProcedureEnded",
    "ProcedureRefused",
    "ProcedureStarted",
    "PromiseChecked",
    "Recovered",
    "Recycled",
    "Retired",
    "Revoked",
    "RunStarted",
    "Said",
    "SettledByHand",
    "ShowEnded",
    "ShownFor",
    "Silenced",
    "StageChanged",
    "Stalled",
    "Standby",
    "T0Set",
    "Unsilenced",
    "UrlChecked",
    "Voted",
    "WallStepped",
    "decode",
    "encode",
]

REGISTRY: dict[str, type[Event]] = {
    cls.event: cls
    for cls in (
        RunStarted,
        Recovered,
        T0Set,
        WallStepped,
        Stalled,
        HoldOpened,
        HoldTimed,
        HoldReleased,
        Recycled,
        AmendAsked,
        Amended,
        Standby,
        CallAccepted,
        CallRefused,
        Approved,
        Revoked,
        Silenced,
        Unsilenced,
        CounterSet,
        PlayerSet,
        ProcedureStarted,
        ProcedureEnded,
        ProcedureRefused,
        HardOut,
        PromiseChecked,
        Closing,
        ShowEnded,
        CueReady,
        CueUnready,
        CueDue,
        CueHeld,
        CueFreed,
        CueParked,
        CueSkipped,
        Fired,
        CuePassed,
        CueEnded,
        CueRearmed,
        CueAsked,
        Chosen,
        Voted,
        Intent,
        Commanded,
        AttemptEnded,
        AttemptSettled,
        ActionEnded,
        ShownFor,
        FilmMoved,
        CueManual,
        SettledByHand,
        CueAdopted,
        OverrideAsked,
        Overridden,
        Confirmed,
        BatonTaken,
        EmbargoWarned,
        Retired,
        UrlChecked,
        StageChanged,
        OutputChanged,
        ByHand,
        PostByHand,
        Said,
        NeedsPerson,
        OrdersSampled,
        FigureAsked,
        FigureFixed,
        LiftBegan,
        LiftLatched,
        EmbargoOpened,
        ConditionChanged,
        HealthChanged,
        NoteTaken,
    )
}
"""Every event class by its name in the line: the one table that a new event joins."""

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
        values[name] = _frozen(value)
    return cls(**values)


def _plain(value: Any) -> Any:
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    return value


def _frozen(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_frozen(item) for item in value)
    return value
