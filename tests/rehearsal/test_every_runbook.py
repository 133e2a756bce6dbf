"""Every runbook and example through the real conductor, called by a willing crew."""

from __future__ import annotations

from pathlib import Path

import pytest

from launchctl.rehearsal.batches import shops
from launchctl.rehearsal.buyers import Shape
from launchctl.rehearsal.rehearse import Rehearsal, rehearse
from launchctl.rehearsal.willing import willing

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "examples").glob("*.yaml"))

RED = {
    "action-reply": "to-a-guest is failed",  # it replies to a guest's invented post
    "embargo-topic": "range is parked",  # it waited too long; the approval expired
    "gate-check": "the hold gate:opening is open",  # nobody starts the stream
    "override": "the hold gate:opening is open",  # nobody starts the stream
    "segment": "opening is failed",  # the caller cuts on within its fade
    "wait": "the hold gate:opening is open",  # nobody starts the stream
}
"""What saying yes to everything does not bring to a good end, and why."""


BUYERS = Shape(crowd=10_000, at="T-10m", within="5m")
"""Orders enough for the bounds of every figure."""


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_it_comes_to_its_end(file: Path):
    """DESIGN 3: tests rehearse all of them. Green; or red for the reason that is known,
    and for no other.
    """
    beside = (shops([BUYERS]), willing)
    done = rehearse(Rehearsal(runbook=file, beside=beside))

    wrong = {
        f"{cue['cue']} is {cue['state']}"
        for cue in done.status["cues"]
        if cue["state"] in {"failed", "parked", "in_doubt"}
    } | {f"the hold {hold['name']} is open" for hold in done.status["holds"]}
    expected = {RED[file.stem]} if file.stem in RED else set()
    assert ("red" if expected else "green", expected) == (done.verdict, wrong)
    assert [] == done.told()["out_of_reach"] + done.told()["not_emulated"]
