"""What a rehearsal's report says of its faults: when, met by what, what came next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from launchctl.cli.sentences import sentence
from launchctl.rehearsal.trouble.injecting import Injected
from launchctl.store.base import Line
from launchctl.times import MINUTE, Micros, format_instant, parse_instant

_AFTER_US = 2 * MINUTE
_LATE_S = 60.0
_MOST = 4
_TELLING = frozenset(
    {
        "recovered", "stalled", "clock_stepped", "hold_opened", "call_refused",
        "cue_held", "cue_parked", "cue_skipped", "cue_manual", "needs_person",
        "by_hand_change", "settled", "procedure_started", "cue_unready",
    }
)  # fmt: skip
"""Events that a fault may have brought about; beside bad ends and bad health."""


def told_fault(injected: Injected, lines: Sequence[Line]) -> dict[str, Any]:
    """One fault, as the report has it.

    Args:
        injected: the fault.
        lines: the whole journal.
    """
    at_us = injected.at_us
    behind_us = (at_us or 0) + (injected.line.for_us or 0) + _AFTER_US
    return {
        **injected.line.written(),
        "injected": None if at_us is None else format_instant(at_us),
        "why_not": injected.why_not or (None if at_us else "its turn never came"),
        "met": injected.met,
        "then": [] if at_us is None else _then(lines[injected.seq :], behind_us),
    }


def fault_in_words(fault: Mapping[str, Any]) -> str:
    """The same, for people."""
    what = " ".join(filter(None, (fault["fault"], fault.get("on"))))
    if fault["injected"] is None:
        return f"fault {what} did not happen: {fault['why_not']}"
    met = "" if fault["met"] is None else f", met by {fault['met']}"
    said = [f"fault {what} at {fault['injected']}{met}"]
    return "\n".join([*said, *(f"  then {each}" for each in fault["then"])])


def _then(lines: Sequence[Line], until_us: Micros) -> list[str]:
    """What the journal tells of trouble until two minutes behind it."""
    found: list[str] = []
    for line in lines:
        if parse_instant(line["at"]) > until_us or len(found) == _MOST:
            break
        if line["event"] in _TELLING or _is_bad(line):
            found.append(f"{line['event']}: {sentence(line) or ''}")
    return found


def _is_bad(line: Line) -> bool:
    match line["event"]:
        case "health":
            return bool(line["level"] != "good")
        case "attempt_ended":
            return bool(line["answer"] != "ok")
        case "cue_ended":
            return bool(line["state"] != "done")
        case "fired":
            return bool(line["late_by_s"] >= _LATE_S)
        case "stage_seen":
            return not line["connected"]
        case "noted":
            return bool(line["level"] == "warning")
        case _:
            return False
