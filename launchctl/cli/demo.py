"""``launch demo``: the reference show at speed, as a paced rehearsal."""

from __future__ import annotations

import asyncio
import os
import sys
import webbrowser
from pathlib import Path

import launchctl
from launchctl.cli.paced import Paced, rehearse_paced
from launchctl.cli.rehearsing import tell_paced
from launchctl.cli.start_show import RunningShow
from launchctl.errors import InputError
from launchctl.rehearsal.script import load_script

_SEED = 1
_RUNBOOK = "model-3-reveal.yaml"
_SCRIPT = "model-3-people.yaml"


def run_demo(*, speed: float, browser: bool, as_json: bool) -> int:
    """Play the demo to its end; the show's exit code.

    Raises:
        InputError: the demo's files are not there.
        LaunchError: a process did not start. Nothing is left running.
    """
    runbook, script = demo_files()
    paced = Paced(
        runbook=runbook,
        script=load_script(script),
        speed=speed,
        seed=_SEED,
        drawn=not as_json,
        started=_show_page if browser and _has_display() else lambda _: None,
    )
    run = asyncio.run(rehearse_paced(paced))
    tell_paced(paced, run, as_json=as_json)
    return run.code


def demo_files() -> tuple[Path, Path]:
    """The demo's runbook and script: of this package, or of the repository around it.

    Raises:
        InputError: they are not there.
    """
    package = Path(launchctl.__file__).parent
    script = package / "rehearsal" / "demo" / _SCRIPT
    for home in (package / "rehearsal" / "demo", package.parent / "runbooks"):
        if (home / _RUNBOOK).exists() and script.exists():
            return home / _RUNBOOK, script
    raise InputError(
        "the demo's runbook is not here",
        hint="run it from a checkout of the repository: make demo",
    )


def _show_page(running: RunningShow) -> None:
    webbrowser.open(f"{running.url}/crew")


def _has_display() -> bool:
    if sys.platform == "darwin":
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
