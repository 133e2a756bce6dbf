"""``launch run --detach``: the starter itself as a process that no terminal can end."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

from launchctl.cli.processes import as_error, error_in_words
from launchctl.cli.run import place_of, watch_to_the_end
from launchctl.cli.start_show import RunRequest, start_show
from launchctl.conductor.viewer import Viewer
from launchctl.errors import LaunchError

_LOG = "launcher.log"


def start_detached(request: RunRequest) -> dict[str, Any]:
    """Start the run in a session of its own; where it is, once it is there.

    Call it before anything makes a thread or an event loop: it forks.

    Raises:
        LaunchError: as ``start_show``; nothing is left running.
    """
    hear, tell = os.pipe()
    if os.fork() == 0:
        os.close(hear)
        os._exit(_host(request, tell))
    os.close(tell)
    with os.fdopen(hear, encoding="utf-8") as ear:
        said = ear.readline()
    if not said:
        raise LaunchError("the launcher ended before it said where the run is")
    place: dict[str, Any] = json.loads(said)
    if "error" in place:
        raise as_error(place)
    return place


def _host(request: RunRequest, tell: int) -> int:
    """The launcher's whole life; its exit code, which nobody waits for."""
    os.setsid()
    _stand_on(os.open(os.devnull, os.O_RDWR), 0, 1, 2)
    with os.fdopen(tell, "w", encoding="utf-8") as mouth:
        try:
            return asyncio.run(_run(request, mouth))
        except LaunchError as error:
            if mouth.closed:
                print(f"launch: {error}\n        {error.hint}", file=sys.stderr)
            else:
                print(json.dumps(error_in_words(error)), file=mouth)
            return error.exit_code


async def _run(request: RunRequest, mouth: Any) -> int:
    async with start_show(request) as running:
        _log_to(running.folder.path / _LOG)
        print(json.dumps(place_of(running.folder)), file=mouth)
        mouth.close()
        return await watch_to_the_end(running, _only_wait)


async def _only_wait(_viewer: Viewer, done: asyncio.Event) -> None:
    await done.wait()


def _log_to(file: Path) -> None:
    flags = os.O_CREAT | os.O_WRONLY | os.O_APPEND
    _stand_on(os.open(file, flags, 0o600), 1, 2)


def _stand_on(descriptor: int, *standard: int) -> None:
    for each in standard:
        os.dup2(descriptor, each)
    os.close(descriptor)
