"""A runbook after loading: typed, resolved, immutable.

All instants and spans are integer microseconds (``launchctl.times``).
"""

from launchctl.runbook.model.cues import (
    Ballot,
    Choice,
    Cue,
    InOption,
    Option,
    Procedure,
    Segment,
    Sheet,
)
from launchctl.runbook.model.gates import (
    ApprovedBy,
    Check,
    Confirmed,
    Gate,
    OnAir,
    OrdersFresh,
    Poll,
    Seen,
    StreamHealthy,
    TwoPerson,
    UrlOk,
)
from launchctl.runbook.model.guards import Criterion, Embargo, Lift, OthersLift
from launchctl.runbook.model.orders import (
    Figure,
    Orders,
    OrderSource,
    PublicOrders,
    Rounding,
    ShowOn,
    UnitValue,
)
from launchctl.runbook.model.policies import Else, Late, OnRecycle, Wait
from launchctl.runbook.model.runbook import Runbook, WallInstant
from launchctl.runbook.model.triggers import After, AsOf, At, AtCue, AtT, AtWall, When
from launchctl.runbook.model.world import (
    Account,
    Notification,
    OscDevice,
    Output,
    Role,
    Stage,
)

__all__ = [
    "Account",
    "After",
    "ApprovedBy",
    "AsOf",
    "At",
    "AtCue",
    "AtT",
    "AtWall",
    "Ballot",
    "Check",
    "Choice",
    "Confirmed",
    "Criterion",
    "Cue",
    "Else",
    "Embargo",
    "Figure",
    "Gate",
    "InOption",
    "Late",
    "Lift",
    "Notification",
    "OnAir",
    "OnRecycle",
    "Option",
    "OrderSource",
    "Orders",
    "OrdersFresh",
    "OscDevice",
    "OthersLift",
    "Output",
    "Poll",
    "Procedure",
    "PublicOrders",
    "Role",
    "Rounding",
    "Runbook",
    "Seen",
    "Segment",
    "Sheet",
    "ShowOn",
    "Stage",
    "StreamHealthy",
    "TwoPerson",
    "UnitValue",
    "UrlOk",
    "Wait",
    "WallInstant",
    "When",
]
