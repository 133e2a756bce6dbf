"""What viewers see, and when: outputs, their edges, and scenes as seen.

SEMANTICS 4 and 5. A scene is *seen* once the output's delay has passed since it came on
program. Only time in which the edge moves counts: while viewers get nothing new, nobody
sees anything new.
"""

from __future__ import annotations

from launchctl.runbook.model import Seen, StreamHealthy
from launchctl.show.agenda import STILL_US
from launchctl.show.core import Core
from launchctl.show.state import OutputState
from launchctl.times import Micros, format_span


def delay_of(core: Core, name: str) -> Micros:
    """The larger of the declared and the measured delay."""
    return max(
        core.runbook.outputs[name].delay_us, core.state.outputs[name].delay_us or 0
    )


def counted(output: OutputState, from_us: Micros, to_us: Micros) -> Micros:
    """How long the edge moved between two instants of N, the later not to come."""
    still_us = output.still_since_us
    end_us = to_us if still_us is None else min(to_us, still_us)
    total_us = max(0, end_us - from_us)
    for began_us, ended_us in reversed(output.stops):
        if ended_us <= from_us:
            break
        total_us -= max(0, min(ended_us, end_us) - max(began_us, from_us))
    return max(0, total_us)


def seen_left(core: Core, name: str, since_us: Micros) -> Micros:
    """How long the edge must still move until what came on then is seen; 0: seen."""
    output = core.state.outputs[name]
    passed_us = counted(output, since_us, core.now_us)
    return max(0, delay_of(core, name) - passed_us)


def came_on_us(core: Core, gate: Seen, since_us: Micros) -> Micros | None:
    """When the gate's scene came on program, as far as ``since_us`` lets it count.

    The first time since then; or before, if it was still there. None: not yet.
    """
    stage = core.state.stages[core.runbook.stage_of(gate.output)]
    times = stage.came_on.get(gate.scene, [])
    there = stage.connected and stage.program == gate.scene
    if there or stage.last_on.get(gate.scene, since_us - 1) >= since_us:
        before = [at_us for at_us in times if at_us < since_us]
        after = [at_us for at_us in times if at_us >= since_us]
        left = before and after and _left_between(core, gate, before[-1], since_us)
        if before and not left:
            return before[-1]
        return after[0] if after else since_us
    return next((at_us for at_us in times if at_us >= since_us), None)


def _left_between(core: Core, gate: Seen, on_us: Micros, since_us: Micros) -> bool:
    """True if another scene came on program between the two instants; at the first
    itself, nobody knows which came last, and it counts as gone.
    """
    stage = core.state.stages[core.runbook.stage_of(gate.output)]
    return any(
        on_us <= at_us <= since_us
        for scene, times in stage.came_on.items()
        if scene != gate.scene
        for at_us in times
    )


def why_not_seen(core: Core, gate: Seen, since_us: Micros) -> str | None:
    """A sentence while viewers have not seen the scene; None once they have."""
    on_us = came_on_us(core, gate, since_us)
    if on_us is None:
        return f"{gate.scene} has not been on program of {gate.output}'s stage"
    left_us = seen_left(core, gate.output, on_us)
    if left_us == 0:
        return None
    if core.state.outputs[gate.output].still_since_us is not None:
        return f"{gate.scene} is not seen yet: the edge of {gate.output} does not move"
    return f"viewers of {gate.output} see {gate.scene} in {format_span(left_us)}"


def seen_at_us(core: Core, gate: Seen, since_us: Micros) -> Micros | None:
    """The instant at which the scene will have been seen if the edge keeps moving."""
    on_us = came_on_us(core, gate, since_us)
    if on_us is None or core.state.outputs[gate.output].still_since_us is not None:
        return None
    left_us = seen_left(core, gate.output, on_us)
    return core.now_us + left_us if left_us else None


def why_not_healthy(core: Core, gate: StreamHealthy) -> str | None:
    """A sentence unless the stream is live, not reconnecting, and its edge moves."""
    name = core.runbook.stage_of(gate.output)
    stage, output = core.state.stages[name], core.state.outputs[gate.output]
    if not stage.connected:
        return f"stage {name} is offline"
    if stage.reconnecting:
        return f"the stream of {name} is reconnecting"
    if not stage.streaming:
        return f"stage {name} does not stream"
    if not output.moving:
        return f"the edge of {gate.output} does not move"
    return None


def picture_lost(core: Core, stage: str) -> bool:
    """True if an output of the stage stood still for 10 s while it streamed."""
    live_us = core.state.stages[stage].live_since_us
    if live_us is None or core.now_us - live_us < STILL_US:
        return False
    return any(
        output.moving is False
        for name, output in core.state.outputs.items()
        if core.runbook.stage_of(name) == stage
    )
