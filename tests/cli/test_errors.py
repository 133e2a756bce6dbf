"""How commands end: one message, an exit code, and never a stack trace."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from launchctl.cli import errors
from launchctl.cli.app import app
from launchctl.cli.errors import run
from launchctl.errors import (
    InputError,
    LaunchError,
    OutOfReachError,
    Problem,
    RefusedError,
    RunbookError,
)


def raising(monkeypatch, error):
    """Let whatever command is invoked raise ``error``."""

    def invoke(_arguments):
        raise error

    monkeypatch.setattr(errors, "_invoke", invoke)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (RefusedError("no", hint="ask"), 1),
        (LaunchError("it went wrong", hint="ask"), 1),
        (InputError("wrong", hint="ask"), 2),
        (OutOfReachError("away", hint="ask"), 3),
    ],
)
def test_every_kind_of_error_has_its_exit_code(monkeypatch, capsys, error, code):
    """Message and hint go to standard error, nothing to standard output."""
    raising(monkeypatch, error)

    assert code == run(["go"])

    said = capsys.readouterr()
    assert "" == said.out
    assert f"launch: {error}\n        ask\n" == said.err


def test_problems_of_a_runbook_are_told_all_at_once(monkeypatch, capsys):
    """Each as file:line:column, sorted by place."""
    problems = [
        Problem("s.yaml", 9, 3, "no such scene", cue="film", hint="did you mean Film?"),
        Problem("s.yaml", 2, 1, "no title"),
    ]
    raising(monkeypatch, RunbookError(problems))

    assert 2 == run(["check", "s.yaml"])

    assert [
        "s.yaml:2:1: no title",
        "s.yaml:9:3: cue 'film': no such scene (did you mean Film?)",
    ] == capsys.readouterr().err.splitlines()


def test_with_json_an_error_is_an_object_on_stdout(monkeypatch, capsys):
    """Problems keep their places."""
    problem = Problem("s.yaml", 9, 3, "no such scene", cue="film")
    raising(monkeypatch, RunbookError([problem]))

    assert 2 == run(["check", "s.yaml", "--json"])

    expected = {
        "error": "s.yaml:9:3: cue 'film': no such scene",
        "hint": "",
        "exit": 2,
        "problems": [
            {
                "file": "s.yaml",
                "line": 9,
                "column": 3,
                "cue": "film",
                "message": "no such scene",
                "hint": None,
            }
        ],
    }
    assert expected == json.loads(capsys.readouterr().out)


def test_a_fault_of_ours_says_so_and_keeps_its_trace(monkeypatch, capsys, own_state):
    """The person is not shown what only a developer can read."""
    raising(monkeypatch, ZeroDivisionError("inner words"))

    assert 1 == run(["status"])

    kept = own_state / "launchctl" / "fault.txt"
    said = capsys.readouterr().err
    assert "launch: this is a fault of launchctl: ZeroDivisionError" in said
    assert str(kept) in said
    assert "Traceback" not in said
    assert "ZeroDivisionError: inner words" in kept.read_text()
    assert 0o600 == kept.stat().st_mode & 0o777


def test_a_developer_can_see_the_trace(monkeypatch, capsys):
    """``LAUNCH_TRACE=1`` prints it."""
    monkeypatch.setenv("LAUNCH_TRACE", "1")
    raising(monkeypatch, ZeroDivisionError("inner words"))

    assert 1 == run(["status"])

    assert "Traceback" in capsys.readouterr().err


def test_ctrl_c_is_no_fault(monkeypatch, capsys):
    """130, as shells expect."""
    raising(monkeypatch, KeyboardInterrupt())

    assert 130 == run(["watch"])
    assert "launch: interrupted\n" == capsys.readouterr().err


VERBS = sorted(command.name for command in app.registered_commands)


@pytest.mark.parametrize("verb", [*VERBS, "crew add", "crew list", "crew revoke"])
def test_every_verb_explains_itself(verb, capsys):
    """``--help`` works and says more than the verb's name; ``--json`` is everywhere."""
    assert 0 == run([*verb.split(), "--help"])

    said = capsys.readouterr().out
    assert f"Usage: launch {verb}" in said
    assert "--json" in said or verb == "watch"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["goo"], "No such command 'goo'. Did you mean 'go'?"),
        (["skip"], "Missing argument 'CUE'."),
        (["go", "--nonsense"], "No such option: --nonsense"),
        (["settle", "x", "maybe"], "'maybe' is neither sent nor not-sent"),
        (["settle", "x", "sent"], "say where it is: settle CUE sent URL"),
        (["settle", "x", "not-sent", "u"], "what was not sent has no URL"),
        (["counter", "shut"], "'shut' is none of open, freeze, hide"),
        (["crew", "add", "Ada"], "Missing option '--role'."),
        (["demo", "--speed", "0"], "--speed"),
        (["journal", "--after", "-1"], "--after"),
    ],
)
def test_a_slip_on_the_command_line_is_explained(arguments, said, capsys):
    """Exit code 2, what is wrong, and where help is."""
    assert 2 == run(arguments)

    told = capsys.readouterr().err
    assert said in told
    assert "--help" in told
    assert "Traceback" not in told


READERS = ["status", "watch", "journal", "report"]
CALLS = [
    ["go"],
    ["hold"],
    ["resume"],
    ["skip", "x"],
    ["fire", "x"],
    ["approve", "x"],
    ["revoke", "x"],
    ["silence", "all"],
    ["unsilence", "all"],
    ["counter", "open"],
    ["settle", "x", "not-sent"],
    ["adopt", "x", "https://x.test/1"],
    ["call", "x"],
    ["end"],
    ["abort"],
]


@pytest.mark.parametrize("arguments", [*([verb] for verb in READERS), *CALLS])
def test_without_a_run_every_verb_says_so(arguments, capsys):
    """Exit code 2 and how to start one, whatever was asked."""
    assert 2 == run(arguments)

    said = capsys.readouterr().err
    assert said.startswith("launch: there is no run")
    assert "Traceback" not in said


@pytest.mark.parametrize("arguments", CALLS)
def test_over_http_a_run_that_does_not_answer_is_out_of_reach(arguments, capsys):
    """Exit code 3; port 9 of loopback has nobody."""
    assert 3 == run([*arguments, "--url", "http://127.0.0.1:9"])

    assert "does not answer" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--url", "nonsense"], "is no address of a run"),
        (["--url", "http://h", "--run-dir", "d"], "name two runs"),
        (["--url", "http://h", "--as", "Ada"], "--as is for the run folder"),
        (["--url", "http://h", "--key-file", "/none"], "cannot be read"),
        (["--run-dir", "/none"], "/none holds no run"),
    ],
)
def test_options_that_make_no_sense_are_refused(options, said, capsys):
    """Exit code 2, before anything is asked or written."""
    assert 2 == run(["go", *options])

    assert said in capsys.readouterr().err


def test_help_needs_no_library_but_typer():
    """Nothing heavy is imported to print help: it is there at once."""
    script = (
        "import sys\n"
        "from launchctl.cli.errors import run\n"
        "run(['--help'])\n"
        "heavy = {'rich', 'pydantic', 'aiohttp', 'asyncio', 'sqlite3', 'yaml'}\n"
        "sys.exit(', '.join(sorted(heavy & set(sys.modules))))\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )

    assert "" == ended.stderr.strip()
    assert "Usage: launch" in ended.stdout


def test_python_m_is_the_same_program():
    """``python -m launchctl`` and its exit codes."""
    ended = subprocess.run(
        [sys.executable, "-m", "launchctl", "goo"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (2, "") == (ended.returncode, ended.stdout)
    assert "No such command 'goo'" in ended.stderr


def test_a_closed_pipe_is_no_fault():
    """``launch ... | head``: no trace, no complaint."""
    ended = subprocess.run(
        f"{sys.executable} -m launchctl --help | head -n 0; echo ${{PIPESTATUS[0]}}",
        shell=True,
        executable="/bin/bash",
        capture_output=True,
        text=True,
        check=False,
    )

    assert "" == ended.stderr
    assert "141" == ended.stdout.strip()
