"""What is: the fold of the journal's events, as plain comparable data.

Only ``fold.apply`` changes a ``State``. Two states are equal (``==``) if and only if
they were folded to the same situation; a recovered conductor starts from such a fold.
All instants are on N, in microseconds, unless their name says ``r`` or ``wall``.
"""

from launchctl.show.state.cues import ActionState, CueState, OverrideState, Vote
from launchctl.show.state.people import (
    Answered,
    Approval,
    ApprovedText,
    BatonState,
    Confirmation,
)
from launchctl.show.state.show import HoldState, ProcedureState, State
from launchctl.show.state.world import (
    FigureState,
    HandPost,
    OutputState,
    StageState,
    UrlState,
)

__all__ = [
    "ActionState",
    "Answered",
    "Approval",
    "ApprovedText",
    "BatonState",
    "Confirmation",
    "CueState",
    "FigureState",
    "HandPost",
    "HoldState",
    "OutputState",
    "OverrideState",
    "ProcedureState",
    "StageState",
    "State",
    "UrlState",
    "Vote",
]
