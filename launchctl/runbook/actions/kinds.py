"""Every action kind by its YAML key: the one table that a new action joins."""

from __future__ import annotations

from typing import get_args

from launchctl.runbook.actions.base import Action
from launchctl.runbook.actions.calls import Http, Osc
from launchctl.runbook.actions.mixer import (
    Audio,
    LowerThird,
    PlayMedia,
    Record,
    Scene,
    SetText,
    SetTransition,
    Stream,
    Visible,
)
from launchctl.runbook.actions.people import Notify, Say, Task
from launchctl.runbook.actions.posts import Post, Reply, Repost, Thread
from launchctl.runbook.actions.show import (
    CallProcedure,
    Counter,
    End,
    Hold,
    Player,
    Retire,
    Silence,
)

# transition comes after scene: beside a scene it belongs to the scene
AnyAction = (
    Scene
    | SetTransition
    | SetText
    | Visible
    | Audio
    | Stream
    | Record
    | LowerThird
    | PlayMedia
    | Player
    | Counter
    | Post
    | Reply
    | Repost
    | Thread
    | Http
    | Osc
    | Notify
    | Say
    | Task
    | Hold
    | Silence
    | Retire
    | CallProcedure
    | End
)

KINDS: dict[str, type[Action]] = {cls.kind: cls for cls in get_args(AnyAction)}
"""By the YAML key, in the order of ``AnyAction``: the one list a new action joins."""
