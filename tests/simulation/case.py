"""A show as a plain script: a runbook, what came in and when, and the crashes.

A script needs neither a seed nor the chance that made it, so it can be made smaller,
and it stays what it is when the generator changes: what once failed is kept for good.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from launchctl.runbook import actions as act
from launchctl.runbook.model import Cue, Procedure, Runbook
from launchctl.show import events as ev
from launchctl.show import inputs
from launchctl.show.commands import Command
from launchctl.show.engine import Engine
from launchctl.show.inputs import Input, RunbookSeen
from tests.simulation.invariants import Checker
from tests.simulation.rule import BrokenError
from tests.simulation.trace import Crash, Item, Line, Sent, Step
from tests.simulation.world import RUN, comparable, folded, same, told

KEPT = Path(__file__).parent / "kept"
Op = Step | Crash


@dataclass(frozen=True)
class Case:
    """A runbook and what happened to it. ``why`` is what broke when it was found."""

    runbook: Runbook
    ops: tuple[Op, ...]
    why: str = ""


def case_of(runbook: Runbook, items: list[Item], why: str) -> Case:
    """The script of a run."""
    ops = tuple(item for item in items if isinstance(item, Step | Crash))
    return Case(runbook, ops, why)


def run(case: Case, *, prefixes: bool = False) -> list[Line]:
    """Play a script; gives the journal. Commands go nowhere: the script has answers.

    Args:
        case: what to play.
        prefixes: at every step, fold the journal anew and decide the same (9.1).

    Raises:
        BrokenError: an invariant does not hold.
    """
    return _Run(case, prefixes=prefixes).play()


class _Run:
    def __init__(self, case: Case, *, prefixes: bool) -> None:
        self.case, self.prefixes = case, prefixes
        self.engine = Engine(case.runbook, RUN)
        self.checker = Checker(case.runbook)
        self.lines: list[Line] = []
        self.offered: list[Runbook] = []
        self.ends: list[int] = [0]
        """How many lines there were after each step."""
        self.durable = 0
        self.started = False

    def play(self) -> list[Line]:
        """All of it."""
        for op in self.case.ops:
            if isinstance(op, Crash):
                self._crash(op)
            else:
                self._step(op)
            if self.checker.violations:
                raise BrokenError(told(self.checker.violations))
        self.checker.close()
        if self.checker.violations:
            raise BrokenError(told(self.checker.violations))
        return self.lines

    def _crash(self, crash: Crash) -> None:
        asked = len(self.lines) - crash.lost
        kept = max(
            (end for end in self.ends if self.durable <= end <= asked),
            default=len(self.lines),
        )
        self.checker.take([Crash(len(self.lines) - kept)])
        del self.lines[kept:]
        self.durable = kept
        self.engine = folded(self.case.runbook, self.offered, self.lines)
        self.started = False

    def _step(self, step: Step) -> None:
        if step.quiet and self.started:  # with nothing else left to be done
            self._step(Step(step.now_us))
        self.checker.take([step])
        again = None
        if self.prefixes and self.started and comparable(self.engine, step.inputs):
            engine = folded(self.case.runbook, self.offered, self.lines)
            again = engine.step(step.now_us, step.inputs)
        if self.started:
            decision = self.engine.step(step.now_us, step.inputs)
        else:
            decision = self.engine.start(step.now_us)
        self.started = True
        self.offered += [i.runbook for i in step.inputs if isinstance(i, RunbookSeen)]
        if again is not None:
            same("a folded prefix", again, decision)
        fresh = [json.loads(json.dumps(ev.encode(each))) for each in decision.events]
        self.lines += fresh
        self.ends.append(len(self.lines))
        self.checker.take(fresh)
        for command in decision.commands:
            if isinstance(command, Command):
                self._send(command, step)

    def _send(self, command: Command, step: Step) -> None:
        if command.effect is act.Effect.ONCE:
            self.durable = len(self.lines)
            if self.engine.may_send(command) is not None:
                return
        self.checker.take([Sent(command, step.now_us)])


# --- as a file --------------------------------------------------------------------


def save(case: Case, path: Path) -> None:
    """Write it as JSON."""
    value = {
        "why": case.why,
        "runbook": _book(case.runbook),
        "ops": [_op(op) for op in case.ops],
    }
    path.parent.mkdir(exist_ok=True)
    text = json.dumps(value, indent=1, ensure_ascii=False, default=_plain)
    path.write_text(text + "\n", encoding="utf-8")


def load(path: Path) -> Case:
    """Read it back."""
    value = json.loads(path.read_text("utf-8"))
    ops = tuple(_op_of(op) for op in value["ops"])
    return Case(_book_of(value["runbook"]), ops, value["why"])


def _plain(value: Any) -> Any:
    if isinstance(value, frozenset | set):
        return sorted(value)
    raise TypeError(f"{value!r} is no plain value")


def _op(op: Op) -> dict[str, Any]:
    if isinstance(op, Crash):
        return {"crash": op.lost}
    given = [_input(seen) for seen in op.inputs]
    return {"step": op.now_us, "inputs": given, "quiet": op.quiet}


def _op_of(value: dict[str, Any]) -> Op:
    if "crash" in value:
        return Crash(value["crash"])
    seen = tuple(_input_of(each) for each in value["inputs"])
    return Step(value["step"], seen, value["quiet"])


def _input(seen: Input) -> dict[str, Any]:
    kind = {"kind": type(seen).__name__}
    if isinstance(seen, RunbookSeen):
        return {**kind, "runbook": _book(seen.runbook)}
    left = {name: value for name, value in asdict(seen).items() if value is not None}
    return {**kind, **left}


def _input_of(value: dict[str, Any]) -> Input:
    kind = value.pop("kind")
    if kind == "RunbookSeen":
        return RunbookSeen(_book_of(value["runbook"]))
    found: Input = TypeAdapter(getattr(inputs, kind)).validate_python(value)
    return found


def _book(book: Runbook) -> dict[str, Any]:
    value = book.model_dump(mode="json", exclude_defaults=True)
    value["cues"] = [_cue(cue) for cue in book.cues]
    for name, procedure in book.procedures.items():
        value["procedures"][name]["cues"] = [_cue(cue) for cue in procedure.cues]
    value["safe"] = [_action(action) for action in book.safe]
    return value


def _cue(cue: Cue) -> dict[str, Any]:
    value = cue.model_dump(mode="json", exclude_defaults=True)
    return {**value, "do": [_action(action) for action in cue.do]}


def _action(action: act.Action) -> dict[str, Any]:
    # a reply looks like a post: the kind tells them apart
    value = action.model_dump(mode="json", exclude_defaults=True)
    return {"kind": action.kind, **value}


def _book_of(value: dict[str, Any]) -> Runbook:
    cues = tuple(_cue_of(cue) for cue in value["cues"])
    procedures = {
        name: Procedure(
            **{**one, "cues": tuple(_cue_of(cue) for cue in one["cues"])},
        )
        for name, one in value.get("procedures", {}).items()
    }
    safe = tuple(_action_of(action) for action in value.get("safe", ()))
    left = {**value, "cues": cues, "procedures": procedures, "safe": safe}
    return Runbook(**left)


def _cue_of(value: dict[str, Any]) -> Cue:
    do = tuple(_action_of(action) for action in value["do"])
    return Cue(**{**value, "do": do})


def _action_of(value: dict[str, Any]) -> act.Action:
    left = {name: each for name, each in value.items() if name != "kind"}
    return act.KINDS[value["kind"]].model_validate(left)


def signature(error: BaseException) -> str:
    """What broke, without names and numbers: two failures of one kind look the same."""
    first = str(error).partition("\n")[0]
    number = re.match(r"invariant (\d+)", first)
    words = re.sub(r"\b[\w'.-]*\d[\w'.-]*\b|\[[^\]]*\]", "#", first.partition(": ")[2])
    kind = type(error).__name__
    return f"{kind} {number[1] if number else ''} {words[:60]}"
