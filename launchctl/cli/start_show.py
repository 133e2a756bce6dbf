"""Starting a show: a run folder, and its two processes."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from launchctl.cli.attached import AttachedShow, become_starter, living
from launchctl.cli.dress import demand_unseen
from launchctl.cli.front_keeper import FrontKeeper
from launchctl.cli.host import host_warnings
from launchctl.cli.new_run import AskedEnviron, make_folder, run_id
from launchctl.cli.notices import Notices
from launchctl.cli.options import parse_t0
from launchctl.cli.processes import Child, start_child
from launchctl.cli.rehearsed import demand_rehearsed, said_unrehearsed
from launchctl.cli.take_up import taken_up
from launchctl.clock import Origin
from launchctl.conductor.ntp import parse_server
from launchctl.runbook.loader import load
from launchctl.runbook.model import Runbook
from launchctl.runbook.secrets import resolve_front, resolve_show
from launchctl.runbook.twins import twins
from launchctl.store.folder import RunFolder, RunMeta
from launchctl.times import (
    Micros,
)


@dataclass(frozen=True, slots=True)
class Given:
    """The secrets that each process is given, as ``runbook.secrets`` resolves them."""

    show: dict[str, str] = field(repr=False)
    front: dict[str, str] = field(repr=False)

    @classmethod
    def of(cls, runbook: Runbook, environ: Mapping[str, str]) -> Self:
        """Those that the runbook names.

        Raises:
            SecretMissingError: naming all that are missing.
        """
        return cls(resolve_show(runbook, environ), resolve_front(runbook, environ))


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRequest:
    """What to run, and how.

    Attributes:
        runbook: the file; not read when an unfinished run is taken up.
        run_dir: where the run folder shall be; None: a new one below ``runs_root()``.
        recover: take up the unfinished run in ``run_dir``.
        take_over: kill a frozen conductor of it first.
        t0: an RFC 3339 instant, ``+SPAN`` from now, or None for the runbook's own.
        sets: overridden addresses, (path, value).
        serve: HOST:PORT of everything; port 0 takes a free one. None: where a run
            that is taken up was served, else a free port of loopback.
        public: HOST:PORT of the public pages alone, or None: as it was, or nowhere.
        allow_hosts: further host names that all pages answer to; none: those that a
            run that is taken up had.
        speed: how many seconds of the show pass in a second; rehearsals only.
        start_us: N at the start; rehearsals only. None takes the wall clock.
        rehearsal: no real network may be reached.
        dress: real stages, and twins of all accounts and order sources.
        real_stages: of a rehearsal: but the stages are the real ones.
        ntp: HOST[:PORT] that the wall clock is compared with; None: as it was, or none.
        detached: it belongs to nobody's session.
        unrehearsed: why a show may run that its runbook wants rehearsed first.
        environ: where ``{env: NAME}`` is looked up.
        given: secrets; None: they are looked up as the runbook says.
    """

    runbook: Path = Path()
    run_dir: Path | None = None
    recover: bool = False
    take_over: bool = False
    t0: str | None = None
    sets: Sequence[tuple[str, str]] = ()
    serve: str | None = None
    public: str | None = None
    allow_hosts: Sequence[str] = ()
    speed: float = 1.0
    start_us: Micros | None = None
    rehearsal: bool = False
    dress: bool = False
    real_stages: bool = False
    ntp: str | None = None
    detached: bool = False
    unrehearsed: str | None = None
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    given: Given | None = None


@dataclass(frozen=True, slots=True)
class RunningShow:
    """A started run: its folder, its two processes and where its pages are."""

    folder: RunFolder
    show: Child | AttachedShow
    front: FrontKeeper
    notices: Notices

    @property
    def url(self) -> str:
        """Where the pages are."""
        url: str = self.front.child.ready["url"]
        return url

    def as_meta(self) -> RunMeta:
        """What ``run.json`` says of it."""
        front = self.front.child
        return replace(
            self.folder.meta,
            pid=self.show.pid,
            front_pid=front.pid,
            url=front.ready.get("url"),
            public_url=front.ready.get("public_url"),
        )

    async def ended(self) -> int:
        """The show's exit code, once it has ended: 0 green, 1 red, 3 frozen."""
        return await self.show.wait()


@asynccontextmanager
async def start_show(request: RunRequest) -> AsyncIterator[RunningShow]:
    """Start a run; on leaving, stop what still runs of it.

    Raises:
        LaunchError: the runbook does not load, a secret is missing, an address is
            taken, or a process did not start. Nothing is left running.
    """
    async with AsyncExitStack() as stack:
        if request.recover:
            folder, given = await _taken_up(request, stack)
        else:
            folder, given = await _begun(request)
            starter = await become_starter(folder, patient=False)
            stack.callback(starter.release)
        try:
            # The front first: hooks count before the first cue and after the last.
            boot = {**_addresses(request, folder.meta), "secrets": given.front}
            notices = Notices()
            child = await start_child("front", folder.path, boot)
            front = FrontKeeper(folder, child, boot, notices)
            stack.push_async_callback(front.stop)
            warnings = [] if request.rehearsal else _warnings(request, folder)
            for warning in warnings:
                notices.say(f"warning: {warning}")
            words = {"secrets": given.show, "warnings": warnings}
            show = living(folder) or await start_child("show", folder.path, words)
            stack.push_async_callback(show.stop)
        except BaseException:
            if not request.recover:
                folder.discard()
            raise
        running = RunningShow(folder, show, front, notices)
        folder.write(running.as_meta())
        front.keep()
        yield running


def _warnings(request: RunRequest, folder: RunFolder) -> list[str]:
    found = host_warnings(
        folder.runbook(), folder.meta.origin.now_us(), hosted=request.detached
    )
    if request.unrehearsed is not None:
        found.insert(0, said_unrehearsed(request.unrehearsed))
    return found


def _addresses(request: RunRequest, before: RunMeta) -> dict[str, Any]:
    """Where the front shall listen. A run that is taken up stays where it was: people
    have its pages open, and shops deliver there.
    """
    return {
        "serve": request.serve or _netloc(before.url) or "127.0.0.1:0",
        "public": request.public or _netloc(before.public_url),
        "allow_hosts": list(before.allow_hosts),
    }


def _netloc(url: str | None) -> str | None:
    return urlsplit(url).netloc if url else None


async def _begun(request: RunRequest) -> tuple[RunFolder, Given]:
    """A new run folder."""
    if request.ntp is not None:
        parse_server(request.ntp)
    origin = Origin.here(request.start_us, request.speed)
    t0_us = parse_t0(request.t0, origin.start_us)
    addresses = AskedEnviron(request.environ)
    runbook = load(
        request.runbook,
        t0_us=t0_us,
        sets=request.sets,
        environ=addresses,
        now_us=origin.start_us,
    )
    if request.dress:
        runbook = twins(runbook)
    elif not request.rehearsal:
        demand_rehearsed(runbook, request.unrehearsed)
    given = request.given or Given.of(runbook, request.environ)
    if request.dress:
        await demand_unseen(runbook, given.show)
    meta = RunMeta(
        run=run_id(origin.start_us, runbook.title),
        title=runbook.title,
        runbook=Path(runbook.path).name,
        origin=origin,
        home=str(Path(runbook.path).parent.absolute()),
        loaded_us=origin.start_us,
        t0_us=t0_us,
        sets=tuple(request.sets),
        allow_hosts=tuple(request.allow_hosts),
        rehearsal=request.rehearsal,
        dress=request.dress,
        real_stages=request.real_stages,
        environ=addresses.asked,
        ntp=request.ntp,
    )
    return await make_folder(request.run_dir, meta, runbook), given


async def _taken_up(
    request: RunRequest, stack: AsyncExitStack
) -> tuple[RunFolder, Given]:
    """The folder of an unfinished run whose conductor, or whose starter, is gone.

    Raises:
        RefusedError: the show is over, or somebody looks after it.
        JournalError: its journal is damaged; says where.
    """
    folder = RunFolder.open(request.run_dir)
    if request.take_over:
        await asyncio.to_thread(folder.lease().evict)
    starter = await become_starter(folder, patient=request.take_over)
    stack.callback(starter.release)
    runbook = await taken_up(folder)
    meta = folder.meta
    meta = replace(
        meta,
        allow_hosts=tuple(request.allow_hosts) or meta.allow_hosts,
        ntp=request.ntp or meta.ntp,
    )
    folder.write(meta)
    home = str(Path(meta.home) / Path(runbook.path).name)
    at_home = runbook.model_copy(update={"path": home})
    return folder, Given.of(at_home, request.environ)
