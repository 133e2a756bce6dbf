"""``launch run``: start a show, and watch it to its end.

The process that you start only starts the other two and watches the journal. It can be
killed, and the show goes on; it ends with the show.
"""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from launchctl.cli.output import print_json
from launchctl.cli.reporting import print_report, report_of
from launchctl.cli.show_process import ENDED_EARLY
from launchctl.cli.start_show import RunningShow, RunRequest, start_show
from launchctl.cli.take_up import offer
from launchctl.cli.view import show_until
from launchctl.conductor.viewer import Viewer
from launchctl.errors import InputError, LaunchError, RefusedError
from launchctl.store.base import Line
from launchctl.store.folder import RunFolder

_PRESSES_S = 5.0
_GREEN, _RED = 0, 1


def run_command(
    file: Path | None,
    *,
    run_dir: Path | None,
    recover: Path | None,
    take_over: bool,
    new: bool,
    t0: str | None,
    serve: str | None,
    public: str | None,
    allow_hosts: Sequence[str],
    sets: Sequence[str],
    ntp: str | None = None,
    detach: bool = False,
    unrehearsed: str | None = None,
    dress: bool = False,
    as_json: bool,
) -> int:
    """``launch run``; the exit code."""
    if (file is None) == (recover is None):
        raise InputError(
            "name a runbook to run, or an unfinished run to take up",
            hint="launch run FILE, or launch run --recover DIR",
        )
    if take_over and recover is None:
        raise InputError(
            "--take-over is for an unfinished run",
            hint="launch run --recover DIR --take-over",
        )
    if dress and file is None:
        raise InputError("--dress is said when a run is started; it stays what it is")
    if file is not None and not new:
        recover = offer(file, run_dir, ask=not as_json, dress=dress)
    request = RunRequest(
        runbook=file or Path(),
        run_dir=recover or run_dir,
        recover=recover is not None,
        take_over=take_over,
        t0=t0,
        sets=parse_sets(sets),
        serve=serve,
        public=public,
        allow_hosts=allow_hosts,
        ntp=ntp,
        detached=detach,
        unrehearsed=unrehearsed,
        dress=dress,
    )
    if detach:
        return _detach(request, as_json=as_json)
    return asyncio.run(_run(request, as_json=as_json))


def _detach(request: RunRequest, *, as_json: bool) -> int:
    from launchctl.cli.detached import start_detached

    place = start_detached(request)
    if as_json:
        print_json(place)
    else:
        _print_place(place)
        print(f"watch   launch watch --run-dir {place['run_dir']}")
    return 0


def parse_sets(written: Sequence[str]) -> list[tuple[str, str]]:
    """``--set PATH=VALUE``, as pairs.

    Raises:
        InputError: one has no ``=``.
    """
    pairs = []
    for each in written:
        path, equals, value = each.partition("=")
        if not equals:
            raise InputError(
                f"--set {each}: there is no value",
                hint="write it like stages.main.url=ws://127.0.0.1:4455",
            )
        pairs.append((path, value))
    return pairs


async def _run(request: RunRequest, *, as_json: bool) -> int:
    async with start_show(request) as running:
        if as_json:
            return await watch_to_the_end(running, print_lines)
        running.notices.standing = f"{running.url}/crew"
        return await watch_to_the_end(running, partial(show_in_terminal, running))


Watch = Callable[[Viewer, asyncio.Event], Coroutine[Any, Any, None]]
"""Shows a run until the event is set."""


async def watch_to_the_end(running: RunningShow, watch: Watch) -> int:
    """Show the run until the show has ended; its exit code: 0 green, 1 red.

    Raises:
        LaunchError: the show's process ended before its show did.
    """
    done = asyncio.Event()
    viewer = await Viewer.open(running.folder)
    watching = asyncio.create_task(watch(viewer, done))
    try:
        with two_presses(running):
            code = await running.ended()
        await _caught_up(viewer, running.folder)
        done.set()
        await watching
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
        await viewer.aclose()
    if code in (_GREEN, _RED):
        return code
    what = _how_it_ended(code)
    if not running.folder.meta.rehearsal:
        await running.front.leave(what)
    raise LaunchError(
        f"{what}; nothing more was sent",
        hint=f"{_take_up(running.folder)}; why it ended may be in show.log there",
    )


def _how_it_ended(code: int) -> str:
    if code < 0:
        return f"the show's process was ended by {signal.Signals(-code).name}"
    return ENDED_EARLY.get(code, "the show's process failed")


def _take_up(folder: RunFolder) -> str:
    if folder.meta.rehearsal:
        return f"its run folder is {folder.path}"
    return f"take it up: launch run --recover {folder.path}"


async def _caught_up(viewer: Viewer, folder: RunFolder) -> None:
    """Until the viewer has seen the journal's last line."""
    async with folder.journal() as journal:
        head = await journal.head()
    if viewer.seq < head:
        async for _ in viewer.follow():
            if viewer.seq >= head:
                return


def place_of(folder: RunFolder) -> dict[str, Any]:
    """Where a run is: the first line of ``launch run --json``."""
    meta = folder.meta
    return {
        "run": meta.run,
        "run_dir": str(folder.path),
        "url": meta.url,
        "pid": meta.pid,
    }


def _print_place(place: dict[str, Any]) -> None:
    print(f"run     {place['run']}\nfolder  {place['run_dir']}")
    print(f"page    {place['url']}/crew")


async def print_lines(viewer: Viewer, done: asyncio.Event) -> None:
    """``--json``: where the run is, then every journal line."""
    print_json(place_of(viewer.folder))
    seq = 0
    async for lines in _until(viewer, done):
        for line in lines:
            print_json(line)
            seq = line["seq"]
    for line in await viewer.lines(seq):
        print_json(line)


async def _until(viewer: Viewer, done: asyncio.Event) -> AsyncIterator[list[Line]]:
    """Batches of lines from the first on, until ``done``."""
    ending = asyncio.create_task(done.wait())
    follow = viewer.follow(after=0)
    try:
        while True:
            batch = asyncio.ensure_future(anext(follow))
            await asyncio.wait({batch, ending}, return_when=asyncio.FIRST_COMPLETED)
            if not batch.done():
                batch.cancel()
                await asyncio.gather(batch, return_exceptions=True)
                return
            yield batch.result()
    finally:
        ending.cancel()


async def show_in_terminal(
    running: RunningShow, viewer: Viewer, done: asyncio.Event
) -> None:
    """The live view where there is a terminal, plain lines elsewhere; then a report."""
    _print_place(place_of(viewer.folder))
    await show_until(viewer, done, running.notices)
    print_report(await report_of(viewer))


@contextmanager
def two_presses(running: RunningShow) -> Iterator[None]:
    """Ctrl-C once asks, twice stops the show's processes; SIGTERM means it.

    A slip of the hand on the night must not end the show.
    """
    loop = asyncio.get_running_loop()
    main = asyncio.current_task()
    last_s = -_PRESSES_S

    def press() -> None:
        nonlocal last_s
        pressed_s, last_s = last_s, loop.time()
        if sys.stdin.isatty() and loop.time() - pressed_s > _PRESSES_S:
            running.notices.say(
                f"the show runs on; Ctrl-C again within {_PRESSES_S:g} s stops its"
                " processes. `launch abort` ends it safely"
            )
        elif main is not None:
            main.cancel()

    loop.add_signal_handler(signal.SIGINT, press)
    if main is not None:
        loop.add_signal_handler(signal.SIGTERM, main.cancel)
    try:
        yield
    except asyncio.CancelledError:
        raise RefusedError(
            "stopped before the end of the show",
            hint=_take_up(running.folder),
        ) from None
    finally:
        loop.remove_signal_handler(signal.SIGINT)
        loop.remove_signal_handler(signal.SIGTERM)
