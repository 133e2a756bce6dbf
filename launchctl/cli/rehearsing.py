"""``launch rehearse``: a runbook played against emulated far ends."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import asdict
from functools import partial
from typing import Any

from launchctl.cli.asked import Asked
from launchctl.cli.console import PeopleAtConsole, at_terminal, offer_script
from launchctl.cli.faults import fault_in_words, told_fault
from launchctl.cli.output import print_json
from launchctl.cli.paced import Paced, PacedRun, rehearse_paced, sample_of
from launchctl.cli.paced_viewers import in_words, not_played
from launchctl.cli.rehearsed import judge_rehearsal, keep_rehearsal
from launchctl.cli.reporting import print_comparison, print_report, whole_report
from launchctl.cli.run import parse_sets
from launchctl.errors import InputError
from launchctl.rehearsal.backstage import Beside
from launchctl.rehearsal.batches import shops
from launchctl.rehearsal.hands import people
from launchctl.rehearsal.pressing import Deed
from launchctl.rehearsal.rehearse import Rehearsal, Rehearsed, rehearse
from launchctl.rehearsal.script import Script
from launchctl.rehearsal.trouble.chaos import chaos
from launchctl.rehearsal.trouble.injecting import Injected, trouble
from launchctl.rehearsal.trouble.plan import load_plan
from launchctl.rehearsal.willing import willing

_FASTEST = 200.0
"""Faster, and real loopback is no longer fast enough for the show's own deadlines."""


def run_virtual(asked: Asked, *, as_json: bool) -> int:
    """Play it in virtual time; 0 if the show was green, 1 if it was red. Where nobody
    answers, whoever sits at the terminal is asked.

    Raises:
        LaunchError: the runbook, the script or the plan of faults does not load.
    """
    deeds: list[Deed] = []
    injected: list[Injected] = []
    script = asked.played()
    alone = asked.has_people or as_json or not at_terminal()
    console = None if alone else PeopleAtConsole()
    rehearsed = rehearse(
        Rehearsal(
            runbook=asked.file,
            seed=asked.seed,
            t0_us=asked.t0_us,
            sets=parse_sets(asked.sets),
            beside=(
                people(script, deeds),
                *((console.play,) if console else ()),
                *_around(asked, script, injected),
            ),
        )
    )
    report = rehearsal_report(rehearsed)
    answers = console.deeds(rehearsed.lines) if console else []
    report["rehearsed"]["people"] = [_told(deed) for deed in [*deeds, *answers]]
    report["rehearsed"]["not_played"] = not_played(script)
    report["rehearsed"]["faults"] = [
        told_fault(each, rehearsed.lines) for each in injected
    ]
    proves = asked.proves and not (console and console.left)
    before = keep_rehearsal(report, asked.file) if proves else None
    if as_json:
        print_json(report)
    else:
        print_report(report)
        _tell(report["rehearsed"])
        _tell_before(before, report)
    offer_script(answers, asked.file)
    return 0 if report["verdict"] == "green" else 1


def run_paced(
    asked: Asked,
    speed: str,
    *,
    serve: str | None,
    real_stages: bool,
    mark: bool,
    as_json: bool,
) -> int:
    """Play it at a speed that people can follow, with pages; 0 if it was green.

    Raises:
        InputError: the speed is none, or not 1 on real stages; or faults were asked
            for.
        LaunchError: as ``cli.paced.rehearse_paced``.
    """
    if asked.faults is not None or asked.chaos is not None:
        raise InputError("faults need virtual time", hint="leave --speed out")
    times = 1.0 if speed == "max" else _speed(speed)
    if real_stages and times != 1.0:
        raise InputError(
            f"--speed {speed}: a real mixer has its own time", hint="leave --speed out"
        )
    paced = Paced(
        runbook=asked.file,
        script=asked.played(),
        home=asked.home,
        speed=times,
        real_stages=real_stages,
        mark=mark,
        seed=asked.seed,
        yes=asked.yes,
        t0_us=asked.t0_us,
        sets=parse_sets(asked.sets),
        serve=serve,
        drawn=not as_json,
    )
    run = asyncio.run(rehearse_paced(paced))
    judge_rehearsal(run.report, ())
    before = keep_rehearsal(run.report, asked.file) if asked.proves else None
    tell_paced(paced, run, as_json=as_json)
    if not as_json:
        _tell_before(before, run.report)
    return 0 if run.report["verdict"] == "green" else 1


def tell_paced(paced: Paced, run: PacedRun, *, as_json: bool) -> None:
    """Print the report, what the buyers sent and what the people were refused."""
    sent = run.sent
    report = run.report
    report["rehearsed"] = {
        "seed": paced.seed,
        "speed": paced.speed,
        "stages": "real" if paced.real_stages else "emulated",
        "people": [_told(deed) for deed in run.deeds],
        "sent": {
            "orders": sent.orders,
            "units": sent.units,
            "deliveries": sent.deliveries,
            "refused": len(sent.refused),
        },
        "viewers": None if run.seen is None else asdict(run.seen),
    }
    if as_json:
        print_json(report)
        return
    print_report(report)
    if any(shape.viewers is None for shape in paced.script.audience):
        sample = sample_of(paced.script)
        which = f", a sample of 1 in {sample:g}," if sample else ""
        counted = (report["orders"] or {}).get("placed", 0)
        print(
            f"\nThe buyers{which} sent {sent.orders:,} orders ({sent.units:,} units)"
            f" in {sent.deliveries:,} deliveries; {counted:,} were counted."
        )
    if sent.refused:
        print(f"{len(sent.refused):,} deliveries were refused")
    if run.seen is not None:
        print(in_words(run.seen))
    _tell_refused(report["rehearsed"]["people"])


def _around(asked: Asked, script: Script, injected: list[Injected]) -> list[Beside]:
    """Buyers, who says yes, a plan of faults and one drawn by chance; ``injected`` gets
    what came.
    """
    around = [shops(script.audience, asked.home), *((willing,) if asked.yes else ())]
    if asked.faults is not None:
        plan = load_plan(asked.faults)
        around.append(trouble(lambda _runbook: plan, injected))
    if asked.chaos is not None:
        around.append(trouble(partial(chaos, asked.chaos), injected))
    return around


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


def rehearsal_report(rehearsed: Rehearsed) -> dict[str, Any]:
    """As the report of a show, with ``rehearsed`` besides."""
    runbook = rehearsed.backstage.show.runbook
    report = whole_report(runbook, rehearsed.lines, rehearsed.status)
    report["rehearsed"] = rehearsed.told()
    judge_rehearsal(report, rehearsed.nobody_answered)
    return report


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
    _tell_refused(rehearsed["people"])
    for fault in rehearsed["faults"]:
        print(fault_in_words(fault))
    for sentence in rehearsed["not_played"]:
        print(f"not played: {sentence}")
    for sentence in rehearsed["not_emulated"]:
        print(f"not emulated: {sentence}")
    for address in rehearsed["out_of_reach"]:
        print(f"not reached, because nothing emulates it: {address}")


def _tell_refused(deeds: Sequence[dict[str, Any]]) -> None:
    for deed in deeds:
        if not deed["accepted"]:
            what = f"{deed['by']}: {deed['do']} {deed['target'] or ''}".rstrip()
            print(f"{what} was refused: {deed['reason']}")


def _tell_before(before: dict[str, Any] | None, report: dict[str, Any]) -> None:
    if before is not None:
        print("\nSINCE THE LAST REHEARSAL")
        print_comparison(before, report)
