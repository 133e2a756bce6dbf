"""How much later the show could have been before it met what does not wait for it."""

from __future__ import annotations

from typing import Any

from launchctl.runbook.actions import PlayMedia, Scene
from launchctl.runbook.model import Embargo, Runbook
from launchctl.show.status import Status
from launchctl.times import Micros, parse_instant, seconds


def margins_of(runbook: Runbook, status: Status) -> list[dict[str, Any]]:
    """For each limit: ``{"limit", "at", "planned_s", "left_s"}``.

    ``planned_s`` is what the plan absorbs, ``left_s`` what was left when it had run;
    negative: the limit came first; None: not known.
    """
    found = []
    if status["hard_out"] is not None:
        ends_us = _instant(status["expected_end"])
        over_s = status["over_s"]
        limit_us = parse_instant(status["hard_out"]["at"])
        left_s = None if ends_us is None else seconds(limit_us - ends_us)
        planned_s = None if left_s is None or over_s is None else left_s + over_s
        found.append(_margin("hard_out", status["hard_out"]["at"], planned_s, left_s))
    for name, embargo in runbook.embargoes.items():
        if embargo.others_lift is not None:
            found.append(_others(runbook, status, name, embargo))
    return found


def _others(
    runbook: Runbook, status: Status, name: str, embargo: Embargo
) -> dict[str, Any]:
    """Others lift at a wall instant; ours with the cue that brings the picture."""
    assert embargo.others_lift is not None
    shown = next(one for one in status["embargoes"] if one["name"] == name)
    others = shown.get("others")
    assert others is not None, "an embargo that others lift says when"
    limit = str(others["at"])
    limit_us = parse_instant(limit)
    lifts = lifting_cues(runbook, embargo)
    cues = [cue for cue in status["cues"] if cue["cue"] in lifts]
    planned = [
        at for at in (_instant(cue["planned"]) for cue in cues) if at is not None
    ]
    fired = [at for at in (_instant(cue["fired"]) for cue in cues) if at is not None]
    return _margin(
        f"{name}: {embargo.others_lift.who} lift",
        limit,
        seconds(limit_us - max(planned)) if planned else None,
        seconds(limit_us - max(fired)) if fired else None,
    )


def lifting_cues(runbook: Runbook, embargo: Embargo) -> frozenset[str]:
    """The show's cues whose scene lifts the embargo."""
    pictures = {runbook.picture_of(lift.gate) for lift in embargo.lifts if lift.gate}
    found = set()
    for cue in runbook.cues:
        for action in cue.do:
            match action:
                case Scene():
                    scene = action.scene
                case PlayMedia():
                    scene = action.media.scene
                case _:
                    continue
            if (scene, action.stage or runbook.first_stage) in pictures:
                found.add(cue.id)
    return frozenset(found)


def _margin(
    limit: str, at: str, planned_s: float | None, left_s: float | None
) -> dict[str, Any]:
    return {"limit": limit, "at": at, "planned_s": planned_s, "left_s": left_s}


def _instant(text: str | None) -> Micros | None:
    return None if text is None else parse_instant(text)
