"""What probes see of outputs (SEMANTICS 4)."""

from __future__ import annotations

from launchctl.show import events as ev
from launchctl.show.core import Core
from launchctl.show.inputs import OutputSeen
from launchctl.show.state import OutputState
from launchctl.times import SECOND, Micros

_STEADY_US = 2 * SECOND
"""A measured delay that shrank by less than this is not news."""


def take_output(core: Core, seen: OutputSeen) -> None:
    """A probe reports; a moving edge is journaled only where its age is read."""
    output = core.state.outputs.get(seen.output)
    if output is None:
        return
    delay_us = _delay(output, seen.delay_us)
    now = (seen.moving, delay_us, seen.detail)
    news = now != (output.moving, output.delay_us, output.detail)
    aged = seen.output in core.plan.aged and seen.moved_us != output.moved_us
    if not news and not aged:
        return
    core.emit(
        ev.OutputChanged,
        output=seen.output,
        moving=seen.moving,
        moved_us=seen.moved_us,
        edge_us=seen.edge_us,
        delay_us=delay_us,
        detail=seen.detail,
    )


def _delay(output: OutputState, measured_us: Micros | None) -> Micros | None:
    """In whole seconds, rounded up; it wavers with every segment, so it is sticky."""
    if measured_us is None:
        return output.delay_us
    whole_us = max(0, -(-measured_us // SECOND) * SECOND)
    known_us = output.delay_us
    if known_us is not None and known_us - _STEADY_US < whole_us <= known_us:
        return known_us
    return whole_us
