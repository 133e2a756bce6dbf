"""A paced rehearsal: the show's own processes and pages, at a speed people can follow.

The same runbook, engine, conductor, drivers, pages and hooks as in a real show; only
the clock is paced, and mixers, networks and shops are emulated, in one helper process.
Their addresses replace the real ones, so nothing outside this machine is reached. A
script plays the people, and its audience the buyers. Real loopback is used, so that no
two journals are alike.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from launchctl.cli.notices import Notices
from launchctl.cli.paced_far_ends import FarEnds, far_ends
from launchctl.cli.paced_viewers import viewers_of, watched_by
from launchctl.cli.real_stages import demand_off_air, marked, stage_secrets
from launchctl.cli.reporting import report_of
from launchctl.cli.run import watch_to_the_end
from launchctl.cli.start_show import Given, RunningShow, RunRequest, start_show
from launchctl.cli.view import show_until
from launchctl.clock import Origin
from launchctl.conductor.viewer import Viewer
from launchctl.errors import InputError
from launchctl.orders.model import Delivery
from launchctl.rehearsal.batches import audience_of
from launchctl.rehearsal.delivering import Hook, Played, deliver
from launchctl.rehearsal.invented import INVENTED, UNDATED_US, first_look
from launchctl.rehearsal.people import play
from launchctl.rehearsal.pressing import Deed
from launchctl.rehearsal.script import BY_HAND, Script
from launchctl.rehearsal.viewers import Seen
from launchctl.rehearsal.willing import say_yes
from launchctl.runbook.model import AtT, Runbook
from launchctl.store.base import Inbox
from launchctl.times import Micros, format_instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Paced:
    """What to rehearse, and how.

    Attributes:
        runbook: the file.
        script: the people and the buyers.
        home: the folder that the script's files are relative to.
        speed: how many seconds of the show pass in a second.
        seed: of the buyers.
        yes: everybody says yes, besides the script.
        t0_us: as ``--t0``.
        sets: addresses, as ``--set``; those of emulated far ends are replaced.
        real_stages: mixers are the real ones, at speed 1.
        mark: REHEARSAL is put into the picture of real stages.
        serve: HOST:PORT of the pages, or None: a free port of loopback.
        drawn: show the run in the terminal.
        started: is told the show once it runs.
    """

    runbook: Path
    script: Script
    home: Path = Path()
    speed: float
    seed: int = 0
    yes: bool = False
    t0_us: Micros | None = None
    sets: Sequence[tuple[str, str]] = ()
    real_stages: bool = False
    mark: bool = True
    serve: str | None = None
    drawn: bool = True
    started: Callable[[RunningShow], None] = lambda _: None


@dataclass(slots=True)
class PacedRun:
    """What came of it: the show's exit code and report, what the people did, what
    the shops sent, and what viewers got, if there were any.
    """

    code: int = 0
    report: dict[str, Any] = field(default_factory=dict)
    deeds: list[Deed] = field(default_factory=list)
    sent: Played = field(default_factory=Played)
    seen: Seen | None = None


async def rehearse_paced(paced: Paced) -> PacedRun:
    """Play it to its end.

    Raises:
        InputError: something has no emulator, or a recorded file cannot be read.
        RefusedError: a real stage is on air.
        LaunchError: the runbook does not load, or a process did not start. Nothing is
            left running.
    """
    runbook = first_look(paced.runbook, t0_us=paced.t0_us, sets=paced.sets)
    t0_us, first_us = _instants(runbook)
    coming = _coming(paced, runbook, t0_us)
    own = stage_secrets(runbook) if paced.real_stages else {}
    if paced.real_stages:
        await demand_off_air(runbook, own)
    async with (
        far_ends(
            paced.runbook,
            first_us,
            paced.speed,
            t0_us=paced.t0_us,
            sets=paced.sets,
            real_stages=paced.real_stages,
        ) as far,
        marked(runbook, own) if paced.real_stages and paced.mark else nullcontext(),
        start_show(_request(paced, far, own)) as running,
    ):
        paced.started(running)
        running.notices.standing = _note(running, paced)
        around = _Around(
            paced, running, far, coming, running.notices if paced.drawn else None
        )
        around.run.code = await watch_to_the_end(running, around.watch)
    return around.run


def _request(paced: Paced, far: FarEnds, own: dict[str, str]) -> RunRequest:
    """``own``: the secrets of real stages."""
    return RunRequest(
        runbook=paced.runbook,
        t0=None if paced.t0_us is None else format_instant(paced.t0_us),
        sets=[*(dict(paced.sets) | dict(far.sets)).items()],
        serve=paced.serve,
        speed=paced.speed,
        start_us=far.origin.now_us(),  # the emulators' clock and the show's are one
        rehearsal=True,
        real_stages=paced.real_stages,
        environ=INVENTED,
        given=Given(far.show_secrets | own, far.front_secrets),
    )


def _instants(runbook: Runbook) -> tuple[Micros, Micros]:
    """T-0 and the instant of the first cue, as planned; the evening, not the days
    around it, which nobody watches at this pace.
    """
    if runbook.t0_us is None:
        return UNDATED_US, UNDATED_US
    offsets = [cue.at.offset_us for cue in runbook.cues if isinstance(cue.at, AtT)]
    return runbook.t0_us, runbook.t0_us + min(offsets, default=0)


def _coming(paced: Paced, runbook: Runbook, t0_us: Micros) -> list[Delivery]:
    """What the shops will deliver, by the instant they do.

    Raises:
        InputError: a recorded file cannot be read, or no source is of that name.
    """
    if runbook.orders is None or not paced.script.audience:
        return []
    shapes, home = paced.script.audience, paced.home
    coming = audience_of(
        runbook.orders, shapes, t0_us=t0_us, seed=paced.seed, home=home
    ).deliveries()
    known = {source.name for source in runbook.orders.sources}
    if strange := sorted({each.source for each in coming} - known):
        raise InputError(
            f"the audience buys at {', '.join(strange)}: no source of the runbook",
            hint="its order sources are " + ", ".join(sorted(known)),
        )
    return coming


@dataclass(slots=True)
class _Around:
    """What happens around the show while it is watched, and what came of it.

    ``notices`` None: nothing is drawn.
    """

    paced: Paced
    running: RunningShow
    far: FarEnds
    coming: list[Delivery]
    notices: Notices | None
    run: PacedRun = field(default_factory=PacedRun)

    async def watch(self, viewer: Viewer, done: asyncio.Event) -> None:
        """People, buyers and the view, until the show is over; then its report."""
        origin = viewer.meta.origin
        async with (
            watched_by(viewers_of(self.paced.script), self.running.url) as leave,
            viewer.folder.inbox() as inbox,
            asyncio.TaskGroup() as group,
        ):
            people = group.create_task(
                play(
                    self.paced.script,
                    viewer,
                    inbox,
                    origin,
                    done,
                    hands=dict.fromkeys(BY_HAND, self.far.by_hand),
                )
            )
            buyers = group.create_task(
                deliver(self.coming, self._hooks(), origin, done)
            )
            yes = group.create_task(self._say_yes(viewer, inbox, origin))
            if self.notices is not None:
                await show_until(viewer, done, self.notices)
            await done.wait()
            yes.cancel()
            self.run.seen = await leave()
        self.run.deeds, self.run.sent = people.result(), buyers.result()
        self.run.report = await report_of(viewer)

    async def _say_yes(self, viewer: Viewer, inbox: Inbox, origin: Origin) -> None:
        if self.paced.yes:
            with suppress(asyncio.CancelledError):
                await say_yes(viewer, inbox, origin)

    def _hooks(self) -> dict[str, Hook]:
        return {
            source: Hook(f"{self.running.url}/hooks/{source}", secret)
            for source, secret in self.far.hook_secrets.items()
        }


def sample_of(script: Script) -> float | None:
    """How many buyers one order of the published curve stands for; None: one each."""
    samples = [shape.sample for shape in script.audience if shape.curve is not None]
    return next((sample for sample in samples if sample != 1), None)


def _note(running: RunningShow, paced: Paced) -> str:
    note = f"{running.url}/crew   {paced.speed:g} times as fast"
    if paced.real_stages:
        note += "; THE STAGES ARE REAL"
    sample = sample_of(paced.script)
    if sample is not None:
        note += f"; orders: a sample of 1 in {sample:g}"
    return note
