"""A failure made small: things are left out for as long as it still fails."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from tests.simulation.case import Case, run, signature
from tests.simulation.trace import Step

BUDGET_S = 120.0
"""How long it may take: a smaller case is a help, not a duty."""


def fails_with(case: Case) -> str | None:
    """What breaks when the script is played; None if nothing does."""
    try:
        run(case)
    except Exception as error:  # noqa: BLE001  whatever breaks, breaks the show
        return signature(error)
    return None


def shrink(case: Case, budget_s: float = BUDGET_S) -> Case | None:
    """The smallest script found that fails in the same way; None if the script alone
    does not fail: then chance, or a far end, has its part in it.
    """
    kind = fails_with(case)
    if kind is None:
        return None
    until_s = time.monotonic() + budget_s

    def still(smaller: Case) -> bool:
        return time.monotonic() < until_s and fails_with(smaller) == kind

    for _ in range(3):
        before = _size(case)
        case = _fewer_ops(case, still)
        case = _fewer_inputs(case, still)
        case = _fewer_cues(case, still)
        if _size(case) == before:
            break
    return case


def _size(case: Case) -> int:
    inputs = sum(len(op.inputs) for op in case.ops if isinstance(op, Step))
    return len(case.ops) + inputs + len(case.runbook.cues)


def _fewer_ops(case: Case, still: Callable[[Case], bool]) -> Case:
    chunk = max(1, len(case.ops) // 2)
    while True:
        place = 1  # without a start there is no show
        while place < len(case.ops):
            ops = case.ops[:place] + case.ops[place + chunk :]
            smaller = replace(case, ops=ops)
            if still(smaller):
                case = smaller
            else:
                place += chunk
        if chunk == 1:
            return case
        chunk //= 2


def _fewer_inputs(case: Case, still: Callable[[Case], bool]) -> Case:
    for place, op in enumerate(case.ops):
        if not isinstance(op, Step):
            continue
        for seen in op.inputs:
            now = case.ops[place]
            assert isinstance(now, Step)
            left = tuple(each for each in now.inputs if each is not seen)
            ops = list(case.ops)
            ops[place] = replace(now, inputs=left, quiet=False)
            smaller = replace(case, ops=tuple(ops))
            if still(smaller):
                case = smaller
    return case


def _fewer_cues(case: Case, still: Callable[[Case], bool]) -> Case:
    for cue in reversed(case.runbook.cues):
        cues = tuple(each for each in case.runbook.cues if each.id != cue.id)
        smaller = replace(case, runbook=case.runbook.model_copy(update={"cues": cues}))
        if still(smaller):
            case = smaller
    for name in ("procedures", "embargoes", "criteria", "approvals"):
        empty = () if name == "criteria" else {}
        book = case.runbook.model_copy(update={name: empty})
        smaller = replace(case, runbook=book)
        if still(smaller):
            case = smaller
    return case
