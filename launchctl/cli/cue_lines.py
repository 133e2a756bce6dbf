"""One cue as the caller reads it: its line, the stages, and what GO would do."""

from __future__ import annotations

from typing import Any

from launchctl.cli.output import print_json
from launchctl.cli.rundown import Row, action_in_words, local_time, rows_of, t_in_words
from launchctl.rehearsal.cue_to_cue import Step
from launchctl.runbook import actions as act
from launchctl.runbook.model import Runbook
from launchctl.show.cue_to_cue import CueToCue, Effect
from launchctl.times import format_instant, format_span, seconds


def step_json(runbook: Runbook, book: CueToCue, step: Step) -> dict[str, Any]:
    """A step as plain values."""
    return {
        "cue": step.cue,
        "sheet": None if step.cue is None else _sheet_json(runbook, book, step.cue),
        "stages": step.stands,
        "page": step.page,
        "set": [{"stage": stage, "what": what} for stage, what in step.set],
        "declined": step.declined,
        "failed": step.failed,
        "left_alone": step.never,
        "go": [_effect_json(each) for each in _effects(book, step.cue)],
    }


def _effects(book: CueToCue, cue: str | None) -> list[Effect]:
    return [] if cue is None else [*book.effects(cue)]


def _sheet_json(runbook: Runbook, book: CueToCue, name: str) -> dict[str, Any]:
    row, sheet = _row(runbook, name), book.cue(name).sheet
    warn_us = sheet.warn_us if sheet else None
    return {
        "planned": None if row.planned_us is None else format_instant(row.planned_us),
        "t_s": None if row.t_us is None else seconds(row.t_us),
        "starts": row.starts,
        "gates": [*row.gates],
        "warn_s": None if warn_us is None else seconds(warn_us),
        "say": sheet.say if sheet else None,
        "departments": dict(sheet.columns) if sheet else {},
    }


def _effect_json(effect: Effect) -> dict[str, Any]:
    return {
        "action": action_in_words(effect.action),
        "target": effect.target or None,
        "leaves": leaves(effect),
        "text": effect.text,
        "unread": effect.unread,
    }


def leaves(effect: Effect) -> bool:
    """True if GO would send something beyond the stages and the show's own pages."""
    if isinstance(effect.action, act.Stream):
        return True
    where = effect.target.partition(":")[0]
    return where in {"account", "http", "osc", "notify"}


def _row(runbook: Runbook, name: str) -> Row:
    return next(row for row in rows_of(runbook) if row.cue == name)


def print_list(runbook: Runbook, cues: tuple[str, ...], at: int, as_json: bool) -> None:
    """All cues in their order; which one stands by."""
    if as_json:
        print_json({"cues": [*cues], "at": at})
        return
    rows = {row.cue: row for row in rows_of(runbook)}
    for index, name in enumerate(cues):
        mark = ">" if index == at else " "
        print(f"{mark} {t_in_words(rows[name]):>13}  {name}  ({rows[name].starts})")
    print(f"{'>' if at == len(cues) else ' '} {'':>13}  the end")


def print_step(runbook: Runbook, book: CueToCue, step: Step) -> None:
    """The cue that stands by, what stands on the stages, and what GO would do."""
    if step.cue is None:
        print("THE END: all cues have run")
    else:
        _print_sheet(runbook, book, step.cue)
    for stage, fields in step.stands.items():
        print(f"  on {stage}")
        for what, value in sorted(fields.items()):
            mark = "*" if (stage, what) in step.set else " "
            print(f"   {mark} {_field(what, value)}")
    for what, value in step.page.items():
        print(f"  {what}: {value}")
    for sentence in step.never:
        print(f"  {sentence}")
    for sentence in step.declined:
        print(f"  not set: {sentence}")
    for sentence in step.failed:
        print(f"  FAILED  {sentence}")
    effects = _effects(book, step.cue)
    if effects:
        print("  GO would")
    for effect in effects:
        _print_effect(effect)
    print(flush=True)


def _print_sheet(runbook: Runbook, book: CueToCue, name: str) -> None:
    row, cue = _row(runbook, name), book.cue(name)
    at = book.cues.index(name) + 1
    time = ""
    if row.planned_us is not None:
        time = local_time(row.planned_us, runbook.timezone or "UTC")[11:]
    head = f"{at}/{len(book.cues)}  {name}  {t_in_words(row)}  {time}".rstrip()
    print(f"{head}  ({row.starts})")
    for gate in row.gates:
        print(f"  waits for {gate}")
    if cue.sheet is None:
        return
    if cue.sheet.warn_us is not None:
        print(f"  warn  {format_span(cue.sheet.warn_us)} before")
    if cue.sheet.say is not None:
        print(f"  say   {cue.sheet.say}")
    for department, note in cue.sheet.columns.items():
        print(f"  {department}  {note}")


def _field(what: str, value: Any) -> str:
    kind, _, name = what.partition(":")
    match kind:
        case "program":
            return f"program {value}"
        case "transition":
            return f"transition {value['name']}"
        case "audio":
            return f"{name} {'OPEN' if value else 'muted'}"
        case "visible":
            return f"{name} {'shown' if value else 'hidden'}"
        case _:
            return f"{kind} {name} {value!r}"


def _print_effect(effect: Effect) -> None:
    where = "LEAVES" if leaves(effect) else effect.target.partition(":")[2] or "show"
    print(f"    {where:<8}{action_in_words(effect.action)}")
    if effect.text is not None and leaves(effect):
        for line in effect.text.splitlines():
            print(f"            | {line}")
    if effect.unread is not None:
        print(f"            (as written: {effect.unread})")
