"""The rules that are tables, as tables: what may follow what, and what is meant.

The fold looks every transition up here and raises ``IllegalEvent`` for what is not
listed; nothing else in ``show/`` decides what may follow what. A new construct adds
rows.
"""

from launchctl.show.tables.actions import (
    ACTION,
    ACTIONS,
    BACKOFF_US,
    GOOD,
    JITTER,
    LAG_WINDOW_US,
    NOTIFY_ATTEMPTS,
    UNENDED,
    ActionWord,
    Row,
)
from launchctl.show.tables.calls import (
    AMEND_SECOND_US,
    BATON_VERBS,
    CALL_EXPIRY_US,
    CLOSING_VERBS,
    EXPIRING,
    FINISHED_VERBS,
    NEEDS,
    NOT_BUILT,
    OVERRIDE_CONFIRM_US,
    TWO_PERSON_GATES,
    TWO_PERSON_US,
)
from launchctl.show.tables.cues import ALIVE, CUE, ENDED, FIREABLE, UNFIRED, CueWord
from launchctl.show.tables.late import (
    BURST_LATE_US,
    BURST_PAUSE_US,
    LATE_DEFAULTS,
    LEAST_WAIT_US,
    ONCE_WITHIN_US,
    REARM_PAUSE_US,
)
from launchctl.show.tables.show import FINISHED, RUNNING, SHOW, IllegalEvent, ShowWord

__all__ = [
    "ACTION",
    "ACTIONS",
    "ALIVE",
    "AMEND_SECOND_US",
    "BACKOFF_US",
    "BATON_VERBS",
    "BURST_LATE_US",
    "BURST_PAUSE_US",
    "CALL_EXPIRY_US",
    "CLOSING_VERBS",
    "CUE",
    "ENDED",
    "EXPIRING",
    "FINISHED",
    "FINISHED_VERBS",
    "FIREABLE",
    "GOOD",
    "JITTER",
    "LAG_WINDOW_US",
    "LATE_DEFAULTS",
    "LEAST_WAIT_US",
    "NEEDS",
    "NOTIFY_ATTEMPTS",
    "NOT_BUILT",
    "ONCE_WITHIN_US",
    "OVERRIDE_CONFIRM_US",
    "REARM_PAUSE_US",
    "RUNNING",
    "SHOW",
    "TWO_PERSON_GATES",
    "TWO_PERSON_US",
    "UNENDED",
    "UNFIRED",
    "ActionWord",
    "CueWord",
    "IllegalEvent",
    "Row",
    "ShowWord",
]
