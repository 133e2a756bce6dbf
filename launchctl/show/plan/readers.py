"""Who reads what: the conditions and gates that a change concerns (SEMANTICS 4)."""

from __future__ import annotations

from collections.abc import Iterable

from launchctl.runbook.conditions import Condition
from launchctl.runbook.digest import text_of
from launchctl.runbook.model import (
    Check,
    Confirmed,
    Cue,
    Gate,
    OrdersFresh,
    Poll,
)
from launchctl.runbook.templates import template
from launchctl.show.plan.plan import Plan


def read_names(plan: Plan) -> None:
    """Fill in who reads what, once all cues are in the plan."""
    for name, planned in plan.cues.items():
        if planned.cue.when is not None:
            _reads(plan, planned.cue.when.check, f"cue:{name}")
        _gates_read(plan, planned.cue.gate, f"gate:{name}")
        if texts := _orders_in(planned.cue):
            plan.order_texts[name] = texts
            plan.reads_orders = True
    for name, procedure in plan.runbook.procedures.items():
        if procedure.when is not None:
            _reads(plan, procedure.when.check, f"procedure:{name}")
        _gates_read(plan, procedure.gate, f"start:{name}")
    for number, criterion in enumerate(plan.runbook.criteria, start=1):
        plan.criteria[f"criterion:{number}"] = criterion
        _reads(plan, criterion.check, f"criterion:{number}")
    for name, embargo in plan.runbook.embargoes.items():
        gates = [lift.gate for lift in embargo.lifts if lift.gate is not None]
        _gates_read(plan, gates, f"embargo:{name}")


def _orders_in(cue: Cue) -> tuple[str, ...]:
    """The names below ``orders.`` that the cue's texts read."""
    paths = (
        path
        for action in cue.do
        for path in template(text_of(action) or "").paths
        if path[0] == "orders" and path[1:] != ("age",)
    )
    return tuple(dict.fromkeys(path[1] for path in paths))


def _gates_read(plan: Plan, gates: Iterable[Gate], owner: str) -> None:
    for gate in gates:
        if isinstance(gate, Check):
            _reads(plan, gate.check, owner)
        if isinstance(gate, OrdersFresh):
            plan.reads_orders = plan.reads_freshness = True
            plan.reads_orders_age |= not owner.startswith("gate:")
        if isinstance(gate, Confirmed):
            plan.confirmed.setdefault(gate.what, []).append(gate)
        if isinstance(gate, Poll):
            plan.readers.setdefault(("cues", gate.cue), []).append(owner)


def _reads(plan: Plan, condition: Condition, owner: str) -> None:
    if any(
        path[0] in ("t", "clock")
        or path == ("orders", "age")
        or (path[0] == "outputs" and path[2:] == ("age",))
        for path in condition.paths
    ):
        plan.timed[owner] = None
    for path in condition.paths:
        if path[0] == "outputs" and path[2:] == ("age",):
            plan.aged[path[1]] = None
        if path[0] == "orders" and path[1:] != ("age",):
            plan.order_names.update(dict.fromkeys(path[1:2]))
    for subject in dict.fromkeys(subject_of(path) for path in condition.paths):
        owners = plan.readers.setdefault(subject, [])
        if owner not in owners[-1:]:
            owners.append(owner)
        plan.reads_orders = plan.reads_orders or subject == ("orders",)
    asks_age = ("orders", "age") in condition.paths
    plan.reads_orders_age |= asks_age
    plan.reads_freshness |= asks_age


def subject_of(path: tuple[str, ...]) -> tuple[str, ...]:
    """What a name is about: ``("stages","main")``, ``("orders",)``, ``("t",)``."""
    if path[0] in ("stages", "cues", "accounts", "outputs"):
        return path[:2]
    return path[:1]
