"""The status of stages and outputs."""

from __future__ import annotations

from launchctl.show.core import Core
from launchctl.show.outputs import delay_of
from launchctl.show.status.shapes import (
    OutputStatus,
    StageStatus,
)
from launchctl.show.world.hands import offers
from launchctl.times import seconds


def stage_of(core: Core, name: str) -> StageStatus:
    """A stage as seen and as wanted."""
    stage = core.state.stages[name]
    return {
        "stage": name,
        "connected": stage.connected,
        "program": stage.program,
        "wanted": stage.wanted.get("program"),
        "streaming": stage.streaming,
        "by_hand": [f"{what}: {value}" for what, value in stage.by_hand.items()],
        "text": stage.detail,
        "asks": [_asked(name, what, text) for what, text in stage.asks.items()],
        "offers": offers(core, name),
        "follows": core.runbook.stages[name].follows,
    }


def output_of(core: Core, name: str) -> OutputStatus:
    """What viewers get of a stage."""
    output = core.state.outputs[name]
    moved_us = output.moved_us
    aged = name in core.plan.aged or not output.moving  # else not every move is known
    known = moved_us is not None and aged
    return {
        "output": name,
        "stage": core.runbook.stage_of(name),
        "moving": output.moving,
        "age_s": seconds(core.now_us - (moved_us or 0)) if known else None,
        "delay_s": seconds(delay_of(core, name)),
        "watch": core.runbook.outputs[name].watch,
        "playing": core.state.player == name,
        "text": output.detail,
    }


def _asked(stage: str, what: str, text: str) -> str:
    """The question, and how it is answered."""
    kind, _, name = what.partition(":")
    way = f"fire a cue that sets {what}"
    if kind == "counter":
        return f"{text} Answer with launch counter open, or fire a cue that sets it."
    if kind == "audio":
        way = f"launch do '{{audio: {{input: {name}, open: true}}, stage: {stage}}}'"
    return f"{text} Answer at the mixer of {stage}, or {way}."
