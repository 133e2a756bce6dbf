"""``launch amend``: the new runbook is pinned in the run, then the call names it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

from launchctl.cli.calls import CallAnswer, Desk, Way, Wish
from launchctl.errors import InputError
from launchctl.store.folder import RunFolder


def amend_work(
    file: Path, args: Mapping[str, str]
) -> Callable[[Desk, Way], Awaitable[list[CallAnswer]]]:
    """Load ``file``, pin it beside the run's own runbook, and call."""

    async def work(desk: Desk, way: Way) -> list[CallAnswer]:
        if way.url is not None:
            raise InputError(
                "amend needs the run's folder: the runbook is pinned in it",
                hint="call it on the machine of the run, with --run-dir",
            )
        runbook = RunFolder.open(way.run_dir).pin_amendment(file)
        seen = (await desk.status())["seq"]
        return [await desk.call(Wish("amend", runbook.digest, args, seen))]

    return work
