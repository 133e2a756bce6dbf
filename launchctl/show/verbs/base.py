"""What all verbs share: their shape, and how they refuse.

Each verb's function raises ``Refused`` with a sentence, having changed nothing, or
gives what to do once the call is journaled as accepted.
"""

from __future__ import annotations

from collections.abc import Callable

from launchctl.runbook.instants import looks_like_wall, parse_wall
from launchctl.show.core import Core
from launchctl.show.inputs import Call
from launchctl.show.plan import Planned
from launchctl.show.state import CueState
from launchctl.times import Micros, parse_span

Do = Callable[[], None]


class Refused(Exception):  # noqa: N818  it is the call that was refused
    """Why a call was refused, in a sentence."""


def cue_of(core: Core, call: Call) -> tuple[Planned, CueState]:
    """The cue that a call names."""
    planned = core.plan.cues.get(call.target or "")
    if planned is None:
        raise Refused(f"there is no cue {call.target!r}")
    return planned, core.state.cues[planned.cue.id]


def fresh(call: Call, seq: int, what: str) -> None:
    """Refuse what was pressed before its target last changed (SEMANTICS 8)."""
    if call.seen is not None and call.seen < seq:
        raise Refused(f"stale: {what} changed since (event {seq}, seen {call.seen})")


def wall_of(
    core: Core, written: str, earliest_us: Micros, from_us: Micros | None
) -> Micros:
    """A wall instant: in the runbook's zone if it names none, a time of day the first
    at or after ``earliest_us``; or a span such as ``+5m`` from ``from_us``.

    Raises:
        Refused: it is neither.
    """
    try:
        if looks_like_wall(written):
            return parse_wall(written, core.runbook.timezone, earliest_us)
        if written[:1] in ("+", "-") and from_us is not None:
            span_us = parse_span(written[1:])
            return from_us + (span_us if written[0] == "+" else -span_us)
    except ValueError as error:
        raise Refused(str(error)) from None
    raise Refused(f"{written!r} is neither an instant nor a span such as +5m")
