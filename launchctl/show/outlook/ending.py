"""Whether the show ends in time: its expected end, the plan, and ``hard_out``.

The expected end never comes nearer by time alone, and never moves away faster than time
goes. So it is worked out at the whole second after something happened, and else when
``hard_out`` could be passed at the earliest: a show of 10,000 cues costs a look a
second at most.
"""

from __future__ import annotations

from dataclasses import dataclass

from launchctl.show import events as ev
from launchctl.show.clocks import n_at_wall, wall_at
from launchctl.show.core import Core
from launchctl.show.outlook.expected import ExpectedTimeline
from launchctl.show.tables import RUNNING
from launchctl.times import SECOND, Micros, seconds


@dataclass(frozen=True, slots=True)
class Ending:
    """The end of the show's pictures: expected (N), and over the plan."""

    expected_us: Micros | None
    over_s: float | None


def over_s(
    core: Core, expected_us: Micros | None, planned_us: Micros | None
) -> float | None:
    """SEMANTICS 1: over = expected less planned; ``planned_us`` is on the wall."""
    if expected_us is None or planned_us is None:
        return None
    return seconds(wall_at(core.state, expected_us) - planned_us)


def end_of_show(core: Core, expected: ExpectedTimeline) -> Ending:
    """The end of the last segment, or the last cue of the file that acts on a stage,
    whichever comes later: posts of the following week are no part of it.
    """
    ends = _ends(core, expected)
    if not ends:
        return Ending(None, None)
    (kind, name), expected_us = max(ends.items(), key=lambda end: end[1])
    if kind == "segment":
        planned_us = core.timetable.segments[name].ends_us
    else:
        planned_us = core.timetable.cues[name]
    return Ending(expected_us, over_s(core, expected_us, planned_us))


def _ends(core: Core, expected: ExpectedTimeline) -> dict[tuple[str, str], Micros]:
    """What ends the show, and when that is expected, as far as it is known."""
    found: dict[tuple[str, str], Micros | None] = {}
    last = core.plan.last_picture
    if last is not None:  # first: of two at one instant it is the one that ends them
        found["cue", last] = expected.cue_us(last)
    for name in list(expected.segments)[-1:]:
        found["segment", name] = expected.end(name).wall_us
    return {what: at_us for what, at_us in found.items() if at_us is not None}


def hard_out_us(core: Core) -> Micros:
    """``hard_out``, on N."""
    assert core.runbook.hard_out_us is not None
    return n_at_wall(core.state, core.runbook.hard_out_us)


def look_out(core: Core) -> None:
    """Warn once when the expected end passes ``hard_out``, and say once that it is good
    again.
    """
    if core.runbook.hard_out_us is None or core.state.show not in RUNNING:
        return
    ends_us = max(_ends(core, ExpectedTimeline(core)).values(), default=None)
    if ends_us is None:
        return
    left_us = hard_out_us(core) - ends_us
    late = left_us < 0
    if late != core.state.past_hard_out:
        core.emit(
            ev.HardOut,
            late=late,
            hard_out_us=core.runbook.hard_out_us,
            expected_us=ends_us,
        )
    elif not late:
        core.agenda.outlook_us = core.now_us + max(SECOND, left_us + 1)
