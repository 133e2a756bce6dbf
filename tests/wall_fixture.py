"""A wall clock that a test can set, for every process of a run: libfaketime.

CLOCK_MONOTONIC and CLOCK_BOOTTIME stay as they are, as when somebody sets the clock.
The processes of a run inherit no LD_PRELOAD, so each Python takes it up as it starts,
by a ``sitecustomize`` on its path.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

_LIBRARIES = (
    "/usr/lib/*/faketime/libfaketimeMT.so.1",  # Debian: apt-get install faketime
    "/usr/lib/faketime/libfaketimeMT.so.1",
    "/usr/local/lib/faketime/libfaketimeMT.so.1",
)

_START = """\
import os, sys
if "LD_PRELOAD" not in os.environ:
    os.execve(
        sys.executable,
        [sys.executable, *sys.orig_argv[1:]],
        {{
            **os.environ,
            "LD_PRELOAD": {library!r},
            "FAKETIME_TIMESTAMP_FILE": {file!r},
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }},
    )
"""


class Wall:
    """The wall clock of whatever runs with ``environ``."""

    def __init__(self, folder: Path, library: str) -> None:
        folder.mkdir()
        self._file = folder / "wall"
        self.set(0)
        start = _START.format(library=library, file=str(self._file))
        (folder / "sitecustomize.py").write_text(start)
        self.environ = {"PYTHONPATH": str(folder)}

    def set(self, ahead_s: int) -> None:
        """Set it so far ahead of what is true (negative: behind)."""
        draft = self._file.with_suffix(".new")
        draft.write_text(f"{ahead_s:+d}\n")
        draft.replace(self._file)


def settable_wall(folder: Path) -> Wall:
    """A wall clock that is right, until it is set; skips where libfaketime is not."""
    for pattern in _LIBRARIES:
        for library in sorted(Path("/").glob(pattern.lstrip("/"))):
            return Wall(folder, str(library))
    why = "libfaketime is not installed (Debian: apt-get install faketime)"
    if os.environ.get("LAUNCH_REQUIRE_REAL") == "1":
        pytest.fail(why)
    pytest.skip(why)
