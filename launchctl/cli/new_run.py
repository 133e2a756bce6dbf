"""A new run: its name, its folder, and what it keeps of where it was started."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator, Mapping
from pathlib import Path

from launchctl.runbook.model import Runbook
from launchctl.store.folder import RunFolder, RunMeta, runs_root
from launchctl.times import Micros, format_instant


class AskedEnviron(Mapping[str, str]):
    """An environment that remembers what was taken from it.

    The loader takes addresses from it, never secrets: they are kept with the run, so
    that a second terminal, with another environment, reads the same runbook.
    """

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self.asked: dict[str, str] = {}

    def __getitem__(self, name: str) -> str:
        self.asked[name] = self._environ[name]
        return self.asked[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._environ)

    def __len__(self) -> int:
        return len(self._environ)


async def make_folder(
    run_dir: Path | None, meta: RunMeta, runbook: Runbook
) -> RunFolder:
    """The folder with every file of the run; without ``run_dir`` among all runs."""
    folder = RunFolder.create(run_dir or runs_root() / meta.run, meta, runbook)
    # Every file exists before the first process looks for it.
    async with folder.journal(writer=True), folder.inbox():
        if runbook.orders:
            async with folder.ledger(runbook.orders, writer=True):
                pass
    return folder


def run_id(start_us: Micros, title: str) -> str:
    """A name that sorts by time, can be read aloud, and is not guessed twice."""
    stamp = re.sub(r"[-:]", "", format_instant(start_us)[:19]) + "Z"
    words = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:40]
    return f"{stamp}-{words}-{secrets.token_hex(2)}"
