"""The run folder: everything of one run, in one place on a local disk.

``run.json`` says what runs and where it is reached; ``pinned/`` holds the runbook and
its media as they were when the run began (a run never follows later edits); the three
SQLite files have their fixed writers (``store/base.py``). Only the owner may read it.
"""

from __future__ import annotations

import filecmp
import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Self

from launchctl.clock import Origin
from launchctl.errors import InputError
from launchctl.runbook.actions import posts_in
from launchctl.runbook.loader import load
from launchctl.runbook.model import Orders, Runbook
from launchctl.runbook.twins import twins
from launchctl.store.sqlite import (
    FileLease,
    SqliteInbox,
    SqliteJournal,
    SqliteLedger,
)
from launchctl.times import Micros


def state_root() -> Path:
    """``$XDG_STATE_HOME/launchctl``, by default ``~/.local/state/launchctl``."""
    base = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(base) / "launchctl"


def runs_root() -> Path:
    """Where run folders lie unless somebody says otherwise."""
    return state_root() / "runs"


@dataclass(frozen=True, slots=True)
class RunMeta:
    """What ``run.json`` says.

    Attributes:
        run: the run's id, part of every command's key.
        title: of the runbook.
        runbook: file name of the pinned copy, below ``pinned/``.
        origin: where N began; every process of the run counts from it.
        loaded_us: N when the runbook was first resolved; a recovery resolves it for the
            same instant again.
        t0_us: what ``--t0`` said, or None.
        home: the folder of the original runbook: secrets by file lie there.
        sets: overridden addresses, as given with ``--set``.
        allow_hosts: further host names that the pages answer to.
        rehearsal: True if no real network may be reached.
        dress: every account and order source is its twin (``runbook.twins``).
        real_stages: of a rehearsal: its stages are the real ones.
        pid, front_pid: the show's and the front's process, None before they are up.
        url, public_url: where the pages are, None before the front is up.
        ntp: the server that the wall clock is compared with, or None.
    """

    run: str
    title: str
    runbook: str
    origin: Origin
    home: str = ""
    loaded_us: Micros | None = None
    t0_us: Micros | None = None
    sets: tuple[tuple[str, str], ...] = ()
    allow_hosts: tuple[str, ...] = ()
    rehearsal: bool = False
    dress: bool = False
    real_stages: bool = False
    pid: int | None = None
    front_pid: int | None = None
    url: str | None = None
    public_url: str | None = None
    ntp: str | None = None
    environ: Mapping[str, str] = field(default_factory=dict)
    """Addresses that the runbook takes from the environment; never secrets."""

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Self:
        """Read what ``as_json`` wrote."""
        return cls(
            **{
                **raw,
                "origin": Origin(**raw["origin"]),
                "sets": tuple((key, value) for key, value in raw["sets"]),
                "allow_hosts": tuple(raw.get("allow_hosts", ())),
            }
        )

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)


class RunFolder:
    """A run's folder, opened by path."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def create(cls, path: Path, meta: RunMeta, runbook: Runbook) -> Self:
        """Make the folder (0700) and pin the runbook and its media in it.

        Raises:
            InputError: the folder is there already and holds a run, or cannot be made.
        """
        folder = cls(path)
        if folder._meta_file.exists():
            raise InputError(
                f"{path} already holds a run",
                hint="name another folder with --run-dir",
            )
        try:
            path.mkdir(parents=True, exist_ok=True, mode=0o700)
            path.chmod(0o700)
            folder._pin(runbook)
            folder.write(meta)
        except OSError as error:
            raise InputError(
                f"the run folder {path} cannot be made: {error.strerror}",
                hint="name a folder on a local disk that may be written, by --run-dir",
            ) from error
        return folder

    @classmethod
    def open(cls, path: Path | None = None) -> Self:
        """The folder at ``path``, or the newest run.

        Raises:
            InputError: there is no run.
        """
        if path is None:
            runs = [entry.parent for entry in runs_root().glob("*/run.json")]
            if not runs:
                raise InputError(
                    f"there is no run in {runs_root()}",
                    hint="start one with `launch run FILE`, or name it with --run-dir",
                )
            path = max(runs, key=lambda run: (run.stat().st_mtime_ns, run.name))
        folder = cls(path)
        if not folder._meta_file.exists():
            raise InputError(f"{path} holds no run", hint="is --run-dir right?")
        return folder

    @property
    def meta(self) -> RunMeta:
        """What ``run.json`` says now."""
        return RunMeta.from_json(json.loads(self._meta_file.read_text()))

    def write(self, meta: RunMeta) -> None:
        """Replace ``run.json`` in one step, so that no reader sees half of it."""
        draft = self._meta_file.with_suffix(".new")
        draft.write_text(json.dumps(meta.as_json(), indent=1) + "\n")
        draft.chmod(0o600)
        draft.replace(self._meta_file)

    def discard(self) -> None:
        """Nothing ran in it: it is no run. Its logs stay."""
        self._meta_file.unlink(missing_ok=True)

    def runbook(self) -> Runbook:
        """The pinned runbook, resolved as it was at the run's start."""
        return self._load(self.path / "pinned" / self.meta.runbook)

    def amended(self, digest: str) -> Runbook:
        """A runbook that was pinned by ``pin_amendment``.

        Raises:
            LaunchError: there is none with this digest.
        """
        return self._load(self.path / "pinned" / _amendment(digest))

    def pin_amendment(self, file: Path) -> Runbook:
        """Load a runbook as the run's own was loaded, and pin it beside that one.

        Raises:
            RunbookError: with every problem found.
            InputError: a file of it stands in the run under the same name, with other
                bytes: an approval or a sent post may rest on them.
        """
        runbook = self._load(file)
        pinned = self.path / "pinned"
        names = _files(runbook)[1:]
        for written in names:
            target = pinned / written
            if target.exists() and not filecmp.cmp(
                file.parent / written, target, shallow=False
            ):
                raise InputError(
                    f"{written} has other bytes than in this run",
                    hint="give the new file another name",
                )
        for written in names:
            target = pinned / written
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file.parent / written, target)
        draft = pinned / f"{runbook.digest}.new"
        shutil.copyfile(file, draft)
        draft.replace(pinned / _amendment(runbook.digest))
        return runbook

    def _load(self, path: Path) -> Runbook:
        meta = self.meta
        runbook = load(
            path,
            t0_us=meta.t0_us,
            sets=meta.sets,
            environ=meta.environ,
            now_us=meta.loaded_us,
        )
        return twins(runbook) if meta.dress else runbook

    def journal(self, *, writer: bool = False) -> SqliteJournal:
        """``journal.db``: the show writes it."""
        return SqliteJournal(self.path / "journal.db", writer=writer)

    def inbox(self) -> SqliteInbox:
        """``inbox.db``: front and command line write it."""
        return SqliteInbox(self.path / "inbox.db")

    def ledger(self, orders: Orders | None, *, writer: bool = False) -> SqliteLedger:
        """``ledger.db``: the front writes it. Who only pays completes nothing."""
        sources = orders.sources if orders else ()
        counts = {one.name: one.settle_us for one in sources if one.role == "counts"}
        limit = orders.limit if orders else None
        return SqliteLedger(
            self.path / "ledger.db",
            writer=writer,
            sources=counts,
            limit=limit.units if limit else None,
        )

    def lease(self) -> FileLease:
        """The right to conduct this run: a lock held for life."""
        return FileLease(self.path / "lock")

    def starter_lease(self) -> FileLease:
        """The right to look after its processes; ``launch run`` holds it."""
        return FileLease(self.path / "starter.lock")

    @property
    def _meta_file(self) -> Path:
        return self.path / "run.json"

    def _pin(self, runbook: Runbook) -> None:
        home = Path(runbook.path).parent
        pinned = self.path / "pinned"
        pinned.mkdir(mode=0o700, exist_ok=True)
        for written in _files(runbook):
            target = pinned / written
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(home / written, target)


def _amendment(digest: str) -> str:
    """File name of an amended runbook, below ``pinned/``."""
    return f"{Path(digest).name}.amended.yaml"


def _files(runbook: Runbook) -> list[str]:
    """The runbook's file, includes and media, relative to the runbook's own folder."""
    cue_lists = [runbook.cues, *(p.cues for p in runbook.procedures.values())]
    media = {
        medium.file: None  # a dict keeps the order and drops repetitions
        for cues in cue_lists
        for cue in cues
        for action in cue.do
        for post in posts_in(action)
        for medium in post.post.media
    }
    return [Path(runbook.path).name, *runbook.includes, *media]
