"""``launch init``: a runbook to start from."""

from __future__ import annotations

from pathlib import Path

from launchctl.errors import InputError

STARTER = """\
# A small show. Check it with `launch check`, run it with `launch run`.
runbook: 1
title: My launch

stages:
  main: {driver: obs, url: "ws://127.0.0.1:4455", password: {env: OBS_MAIN}}

crew:
  caller: {may: [go, hold, abort, end]}

# T-0 is set by the first GO. Write `t0: 2030-01-31 20:00` and `timezone: Europe/Berlin`
# for a show that starts by the clock.
cues:
  - cue: opening
    go: caller
    do: [{scene: Opening}]
  - cue: reveal
    after: opening
    go: caller
    do: [{scene: Reveal, transition: {fade: 500ms}}]
  - cue: curtain
    after: reveal
    go: caller
    do: [{scene: Closing}, {end: show}]

safe: [{scene: Closing}]
"""


def write_starter(file: Path) -> None:
    """Write the starter runbook to ``file``.

    Raises:
        InputError: it exists already, or cannot be written.
    """
    try:
        with file.open("x", encoding="utf-8") as out:
            out.write(STARTER)
    except FileExistsError:
        raise InputError(
            f"{file} is there already, and stays as it is", hint="name another file"
        ) from None
    except OSError as error:
        raise InputError(f"{file} cannot be written: {error.strerror}") from None
