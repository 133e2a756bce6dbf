"""The logs of a run: bounded, private, and never a reason to fail."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

PROGRAM = """
import logging, resource, sys
from pathlib import Path
import structlog
from launchctl.cli.logs import log_to

file, what = Path(sys.argv[1]), sys.argv[2]
log_to(file, max_bytes=2_000)
log = structlog.get_logger("launchctl.somewhere")
if what == "much":
    for number in range(200):
        log.info("line", number=number)
    logging.getLogger("library").info("chatter")
    logging.getLogger("library").warning("trouble in %s", "a library")
    print("last words", file=sys.stderr)
else:
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    log.critical("nobody reads this")
    print("lives")
"""


def run(file: Path, what: str) -> str:
    """A process that logs as ours do, started as ours are; what it printed."""
    with file.open("ab") as stderr:
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM, str(file), what],
            stdout=subprocess.PIPE,
            stderr=stderr,
            check=True,
            text=True,
        )
    return done.stdout


def test_a_log_is_rotated_and_its_owners_alone(tmp_path):
    """However much is logged, few files of bounded size; standard error moves along,
    so that a crash's last words are in the newest.
    """
    file = tmp_path / "show.log"
    run(file, "much")
    files = sorted(path.name for path in tmp_path.iterdir())
    assert ["show.log", "show.log.1", "show.log.2", "show.log.3"] == files
    assert all(2_100 > path.stat().st_size for path in tmp_path.iterdir())
    assert 0o600 == file.stat().st_mode & 0o777
    *lines, words = file.read_text().splitlines()
    assert "last words" == words
    last = json.loads(lines[-1])
    assert ("trouble in a library", "warning") == (last["event"], last["level"])
    assert 199 == json.loads(lines[-2])["number"]


def test_a_disk_that_takes_no_line_takes_no_show_along(tmp_path):
    """What cannot be logged is lost, and nothing else."""
    assert "lives\n" == run(tmp_path / "show.log", "full")
