"""Two runs beside each other, and one as a picture."""

from __future__ import annotations

import io
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

from rich.console import Console

from launchctl.report.as_run import make_report
from launchctl.report.compare import compare_runs
from launchctl.report.compare_table import comparison_table
from launchctl.report.picture import timeline_picture

sys.path.insert(0, str(Path(__file__).parents[1] / "cli"))
from statuses import a_cue, a_line, a_post, a_status

REVEAL = "2016-04-01T03:40:00.000000Z"


def a_report(*cues: Any, t_s: float = 600.0, text: str = "$35k.", **more: Any) -> Any:
    """The report of a run in which the reveal fired at a T."""
    lines = [a_line(1, "fired", cue="reveal") | {"t_s": t_s}]
    return make_report(
        lines, a_status(cues=list(cues), posts=[a_post("p", "d", text=text)], **more)
    )


def test_what_moved_is_told_and_what_did_not_is_counted() -> None:
    """By T, so that a hold or another day moves nothing; under half a second is the
    same instant.
    """
    cues = [a_cue("doors", "done"), a_cue("reveal", "done", fired=REVEAL)]
    assert [] == compare_runs(a_report(*cues), a_report(*cues, t_s=600.4))["cues"]
    found = compare_runs(a_report(*cues), a_report(*cues, t_s=660.0))
    (row,) = found["cues"]
    assert ("reveal", 600.0, 660.0, 60.0) == (
        row["cue"], row["was_t_s"], row["now_t_s"], row["moved_s"],
    )  # fmt: skip
    assert 1 == found["same"]
    assert "+1m" in shown(found)


def test_cues_that_came_went_or_ended_otherwise_are_told() -> None:
    """A new cue, one that is gone, one that was parked this time."""
    before = a_report(a_cue("old", "done"), a_cue("both", "done"))
    after = a_report(a_cue("both", "parked"), a_cue("new", "pending"))
    found = compare_runs(before, after)
    states = {row["cue"]: (row["was_state"], row["now_state"]) for row in found["cues"]}
    assert {
        "both": ("done", "parked"),
        "new": (None, "pending"),
        "old": ("done", None),
    } == states
    assert "done, now parked" in shown(found)


def test_texts_that_differ_stand_beside_each_other() -> None:
    """What would have been said, and what would be said now."""
    found = compare_runs(a_report(), a_report(text="35,000 dollars."))
    (post,) = found["posts"]
    assert ("$35k.", "35,000 dollars.") == (post["was"], post["now"])
    assert "35,000 dollars." in shown(found)


def test_reasons_that_stayed_are_counted_and_the_others_told() -> None:
    """Two red runs: what was mended, what is new, and how much is as it was."""
    stays, went, came = "a is parked", "b is parked", "c failed"
    before = a_report() | {"reasons": [stays, went]}
    after = a_report() | {"reasons": [stays, came]}
    said = shown(compare_runs(before, after))
    assert f"only before: {went}" in said
    assert f"only after: {came}" in said
    assert "1 of the reasons" in said
    assert stays not in said


def test_the_picture_has_a_line_for_every_cue() -> None:
    """Well-formed SVG that escapes what it is given: a hollow mark for the plan, a full
    one for the firing, a band for a hold, and the state of what did not go well.
    """
    report = a_report(
        a_cue("a<b", "done", planned=REVEAL, fired=REVEAL, late_by_s=0.1),
        a_cue("week", "parked", planned="2016-04-07T03:40:00.000000Z"),
        a_cue("never", "idle"),
    )
    report["holds"] = [{"name": "sound", "since": REVEAL, "released": None}]
    root = ET.fromstring(timeline_picture(report))
    tags = [element.tag.rpartition("}")[2] for element in root.iter()]
    texts = [element.text for element in root.iter() if element.text]
    assert {"a<b", "week", "parked", "//"} <= set(texts)
    assert "never" not in texts
    assert (3, 1) == (tags.count("circle"), tags.count("rect"))


def test_a_run_in_which_nothing_happened_has_a_picture_too() -> None:
    """No cue fired, none is planned: an empty picture, and no fault."""
    ET.fromstring(timeline_picture(a_report()))


def shown(comparison: Any) -> str:
    """As a terminal shows it."""
    out = io.StringIO()
    Console(file=out, width=120).print(comparison_table(comparison))
    return out.getvalue()
