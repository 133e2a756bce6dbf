"""The show: what may follow what (SEMANTICS 2)."""

from __future__ import annotations

from enum import StrEnum

from launchctl.errors import LaunchError


class IllegalEvent(LaunchError):  # noqa: N818  the event is illegal, not the error
    """An event that cannot follow what was folded: the state is unchanged."""


class ShowWord(StrEnum):
    """Where the show is."""

    SCHEDULED = "scheduled"
    COUNTING = "counting"
    HOLDING = "holding"
    CLOSING = "closing"
    ABORTED = "aborted"
    COMPLETE = "complete"


RUNNING = (ShowWord.SCHEDULED, ShowWord.COUNTING, ShowWord.HOLDING)
"""Where cues can fire."""


FINISHED = (ShowWord.ABORTED, ShowWord.COMPLETE)


SHOW: dict[tuple[ShowWord, str], tuple[ShowWord, ...]] = {
    (ShowWord.SCHEDULED, "t0_set"): (ShowWord.COUNTING,),
    (ShowWord.SCHEDULED, "hold_opened"): (ShowWord.HOLDING,),
    (ShowWord.COUNTING, "hold_opened"): (ShowWord.HOLDING,),
    (ShowWord.HOLDING, "hold_opened"): (ShowWord.HOLDING,),
    (ShowWord.HOLDING, "hold_timed"): (ShowWord.HOLDING,),
    (ShowWord.COUNTING, "recycled"): (ShowWord.HOLDING,),
    (ShowWord.HOLDING, "recycled"): (ShowWord.HOLDING,),
    (ShowWord.HOLDING, "hold_released"): (
        ShowWord.HOLDING,
        ShowWord.COUNTING,
        ShowWord.SCHEDULED,
    ),
    (ShowWord.SCHEDULED, "closing"): (ShowWord.CLOSING,),
    (ShowWord.COUNTING, "closing"): (ShowWord.CLOSING,),
    (ShowWord.HOLDING, "closing"): (ShowWord.CLOSING,),
    (ShowWord.CLOSING, "closing"): (ShowWord.CLOSING,),
    (ShowWord.CLOSING, "show_ended"): (ShowWord.ABORTED, ShowWord.COMPLETE),
}
"""(from, event) -> where it may go."""
