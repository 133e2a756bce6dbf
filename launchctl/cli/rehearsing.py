"""``launch rehearse``: a runbook played against emulated far ends."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from launchctl.cli.faults import fault_in_words, told_fault
from launchctl.cli.output import print_json
from launchctl.cli.paced import Paced, rehearse_paced
from launchctl.cli.rehearsed import judge_rehearsal, keep_rehearsal
from launchctl.cli.reporting import print_comparison, print_report, whole_report
from launchctl.cli.run import parse_sets
from launchctl.cli.start_show import parse_t0
from launchctl.errors import InputError
from launchctl.rehearsal.backstage import Beside
from launchctl.rehearsal.batches import shops
from launchctl.rehearsal.hands import people
from launchctl.rehearsal.invented import UNDATED_US
from launchctl.rehearsal.people import Deed
from launchctl.rehearsal.rehearse import Rehearsal, Rehearsed, rehearse
from launchctl.rehearsal.script import Script, load_script
from launchctl.rehearsal.trouble.chaos import chaos
from launchctl.rehearsal.trouble.injecting import Injected, trouble
from launchctl.rehearsal.trouble.plan import load_plan
from launchctl.rehearsal.willing import willing

_FASTEST = 200.0
"""Faster, and real loopback is no longer fast enough for the show's own deadlines."""


def run_virtual(
    file: Path,
    *,
    seed: int,
    script: Path | None,
    yes: bool,
    t0: str | None,
    sets: Sequence[str],
    faults: Path | None = None,
    chaos_seed: int | None = None,
    as_json: bool,
) -> int:
    """Play it in virtual time; 0 if the show was green, 1 if it was red.

    Raises:
        LaunchError: the runbook, the script or the plan of faults does not load.
    """
    deeds: list[Deed] = []
    played = _script(file, script)
    home = (script or file).parent
    injected: list[Injected] = []
    wrong = _trouble(faults, chaos_seed, injected)
    rehearsed = rehearse(
        Rehearsal(
            runbook=file,
            seed=seed,
            t0_us=parse_t0(t0, UNDATED_US),
            sets=parse_sets(sets),
            beside=(
                willing if yes else people(played, deeds),
                shops(played.audience, home),
                *wrong,
            ),
        )
    )
    report = rehearsal_report(rehearsed)
    report["rehearsed"]["people"] = [_told(deed) for deed in deeds]
    report["rehearsed"]["faults"] = [
        told_fault(each, rehearsed.lines) for each in injected
    ]
    before = None if wrong else keep_rehearsal(report)
    if as_json:
        print_json(report)
    else:
        print_report(report)
        _tell(report["rehearsed"])
        if before is not None:
            print("\nSINCE THE LAST REHEARSAL")
            print_comparison(before, report)
    return 0 if report["verdict"] == "green" else 1


def run_paced(
    file: Path, script: Path | None, speed: str, *, serve: str | None, as_json: bool
) -> int:
    """Play it at a speed that people can follow, with pages; the show's exit code.

    Raises:
        InputError: the speed is none.
        LaunchError: as ``cli.paced.rehearse_paced``.
    """
    times = 1.0 if speed == "max" else _speed(speed)
    paced = Paced(runbook=file, script=_script(file, script), speed=times, serve=serve)
    return asyncio.run(rehearse_paced(paced, as_json=as_json))


def _trouble(
    faults: Path | None, chaos_seed: int | None, injected: list[Injected]
) -> list[Beside]:
    """A plan of faults, and one drawn by chance; ``injected`` gets what came."""
    wrong = []
    if faults is not None:
        plan = load_plan(faults)
        wrong.append(trouble(lambda _runbook: plan, injected))
    if chaos_seed is not None:
        wrong.append(trouble(partial(chaos, chaos_seed), injected))
    return wrong


def _speed(written: str) -> float:
    try:
        speed = float(written)
    except ValueError:
        speed = 0.0
    if not 1.0 <= speed <= _FASTEST:
        raise InputError(
            f"--speed {written}: expected `max`, or a number from 1 to {_FASTEST:g}"
        )
    return speed


def _script(file: Path, script: Path | None) -> Script:
    """As asked for, or the one beside the runbook, or nobody."""
    found = script or script_beside(file)
    return load_script(found) if found else Script(people=1, script=())


def rehearsal_report(rehearsed: Rehearsed) -> dict[str, Any]:
    """As the report of a show, with ``rehearsed`` besides."""
    runbook = rehearsed.backstage.show.runbook
    report = whole_report(runbook, rehearsed.lines, rehearsed.status)
    report["rehearsed"] = rehearsed.told()
    judge_rehearsal(report, rehearsed.nobody_answered)
    return report


def script_beside(file: Path) -> Path | None:
    """``show.people.yaml`` beside ``show.yaml``, if it is there."""
    script = file.with_suffix(".people.yaml")
    return script if script.exists() else None


def _told(deed: Deed) -> dict[str, Any]:
    step = deed.step
    return {
        "by": step.by,
        "role": step.role,
        "do": step.do,
        "target": step.target,
        "accepted": deed.accepted,
        "reason": deed.reason,
    }


def _tell(rehearsed: dict[str, Any]) -> None:
    """What is not in an as-run report of a show."""
    print(f"\nREHEARSAL in virtual time, seed {rehearsed['seed']}")
    for deed in rehearsed["people"]:
        if not deed["accepted"]:
            what = f"{deed['by']}: {deed['do']} {deed['target'] or ''}".rstrip()
            print(f"{what} was refused: {deed['reason']}")
    for fault in rehearsed["faults"]:
        print(fault_in_words(fault))
    for sentence in rehearsed["not_emulated"]:
        print(f"not emulated: {sentence}")
    for address in rehearsed["out_of_reach"]:
        print(f"not reached, because nothing emulates it: {address}")
