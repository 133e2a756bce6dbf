"""Samples of the ledger, and figures as they are fixed for the run (SEMANTICS 5)."""

from __future__ import annotations

from typing import Any

from launchctl.runbook import actions as act
from launchctl.show import events as ev
from launchctl.show.core import Core
from launchctl.show.gates.permissions import digest_of
from launchctl.show.inputs import (
    FigureTaken,
    OrdersSeen,
)
from launchctl.show.tables import ENDED, CueWord


def take_orders(core: Core, seen: OrdersSeen) -> None:
    """A sample: what something reads of it, journaled if it is new. A week of orders
    must not fill the journal with what nothing goes by.
    """
    plan, state = core.plan, core.state
    if not plan.reads_orders:
        return
    names = _read_now(core)
    values = {k: _plain(v) for k, v in seen.values.items() if k in names}
    fresher = plan.reads_freshness and seen.complete_us != state.orders_complete_us
    if values != state.orders or fresher:
        core.emit(ev.OrdersSampled, values=values, complete_us=seen.complete_us)


def _read_now(core: Core) -> dict[str, None]:
    """What conditions read, and the texts of cues that can still fire."""
    names = dict(core.plan.order_names)
    for cue, texts in core.plan.order_texts.items():
        planned, state = core.plan.cues[cue], core.state.cues[cue]
        over = state.state in ENDED and planned.cue.once and planned.procedure is None
        if not over:
            names.update(dict.fromkeys(texts))
    return names


def _plain(value: Any) -> Any:
    if hasattr(value, "items"):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    return value


def take_figure(core: Core, seen: FigureTaken) -> None:
    """A figure is fixed for the run. Out of bounds: its posts park, approvals void."""
    figure = core.state.figures.get(seen.figure)
    if figure is None or figure.value is not None:
        return
    rules = core.runbook.figures[seen.figure]
    step = rules.round.down if rules.round else 1
    rounded = seen.value // step * step
    low, high = rules.bounds or (rounded, rounded)
    in_bounds = low <= rounded <= high
    core.emit(
        ev.FigureFixed,
        figure=seen.figure,
        value=seen.value,
        rounded=rounded,
        ledger_seq=seen.ledger_seq,
        unverified=seen.unverified,
        in_bounds=in_bounds,
    )
    if not in_bounds:
        _out_of_bounds(core, seen.figure, rounded)


def _out_of_bounds(core: Core, figure: str, rounded: int) -> None:
    reason = f"figure {figure} is out of bounds: {rounded}"
    for name in core.plan.figure_users.get(figure, ()):
        planned = core.plan.cues[name]
        for slot in planned.slots:
            if isinstance(slot.action, act.Post):
                digest = digest_of(core, planned, slot)
                roles = tuple(core.state.approvals.get(digest, ()))
                if roles:
                    core.emit(ev.Revoked, digest=digest, roles=roles, reason=reason)
        if core.state.cues[name].state in (
            CueWord.PENDING,
            CueWord.STANDBY,
            CueWord.WAITING,
        ):
            core.emit(ev.CueParked, cue=name, reason=reason)
