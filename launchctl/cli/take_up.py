"""Taking up an unfinished run: finding it, offering it, and proving that it is free.

Whoever takes a run up must be certain that its conductor is dead: the lease says so.
Everything that the run was started with is in its ``run.json``, but its secrets: these
are asked of the environment again.
"""

from __future__ import annotations

import asyncio
import shlex
import sys
from dataclasses import replace
from pathlib import Path

import typer

from launchctl.cli.front_keeper import end_former_front
from launchctl.clock import Origin, wall_us
from launchctl.conductor.viewer import Viewer
from launchctl.errors import InputError, LaunchError, RefusedError
from launchctl.runbook.model import Runbook
from launchctl.store.folder import RunFolder, RunMeta, runs_root

_ASK = (
    "`n` starts a new run, which knows nothing of what this one has sent.\nTake it up?"
)


async def taken_up(folder: RunFolder) -> Runbook:
    """Make an unfinished run ready for a new conductor; the runbook that it runs. One
    that is conducted only loses a front that nobody looks after.

    Raises:
        RefusedError: the show is over.
        JournalError: its journal is damaged; says where.
    """
    async with folder.journal() as journal:
        await journal.demand_sound()
    viewer = await Viewer.open(folder)
    await viewer.aclose()
    if viewer.engine.finished:
        raise RefusedError(f"the show in {folder.path} is over: there is nothing to do")
    await end_former_front(folder)
    if not folder.lease().is_free:
        return viewer.runbook
    meta = folder.meta
    # N goes on from the wall, never back: CLOCK_BOOTTIME may have begun anew.
    last_us = viewer.engine.state.now_us
    start_us = last_us if meta.rehearsal else max(wall_us(), last_us)
    origin = Origin.here(start_us, meta.origin.speed)
    folder.write(replace(meta, origin=origin, pid=None, front_pid=None))
    return viewer.runbook


def offer(
    file: Path, run_dir: Path | None, *, ask: bool, dress: bool = False
) -> Path | None:
    """The unfinished run of this runbook that shall be taken up instead of a new one;
    None if there is none, or a person wants a new one.

    Args:
        file: the runbook.
        run_dir: where the new run should be kept, if that was said.
        ask: somebody is there to be asked.
        dress: a dress rehearsal is asked for: one is never taken for the show.

    One that is being conducted is not offered; a second show begins beside it only if
    a person says so.

    Raises:
        InputError: there is one, and nobody to be asked; or a second show is not
            wanted.
    """
    asked = ask and sys.stdin.isatty()
    words = ["--dress"] if dress else []
    anew = shlex.join(["launch", "run", str(file), *words, "--new"])
    unfinished = asyncio.run(_unfinished(file, run_dir, dress))
    if unfinished is None:
        return None
    found, is_free = unfinished
    if not is_free:
        _demand_second(file, found, anew, asked=asked)
        return None
    sentence = f"a run of {file} is unfinished, and nobody conducts it: {found}"
    take_up = shlex.join(["launch", "run", "--recover", str(found)])
    if not asked:
        raise InputError(sentence, hint=f"take it up: {take_up}; start anew: {anew}")
    print(f"{sentence}\n  {take_up}", file=sys.stderr)
    return found if typer.confirm(_ASK, default=True, err=True) else None


def _demand_second(file: Path, running: Path, anew: str, *, asked: bool) -> None:
    """Ask whether a second show of the runbook is wanted: both would post.

    Raises:
        InputError: it is not, or nobody can be asked.
    """
    frozen = shlex.join(["launch", "run", "--recover", str(running), "--take-over"])
    sentence = f"a run of {file} is being conducted: {running}"
    if not asked:
        hint = f"if it is frozen: {frozen}; a second show beside it: {anew}"
        raise InputError(sentence, hint=hint)
    print(f"{sentence}\n  if it is frozen: {frozen}", file=sys.stderr)
    second = "Start a second show beside it? Both would post."
    if not typer.confirm(second, default=False, err=True):
        look = shlex.join(["launch", "watch", "--run-dir", str(running)])
        raise InputError("nothing was started", hint=look)


async def _unfinished(
    file: Path, run_dir: Path | None, dress: bool
) -> tuple[Path, bool] | None:
    """The newest run of the runbook, if it is unfinished; and whether it is without a
    conductor.
    """
    places = (
        [run_dir] if run_dir else [f.parent for f in runs_root().glob("*/run.json")]
    )
    runs = [place for place in places if _is_of(place, file, dress)]
    if not runs:
        return None
    folder = RunFolder(max(runs, key=lambda run: run.stat().st_mtime_ns))
    try:
        is_free = folder.lease().is_free
        viewer = await Viewer.open(folder)
    except LaunchError:
        return None  # it cannot be read: a new one does not mind
    await viewer.aclose()
    return None if viewer.engine.finished else (folder.path, is_free)


def _is_of(place: Path, file: Path, dress: bool) -> bool:
    try:
        meta: RunMeta = RunFolder(place).meta
    except (OSError, ValueError, KeyError, TypeError):
        return False
    began = Path(meta.home) / meta.runbook
    same = meta.dress == dress and not meta.rehearsal
    return same and began.resolve() == file.resolve()
