"""What names mean now: values for conditions and templates (SEMANTICS 4).

Only the names that are read are looked up. A name without a value is left out, and
makes the condition unknown. What runs with time is counted in whole seconds, at which
it is read again: so it does not matter when within a second it is read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from launchctl.runbook.conditions import Condition
from launchctl.show.clocks import t_at, wall_at
from launchctl.show.core import Core
from launchctl.show.outputs import picture_lost
from launchctl.times import SECOND, seconds, to_datetime

Path = tuple[str, ...]


def read(core: Core, condition: Condition) -> bool | None:
    """What a condition says now: True, False, or None for unknown."""
    return condition.evaluate(values_of(core, condition.paths))


def values_of(core: Core, paths: Iterable[Path]) -> dict[str, Any]:
    """Nested values of the names that are known now."""
    values: dict[str, Any] = {}
    for path in paths:
        look_up = _ROOTS.get(path[0])
        value = look_up(core, path[1:]) if look_up else None
        if value is None:
            continue
        node = values
        for part in path[:-1]:
            node = node.setdefault(part, {})
        node[path[-1]] = value
    return values


def _t(core: Core, _rest: Path) -> Any:
    t_us = t_at(core.state, core.now_us)
    return None if t_us is None else float(t_us // SECOND)


def _clock(core: Core, rest: Path) -> Any:
    zone = core.runbook.timezone or "UTC"
    moment = to_datetime(wall_at(core.state, core.now_us), zone)
    match rest:
        case ("hour",):
            return moment.hour
        case ("minute",):
            return moment.minute
        case ("weekday",):
            return moment.isoweekday()
        case _:
            return None


def _show(core: Core, rest: Path) -> Any:
    return str(core.state.show) if rest == ("state",) else None


def _cues(core: Core, rest: Path) -> Any:
    cue = core.state.cues.get(rest[0]) if rest[1:] == ("state",) else None
    return None if cue is None else str(cue.state)


def _stages(core: Core, rest: Path) -> Any:
    stage = core.state.stages.get(rest[0])
    if stage is None or len(rest) != 2:
        return None
    match rest[1]:
        case "connected":
            return stage.connected
        case "stream_lost":
            live = stage.connected and stage.streaming and not stage.reconnecting
            lost = not live or picture_lost(core, rest[0])
            return stage.wanted.get("stream") == "start" and lost
        case "program" | "streaming" | "reconnecting" | "skipped" as name:
            return getattr(stage, name) if stage.connected else None
        case _:
            return None


def _outputs(core: Core, rest: Path) -> Any:
    output = core.state.outputs.get(rest[0])
    if output is None:
        return None
    match rest[1:]:
        case ("age",):
            second_us = core.now_us // SECOND * SECOND
            moved_us = output.moved_us
            return None if moved_us is None else seconds(max(0, second_us - moved_us))
        case ("moving",):
            return output.moving
        case ("watch",):
            return core.runbook.outputs[rest[0]].watch
        case _:
            return None


def _accounts(core: Core, rest: Path) -> Any:
    if rest[1:] != ("silenced",) or rest[0] not in core.runbook.accounts:
        return None
    return rest[0] in core.state.silenced


def _orders(core: Core, rest: Path) -> Any:
    if rest == ("age",):
        complete_us = core.state.orders_complete_us
        second_us = wall_at(core.state, core.now_us) // SECOND * SECOND
        return None if complete_us is None else seconds(second_us - complete_us)
    node: Any = core.state.orders
    for part in rest:
        node = node.get(part) if isinstance(node, dict) else None
    return node


def _figures(core: Core, rest: Path) -> Any:
    figure = core.state.figures.get(rest[0])
    return None if figure is None else figure.rounded


def _vars(core: Core, rest: Path) -> Any:
    node: Any = core.runbook.vars
    for part in rest:
        node = node.get(part) if isinstance(node, dict) else None
    return node


_ROOTS: dict[str, Callable[[Core, Path], Any]] = {
    "t": _t,
    "clock": _clock,
    "show": _show,
    "cues": _cues,
    "stages": _stages,
    "outputs": _outputs,
    "accounts": _accounts,
    "orders": _orders,
    "figures": _figures,
    "vars": _vars,
}
"""First part of a name -> how the rest is looked up."""
