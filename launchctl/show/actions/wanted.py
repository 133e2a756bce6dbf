"""The wanted state of a stage: what an action sets, and the action that sets it.

A new wanted action is an arm in ``wanted_of``, and one in ``action_for`` if it is
asserted again.
"""

from __future__ import annotations

from typing import Any

from launchctl.runbook import actions as act


def wanted_of(action: act.AnyAction, content: dict[str, Any]) -> tuple[str, Any] | None:
    """The wanted field of a stage that an action sets, and its value."""
    match action:
        case act.Scene():
            return "program", action.scene
        case act.LowerThird():
            place = f"{content['scene']}/{action.lower_third.source}"
            return f"lower_third:{place}", content["text"]
        case act.PlayMedia():
            return "program", action.media.scene
        case act.SetTransition():
            return "transition", action.transition.model_dump()
        case act.SetText():
            return f"text:{action.text.source}", content["text"]
        case act.Visible():
            what = f"visible:{content['scene']}/{action.visible.source}"
            return what, action.visible.show
        case act.Audio():
            return f"audio:{action.audio.input}", action.audio.open
        case act.Stream():
            return "stream", action.stream
        case act.Record():
            return "record", action.record
        case _:
            return None


def action_for(stage: str, what: str, value: Any) -> act.AnyAction | None:
    """The action that makes a stage what is wanted: for asserting it again."""
    kind, _, name = what.partition(":")
    match kind:
        case "program":
            return act.Scene(stage=stage, scene=value)
        case "transition":
            return act.SetTransition(
                stage=stage, transition=act.Transition.model_validate(value)
            )
        case "text":
            return act.SetText(
                stage=stage, text=act.SourceText(source=name, text=str(value))
            )
        case "visible":
            scene, _, source = name.rpartition("/")
            return act.Visible(
                stage=stage,
                visible=act.Visibility(source=source, scene=scene or None, show=value),
            )
        case "lower_third":
            scene, _, source = name.rpartition("/")
            return act.LowerThird(
                stage=stage,
                lower_third=act.LowerThirdBody(
                    source=source, text=str(value), scene=scene
                ),
            )
        case "audio":
            return act.Audio(stage=stage, audio=act.Fader(input=name, open=value))
        case "record":
            return act.Record(stage=stage, record=value)
        case _:
            return None
