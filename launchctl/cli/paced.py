"""A paced rehearsal: the show's own processes and pages, at a speed people can follow.

The same runbook, engine, conductor, drivers, pages and hooks as in a real show; only
the clock is paced, and mixers, networks and shops are emulated, in one helper process.
Their addresses replace the real ones, so nothing outside this machine is reached. A
script plays the people, and an order stream the buyers. Real loopback is used, so that
no two journals are alike.
"""

from __future__ import annotations

import asyncio
import secrets
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from launchctl.cli.notices import Notices
from launchctl.cli.output import print_json
from launchctl.cli.processes import start_child
from launchctl.cli.reporting import print_report, report_of
from launchctl.cli.run import watch_to_the_end
from launchctl.cli.start_show import Given, RunningShow, RunRequest, start_show
from launchctl.cli.view import show_until
from launchctl.clock import Origin
from launchctl.conductor.viewer import Viewer
from launchctl.errors import InputError
from launchctl.rehearsal.audience import Played, Stream, play_orders
from launchctl.rehearsal.invented import INVENTED, UNDATED_US, first_look
from launchctl.rehearsal.people import Deed, play
from launchctl.rehearsal.script import Script
from launchctl.runbook.model import AtT, Runbook
from launchctl.times import Micros, micros

STARTING_S = 10.0
"""Real seconds that the processes may take to start before the first cue."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paced:
    """What to rehearse, and how.

    Attributes:
        runbook: the file.
        script: the people.
        speed: how many seconds of the show pass in a second.
        serve: HOST:PORT of the pages, or None: a free port of loopback.
        sample: one order of the published curve stands for so many buyers; None: no
            orders come.
        started: is told the show once it runs.
    """

    runbook: Path
    script: Script
    speed: float
    serve: str | None = None
    sample: int | None = None
    started: Callable[[RunningShow], None] = lambda _: None


async def rehearse_paced(paced: Paced, *, as_json: bool) -> int:
    """Play it to its end; the show's exit code.

    Raises:
        InputError: something has no emulator.
        LaunchError: the runbook does not load, or a process did not start. Nothing is
            left running.
    """
    runbook = first_look(paced.runbook)
    t0_us, first_us = _instants(runbook)
    origin = Origin.here(first_us - micros(STARTING_S * paced.speed), paced.speed)
    async with _emulators(paced.runbook, origin) as far:
        request = RunRequest(
            runbook=paced.runbook,
            sets=far.sets,
            serve=paced.serve,
            speed=paced.speed,
            start_us=origin.now_us(),  # the emulators' clock and the show's are one
            rehearsal=True,
            environ=INVENTED,
            given=Given(far.show_secrets, far.front_secrets),
        )
        async with start_show(request) as running:
            paced.started(running)
            running.notices.standing = _note(running, paced)
            around = _Around(
                paced, running, far, t0_us, None if as_json else running.notices
            )
            code = await watch_to_the_end(running, around.watch)
    if as_json:
        print_json(around.report)
    else:
        print_report(around.report)
        around.tell()
    return code


@dataclass(frozen=True, slots=True)
class _FarEnds:
    """What ``rehearsal.world`` started in the helper process."""

    sets: list[tuple[str, str]]
    show_secrets: dict[str, str] = field(repr=False)
    front_secrets: dict[str, str] = field(repr=False)
    hook_secrets: dict[str, str] = field(repr=False)


@asynccontextmanager
async def _emulators(runbook: Path, origin: Origin) -> AsyncIterator[_FarEnds]:
    """Start the far ends that the runbook names; stop them on leaving."""
    boot = {
        "origin": origin.as_json(),
        "runbook": str(runbook),
        "seed": secrets.randbits(64),  # others on this machine must not guess it
        "real_stages": False,
    }
    with tempfile.TemporaryDirectory(prefix="launch-rehearse-") as folder:
        child = await start_child("emulators", Path(folder), boot)
        try:
            told = dict(child.ready)
            missing = told.pop("not_emulated")
            if missing:
                raise InputError("; ".join(missing))
            sets = [(path, value) for path, value in told.pop("sets")]
            yield _FarEnds(sets, **{key: told[key] for key in _SECRETS})
        finally:
            await child.stop()


_SECRETS = ("show_secrets", "front_secrets", "hook_secrets")


def _instants(runbook: Runbook) -> tuple[Micros, Micros]:
    """T-0 and the instant of the first cue, as planned; the evening, not the days
    around it, which nobody watches at this pace.
    """
    if runbook.t0_us is None:
        return UNDATED_US, UNDATED_US
    offsets = [cue.at.offset_us for cue in runbook.cues if isinstance(cue.at, AtT)]
    return runbook.t0_us, runbook.t0_us + min(offsets, default=0)


@dataclass(slots=True)
class _Around:
    """What happens around the show while it is watched, and what came of it.

    ``notices`` None: nothing is drawn.
    """

    paced: Paced
    running: RunningShow
    far: _FarEnds
    t0_us: Micros
    notices: Notices | None
    deeds: list[Deed] = field(default_factory=list)
    orders: Played = field(default_factory=Played)
    report: dict[str, Any] = field(default_factory=dict)

    async def watch(self, viewer: Viewer, done: asyncio.Event) -> None:
        """People, buyers and the view, until the show is over; then its report."""
        origin = viewer.meta.origin
        async with viewer.folder.inbox() as inbox, asyncio.TaskGroup() as group:
            people = group.create_task(
                play(self.paced.script, viewer, inbox, origin, done)
            )
            buyers = group.create_task(self._buyers(origin, done))
            if self.notices is not None:
                await show_until(viewer, done, self.notices)
        self.deeds, self.orders = people.result(), buyers.result()
        self.report = await report_of(viewer)

    async def _buyers(self, origin: Origin, done: asyncio.Event) -> Played:
        source = next(iter(self.far.hook_secrets), None)
        if source is None or self.paced.sample is None:
            return Played()
        stream = Stream(
            f"{self.running.url}/hooks/{source}",
            self.far.hook_secrets[source],
            origin,
            self.t0_us,
            sample=self.paced.sample,
        )
        return await play_orders(stream, done)

    def tell(self) -> None:
        """Say what the buyers sent and what the people were refused."""
        sent = self.orders
        if self.paced.sample is not None:
            counted = (self.report["orders"] or {}).get("placed", 0)
            print(
                f"\nThe buyers, a sample of 1 in {self.paced.sample}, sent"
                f" {sent.orders:,} orders ({sent.units:,} units) in"
                f" {sent.deliveries:,} deliveries; {counted:,} were counted."
            )
        for deed in self.deeds:
            if not deed.accepted:
                what = f"{deed.step.by}: {deed.step.do} {deed.step.target or ''}"
                print(f"{what} was refused: {deed.reason}")


def _note(running: RunningShow, paced: Paced) -> str:
    note = f"{running.url}/crew   {paced.speed:g} times as fast"
    if paced.sample is not None:
        note += f"; orders: a sample of 1 in {paced.sample}"
    return note
