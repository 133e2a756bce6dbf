"""What everybody sees: the state as plain JSON values.

One shape for ``launch status --json``, ``launch report --json``, ``/api/v1/state`` and
the terminal view. Instants are RFC 3339 in UTC, spans float seconds named ``_s``, money
in minor units. Filled in by ``whole.status_of``.
"""

from launchctl.show.status.shapes import (
    CueStatus,
    EarlierText,
    EmbargoStatus,
    GateStatus,
    HardOutStatus,
    HoldStatus,
    OrdersStatus,
    OutputStatus,
    OverrideStatus,
    PostStatus,
    PromiseStatus,
    SegmentStatus,
    StageStatus,
    Status,
    TaskStatus,
)
from launchctl.show.status.shapes_asks import (
    BatonStatus,
    ChoiceStatus,
    CriterionStatus,
    PollStatus,
    StandbyStatus,
)

__all__ = [
    "BatonStatus",
    "ChoiceStatus",
    "CriterionStatus",
    "CueStatus",
    "EarlierText",
    "EmbargoStatus",
    "GateStatus",
    "HardOutStatus",
    "HoldStatus",
    "OrdersStatus",
    "OutputStatus",
    "OverrideStatus",
    "PollStatus",
    "PostStatus",
    "PromiseStatus",
    "SegmentStatus",
    "StageStatus",
    "StandbyStatus",
    "Status",
    "TaskStatus",
]
