"""Statuses and journal lines for tests of what people see: plain, small, typed."""

from __future__ import annotations

from typing import Any

from launchctl.show.status import CueStatus, PostStatus, Status

AT = "2016-04-01T03:20:00.000000Z"
T0 = "2016-04-01T03:30:00.000000Z"


def a_cue(cue: str, state: str = "pending", **more: Any) -> CueStatus:
    """A cue in a state."""
    found: dict[str, Any] = {
        "cue": cue,
        "procedure": None,
        "segment": None,
        "expected": None,
        "state": state,
        "planned": None,
        "due": None,
        "fired": None,
        "sent": None,
        "confirmed": None,
        "late_by_s": None,
        "by": None,
        "reason": None,
        "go": [],
        "take": 0,
    }
    return CueStatus(**{**found, **more})  # type: ignore[typeddict-item]


def a_post(cue: str, digest: str, **more: Any) -> PostStatus:
    """A message that waits for comms."""
    found: dict[str, Any] = {
        "cue": cue,
        "account": "ceo",
        "network": "x",
        "state": "waiting",
        "id": None,
        "url": None,
        "text": "Model 3. $35k.",
        "attempts": 0,
        "digest": digest,
        "needs": ["comms"],
        "approved": [],
    }
    return PostStatus(**{**found, **more})  # type: ignore[typeddict-item]


def a_status(**more: Any) -> Status:
    """A show ten minutes before T-0; ``more`` replaces fields."""
    found: dict[str, Any] = {
        "run": "20160401T032000Z-model-3-reveal-abcd",
        "runbook": "Model 3 reveal",
        "digest": "d" * 64,
        "rehearsal": False,
        "at": AT,
        "seq": 41,
        "state": "counting",
        "verdict": None,
        "t_s": -600.0,
        "l_s": -600.0,
        "t0": T0,
        "standby": {},
        "choices": [],
        "polls": [],
        "criteria": [],
        "next": [],
        "batons": {},
        "gates": [],
        "overrides": [],
        "holds": [],
        "embargoes": [],
        "figures": {},
        "silenced": [],
        "counter": "hidden",
        "cues": [],
        "segments": [],
        "promises": [],
        "tasks": [],
        "doubts": [],
        "over_s": None,
        "expected_end": None,
        "hard_out": None,
        "said": {},
        "posts": [],
        "stages": [],
        "outputs": [],
        "player": None,
        "orders": None,
        "health": {},
        "journal_digest": "a" * 64,
    }
    return Status(**{**found, **more})  # type: ignore[typeddict-item]


def a_line(seq: int, event: str, **more: Any) -> dict[str, Any]:
    """A journal line."""
    head = {"seq": seq, "at": AT, "t_s": -600.0, "event": event}
    return {**head, "cue": None, "by": None, "v": 1, **more}
