"""How the command line ends: one clear message and an exit code, never a stack trace.

A person's mistake gets a sentence that says what to do next. A fault of launchctl's own
says so, and keeps its trace in a file for whoever mends it (``LAUNCH_TRACE=1`` prints
it). With ``--json`` the same goes to stdout as one JSON object, so that a script need
not read prose.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import typer
from typer.exceptions import TyperException

from launchctl.errors import LaunchError, RunbookError

INTERRUPTED = 130
_BROKEN_PIPE = 141
_DEFECT = 1
_INDENT = " " * len("launch: ")


def run(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code, having said what there is to say."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    as_json = "--json" in arguments
    try:
        return _invoke(arguments)
    except LaunchError as error:
        return _tell(error, as_json=as_json)
    except (KeyboardInterrupt, typer.Abort):
        _say("interrupted")
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output (head, less) has seen enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return _BROKEN_PIPE
    except Exception as error:  # noqa: BLE001  the last fence before a stack trace
        return _tell_defect(error, as_json=as_json)


def _invoke(arguments: list[str]) -> int:
    from launchctl.cli.app import app

    try:
        code = app(args=arguments, prog_name="launch", standalone_mode=False)
    except TyperException as error:
        return _tell_usage(error, as_json="--json" in arguments)
    except SystemExit:
        # Typer's only use of it here: whoever read our output is gone.
        raise BrokenPipeError from None
    sys.stdout.flush()
    return code if isinstance(code, int) else 0


def _tell_usage(error: TyperException, *, as_json: bool) -> int:
    """A command line that cannot be read: what is wrong, and where its help is."""
    context = getattr(error, "ctx", None)
    path = "launch" if context is None else context.command_path
    message = error.format_message()
    hint = f"see {path} --help"
    _say(message)
    _say_raw(f"{_INDENT}{hint}")
    if as_json:
        _print_json({"error": message, "hint": hint, "exit": error.exit_code})
    return error.exit_code


def _tell(error: LaunchError, *, as_json: bool) -> int:
    if isinstance(error, RunbookError):
        for problem in error.problems:
            _say_raw(str(problem))
    else:
        _say(str(error))
    if error.hint:
        _say_raw(f"{_INDENT}{error.hint}")
    if as_json:
        document: dict[str, Any] = {
            "error": str(error),
            "hint": error.hint,
            "exit": error.exit_code,
        }
        if isinstance(error, RunbookError):
            document["problems"] = problems_json(error)
        _print_json(document)
    return error.exit_code


def problems_json(error: RunbookError) -> list[dict[str, Any]]:
    """Every problem of a runbook as plain values, in file order."""
    return [
        {
            "file": problem.file,
            "line": problem.line,
            "column": problem.column,
            "cue": problem.cue or None,
            "message": problem.message,
            "hint": problem.hint or None,
        }
        for problem in error.problems
    ]


def _tell_defect(error: Exception, *, as_json: bool) -> int:
    trace = "".join(traceback.format_exception(error))
    message = f"this is a fault of launchctl: {type(error).__name__}"
    if os.environ.get("LAUNCH_TRACE") == "1":
        _say_raw(trace)
        hint = ""
    else:
        kept = _keep(trace)
        hint = (
            f"its trace is in {kept}; please report it"
            if kept
            else "run it again with LAUNCH_TRACE=1 to see its trace"
        )
    _say(message)
    if hint:
        _say_raw(f"{_INDENT}{hint}")
    if as_json:
        _print_json({"error": message, "hint": hint, "exit": _DEFECT})
    return _DEFECT


def _keep(trace: str) -> Path | None:
    """Write the trace where only its owner reads it; None if that fails too."""
    state = os.environ.get("XDG_STATE_HOME") or "~/.local/state"
    kept = Path(state).expanduser() / "launchctl" / "fault.txt"
    try:
        kept.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(kept, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(trace)
    except OSError:
        return None
    return kept


def _say(message: str) -> None:
    _say_raw(f"launch: {message}")


def _say_raw(text: str) -> None:
    print(text, file=sys.stderr)


def _print_json(document: dict[str, Any]) -> None:
    import json

    print(json.dumps(document, ensure_ascii=False))
