"""What somebody said at the console, as lines of a script that say it again."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from launchctl.rehearsal.script import Script, Step, parse_script
from launchctl.show.status import Status
from launchctl.store.base import Line
from launchctl.times import Micros, format_span, micros, parse_instant

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_.+-]*")
_WORDS = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})
"""Plain text that some reader of YAML takes for something else."""


def turn_of(
    verb: str, target: str | None, status: Status, lines: Sequence[Line]
) -> dict[str, Any]:
    """A trigger that holds when this was said, and the ``wait`` behind it.

    The plainest that happened once: that the cue stood by, or a hold was open; else T;
    without a T, the beginning of the run.
    """
    now_us = parse_instant(status["at"])
    stood = _once(lines, "standby", "cue", target) if verb == "go" else None
    if stood is not None:
        return {"standby": target, "wait": now_us - stood}
    for hold in status["holds"]:
        since = _once(lines, "hold_opened", "name", hold["name"])
        if since is not None:
            return {"hold": hold["name"], "wait": now_us - since}
    if status["t_s"] is None:
        return {"event": lines[0]["event"], "wait": now_us - _at(lines[0])}
    held_us = [now_us - parse_instant(hold["since"]) for hold in status["holds"]]
    return {"at": _t_offset(micros(status["t_s"])), "wait": max(held_us, default=0)}


def script_of(steps: Iterable[Step], file: str) -> tuple[Script, str]:
    """The script of these lines, and its text; ``file`` as in ``parse_script``."""
    lines = [f"  - {{{', '.join(_said(step))}}}\n" for step in steps]
    text = "people: 1\nscript:\n" + "".join(lines)
    return parse_script(text, file), text


def _once(lines: Sequence[Line], event: str, key: str, value: Any) -> Micros | None:
    """When it happened; None if it happened never, or more than once."""
    found = [each for each in lines if (each["event"], each.get(key)) == (event, value)]
    return _at(found[0]) if len(found) == 1 else None


def _at(line: Line) -> Micros:
    return parse_instant(line["at"])


def _t_offset(t_us: Micros) -> str:
    return f"T{'-' if t_us < 0 else '+'}{format_span(abs(t_us))}"


def _said(step: Step) -> Iterable[str]:
    """Its keys that say something, in the order of the class's."""
    for key, value in step.model_dump(exclude_defaults=True).items():
        yield f"{key}: {format_span(value) if key == 'wait' else _yaml(value)}"


def _yaml(value: Any) -> str:
    """A value as YAML in flow style; what is not plain, as JSON writes it."""
    if isinstance(value, Mapping):
        return (
            "{" + ", ".join(f"{_yaml(k)}: {_yaml(v)}" for k, v in value.items()) + "}"
        )
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_yaml(each) for each in value) + "]"
    if isinstance(value, str) and _PLAIN.fullmatch(value):
        return json.dumps(value) if value.lower() in _WORDS else value
    return json.dumps(value, ensure_ascii=False)
