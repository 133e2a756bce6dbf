"""Runs that no terminal can end: ``--detach``, and the systemd unit of the examples."""

from __future__ import annotations

import asyncio
import configparser
import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.show_rig import HANG_S

UNIT = Path(__file__).parents[2] / "examples" / "launchctl.service"

SHOW = """
runbook: 1
title: A week
timezone: UTC
t0: 2027-03-16 19:00
crew: {caller: {may: [go, hold, abort, end]}}
cues:
  - {cue: doors, at: T-0, late: {within: any}}
  - {cue: close, after: doors, go: caller, do: [{end: show}]}
"""


async def launch(folder: Path, *words: str, code: int = 0) -> str:
    """Run a verb to its end; what it printed. A pipe that stays open is a hang."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "launchctl", *words),
        env={**os.environ, "XDG_STATE_HOME": str(folder / "state")},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    async with asyncio.timeout(HANG_S):
        out, err = await process.communicate()
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, signal.SIGHUP)  # as if its terminal were closed
    assert code == process.returncode, err.decode()
    return (out if code == 0 else err).decode()


async def test_a_detached_run_outlives_its_terminal(tmp_path: Path) -> None:
    """It prints the first line of ``run --json`` and ends; the run goes on, keeps its
    front, and ends with its show.
    """
    file = tmp_path / "show.yaml"
    file.write_text(SHOW)
    said = await launch(tmp_path, "run", str(file), "--detach", "--t0", "+1s", "--json")
    place = json.loads(said)
    assert {"run", "run_dir", "url", "pid"} == set(place)
    at = ("--run-dir", place["run_dir"], "--json")
    folder = Path(place["run_dir"])
    first = json.loads((folder / "run.json").read_text())["front_pid"]
    os.kill(first, signal.SIGKILL)
    async with asyncio.timeout(HANG_S):
        while json.loads((folder / "run.json").read_text())["front_pid"] == first:
            await asyncio.sleep(0.05)
        while not json.loads(await launch(tmp_path, "status", *at))["standby"]:
            pass
    await launch(tmp_path, "go", "close", *at)
    async with asyncio.timeout(HANG_S):
        status = json.loads(await launch(tmp_path, "status", *at))
        while status["state"] != "complete":
            status = json.loads(await launch(tmp_path, "status", *at))
    assert "green" == status["verdict"]
    assert "PAGES AND HOOKS ARE DOWN" in (folder / "launcher.log").read_text()


async def test_a_detached_run_that_cannot_start_says_why(tmp_path: Path) -> None:
    """Bad input is exit code 2, in the terminal where it was asked for."""
    file = tmp_path / "show.yaml"
    file.write_text(SHOW)
    said = await launch(
        tmp_path, "run", str(file), "--detach", "--serve", "256.0.0.1:1", code=2
    )
    assert "cannot listen on 256.0.0.1:1" in said


def unit() -> configparser.RawConfigParser:
    """The unit of the examples, its lines read as systemd reads them."""
    parser = configparser.RawConfigParser(strict=False)
    parser.optionxform = str
    parser.read_string(UNIT.read_text())
    return parser


def test_the_systemd_unit_is_one() -> None:
    """Systemd itself finds nothing to say against it; without systemd it parses."""
    service = unit()["Service"]
    assert {"ExecStart", "ExecCondition", "Restart"} <= set(service)
    program = shutil.which("systemd-analyze")
    if program is None:
        return
    done = subprocess.run(
        [program, "verify", "--man=no", str(UNIT)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ("", 0) == (done.stderr, done.returncode)


@pytest.mark.parametrize(
    ("verdict", "called"),
    [
        (None, "run /etc/launchctl/show.yaml --run-dir {dir} --json"),
        ("null", "run --recover {dir} --json"),
        ('"red"', None),
    ],
)
def test_the_unit_begins_takes_up_and_lets_rest(
    tmp_path: Path, verdict: str | None, called: str | None
) -> None:
    """No folder: begin; unfinished: take up; a verdict: it is over."""
    folder = tmp_path / "show"
    if verdict is not None:
        folder.mkdir()
        (folder / "run.json").write_text("{}")
    launch = tmp_path / "launch"
    launch.write_text(
        "#!/bin/sh\n"
        f'[ "$1" = status ] && echo \'{{"state": "x", "verdict": {verdict}}}\'\n'
        f'[ "$1" = run ] && echo "$@" > {tmp_path}/called\nexit 0\n'
    )
    launch.chmod(0o755)
    environ = {
        "PATH": f"{tmp_path}:{os.environ['PATH']}",
        "RUNBOOK": "/etc/launchctl/show.yaml",
        "RUN_DIR": str(folder),
    }
    service = unit()["Service"]
    # systemd unescapes within quotes, too, as no shell does: nothing may hang on that
    assert "\\" not in service["ExecCondition"] + service["ExecStart"]
    words = shlex.split(service["ExecCondition"])
    if subprocess.run(words, env=environ, check=False).returncode == 0:
        subprocess.run(shlex.split(service["ExecStart"]), env=environ, check=True)
    place = tmp_path / "called"
    found = place.read_text().strip() if place.exists() else None
    assert (called and called.format(dir=folder)) == found
