"""What is planned: the instants of cues and segments, as the runbook has them."""

from launchctl.show.timeline.timetable import (
    PlannedCue,
    PlannedSegment,
    Timetable,
    planned,
    timetable,
    timetable_of,
)

__all__ = [
    "PlannedCue",
    "PlannedSegment",
    "Timetable",
    "planned",
    "timetable",
    "timetable_of",
]
