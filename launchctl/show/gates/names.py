"""Gates by name: what a closed one is called wherever people read of it."""

from __future__ import annotations

from typing import assert_never

from launchctl.runbook.model import (
    ApprovedBy,
    Check,
    Confirmed,
    Gate,
    OnAir,
    OrdersFresh,
    Poll,
    Seen,
    StreamHealthy,
    TwoPerson,
    UrlOk,
)
from launchctl.times import format_span


def gate_name(gate: Gate) -> str:  # noqa: C901  an arm a kind
    """The gate as the runbook writes it."""
    match gate:
        case OnAir():
            return f"on_air: {gate.scene}"
        case Seen():
            return f"seen: {gate.scene} at {gate.output}"
        case StreamHealthy():
            return f"stream_healthy: {gate.output}"
        case ApprovedBy():
            return f"approved_by: {', '.join(gate.roles)}"
        case OrdersFresh():
            return f"orders_fresh: {format_span(gate.within_us)}"
        case UrlOk():
            return f"url_ok: {gate.place}"
        case Check():
            return f"check: {gate.check.source}"
        case Poll():
            return f"poll: {gate.cue}"
        case Confirmed():
            return f"confirmed: {gate.what}"
        case TwoPerson():
            return f"two_person: {gate.role}"
        case _:
            assert_never(gate)
