"""What the engine hears of the world. Every input ends in the journal as events.

Frozen, and made of plain values only, so that a recorded input can be given again.
"""

from launchctl.show.inputs.answers import (
    Answer,
    Ended,
    Receipt,
    Settled,
    Sight,
    Stopped,
)
from launchctl.show.inputs.people import Call, Noted, RunbookSeen
from launchctl.show.inputs.sights import (
    ClockStepped,
    FigureTaken,
    FilmSeen,
    HandSeen,
    HealthSeen,
    OrdersSeen,
    OutputSeen,
    PostSeen,
    StageSeen,
    Stalled,
    UrlSeen,
)

__all__ = [
    "Answer",
    "Call",
    "ClockStepped",
    "Ended",
    "FigureTaken",
    "FilmSeen",
    "HandSeen",
    "HealthSeen",
    "Input",
    "Noted",
    "OrdersSeen",
    "OutputSeen",
    "PostSeen",
    "Receipt",
    "RunbookSeen",
    "Settled",
    "Sight",
    "StageSeen",
    "Stalled",
    "Stopped",
    "UrlSeen",
]


Input = (
    Call
    | Ended
    | Stopped
    | Settled
    | StageSeen
    | OutputSeen
    | FilmSeen
    | HandSeen
    | PostSeen
    | OrdersSeen
    | FigureTaken
    | UrlSeen
    | ClockStepped
    | Stalled
    | HealthSeen
    | Noted
    | RunbookSeen
)
