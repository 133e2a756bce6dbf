"""``launch demo``: the reference show at speed, on emulated far ends.

The same runbook, engine, conductor, drivers, pages and hooks as in a real show; only
the clock is paced, and OBS, X and the shop are emulated, in one helper process. Their
addresses replace the real ones, so nothing outside this machine is reached. A script
plays the people, and an order stream the buyers.
"""

from __future__ import annotations

import asyncio
import os
import sys
import webbrowser
from dataclasses import dataclass, field
from typing import Any

from launchctl.cli.demo_world import demo_files, emulated, first_look
from launchctl.cli.notices import Notices
from launchctl.cli.output import print_json
from launchctl.cli.reporting import print_report, report_of
from launchctl.cli.run import watch_to_the_end
from launchctl.cli.start_show import RunRequest, start_show
from launchctl.cli.view import show_until
from launchctl.clock import Origin
from launchctl.conductor.viewer import Viewer
from launchctl.errors import InputError
from launchctl.rehearsal.audience import Played, Stream, play_orders
from launchctl.rehearsal.people import Deed, play
from launchctl.rehearsal.script import Script, load_script
from launchctl.runbook.model import AtT, Runbook
from launchctl.times import Micros, micros

STARTING_S = 10.0
"""Real seconds that the processes may take to start before the first cue."""
SAMPLE = 50
"""One order of the demo stands for so many buyers."""


def run_demo(*, speed: float, browser: bool, as_json: bool) -> int:
    """Play the demo to its end; the show's exit code.

    Raises:
        InputError: the demo's files are not there.
        LaunchError: a process did not start. Nothing is left running.
    """
    return asyncio.run(_run(speed=speed, browser=browser, as_json=as_json))


async def _run(*, speed: float, browser: bool, as_json: bool) -> int:
    runbook_file, script_file = demo_files()
    script = load_script(script_file)
    runbook = first_look(runbook_file)
    t0_us, first_us = _instants(runbook)
    origin = Origin.here(first_us - micros(STARTING_S * speed), speed)
    async with emulated(runbook, origin) as world:
        request = RunRequest(
            runbook=runbook_file,
            sets=world.sets,
            speed=speed,
            start_us=origin.now_us(),  # the emulators' clock and the show's are one
            rehearsal=True,
            environ=world.environ,
        )
        async with start_show(request) as running:
            page = f"{running.url}/crew"
            if browser and _has_display():
                webbrowser.open(page)
            source = runbook.orders.sources[0].name if runbook.orders else ""
            running.notices.standing = _note(page, speed)
            around = _Play(
                script,
                f"{running.url}/hooks/{source}",
                world.hook_secret,
                t0_us,
                None if as_json else running.notices,
            )
            code = await watch_to_the_end(running, around.watch)
    if as_json:
        print_json(around.report)
    else:
        print_report(around.report)
        around.tell()
    return code


def _instants(runbook: Runbook) -> tuple[Micros, Micros]:
    """T-0 and the instant of the first cue, as planned."""
    if runbook.t0_us is None:
        raise InputError("the demo's runbook sets no t0")
    offsets = [cue.at.offset_us for cue in runbook.cues if isinstance(cue.at, AtT)]
    return runbook.t0_us, runbook.t0_us + min(offsets, default=0)


@dataclass(slots=True)
class _Play:
    """What happens around the show while it is watched, and what came of it.

    ``notices`` None: nothing is drawn.
    """

    script: Script
    hook_url: str
    hook_secret: str = field(repr=False)
    t0_us: Micros
    notices: Notices | None
    deeds: list[Deed] = field(default_factory=list)
    orders: Played = field(default_factory=Played)
    report: dict[str, Any] = field(default_factory=dict)

    async def watch(self, viewer: Viewer, done: asyncio.Event) -> None:
        """People, buyers and the view, until the show is over; then its report."""
        origin = viewer.meta.origin
        stream = Stream(
            self.hook_url, self.hook_secret, origin, self.t0_us, sample=SAMPLE
        )
        async with viewer.folder.inbox() as inbox, asyncio.TaskGroup() as group:
            people = group.create_task(play(self.script, viewer, inbox, origin, done))
            buyers = group.create_task(play_orders(stream, done))
            if self.notices is not None:
                await show_until(viewer, done, self.notices)
        self.deeds, self.orders = people.result(), buyers.result()
        self.report = await report_of(viewer)

    def tell(self) -> None:
        """Say what the buyers sent and what the people were refused."""
        sent = self.orders
        counted = (self.report["orders"] or {}).get("placed", 0)
        print(
            f"\nThe buyers, a sample of 1 in {SAMPLE}, sent {sent.orders:,} orders"
            f" ({sent.units:,} units) in {sent.deliveries:,} deliveries;"
            f" {counted:,} were counted."
        )
        for deed in self.deeds:
            if not deed.accepted:
                what = f"{deed.step.by}: {deed.step.do} {deed.step.target or ''}"
                print(f"{what} was refused: {deed.reason}")


def _note(page: str, speed: float) -> str:
    return f"{page}   {speed:g} times as fast; orders: a sample of 1 in {SAMPLE}"


def _has_display() -> bool:
    if sys.platform == "darwin":
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
